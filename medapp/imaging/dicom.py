"""A DICOM file, opened: its data set up to the pixels, and where the pixels lie. Pydicom parses, we decide."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, TYPE_CHECKING

from medapp.errors import MedappError
from medapp.imaging.attributes import raw_value
from medapp.imaging.codecs import GE_BIG_ENDIAN_PIXELS
from medapp.imaging.fragments import Encapsulated, find_frames
from medapp.imaging.limits import ReadLimits

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PREAMBLE = 128
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
_IMPLICIT_ONES = frozenset({IMPLICIT, GE_BIG_ENDIAN_PIXELS})
PIXEL_TAGS = {0x7FE00008: "float", 0x7FE00009: "double", 0x7FE00010: "integer"}
UNDEFINED = 0xFFFFFFFF
_LONG_VALUE = 64 * 1024
_FIRST_GROUPS = (0x0002, 0x0004, 0x0008)
_REPRESENTATIONS = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
)
_LONG_REPRESENTATIONS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())


@dataclass(frozen=True)
class PixelElement:
    """Where the pixel data lie.

    Attributes
    ----------
    kind : str
        ``integer``, ``float`` or ``double``: which of the three attributes it is.
    representation : str
        ``OB``, ``OW``, …; empty in implicit encoding.
    offset : int
        Position of the first byte of the value.
    length : int or None
        Its length in bytes; None for encapsulated pixel data.
    """

    kind: str
    representation: str
    offset: int
    length: int | None


@dataclass(frozen=True, eq=False)
class DicomFile:
    """An open file: the data set without pixels, and how to reach them. `stream` stays open.

    `start` is where the data set begins in `stream`, which is inflated already where the file was deflated.
    """

    stream: IO[bytes]
    size: int
    start: int
    dataset: Dataset
    transfer_syntax: str
    little_endian: bool
    pixels: PixelElement | None
    media_class: str


def looks_like_dicom(head: bytes) -> bool:
    """Tell whether a file begins with a preamble or directly with a data set (PS3.10 7.1, old files without)."""
    return head[PREAMBLE : PREAMBLE + 4] == b"DICM" or _guess_encoding(head) is not None


def _guess_encoding(head: bytes) -> str | None:
    """Return the transfer syntax of a data set that starts at once, judged by its first two elements."""
    if len(head) < 16:
        return None
    for order, syntax in (("<", EXPLICIT), (">", BIG_ENDIAN)):
        group, element = struct.unpack_from(f"{order}HH", head)
        if group in _FIRST_GROUPS and element < 0x1200:
            if head[4:6] in _REPRESENTATIONS:
                return syntax
            if order == "<" and _implicit_follows(head, group):
                return IMPLICIT
    return None


def _implicit_follows(head: bytes, group: int) -> bool:
    """Whether the first implicit element is short and another of the same or a later group follows it."""
    (length,) = struct.unpack_from("<I", head, 4)
    if length == UNDEFINED or length % 2 or 8 + length + 8 > len(head):
        return False
    following, _, size = struct.unpack_from("<HHI", head, 8 + length)
    return bool(group <= following <= 0x0020 and (size < 2**20 or size == UNDEFINED))


def open_dicom(stream: IO[bytes], limits: ReadLimits, tags: Sequence[str | int] | None = None) -> DicomFile:
    """Parse a file up to its pixel data.

    Parameters
    ----------
    stream : binary stream, seekable
    limits : ReadLimits
    tags : sequence of str or int, optional
        Keywords, or tags of private attributes, to keep; all others are skipped. None keeps all.

    Returns
    -------
    DicomFile

    Raises
    ------
    MedappError
        ``dicom.damaged``, ``dicom.cut_off``, ``dicom.nested`` where the file cannot be parsed,
        ``dicom.empty`` where nothing follows the meta information, ``dicom.inflated`` where a
        deflated data set is larger than the limit, ``dicom.too_many`` where it has more elements.

    Notes
    -----
    Reads files without preamble, without meta information, without a transfer syntax, and meta
    information without group length (PS3.10 7.1; DICOM before 1993 has none of them).
    """
    from pydicom.filereader import read_dataset

    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    head = stream.read(1024)
    stream.seek(PREAMBLE + 4 if head[PREAMBLE : PREAMBLE + 4] == b"DICM" else 0)
    with _understood():
        meta = read_dataset(stream, False, True, stop_when=lambda tag, *_: tag >> 16 != 2)
        syntax = str(meta.get("TransferSyntaxUID", "") or "").strip("\0 ")
        media_class = str(meta.get("MediaStorageSOPClassUID", "") or "").strip("\0 ")
        if not syntax:
            syntax = _guess_here(stream)
        elif syntax == DEFLATED and _guess_encoding(_peek(stream)) is None:
            stream, size = _inflated(stream, limits)
        else:
            syntax = _corrected(syntax, _guess_encoding(_peek(stream)))
        start = stream.tell()
        if start >= size:
            raise MedappError("dicom.empty")
        implicit, little = syntax in _IMPLICIT_ONES, syntax != BIG_ENDIAN
        stop = _stop_at_pixels(limits.elements)
        dataset = read_dataset(stream, implicit, little, stop_when=stop, specific_tags=_tag_numbers(tags))
    pixels = _pixel_element(stream, little)
    return DicomFile(stream, size, start, dataset, syntax, little, pixels, media_class)


def _stop_at_pixels(most: int) -> Callable[..., bool]:
    """Return what tells pydicom to stop: at the pixels; with more elements than `most` before them it is an error."""
    left = itertools.count(most, -1)

    def stop(tag: int, *_: object) -> bool:
        if next(left) <= 0:
            raise MedappError("dicom.too_many", limit=most)
        return tag in PIXEL_TAGS

    return stop


@contextmanager
def _understood() -> Iterator[None]:
    """Turn whatever parsing raises for a damaged file into a problem; faults of disk and memory pass."""
    try:
        yield
    except (MedappError, MemoryError):
        raise
    except RecursionError as error:
        raise MedappError("dicom.nested") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise MedappError("dicom.cut_off") from error  # pydicom's word for an end inside a sequence
    except Exception as error:
        raise MedappError("dicom.damaged", kind=type(error).__name__) from error


def is_cut_off(file: DicomFile) -> bool:
    """Whether a file without pixels ends inside its last element; long values are skipped, not read."""
    from pydicom.dataelem import RawDataElement
    from pydicom.filereader import read_dataset

    file.stream.seek(file.start)
    implicit = file.transfer_syntax in _IMPLICIT_ONES
    with _understood():
        whole = read_dataset(file.stream, implicit, file.little_endian, defer_size=_LONG_VALUE)
    last = max(whole.values(), key=lambda element: element.tag, default=None)
    if not isinstance(last, RawDataElement) or last.length == UNDEFINED:
        return False
    return bool(last.value_tell + last.length > file.size)


def _tag_numbers(tags: Sequence[str | int] | None) -> list[int] | None:
    from pydicom.datadict import tag_for_keyword

    if tags is None:
        return None
    numbers = (tag if isinstance(tag, int) else tag_for_keyword(tag) for tag in tags)
    return [tag for tag in numbers if tag is not None]


def _peek(stream: IO[bytes]) -> bytes:
    here = stream.tell()
    head = stream.read(1024)
    stream.seek(here)
    return head


def _guess_here(stream: IO[bytes]) -> str:
    """Guess the encoding at the stream's position; implicit little endian where nothing fits."""
    return _guess_encoding(_peek(stream)) or IMPLICIT


