"""DICOM byte by byte: what a library would refuse to write."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Elements: TypeAlias = Mapping[int, bytes]
"""Encoded elements by tag; the order of the tags is the order in the file."""

UNDEFINED = 0xFFFFFFFF
SIDE = 16
PIXELS = 0x7FE00010
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
SOP_CLASS, SOP_INSTANCE, MODALITY, NAME, PATIENT_ID = 0x00080016, 0x00080018, 0x00080060, 0x00100010, 0x00100020
STUDY, SERIES, CHARACTER_SET = 0x0020000D, 0x0020000E, 0x00080005
SAMPLES, PHOTOMETRIC, FRAMES, ROWS, COLUMNS = 0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011
ALLOCATED, STORED, HIGH, SIGN = 0x00280100, 0x00280101, 0x00280102, 0x00280103
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())


@dataclass(frozen=True)
class Encoding:
    """How the data set is written."""

    name: str
    uid: str
    explicit: bool = True
    order: str = "<"


EXPLICIT = Encoding("explicit", "1.2.840.10008.1.2.1")
IMPLICIT = Encoding("implicit", "1.2.840.10008.1.2", explicit=False)
BIG = Encoding("big endian", "1.2.840.10008.1.2.2", order=">")
NATIVE = (EXPLICIT, IMPLICIT, BIG)


def tag_bytes(tag: int, order: str = "<") -> bytes:
    """Return a tag as it is written."""
    return struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)


def element(encoding: Encoding, tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    """Return one element; `length` is what it says its length is, where that is not the truth."""
    said, head = len(value) if length is None else length, tag_bytes(tag, encoding.order)
    if not encoding.explicit:
        return head + struct.pack(f"{encoding.order}I", said) + value
    code = vr.encode("latin-1")
    if code in _LONG:
        return head + code + struct.pack(f"{encoding.order}HI", 0, said) + value
    return head + code + struct.pack(f"{encoding.order}H", said & 0xFFFF) + value


def text(encoding: Encoding, tag: int, vr: str, value: str | bytes) -> bytes:
    """Return a text element, padded to an even length."""
    data = value if isinstance(value, bytes) else value.encode("latin-1")
    return element(encoding, tag, vr, data + (b"\0" if vr == "UI" else b" ") * (len(data) % 2))


def words(encoding: Encoding, tag: int, *values: int) -> bytes:
    """Return an element of unsigned 16-bit words."""
    return element(encoding, tag, "US", struct.pack(f"{encoding.order}{len(values)}H", *values))


def ramp(dtype: str = "u2", side: int = SIDE) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Return a picture in which no two rows are alike."""
    return np.arange(side * side, dtype=dtype).reshape(side, side)


def image(encoding: Encoding, *, dtype: str = "u2", sop: str = SECONDARY_CAPTURE) -> dict[int, bytes]:
    """Return the elements of a small grey image, without its pixels."""
    bits = 8 * int(dtype[-1])
    return {
        SOP_CLASS: text(encoding, SOP_CLASS, "UI", sop),
        SOP_INSTANCE: text(encoding, SOP_INSTANCE, "UI", "1.2.3.4.5"),
        MODALITY: text(encoding, MODALITY, "CS", "OT"),
        NAME: text(encoding, NAME, "PN", "Nobody^Made"),
        PATIENT_ID: text(encoding, PATIENT_ID, "LO", "made"),
        STUDY: text(encoding, STUDY, "UI", "1.2.3"),
        SERIES: text(encoding, SERIES, "UI", "1.2.3.4"),
        SAMPLES: words(encoding, SAMPLES, 1),
        PHOTOMETRIC: text(encoding, PHOTOMETRIC, "CS", "MONOCHROME2"),
        ROWS: words(encoding, ROWS, SIDE),
        COLUMNS: words(encoding, COLUMNS, SIDE),
        ALLOCATED: words(encoding, ALLOCATED, bits),
        STORED: words(encoding, STORED, bits),
        HIGH: words(encoding, HIGH, bits - 1),
        SIGN: words(encoding, SIGN, int(dtype[0] == "i")),
    }


def pixels(encoding: Encoding, data: bytes | None = None, *, vr: str = "OW", length: int | None = None) -> bytes:
    """Return plain pixel data: the ramp, or `data`."""
    if data is None:
        data = ramp().astype(f"{encoding.order}u2").tobytes()
    return element(encoding, PIXELS, vr, data, length=length)


def plain(encoding: Encoding, **changed: bytes | None) -> dict[int, bytes]:
    """Return a whole small image; `changed` holds elements by the names of this module's tags, None leaves one out."""
    elements = {**image(encoding), PIXELS: pixels(encoding)}
    for name, data in changed.items():
        tag = globals()[name]
        if data is None:
            del elements[tag]
        else:
            elements[tag] = data
    return elements


def item(data: bytes, *, order: str = "<", length: int | None = None) -> bytes:
    """Return an item of a sequence, or a fragment."""
    return tag_bytes(ITEM, order) + struct.pack(f"{order}I", len(data) if length is None else length) + data


def delimiter(tag: int = SEQUENCE_END, order: str = "<") -> bytes:
    """Return the end of a sequence, or of an item."""
    return tag_bytes(tag, order) + bytes(4)


def fragments(*streams: bytes, table: bytes = b"", end: bytes | None = None) -> bytes:
    """Return encapsulated pixel data: table, fragments, delimiter (`end` in its place)."""
    padded = (stream + b"\0" * (len(stream) % 2) for stream in streams)
    body = item(table) + b"".join(item(stream) for stream in padded) + (delimiter() if end is None else end)
    return element(EXPLICIT, PIXELS, "OB", body, length=UNDEFINED)


def meta(
    uid: str, *, group_length: bool | int = True, encoding: Encoding = EXPLICIT, sop: str = SECONDARY_CAPTURE
) -> bytes:
    """Return the file meta information; a number as `group_length` is what it says, an empty `uid` is left out."""
    body = element(encoding, 0x00020001, "OB", b"\0\1") + text(encoding, 0x00020002, "UI", sop)
    body += text(encoding, 0x00020003, "UI", "1.2.3.4.5")
    if uid:
        body += text(encoding, 0x00020010, "UI", uid)
    body += text(encoding, 0x00020012, "UI", "1.2.3.9")
    if group_length is False:
        return body
    said = len(body) if group_length is True else group_length
    return element(encoding, 0x00020000, "UL", struct.pack(f"{encoding.order}I", said)) + body


def data_set(elements: Elements) -> bytes:
    """Return elements in the order of their tags."""
    return b"".join(elements[tag] for tag in sorted(elements))


def whole(encoding: Encoding, elements: Elements, *, uid: str = "", preamble: bytes = b"") -> bytes:
    """Return a file: preamble, meta information, data set."""
    return preamble.ljust(128, b"\0")[:128] + b"DICM" + meta(uid or encoding.uid) + data_set(elements)


def joined(parts: Sequence[bytes]) -> bytes:
    """Return parts behind each other."""
    return b"".join(parts)
