"""Hostile model packages whose hashes fit: what a maker with bad intentions would write."""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medapp.classify.package import CALIBRATION, MANIFEST, METADATA, PREPROCESS, SCOPE, TRAINING_SET, WEIGHTS
from tests.faults.catalogue.package_parts import fitted, good_parts, members
from tests.faults.catalogue.raw_zip import archive
from tests.faults.catalogue.row import Row, file_row

REFUSED = " or ".join(
    ("refused schema", *(f"refused package.{code}" for code in ("json", "tensors", "classes", "hash", "size", "link")),
     *(f"refused package.{code}" for code in ("incomplete", "extra")))
)  # fmt: skip
WRONG = "executable and wrong fields"
MEGA = 2**20
VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "a text": "x",
    "an empty text": "",
    "a number": 7,
    "a negative number": -1,
    "a huge number": 10**400,
    "a list": [],
    "a list of lists": [[[]]],
    "an object": {},
    "a float": 1e308,
    "a path": "../../outside/evil",
    "a command": "__import__('os').system('touch ran')",
    "a class": {"__class__": "os.system", "args": ["touch ran"]},
    "MONAI's way to run": {"_target_": "os.system", "command": "touch ran"},
    "an expression": "$__import__('os').system('touch ran')",
    "a text of a megabyte": "x" * MEGA,
}
CODE = (
    *("setup.py", "__init__.py", "configs/metadata.py", "models/model.pt", "models/model.ts", "configs/inference.json"),
    *("scripts/run.sh", "conftest.py", "sitecustomize.py", "model.pkl", "a.so", "a.dll", ".pth", "configs/train.yaml"),
)
DOCUMENTS = (METADATA, PREPROCESS, CALIBRATION, SCOPE, TRAINING_SET)


