"""From a source to what it is, and to one of its frames: chooses the reader by the first bytes."""

from __future__ import annotations

from typing import IO

from medapp.errors import MedappError, Problem
from medapp.imaging.archive import open_source
from medapp.imaging.dicom import open_dicom
from medapp.imaging.dicom_frame import read_frame
from medapp.imaging.dicom_header import HEADER_TAGS, read_header
from medapp.imaging.found import Found
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.raster import read_picture, read_picture_header
from medapp.imaging.sniff import HEAD_BYTES, broken_promise, kind_of, what_else
from medapp.imaging.study import NotImage


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
            return read_header(open_dicom(stream, limits, HEADER_TAGS), source, limits)
        case "picture":
            return read_picture_header(stream, source, limits)
    promise = broken_promise(source)
    if promise and head:
        return Problem(source, promise)
    return Problem(source, "file.empty") if promise else NotImage(source, what_else(head))


def load(source: str, index: int, limits: ReadLimits) -> Frame:
    """Decode frame `index` (from 0) of a source.

    Raises
    ------
    MedappError
        ``file.not_image`` where it is no image, and what the readers raise.
    """
    try:
        with open_source(source, limits) as stream:
            match kind_of(_head(stream)):
                case "dicom":
                    return read_frame(open_dicom(stream, limits), index, limits)
                case "picture":
                    return read_picture(stream, index, limits)
            raise MedappError(broken_promise(source) or "file.not_image")
    except MemoryError as error:
        raise MedappError("reader.memory") from error
