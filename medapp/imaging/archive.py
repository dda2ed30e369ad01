"""Sources: files, gzip files and members of ZIP archives, opened as streams that can seek. Nothing is unpacked."""

from __future__ import annotations

import errno
import gzip
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

from medapp.errors import MedappError
from medapp.files import is_there
from medapp.imaging.limits import ReadLimits

MEMBER = "!/"
_ENCRYPTED = 0x1
_LARGE = 2**20
MEMBERS_LIMIT = 200_000


def split_source(source: str) -> tuple[Path, str | None]:
    """Split ``archive.zip!/inner/path`` in archive and member; a plain path has no member."""
    if MEMBER not in source or is_there(Path(source)):
        return Path(source), None
    marks = [mark.start() for mark in re.finditer(re.escape(MEMBER), source)]
    cut = next((at for at in marks if _is_file(Path(source[:at]))), marks[0])  # folders may end with the mark's sign
    return Path(source[:cut]), source[cut + len(MEMBER) :]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that the system does not take
        return False


class _BoundedFile(io.BufferedReader):
    """A file whose reads never ask for more than there is: a damaged length must not cost its number of bytes."""

    def __init__(self, path: Path) -> None:
        raw = io.FileIO(str(path))  # pydicom joins the stream's name to its messages as text
        super().__init__(raw)
        self._size = path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGE:
            size = min(size, max(0, self._size - self.tell()))
        return super().read(size)


@contextmanager
def open_source(source: str, limits: ReadLimits) -> Iterator[IO[bytes]]:
    """Open a source for reading.

    Raises
    ------
    MedappError
        ``file.missing``, ``file.forbidden``, ``file.special`` (sockets, pipes, devices, folders),
        ``file.inflated``, and ``archive.…``.
    """
    path, member = split_source(source)
    _check_regular(path)
    try:
        with _BoundedFile(path) as file:
            if member is not None:
                yield _member(file, path, member, limits)
            elif file.read(2) == b"\x1f\x8b":
                file.seek(0)
                yield _gunzipped(file, limits)
            else:
                file.seek(0)
                yield file
    except PermissionError as error:
        raise MedappError("file.forbidden") from error
    except OSError as error:
        raise MedappError("file.unreadable", reason=error.strerror or type(error).__name__) from error


def _check_regular(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except PermissionError as error:
        raise MedappError("file.forbidden") from error
    except OSError as error:
        raise MedappError("file.missing") from error
    except ValueError as error:  # a name with a NUL
        raise MedappError("file.missing") from error
    if not stat.S_ISREG(mode):
        raise MedappError("file.special")


def _gunzipped(file: IO[bytes], limits: ReadLimits) -> IO[bytes]:
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            data = stream.read(limits.inflated_bytes + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MedappError("file.gzip_damaged") from error
    if len(data) > limits.inflated_bytes:
        raise MedappError("file.inflated", megabytes=limits.inflated_bytes // 2**20)
    return io.BytesIO(data)


def _member(file: IO[bytes], path: Path, name: str, limits: ReadLimits) -> IO[bytes]:
    archive = _directory(path, *_stamp(path))
    archive.fp = file  # its own was closed: only what was read of it is kept
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise MedappError("archive.no_member") from error
    _check_member(info, limits)
    try:
        with archive.open(info) as stream:
            data = stream.read(min(limits.inflated_bytes, info.file_size) + 1)
    except Exception as error:
        raise _fault(error, "archive.member_damaged") from error
    if len(data) > info.file_size:
        raise MedappError("archive.member_damaged")
    return io.BytesIO(data)


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=2)
def _directory(path: Path, _changed: int, _size: int) -> zipfile.ZipFile:
    """Return an archive whose list of members is read: for thousands of them that takes longer than a member."""
    with path.open("rb") as file:
        return _opened(file)


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except Exception as error:
        raise _fault(error, "archive.damaged") from error


def _fault(error: Exception, code: str) -> Exception:
    """Return faults of disk and memory as they are, and the dozen kinds that zipfile raises as `code`."""
    is_disk = isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}
    return error if is_disk or isinstance(error, MemoryError) else MedappError(code)


def _check_member(info: zipfile.ZipInfo, limits: ReadLimits) -> None:
    """Refuse a member that is encrypted, or larger or denser than the limits, before it is inflated."""
    if info.flag_bits & _ENCRYPTED:
        raise MedappError("archive.encrypted")
    if info.file_size > limits.inflated_bytes or info.file_size > limits.inflate_ratio * max(1, info.compress_size):
        raise MedappError("file.inflated", megabytes=limits.inflated_bytes // 2**20)


def members(source: str) -> tuple[str, ...]:
    """List the files of an archive as sources, sorted; folders and what operating systems add are left out.

    Names are never used as paths, so one that climbs out of its folder (``../``) does nothing.
    """
    path, _ = split_source(source)
    _check_regular(path)
    infos = _directory(path, *_stamp(path)).infolist()
    if len(infos) > MEMBERS_LIMIT:
        raise MedappError("archive.too_many", limit=MEMBERS_LIMIT)
    names = {info.filename for info in infos if not info.filename.endswith("/")}  # is_dir() fails for an empty name
    return tuple(f"{source}{MEMBER}{name}" for name in sorted(names) if not _is_litter(name))


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.endswith("/.DS_Store")
