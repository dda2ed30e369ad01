"""A header read at one go: the attributes that an index needs, of a file that is encoded as nearly all are.

Walks the elements of a little endian data set up to its pixels and keeps the wanted ones as bytes. Whatever is unusual
(other encodings, sequences that are wanted, no pixels, elements out of order) is left to pydicom: `open_quickly`
returns None then, and `medapp.imaging.dicom.open_dicom` reads the file from the start.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import cache
from typing import IO, Any

from medapp.imaging.attributes import LONGEST_TEXT
from medapp.imaging.character_sets import sets_of
from medapp.imaging.codecs import GE_BIG_ENDIAN_PIXELS
from medapp.imaging.dicom import (
    BIG_ENDIAN,
    DEFLATED,
    IMPLICIT,
    PIXEL_TAGS,
    PREAMBLE,
    UNDEFINED,
    DicomFile,
    PixelElement,
)

_CHUNK = 16 * 1024
_LONGEST = 16 * 2**20
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_TEXTS = frozenset(b"AE AS CS DA DS DT IS LO PN SH TM UC UI".split())
_CODED = frozenset((b"LO", b"PN", b"SH", b"UC"))
"""The texts that Specific Character Set speaks about (PS3.5 6.1.2.3)."""
_NUMBERS = {b"US": "H", b"SS": "h", b"UL": "I", b"SL": "i", b"FL": "f", b"FD": "d"}
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_CHARACTER_SET = 0x00080005
_SOP_CLASS = 0x00080016
_EXPLICIT_HEAD, _IMPLICIT_HEAD = struct.Struct("<HH2sH"), struct.Struct("<HHI")
_LENGTH = struct.Struct("<I")
_DEPTH = 16
_OTHER_ENCODINGS = frozenset((BIG_ENDIAN, DEFLATED, GE_BIG_ENDIAN_PIXELS))


class _UnusualError(Exception):
    """The file is left to pydicom."""


class _ShortError(Exception):
    """More of the file has to be read."""


class _Element:
    """One value, as pydicom's elements offer theirs."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - any value
        self.value = value


class PlainHeader:
    """The wanted attributes of a data set; `medapp.imaging.attributes` reads it like pydicom's."""

    def __init__(self, found: dict[int, tuple[bytes, bytes]], *, implicit: bool) -> None:
        self._found = found
        self.original_encoding = (implicit, True)

    def __contains__(self, tag: object) -> bool:
        return tag in self._found

    def __getitem__(self, tag: int) -> _Element:
        representation, data = self._found[tag]
        return _Element(self._value(representation, data))

    def _value(self, representation: bytes, data: bytes) -> Any:  # noqa: ANN401 - any value
        if representation in _TEXTS:
            return self._texts(representation, data)
        code = _NUMBERS.get(representation)
        if code is None:
            return data
        numbers = struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data)
        return numbers[0] if len(numbers) == 1 else list(numbers)

    def _texts(self, representation: bytes, data: bytes) -> Any:  # noqa: ANN401 - a text, a list of texts, a name
        if representation in _CODED and not _is_plain(representation, data):
            return self._foreign(representation, data)
        text = data.decode("latin-1").rstrip("\0 ")
        return text.split("\\") if "\\" in text else text

    def _foreign(self, representation: bytes, data: bytes) -> Any:  # noqa: ANN401 - as above
        """Return a text beyond ASCII, decoded by pydicom with the character sets of the file (PS3.3 C.12.1.1.2)."""
        from pydicom.charset import convert_encodings
        from pydicom.values import convert_PN, convert_text

        declared = self._found.get(_CHARACTER_SET, (b"CS", b""))[1].decode("latin-1")
        encodings = convert_encodings(sets_of(declared, data))
        return (convert_PN if representation == b"PN" else convert_text)(data, encodings)


def _is_plain(representation: bytes, data: bytes) -> bool:
    """Whether a text needs no character set, nor a name its component groups."""
    return data.isascii() and b"\x1b" not in data and not (representation == b"PN" and b"=" in data)


def open_quickly(
    stream: IO[bytes], tags: Sequence[str | int], ignored: frozenset[str], left: Callable[[str], bool]
) -> DicomFile | None:
    """Read the wanted attributes of a file, or return None where pydicom has to.

    Parameters
    ----------
    stream : binary stream at its start, seekable
    tags : sequence of str or int
        Keywords and tags to keep.
    ignored : frozenset of str
        Keywords among them of sequences that matter only for the classes that are `left`.
    left : callable
        Tells by the SOP class whether a file is left to pydicom.

    Returns
    -------
    DicomFile or None
        With a `PlainHeader` as its data set. The stream's position is undefined.
    """
    data = stream.read(_CHUNK)
    while True:
        try:
            return _walked(stream, data, _wanted(tuple(tags), ignored), left)
        except _ShortError:
            more = stream.read(len(data)) if len(data) < _LONGEST else b""
            if not more:
                return None
            data += more
        except (_UnusualError, struct.error, UnicodeDecodeError):
            return None


@cache
def _wanted(tags: tuple[str | int, ...], ignored: frozenset[str]) -> dict[int, bytes]:
    """Return the representation of each wanted tag; empty for private ones, as implicit encoding does not tell it."""
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    wanted = {_CHARACTER_SET: b"CS"}
    for tag in tags:
        number = tag if isinstance(tag, int) else tag_for_keyword(tag)
        if number is not None and tag not in ignored:
            wanted[number] = b"UN" if isinstance(tag, int) else dictionary_VR(number).encode()
    return wanted


