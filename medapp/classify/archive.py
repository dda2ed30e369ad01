"""Packages as ZIP files: out for a colleague, and in with nothing taken on trust."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from medapp.classify.package import (
    ALLOWED,
    MANIFEST,
    METADATA,
    SMALL_FILE_LIMIT,
    WEIGHTS,
    WEIGHTS_LIMIT,
    Package,
    read_package,
)
from medapp.errors import MedappError
from medapp.files import atomic_writer

_MEMBER_LIMIT = 64
_ENCRYPTED = 0x1
_DENSEST, _DENSE_FROM = 200, 2**20
"""How many times larger than stored a file of more than so many bytes may become: zeros do a thousand times."""
_PIECE = 2**20
_UNIX = 3


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[Package]:
    """Read a package from its folder, or from its ZIP file unpacked below `scratch` while the block runs.

    Raises
    ------
    MedappError
        ``package.missing``, ``package.archive`` (no ZIP, or one that is not a package's), or any of `read_package`.
    """
    if not is_there(path):
        raise MedappError("package.missing", name=path.name[:100])
    if path.is_dir():
        yield read_package(path)
        return
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        temporary = TemporaryDirectory(dir=scratch, prefix="package-", ignore_cleanup_errors=True)
    except OSError as error:
        raise MedappError("package.write", name=scratch.name, reason=error.strerror or "") from error
    with temporary as folder:
        target = Path(folder) / "package"
        unpack(path, target)
        yield read_package(target)


def is_there(path: Path) -> bool:
    """Tell whether `path` is a file or a folder; a name that the system does not even take is none."""
    try:
        return path.is_file() or path.is_dir()
    except (OSError, ValueError):
        return False


def holds_package(path: Path) -> bool:
    """Tell whether a ZIP file claims to be a model package: by the names in it alone, nothing is read."""
    try:
        with zipfile.ZipFile(path) as zipped:
            names = {PurePosixPath(name) for name in zipped.namelist()[: 2 * _MEMBER_LIMIT]}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    tops = {PurePosixPath(), *(PurePosixPath(name.parts[0]) for name in names if name.parts)}
    return any({top / MANIFEST, top / METADATA} <= names for top in tops)


def unpack(archive: Path, target: Path) -> None:
    """Unpack the known files of a package's ZIP into the new folder `target`; sizes are bounded while reading.

    Raises
    ------
    MedappError
        ``package.archive`` for what is no ZIP, is encrypted, repeats a name, leaves its folder or holds links;
        ``package.extra`` for a file that has no place in a package; ``package.size`` for one that is too large.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = _members(zipped)
            for name, info in members.items():
                _extract(zipped, info, target / name, WEIGHTS_LIMIT if name == WEIGHTS else SMALL_FILE_LIMIT)
    except MedappError:
        raise
    except Exception as error:  # damage makes zipfile raise a dozen kinds of exceptions
        raise MedappError("package.archive", name=archive.name) from error


def pack(package: Package, path: Path) -> None:
    """Write a package as a ZIP file at `path`, atomically; the same package gives the same bytes."""
    names = (p.relative_to(package.path).as_posix() for p in package.path.rglob("*") if p.is_file())
    write_zip(path, {f"{package.metadata.id}/{name}": package.path / name for name in names})


def write_zip(path: Path, files: Mapping[str, bytes | Path]) -> None:
    """Write files by their names into the ZIP file `path`, atomically; the same files give the same bytes anywhere."""
    with atomic_writer(path) as file, zipfile.ZipFile(file, "w") as zipped:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            zipped.writestr(info, content if isinstance(content, bytes) else content.read_bytes())


def _members(zipped: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files by their name in the package; they lie at the top, or all in one folder."""
    listed = zipped.infolist()
    infos = [info for info in listed if not _is_folder(info)]
    if not infos or len(listed) > _MEMBER_LIMIT or any(is_suspicious(info) for info in listed):
        raise zipfile.BadZipFile
    paths = [PurePosixPath(info.filename) for info in infos]
    tops = {path.parts[0] for path in paths if path.as_posix() not in ALLOWED}
    wrapped = len(tops) == 1 and all(path.parts[0] in tops and len(path.parts) > 1 for path in paths)
    names = [PurePosixPath(*path.parts[1:]).as_posix() if wrapped else path.as_posix() for path in paths]
    if len(set(names)) != len(names):
        raise zipfile.BadZipFile
    if extra := set(names) - ALLOWED:
        raise MedappError("package.extra", file=min(extra)[:100])
    return dict(zip(names, infos, strict=True))


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith("/")


def is_suspicious(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member leaves its folder, is a link or a device, or is encrypted."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    name = info.orig_filename
    leaves = (
        name.startswith("/")
        or not info.filename
        or "\\" in name
        or ":" in name
        or ".." in PurePosixPath(name).parts
        or "\0" in name
    )
    return (
        leaves
        or bool(info.flag_bits & _ENCRYPTED)
        or kind not in {0, stat.S_IFDIR if _is_folder(info) else stat.S_IFREG}
    )


def _extract(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limit: int) -> None:
    dense = info.file_size > _DENSE_FROM and info.file_size > _DENSEST * info.compress_size
    if info.file_size > limit or dense:
        raise MedappError("package.size", file=target.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = target.open("xb")
    except OSError as error:
        raise MedappError("package.write", name=target.name, reason=error.strerror or "") from error
    with copy, zipped.open(info) as source:
        # zipfile stops at the declared size and checks the CRC, so a lie about it ends here
        while piece := source.read(_PIECE):
            _write(copy, piece, target)


def _write(copy: IO[bytes], piece: bytes, target: Path) -> None:
    try:
        copy.write(piece)
    except OSError as error:
        raise MedappError("package.write", name=target.name, reason=error.strerror or "") from error
