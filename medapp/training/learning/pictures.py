"""The network pictures of a run, decoded once into a memory-mapped file."""

from __future__ import annotations

import mmap
import os
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.errors import MedappError
from medapp.imaging.frame import Frame

_SPARE_BYTES, _CHUNK_BYTES = 200 * 2**20, 16 * 2**20
_MAPPED_BYTES = 64 * 2**20


class PictureCache:
    """Network pictures by position, in a file that does not outlive the process. Use as a context manager.

    However many there are, about `_MAPPED_BYTES` of them are in the process' memory at a time.

    Parameters
    ----------
    folder : Path
        Where the file goes.
    count : int
        How many positions.
    spec : PreprocessSpec
        How a frame becomes a network picture.

    Raises
    ------
    MedappError
        ``train.disk`` where the disk has no room.
    """

    def __init__(self, folder: Path, count: int, spec: PreprocessSpec) -> None:
        shape = (count, spec.size, spec.size) + ((3,) if spec.colour == "rgb" else ())
        wanted = int(np.prod(shape)) + _SPARE_BYTES
        if shutil.disk_usage(folder).free < wanted:
            raise MedappError("train.disk", megabytes=round(wanted / 1e6))
        self._path = folder / "pictures.tmp"
        self._spec = spec
        _reserve(self._path, max(1, int(np.prod(shape))))
        with self._path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), max(1, int(np.prod(shape))))
        self._pictures = np.frombuffer(self._map, np.uint8, int(np.prod(shape))).reshape(shape)
        self._touched = 0
        with suppress(OSError):
            self._path.unlink()  # gone even when the process is killed; Windows waits for the end of the block

    def __enter__(self) -> PictureCache:
        return self

    def __exit__(self, *_: object) -> None:
        del self._pictures
        self._map.close()  # Windows cannot remove a mapped file
        self._path.unlink(missing_ok=True)

    def put(self, position: int, frame: Frame) -> None:
        """Store the network picture of `frame`. Any thread may call it."""
        self._pictures[position] = network_picture(frame, self._spec)
        self._touch(1)

    def take(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the pictures at `positions`, shape (n, size, size) or (n, size, size, 3)."""
        taken = self._pictures[positions]
        self._touch(len(positions))
        return taken

    def _touch(self, pictures: int) -> None:
        """Give pages back now and then: the system keeps what they hold, the process no longer has them."""
        self._touched += pictures * int(np.prod(self._pictures.shape[1:]))
        if self._touched >= _MAPPED_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._touched = 0
            self._map.madvise(mmap.MADV_DONTNEED)


def _reserve(path: Path, size: int) -> None:
    """Make a file that has its room on the disk: a map that finds none when it is written to ends the process."""
    try:
        with path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                for done in range(0, size, _CHUNK_BYTES):
                    file.write(bytes(min(_CHUNK_BYTES, size - done)))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise MedappError("train.disk", megabytes=round(size / 1e6)) from error
