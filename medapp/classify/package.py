"""Model packages: folders with a model and all it takes to use and judge it. Read with every hash checked.

Laid out like a MONAI bundle, its own format all the same. Nothing in a package is executed, and none
of its files is a pickle.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse_safetensors
from safetensors.numpy import save as to_safetensors

from medapp import schemas
from medapp.classify.contents import Calibration, Metadata, PackageContents, Tensors, TrainingSet, unclear_band
from medapp.classify.preprocess import PreprocessSpec
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.files import json_bytes, new_folder

METADATA, PREPROCESS = "configs/metadata.json", "configs/preprocess.json"
CALIBRATION, SCOPE = "configs/calibration.json", "configs/scope.json"
NOVELTY, TRAINING_SET = "configs/ood.safetensors", "configs/training_set.json"
WEIGHTS, REPORT, CARD, LICENCE = "models/model.safetensors", "eval/report.json", "docs/README.md", "LICENSE"
MANIFEST = "MANIFEST.sha256"

REQUIRED = frozenset({METADATA, PREPROCESS, CALIBRATION, SCOPE, WEIGHTS, CARD, LICENCE, MANIFEST})
ALLOWED = REQUIRED | {NOVELTY, TRAINING_SET, REPORT}
SMALL_FILE_LIMIT = 64 * 2**20
WEIGHTS_LIMIT = 2 * 2**30
_TENSOR_HEADER_LIMIT = 4 * 2**20
_TENSOR_TYPES = {"F16": 2, "F32": 4, "F64": 8, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}
"""The kinds of numbers that are read, with their bytes."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SCHEMAS = {
    METADATA: "package_metadata",
    PREPROCESS: "package_preprocess",
    CALIBRATION: "package_calibration",
    SCOPE: "package_scope",
    TRAINING_SET: "package_training_set",
}


@dataclass(frozen=True, eq=False)
class Package:
    """A package that was read and found whole.

    Attributes
    ----------
    path : Path
        Its folder.
    manifest_hash : str
        SHA-256 of its manifest, which holds the hash of everything else: the package's identity.
    """

    path: Path
    manifest_hash: str
    hashes: Mapping[str, str]
    metadata: Metadata
    preprocess: PreprocessSpec
    calibration: Calibration
    scope: Scope

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return the network's tensors by torchvision's names, float32 where they were float16."""
        return _widened(self.stored_weights())

    def stored_weights(self) -> dict[str, NDArray[Any]]:
        """Return the network's tensors with as many bits as the package keeps them with."""
        return _read_tensors(self._bytes(WEIGHTS), WEIGHTS)

    def novelty(self) -> dict[str, NDArray[Any]] | None:
        """Return what `classify.novelty` needs, or None where the package has none."""
        return _widened(_read_tensors(self._bytes(NOVELTY), NOVELTY)) if NOVELTY in self.hashes else None

    def training_set(self) -> TrainingSet | None:
        """Return the salted hashes of who was in the training, or None where they were not kept."""
        return TrainingSet.from_json(self._document(TRAINING_SET)) if TRAINING_SET in self.hashes else None

    def report(self) -> dict[str, Any] | None:
        """Return the evaluation, or None where there was none."""
        return self._document(REPORT) if REPORT in self.hashes else None

    @cached_property
    def unclear(self) -> tuple[float, float] | None:
        """The probabilities of the alarm class between which the classes are not told apart surely enough."""
        return None if self.calibration.alarm_class is None else unclear_band(self.report())

    def card(self) -> str:
        """Return the model card, Markdown, without control characters: it is shown on terminals too."""
        return _CONTROL.sub("", self._bytes(CARD).decode("utf-8", "replace"))

    def _document(self, name: str) -> dict[str, Any]:
        return _parsed(self._bytes(name), name)

    def _bytes(self, name: str) -> bytes:
        return _verified_bytes(self.path, name, self.hashes[name])


