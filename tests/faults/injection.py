"""A disk that refuses: the n-th write, flush to the disk, rename or new folder below one folder fails."""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DISK_FULL = errno.ENOSPC
WRITING = frozenset("wxa+")


@dataclass
class Faults:
    """Counts what is asked of the disk below `root`, and fails one of it, or all from it on.

    Attributes
    ----------
    at : int
        Number of the operation that fails, from 1; 0 lets all of them pass.
    lasting : bool
        Whether every later one fails too, as on a full disk.
    room : int or None
        Bytes that the disk has left; None for enough.
    count, written : int
        Operations and bytes so far.
    """

    root: Path
    at: int = 0
    lasting: bool = False
    error: int = DISK_FULL
    room: int | None = None
    count: int = 0
    written: int = 0
    is_full: bool = False
    what: list[str] = field(default_factory=list)

    @property
    def struck(self) -> bool:
        """Whether the fault has happened."""
        return self.is_full or 0 < self.at <= self.count

    def meet(self, what: str, path: object) -> None:
        """Count one operation on `path`, and fail where it is its turn."""
        if not self.covers(path):
            return
        self.count += 1
        self.what.append(f"{what} {Path(os.fsdecode(str(path))).name}")
        if self.count == self.at or (self.lasting and self.struck):
            raise OSError(self.error, os.strerror(self.error), str(path))

    def take(self, size: int, path: object) -> int:
        """Count bytes to be written, and return how many of them find room; none at all is a fault."""
        left = size if self.room is None else max(0, min(size, self.room - self.written))
        self.written += left
        if size and not left:
            self.is_full = True
            raise OSError(DISK_FULL, os.strerror(DISK_FULL), str(path))
        return left

    def covers(self, path: object) -> bool:
        """Tell whether a path lies below the folder that is watched."""
        return isinstance(path, str | os.PathLike) and Path(path).is_relative_to(self.root)


class _WatchedFile:
    """An open file each of whose writes is counted."""

    def __init__(self, file: Any, path: object, faults: Faults) -> None:
        self._file, self._path, self._faults = file, path, faults

    def write(self, data: Any) -> int:
        self._faults.meet("write", self._path)
        size = memoryview(data).nbytes
        left = self._faults.take(size, self._path)
        if left == size:
            return int(self._file.write(data))
        self._file.write(memoryview(data).cast("B")[:left])
        return left + self._faults.take(size - left, self._path)

    def close(self) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _WatchedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)


@contextmanager
def injected(faults: Faults) -> Iterator[Faults]:
    """Let the disk below ``faults.root`` fail as `faults` says while the block runs."""
    opened: dict[int, object] = {}
    real_open, real_fsync, real_sendfile = io.open, os.fsync, getattr(os, "sendfile", None)

    def watched_open(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if not (WRITING & set(mode) and faults.covers(file)):
            return real_open(file, mode, *rest, **named)
        faults.meet("create", file)
        stream = real_open(file, mode, *rest, **named)
        opened[stream.fileno()] = file  # a folder's descriptor may be the same later: it is flushed then, and may fail
        return _WatchedFile(stream, file, faults)

    def watched_fsync(descriptor: int) -> None:
        if descriptor in opened:
            faults.meet("fsync", opened[descriptor])
        real_fsync(descriptor)

    def watched_sendfile(out: int, *rest: Any, **named: Any) -> Any:
        if out in opened:
            faults.meet("write", opened[out])
        assert real_sendfile is not None
        sent = real_sendfile(out, *rest, **named)
        if out in opened:
            faults.take(sent, opened[out])
        return sent

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(io, "open", watched_open)
        patch.setattr(builtins, "open", watched_open)
        patch.setattr(os, "fsync", watched_fsync)
        if real_sendfile is not None:
            patch.setattr(os, "sendfile", watched_sendfile)
        for name in ("rename", "replace"):
            patch.setattr(os, name, _watched_move(name, faults))
        patch.setattr(os, "mkdir", _watched_mkdir(faults))
        yield faults


def _watched_move(name: str, faults: Faults) -> Callable[..., None]:
    real = getattr(os, name)

    def move(source: Any, target: Any, **named: Any) -> None:
        faults.meet(name, target)
        real(source, target, **named)

    return move


def _watched_mkdir(faults: Faults) -> Callable[..., None]:
    real = os.mkdir

    def make(path: Any, *rest: Any, **named: Any) -> None:
        if not Path(path).is_dir():
            faults.meet("mkdir", path)
        real(path, *rest, **named)

    return make


def leftovers(root: Path) -> list[str]:
    """Return temporary files and folders that were left below `root`."""
    return sorted(p.name for p in root.rglob("*") if p.name.endswith((".tmp", ".removed")) or p.name[:8] == "package-")


def copy_of(folder: Path, target: Path) -> Path:
    """Return `target` as a fresh copy of `folder`."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return target