class _Runs:
    """Starts a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch ran",)


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _fields()
    yield from _texts()
    yield from _weights()
    yield from _manifests()
    yield from _folders()


def row(subject: str, name: str, parts: dict[str, bytes], *, expected: str = REFUSED, fit: bool = True) -> Row:
    """Return a row that installs these files as a ZIP; its manifest is made to fit them."""

    def content() -> bytes:
        return archive(members(fitted(parts) if fit else parts))

    return file_row(subject, name, expected, content, file="a.zip", way="package")


def _fields() -> Iterator[Row]:
    """Yield every field of every document with values of other kinds."""
    parts = good_parts()
    for document in DOCUMENTS:
        whole = json.loads(parts[document])
        short = document.removeprefix("configs/")
        for field in whole:
            for name, value in VALUES.items():
                spoiled = {**whole, field: value}
                content = {**parts, document: json.dumps(spoiled).encode()}
                yield row(
                    "executable and wrong fields",
                    f"{short}: {field} is {name}",
                    content,
                    expected=f"accepted or {REFUSED}",
                )
        for name, value in VALUES.items():
            content = {**parts, document: json.dumps({**whole, "_target_": value}).encode()}
            yield row("executable and wrong fields", f"{short}: a field more that is {name}", content)
            yield row(
                "executable and wrong fields",
                f"{short} itself is {name}",
                {**parts, document: json.dumps(value).encode()},
            )


def _texts() -> Iterator[Row]:
    parts = good_parts()
    spoiled = {
        "nothing": b"",
        "no JSON": b"{",
        "a NaN": b'{"a": NaN}',
        "Infinity": b"[Infinity]",
        "100,000 deep": b"[" * 100_000,
        "not UTF-8": b'{"a": "\xff\xfe"}',
        "UTF-16": '{"a": 1}'.encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf{}",
        "a key twice": b'{"schema_version": 1, "schema_version": 2}',
        "two documents": b"{} {}",
        "zeros": bytes(1000),
        "a pickle": pickle.dumps(_Runs()),
        "YAML that runs": b"!!python/object/apply:os.system ['touch ran']",
        "a million keys": json.dumps({str(n): n for n in range(10**6)}).encode(),
        "a number of a million digits": b"1" * MEGA,
        "65 MB": b" " * (65 * MEGA),
    }
    for document in DOCUMENTS:
        for name, content in spoiled.items():
            yield row("documents that are none", f"{document}: {name}", {**parts, document: content})


def tensors(header: object, body: bytes = b"", *, length: int | None = None) -> bytes:
    """Return a safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def _weights() -> Iterator[Row]:
    subject = "weights that are none"
    one = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    spoiled = {
        "a pickle": pickle.dumps(_Runs()),
        "a pickle, protocol 0": pickle.dumps(_Runs(), protocol=0),
        "a ZIP with a pickle (torch)": archive([*members({"archive/data.pkl": pickle.dumps(_Runs())})]),
        "nothing": b"",
        "seven bytes": b"1234567",
        "a header of 2⁶³ bytes": tensors(b"", length=2**63),
        "a header longer than the file": tensors(b"{}", length=1000),
        "a header of 5 MB": tensors(b" " * (5 * MEGA) + b"{}"),
        "a header of 100,000 brackets": tensors(b"[" * 100_000),
        "a header that is a list": tensors([]),
        "a header that is a number": tensors(7),
        "a header that is no UTF-8": tensors(b"\xff\xfe"),
        "no dtype": tensors({"a": {"shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        "an unknown dtype": tensors({"a": {**one, "dtype": "PICKLE"}}, bytes(8)),
        "a dtype that is a list": tensors({"a": {**one, "dtype": []}}, bytes(8)),
        "offsets behind the end": tensors({"a": {**one, "data_offsets": [0, 2**40]}}, bytes(8)),
        "offsets turned round": tensors({"a": {**one, "data_offsets": [8, 0]}}, bytes(8)),
        "negative offsets": tensors({"a": {**one, "data_offsets": [-8, 0]}}, bytes(8)),
        "offsets that overlap": tensors({"a": one, "b": one}, bytes(8)),
        "a shape of 2⁶³": tensors({"a": {**one, "shape": [2**63]}}, bytes(8)),
        "a shape that overflows": tensors({"a": {**one, "shape": [2**32, 2**32]}}, bytes(8)),
        "a negative shape": tensors({"a": {**one, "shape": [-2]}}, bytes(8)),
        "a shape that is a text": tensors({"a": {**one, "shape": "2"}}, bytes(8)),
        "bytes behind": tensors({"a": one}, bytes(800)),
        "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(500),
        "a program": b"MZ" + bytes(500),
    }
    parts = good_parts()
    for name, content in spoiled.items():
        yield row(subject, name, {**parts, WEIGHTS: content})
        yield row(subject, f"{name}, as what tells the unlike", {**parts, "configs/ood.safetensors": content})


def _manifests() -> Iterator[Row]:
    subject = "manifests and hashes"
    parts = dict(good_parts())
    text = parts[MANIFEST].decode()
    lines = text.splitlines(keepends=True)
    spoiled = {
        "empty": "",
        "one line fewer": "".join(lines[1:]),
        "a line twice": text + lines[0],
        "all zeros": "\n".join(f"{'0' * 64}  {n}" for n in parts),
        "a name that leaves": text + f"{'0' * 64}  ../evil\n",
        "itself listed": text + f"{'0' * 64}  {MANIFEST}\n",
        "capitals": text.upper(),
        "one blank": text.replace("  ", " "),
        "MD5": "\n".join(f"{'0' * 32}  {n}" for n in parts),
        "65 MB": "x" * (65 * MEGA),
        "zeros": "\0" * 999,
        "lines turned": text.replace("  ", " *"),
    }
    for name, content in spoiled.items():
        yield row(subject, f"manifest: {name}", {**parts, MANIFEST: content.encode()}, fit=False)
    for name, data in parts.items():
        if name == MANIFEST:
            continue
        yield row(subject, f"{name}: one bit flipped", {**parts, name: bytes([data[0] ^ 1]) + data[1:]}, fit=False)
        yield row(subject, f"{name}: cut", {**parts, name: data[:-1]}, fit=False)
        yield row(subject, f"{name}: a byte more", {**parts, name: data + b"\n"}, fit=False)
        rest = {n: content for n, content in parts.items() if n != name}
        yield row(subject, f"{name}: missing", rest, fit=False)
        optional = {TRAINING_SET, "eval/report.json"}
        expected = "accepted" if name in optional else REFUSED
        yield row(subject, f"{name}: missing, hashes fit", rest, expected=expected)
    code = b"open('ran', 'w')"
    for name in CODE:
        yield row(subject, f"{name} beside the rest, hashes fit", {**parts, name: code})


def _folders() -> Iterator[Row]:
    """Yield packages as folders, with links in them."""
    if sys.platform == "win32":
        return
    for name in (WEIGHTS, METADATA, "LICENSE", "configs", "models"):
        for target in ("/etc/passwd", "../../outside/kept", "/dev/zero", "/proc/self/environ", "gone", "."):
            yield Row("links in a package folder", f"{name} → {target}", f"{REFUSED} or refused package.unreadable",
                      lambda f, n=name, t=target: _with_link(f / "package", n, t), "package")  # fmt: skip


def _with_link(folder: Path, name: str, target: str) -> Path:
    for part, data in good_parts().items():
        if not part.startswith(name):
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            (folder / part).write_bytes(data)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(target)
    return folder