def read_package(path: Path) -> Package:
    """Read the package in folder `path`, checking every file against its manifest and schema.

    Raises
    ------
    MedappError
        ``package.missing`` (no such folder), ``package.incomplete``, ``package.extra`` (a file that has no place in a
        package), ``package.link``, ``package.hash`` (a file was changed), ``package.size``, ``package.json``,
        ``package.tensors``, or ``schema``.
    """
    if path.is_symlink() or not path.is_dir():
        raise MedappError("package.missing", name=path.name)
    found = _files_of(path)
    if missing := REQUIRED - found:
        raise MedappError("package.incomplete", name=path.name, file=min(missing))
    manifest = bounded_bytes(path / MANIFEST, SMALL_FILE_LIMIT)
    hashes = _parse_manifest(manifest)
    if hashes.keys() != found - {MANIFEST}:
        raise MedappError("package.hash", file=min(hashes.keys() ^ (found - {MANIFEST})))
    documents = {
        name: _parsed(_verified_bytes(path, name, hashes[name]), name)
        for name in sorted(hashes.keys() & _SCHEMAS.keys())
    }
    for name in hashes.keys() - _SCHEMAS.keys():
        _verify(path, name, hashes[name])
    metadata = Metadata.from_json(documents[METADATA])
    calibration = Calibration.from_json(documents[CALIBRATION])
    _check_agreement(metadata, calibration)
    return Package(
        path=path,
        manifest_hash=hashlib.sha256(manifest).hexdigest(),
        hashes=hashes,
        metadata=metadata,
        preprocess=PreprocessSpec.from_json(_unversioned(documents[PREPROCESS])),
        calibration=calibration,
        scope=Scope.from_json(documents[SCOPE]),
    )


def write_package(folder: Path, contents: PackageContents) -> Package:
    """Write a package; `folder` appears whole or not at all.

    Raises
    ------
    MedappError
        ``package.exists`` where `folder` is there already, ``package.write`` where the disk refuses, or the faults of
        `read_package` where the contents do not make a package.
    """
    if folder.exists():
        raise MedappError("package.exists", name=folder.name)
    files = _encoded(contents)
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    try:
        with new_folder(folder) as made:
            for name, data in {**files, MANIFEST: "".join(lines).encode()}.items():
                (made / name).parent.mkdir(exist_ok=True)
                (made / name).write_bytes(data)
            read_package(made)
    except OSError as error:
        raise MedappError("package.write", name=folder.name, reason=error.strerror or "") from error
    return read_package(folder)


def _encoded(contents: PackageContents) -> dict[str, bytes]:
    documents: dict[str, Any] = {
        METADATA: contents.metadata.to_json(),
        PREPROCESS: {"schema_version": contents.preprocess.version, **contents.preprocess.to_json()},
        CALIBRATION: contents.calibration.to_json(),
        SCOPE: contents.scope.to_json(),
    }
    if contents.training_set is not None:
        documents[TRAINING_SET] = contents.training_set.to_json()
    if contents.report is not None:
        documents[REPORT] = dict(contents.report)
    files = {name: json_bytes(document, indent=1) for name, document in documents.items()}
    files[WEIGHTS] = _tensor_bytes(contents.weights)
    if contents.novelty is not None:
        files[NOVELTY] = _tensor_bytes(contents.novelty)
    return {**files, CARD: _plain(contents.card), LICENCE: _plain(contents.licence_text)}


