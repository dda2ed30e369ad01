"""From a source to what it is, and to one of its frames: chooses the reader by the first bytes."""

from __future__ import annotations

import io
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import IO

from medapp.errors import MedappError, Problem
from medapp.imaging.archive import open_source, split_source
from medapp.imaging.attributes import integer
from medapp.imaging.dicom import DicomFile, open_dicom
from medapp.imaging.dicom_frame import read_frame
from medapp.imaging.dicom_header import open_header, read_header
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.raster import read_picture, read_picture_header
from medapp.imaging.sniff import HEAD_BYTES, broken_promise, holds_program, kind_of, what_else
from medapp.imaging.study import Note, NotImage

READ_AT_ONCE = 2 * 2**20


def find(source: str, limits: ReadLimits) -> Found:
    """Tell what a source is; what goes wrong with it becomes a `Problem`."""
    try:
        with open_source(source, limits) as stream:
            return _find_in(stream, source, limits)
    except MemoryError:
        return Problem(source, "reader.memory")
    except MedappError as error:
        return Problem.from_error(source, error)


def _head(stream: IO[bytes]) -> bytes:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    return head


def _find_in(stream: IO[bytes], source: str, limits: ReadLimits) -> Found:
    head = _head(stream)
    match kind_of(head):
        case "dicom":
            return _flagged(read_header(open_header(stream, limits), source, limits), head)
        case "picture":
            return read_picture_header(stream, source, limits)
    promise = broken_promise(source)
    if promise and head:
        return Problem(source, promise)
    return Problem(source, "file.empty") if promise else NotImage(source, what_else(head))


def _flagged(found: Found, head: bytes) -> Found:
    """Tell of a program in the preamble; nothing of a file is ever started."""
    if not (holds_program(head) and isinstance(found, FoundImage)):
        return found
    return replace(found, notes=(Note.of("program_in_preamble"), *found.notes))


def load(source: str, index: int, limits: ReadLimits) -> Frame:
    """Decode frame `index` (from 0) of a source.

    Raises
    ------
    MedappError
        ``file.not_image`` where it is no image, and what the readers raise.
    """
    with closing(Loader(limits)) as loader:
        return loader.load(source, index)


def _in_memory(stream: IO[bytes]) -> IO[bytes]:
    """Return a small file read at once: pydicom reads in hundreds of small steps."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return stream if size > READ_AT_ONCE else io.BytesIO(stream.read())


class Loader:
    """Decodes frames, and keeps the last file open where it has several: the next one needs no second parsing."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._key: tuple[str, int, int] | None = None
        self._file: DicomFile | None = None
        self._open = ExitStack()

    def close(self) -> None:
        """Close the file that is kept open."""
        self._open.close()
        self._key = self._file = None

    def load(self, source: str, index: int) -> Frame:
        """Decode frame `index` (from 0) of a source; raises as `load` does."""
        try:
            key = (source, *_stamp(source))
            if self._file is not None and key == self._key:
                return _with_pixels(read_frame(self._file, index, self._limits))
            self.close()
            return _with_pixels(self._load(source, index, key))
        except MemoryError as error:
            self.close()
            raise MedappError("reader.memory") from error

    def _load(self, source: str, index: int, key: tuple[str, int, int]) -> Frame:
        with ExitStack() as opened:
            stream = opened.enter_context(open_source(source, self._limits))
            match kind_of(_head(stream)):
                case "dicom":
                    file = open_dicom(_in_memory(stream), self._limits)
                case "picture":
                    return read_picture(stream, index, self._limits)
                case _:
                    raise MedappError(broken_promise(source) or "file.not_image")
            frame = read_frame(file, index, self._limits)
            if (integer(file.dataset, "NumberOfFrames") or 1) > 1:
                self._key, self._file, self._open = key, file, opened.pop_all()
            return frame


def _with_pixels(frame: Frame) -> Frame:
    if not frame.stored.size:
        raise MedappError("file.no_size")
    return frame


def _stamp(source: str) -> tuple[int, int]:
    """Return when the file of a source was changed and its size, to see that it is still the same."""
    try:
        state = split_source(source)[0].stat()
    except (OSError, ValueError):
        return 0, 0
    return state.st_mtime_ns, state.st_size