def _corrected(syntax: str, guess: str | None) -> str:
    """Return the transfer syntax, or what the data set shows where that has another byte order or is not deflated."""
    if guess is None or (syntax != DEFLATED and (syntax == BIG_ENDIAN) == (guess == BIG_ENDIAN)):
        return syntax
    return guess


def _inflated(stream: IO[bytes], limits: ReadLimits) -> tuple[IO[bytes], int]:
    """Return the rest of the stream inflated (PS3.5 A.5), never more than the limit."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    data = inflater.decompress(stream.read(), limits.inflated_bytes + 1)
    if len(data) > limits.inflated_bytes:
        raise MedappError("dicom.inflated", megabytes=limits.inflated_bytes // 2**20)
    return io.BytesIO(data), len(data)


def _pixel_element(stream: IO[bytes], little_endian: bool) -> PixelElement | None:
    """Read the element header that parsing stopped at; None at the end of the file."""
    start = stream.tell()
    head = stream.read(12)
    order = "<" if little_endian else ">"
    if len(head) < 8:
        return None
    group, element = struct.unpack_from(f"{order}HH", head)
    kind = PIXEL_TAGS.get(group << 16 | element)
    if kind is None:
        return None
    representation = head[4:6]
    if representation not in _REPRESENTATIONS:  # implicit encoding
        (length,), used, name = struct.unpack_from(f"{order}I", head, 4), 8, ""
    elif representation in _LONG_REPRESENTATIONS and len(head) == 12:
        (length,), used, name = struct.unpack_from(f"{order}I", head, 8), 12, representation.decode()
    else:
        (length,), used, name = struct.unpack_from(f"{order}H", head, 6), 8, representation.decode()
    return PixelElement(kind, name, start + used, None if length == UNDEFINED else length)


@lru_cache(maxsize=1)
def encapsulated_frames(file: DicomFile, frames: int) -> Encapsulated:
    """Return where the frames of encapsulated pixel data lie; the last file's answer is kept.

    Raises
    ------
    MedappError
        ``dicom.no_fragments``, ``dicom.truncated``.
    """
    assert file.pixels is not None
    table = _extended_offsets(file.dataset)
    return find_frames(file.stream, file.pixels.offset, frames, extended=table, little_endian=file.little_endian)


def _extended_offsets(dataset: Dataset) -> tuple[int, ...]:
    """Return the Extended Offset Table (PS3.3 C.7.6.3.1.8), empty where there is none."""
    data = raw_value(dataset, "ExtendedOffsetTable")
    if not isinstance(data, bytes) or not data:
        return ()
    return struct.unpack(f"<{len(data) // 8}Q", data[: len(data) // 8 * 8])
