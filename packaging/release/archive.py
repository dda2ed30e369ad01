"""Archives that come out the same from the same files: tar in a fixed order, dated by the commit, owned by root."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import IO, TypeAlias, cast

Content: TypeAlias = Mapping[str, Path | bytes | str]
"""Place in an archive -> a file, bytes, or (text) the target of a link."""

FOLDER_MODE, PROGRAM_MODE, FILE_MODE = 0o755, 0o755, 0o644
LONG_DISTANCE = 27  # 128 MB: the most that zstd and dpkg take without being told


class ArchiveError(RuntimeError):
    """An archive that could not be written."""


def write_tar(stream: IO[bytes] | GzipFile, content: Content, epoch: int, before: str = "") -> None:
    """Write a tar of `content`, with `before` before each place."""
    with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="w|", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted({*_folders(content), *content}):
            _add(tar, before + name, content.get(name), epoch)


def _folders(names: Iterable[str]) -> set[str]:
    parents = {parent.as_posix() for name in names for parent in Path(name).parents}
    return {parent for parent in parents if parent not in {".", "/"}}


def _add(tar: tarfile.TarFile, name: str, what: Path | bytes | str | None, epoch: int) -> None:
    info = tarfile.TarInfo(name)
    info.mtime, info.uname, info.gname = epoch, "root", "root"
    match what:
        case None:
            info.type, info.mode = tarfile.DIRTYPE, FOLDER_MODE
            tar.addfile(info)
        case str():
            info.type, info.mode, info.linkname = tarfile.SYMTYPE, 0o777, what
            tar.addfile(info)
        case bytes():
            info.mode, info.size = FILE_MODE, len(what)
            tar.addfile(info, io.BytesIO(what))
        case Path():
            status = what.stat()
            info.size, info.mode = status.st_size, PROGRAM_MODE if status.st_mode & 0o100 else FILE_MODE
            with what.open("rb") as file:
                tar.addfile(info, file)


@contextmanager
def zstd(target: Path, level: int) -> Iterator[IO[bytes]]:
    """Yield a stream whose bytes are compressed into `target` by the program ``zstd``, which says the same twice.

    Raises
    ------
    ArchiveError
        If there is no ``zstd``, or it fails.
    """
    program = shutil.which("zstd")
    if program is None:
        raise ArchiveError("there is no program zstd; install the package of that name")
    levels = [f"-{level}"] if level <= 19 else ["--ultra", f"-{level}"]
    command = [program, "-q", "-f", "-T0", *levels, f"--long={LONG_DISTANCE}", "-o", str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        yield process.stdin
        process.stdin.close()
    if process.returncode:
        raise ArchiveError(f"zstd ended with status {process.returncode}")


def write_compressed(target: Path, content: Content, epoch: int, level: int, before: str = "") -> None:
    """Write `content` as a compressed tar."""
    with zstd(target, level) as stream:
        write_tar(stream, content, epoch, before)


def tree(folder: Path, below: str) -> dict[str, Path | bytes | str]:
    """Return the files and links of a folder as the content of an archive, below a place in it."""
    content: dict[str, Path | bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.is_symlink():
            content[f"{below}/{place}"] = str(path.readlink())
        elif path.is_file():
            content[f"{below}/{place}"] = path
    return content