def _walked(stream: IO[bytes], data: bytes, wanted: dict[int, bytes], left: Callable[[str], bool]) -> DicomFile | None:
    if data[PREAMBLE : PREAMBLE + 4] != b"DICM":
        return None
    start, meta = _meta(data)
    syntax = meta.get(0x00020010, "")
    if syntax in _OTHER_ENCODINGS or not syntax.replace(".", "").isdigit():
        return None
    implicit = syntax == IMPLICIT
    found, pixels = (_implicit if implicit else _explicit)(data, start, wanted)
    header = PlainHeader(found, implicit=implicit)
    media_class = meta.get(0x00020002, "")
    sop_class = str(header[_SOP_CLASS].value) if _SOP_CLASS in header else media_class
    if left(sop_class):
        return None
    size = stream.seek(0, 2)
    return DicomFile(stream, size, start, header, syntax, True, pixels, media_class)


def _meta(data: bytes) -> tuple[int, dict[int, str]]:
    """Return where the data set starts, and the texts of the meta information (PS3.10 7.1), which has a length."""
    at = PREAMBLE + 4
    group, element, representation, length = _EXPLICIT_HEAD.unpack_from(data, at)
    if (group, element, representation, length) != (2, 0, b"UL", 4):
        raise _UnusualError
    end = at + 12 + _LENGTH.unpack_from(data, at + 8)[0]
    if end + 8 > len(data) or data[end : end + 2] == b"\x02\0":
        raise _UnusualError
    at, texts, last = at + 12, {}, 0
    while at < end:
        group, element, representation, length = _EXPLICIT_HEAD.unpack_from(data, at)
        if group != 2 or element <= last:
            raise _UnusualError
        at, last = at + 8, element
        if representation in _LONG:
            (length,) = _LENGTH.unpack_from(data, at)
            at += 4
        elif representation not in _SHORT:
            raise _UnusualError
        if representation == b"UI":
            texts[group << 16 | element] = data[at : at + length].decode("ascii").strip("\0 ")
        at += length
    if at != end:
        raise _UnusualError
    return end, texts


def _explicit(data: bytes, at: int, wanted: dict[int, bytes]) -> tuple[dict[int, tuple[bytes, bytes]], PixelElement]:
    """Walk an explicit little endian data set up to its pixels."""
    found: dict[int, tuple[bytes, bytes]] = {}
    unpack, end, last = _EXPLICIT_HEAD.unpack_from, len(data) - 12, 0
    while at <= end:
        group, element, representation, length = unpack(data, at)
        tag = group << 16 | element
        if tag <= last:
            raise _UnusualError
        last = tag
        if representation in _SHORT:
            at += 8
        elif representation in _LONG:
            (length,) = _LENGTH.unpack_from(data, at + 8)
            at += 12
        else:
            raise _UnusualError
        if tag in PIXEL_TAGS:
            return found, PixelElement(PIXEL_TAGS[tag], representation.decode(), at, _known(length))
        if tag in wanted:
            if representation == b"SQ" or length == UNDEFINED or (representation == b"UN" and wanted[tag] != b"UN"):
                raise _UnusualError
            if length > LONGEST_TEXT and representation in _TEXTS:
                at += length
                continue
            if at + length > len(data):
                raise _ShortError
            found[tag] = representation, data[at : at + length]
        elif length == UNDEFINED:
            if representation != b"SQ":
                raise _UnusualError
            at = _after_sequence(data, at, explicit=True)
            continue
        at += length
    raise _ShortError


def _implicit(data: bytes, at: int, wanted: dict[int, bytes]) -> tuple[dict[int, tuple[bytes, bytes]], PixelElement]:
    """Walk an implicit little endian data set up to its pixels."""
    found: dict[int, tuple[bytes, bytes]] = {}
    unpack, end, last = _IMPLICIT_HEAD.unpack_from, len(data) - 8, 0
    while at <= end:
        group, element, length = unpack(data, at)
        tag, at = group << 16 | element, at + 8
        if tag <= last:
            raise _UnusualError
        last = tag
        if tag in PIXEL_TAGS:
            return found, PixelElement(PIXEL_TAGS[tag], "", at, _known(length))
        if tag in wanted:
            if wanted[tag] == b"SQ" or length == UNDEFINED:
                raise _UnusualError
            if length > LONGEST_TEXT and wanted[tag] in _TEXTS:
                at += length
                continue
            if at + length > len(data):
                raise _ShortError
            found[tag] = wanted[tag], data[at : at + length]
        elif length == UNDEFINED:
            at = _after_sequence(data, at, explicit=False)
            continue
        at += length
    raise _ShortError


def _known(length: int) -> int | None:
    return None if length == UNDEFINED else length


def _after_sequence(data: bytes, at: int, *, explicit: bool, depth: int = 0) -> int:
    """Return where a sequence of undefined length that begins at `at` ends (PS3.5 7.5)."""
    if depth > _DEPTH:
        raise _UnusualError
    while at + 8 <= len(data):
        group, element, length = _IMPLICIT_HEAD.unpack_from(data, at)
        tag, at = group << 16 | element, at + 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise _UnusualError
        at = _after_item(data, at, explicit=explicit, depth=depth) if length == UNDEFINED else at + length
    raise _ShortError


def _after_item(data: bytes, at: int, *, explicit: bool, depth: int) -> int:
    while at + 12 <= len(data):
        group, element, representation, length = _EXPLICIT_HEAD.unpack_from(data, at)
        if group << 16 | element == _ITEM_END:
            return at + 8
        if not explicit or representation in _LONG:
            (length,) = _LENGTH.unpack_from(data, at + (8 if explicit else 4))
            at += 12 if explicit else 8
        elif representation in _SHORT:
            at += 8
        else:
            raise _UnusualError
        if length == UNDEFINED:
            if explicit and representation != b"SQ":
                raise _UnusualError
            at = _after_sequence(data, at, explicit=explicit, depth=depth + 1)
        else:
            at += length
    raise _ShortError