def _plain(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # names of files may hold bytes that are no text


def _tensor_bytes(tensors: Tensors) -> bytes:
    data: bytes = to_safetensors({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
    return data


def _files_of(folder: Path) -> set[str]:
    """Return the relative names of all files; a link, a device or a file without a place is refused."""
    found: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=_refuse_unreadable):
        for name in (*folders, *names):
            path = Path(parent) / name
            mode = path.lstat().st_mode
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                raise MedappError("package.link", file=name)
        for name in names:
            relative = (Path(parent) / name).relative_to(folder).as_posix()
            if relative not in ALLOWED:
                raise MedappError("package.extra", file=relative)
            found.add(relative)
    return found


def _refuse_unreadable(error: OSError) -> NoReturn:
    raise MedappError("package.unreadable", reason=error.strerror or "") from error


def _parse_manifest(manifest: bytes) -> dict[str, str]:
    hashes: dict[str, str] = {}
    for line in manifest.decode("utf-8", "replace").splitlines():
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or name not in ALLOWED or name in hashes or name == MANIFEST:
            raise MedappError("package.hash", file=MANIFEST)
        hashes[name] = digest
    return hashes


def _verified_bytes(folder: Path, name: str, digest: str) -> bytes:
    data = bounded_bytes(folder / name, WEIGHTS_LIMIT if name == WEIGHTS else SMALL_FILE_LIMIT)
    if hashlib.sha256(data).hexdigest() != digest:
        raise MedappError("package.hash", file=name)
    return data


def _verify(folder: Path, name: str, digest: str) -> None:
    data = _verified_bytes(folder, name, digest)
    if name in {WEIGHTS, NOVELTY}:
        check_tensor_header(data, name)


def bounded_bytes(path: Path, limit: int) -> bytes:
    """Return a file's bytes; raises ``package.size`` over `limit`, ``package.unreadable`` where the disk refuses."""
    try:
        with path.open("rb") as file:
            # no more than there is: what is asked for is set aside at once, and a process may have a limit
            data = file.read(min(os.fstat(file.fileno()).st_size, limit) + 1)
    except OSError as error:
        raise MedappError("package.unreadable", reason=error.strerror or "") from error
    if len(data) > limit:
        raise MedappError("package.size", file=path.name)
    return data


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MedappError("package.json", file=name) from error
    if name in _SCHEMAS:
        schemas.check(_SCHEMAS[name], document)
    elif not isinstance(document, dict):
        raise MedappError("package.json", file=name)
    return document


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def check_tensor_header(data: bytes, name: str) -> None:
    """Check a safetensors file before a library reads it: its header is JSON behind a 64-bit length."""
    if len(data) < 8 or (length := struct.unpack_from("<Q", data)[0]) > min(_TENSOR_HEADER_LIMIT, len(data) - 8):
        raise MedappError("package.tensors", file=name)
    try:
        header = json.loads(data[8 : 8 + length])
        fits = _lie_side_by_side(
            [entry for key, entry in header.items() if key != "__metadata__"], len(data) - 8 - length
        )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise MedappError("package.tensors", file=name) from error
    if not fits:
        raise MedappError("package.tensors", file=name)


def _lie_side_by_side(entries: list[dict[str, Any]], size: int) -> bool:
    """Tell whether tensors of known kinds fill `size` bytes, each with as many as its shape needs."""
    end = 0
    for entry in sorted(entries, key=lambda entry: (entry["data_offsets"][0], entry["data_offsets"][1])):
        first, last = entry["data_offsets"]
        shape = entry["shape"]
        if first != end or not isinstance(shape, list) or any(type(n) is not int or n < 0 for n in shape):
            return False
        if last - first != math.prod(shape) * _TENSOR_TYPES[entry["dtype"]]:
            return False
        end = last
    return end == size


def _read_tensors(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    check_tensor_header(data, name)
    try:
        tensors: dict[str, NDArray[Any]] = parse_safetensors(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise MedappError("package.tensors", file=name) from error
    return tensors


def _widened(tensors: Tensors) -> dict[str, NDArray[Any]]:
    return {name: t.astype(np.float32) if t.dtype == np.float16 else t for name, t in tensors.items()}


def _check_agreement(metadata: Metadata, calibration: Calibration) -> None:
    """Check what no schema can say: that the parts speak of the same classes."""
    classes = metadata.classes
    fewest = {"classifier": 2, "several_labels": 1, "backbone": 0}[metadata.kind]
    if len(classes) < fewest or (metadata.kind == "backbone" and classes) or len(set(classes)) != len(classes):
        raise MedappError("package.classes", id=metadata.id)
    if len(calibration.thresholds) != (len(classes) if metadata.kind == "several_labels" else 0):
        raise MedappError("package.classes", id=metadata.id)
    lengths = {len(calibration.scale), len(calibration.offset)} - {0}
    if lengths - {len(classes)} or len(calibration.scale) != len(calibration.offset):
        raise MedappError("package.classes", id=metadata.id)
    if calibration.alarm_class is not None and calibration.alarm_class not in classes:
        raise MedappError("package.classes", id=metadata.id)


def _unversioned(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "schema_version"}
