"""Writing files so that a reader sees the old content or the new, never a part; and their hashes."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


@contextmanager
def atomic_writer(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` that takes its place when the block ends well.

    The content is flushed to the disk before the rename; on any failure the temporary file is
    removed and `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically; raises FileExistsError, and changes nothing, where something is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _take_free_name(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_free(folder: Path, stem: str, ending: str, data: bytes) -> Path:
    """Write a file under the first name that is free (``stem``, ``stem-2`` …) and return its path; see `write_new`."""
    for number in itertools.count(1):
        path = folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
        if path.exists():
            continue
        try:
            write_new(path, data)
        except FileExistsError:
            if not path.exists():
                raise  # it is no name that is taken: a file stands where the folder should be
            continue  # taken in this very moment
        return path
    raise AssertionError  # names do not end


def _take_free_name(temporary: Path, path: Path) -> None:
    """Give a file a second name that must be free; where the disk knows no second names, take the name first."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        path.touch(exist_ok=False)
        temporary.replace(path)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder` that takes its place when the block ends well.

    `folder` appears with all its files on the disk, or not at all; it must not be there yet.
    """
    temporary = folder.with_name(f".{folder.name[:60]}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        for path in temporary.rglob("*"):
            if path.is_file():
                with path.open("r+b") as file:  # Windows flushes only what may be written to
                    os.fsync(file.fileno())
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut, where the system can (not on Windows)."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically."""
    with atomic_writer(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` atomically, as UTF-8 with plain line ends; what is no text in a name is escaped."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def json_bytes(document: Any, indent: int | None = None) -> bytes:  # noqa: ANN401 - any JSON document
    """Return `document` as UTF-8 JSON. NaN is refused: it is not JSON.

    A path on Linux may hold bytes that are no text; they are lone surrogates in Python, which only JSON's escapes take.
    """
    try:
        return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(document, indent=indent, allow_nan=False).encode("ascii")


def write_json(path: Path, document: Any) -> None:  # noqa: ANN401 - any JSON document
    """Write `document` to `path` atomically, as indented JSON, see `json_bytes`."""
    write_bytes(path, json_bytes(document, indent=2) + b"\n")


def read_json(path: Path) -> Any:  # noqa: ANN401 - any JSON document
    """Return the JSON document in `path`."""
    return json.loads(path.read_text(encoding="utf-8"))


def copied_aside(path: Path) -> str:
    """Keep a damaged file's content beside it under a name that it gives; return that name."""
    data = path.read_bytes()
    aside = path.with_name(f"{path.stem}.damaged-{hashlib.sha256(data).hexdigest()[:8]}{path.suffix}")
    if not aside.exists():
        write_bytes(aside, data)
    return aside.name


def is_there(path: Path) -> bool:
    """Tell whether there is a file or folder at `path`; a name that the system does not take (too long) is none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
