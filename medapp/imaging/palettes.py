"""Palettes: from stored values to RGB, PS3.3 C.7.6.3.1.5, C.7.9 and, beside grey values, C.7.6.19."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.attributes import byte_order, numbers, raw_value, text
from medapp.imaging.frame import Palette
from medapp.imaging.functional_groups import FrameScope

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

COLOURS = ("Red", "Green", "Blue")
_FRAME_TYPES = ("CTImageFrameTypeSequence", "MRImageFrameTypeSequence", "PETFrameTypeSequence")


def palette_of(dataset: Dataset, *, signed_input: bool = False) -> Palette:
    """Read the palette of a data set, plain or segmented.

    Parameters
    ----------
    dataset : Dataset
        Holds the descriptors and the tables.
    signed_input : bool
        Whether stored values can be negative: then the first value mapped is signed whatever its
        representation says.

    Returns
    -------
    Palette

    Raises
    ------
    MedappError
        ``dicom.bad_palette`` where a table is missing or too short.
    """
    tables, firsts, bits = [], [], []
    for colour in COLOURS:
        descriptor = numbers(dataset, f"{colour}PaletteColorLookupTableDescriptor")
        if len(descriptor) != 3:
            raise MedappError("dicom.bad_palette")
        tables.append(_table(dataset, colour, int(descriptor[0]) % 65536 or 65536, int(descriptor[2])))
        firsts.append(_with_sign(int(descriptor[1]), signed=signed_input))
        bits.append(int(descriptor[2]))
    length = min(len(table) for table in tables)
    entries = np.stack([table[:length] for table in tables], axis=-1)
    return Palette(firsts[0], _to_8_bits(entries, max(bits)))


def _with_sign(first: int, *, signed: bool) -> int:
    """Read the first value mapped with the sign of the values looked up."""
    whole = first & 0xFFFF
    return whole - 65536 if signed and whole >= 32768 else whole


def _to_8_bits(entries: NDArray[np.uint16], bits: int) -> NDArray[np.uint8]:
    """Scale colours to 8 bits; tables of 16 bits that hold colours of 8 exist: nothing above 255 in any of them."""
    if int(entries.max(initial=0)) <= 255:
        return entries.astype(np.uint8)
    deep = bits if 8 < bits < 16 and int(entries.max()) < 2**bits else 16
    return (entries >> (deep - 8)).astype(np.uint8)


def _table(dataset: Dataset, colour: str, entries: int, bits: int) -> NDArray[np.uint16]:
    plain = raw_value(dataset, f"{colour}PaletteColorLookupTableData")
    segmented = raw_value(dataset, f"Segmented{colour}PaletteColorLookupTableData")
    order = byte_order(dataset)
    if plain is not None:
        table = _plain(_as_bytes(plain, order), order, entries)
    elif segmented is not None:
        data = _as_bytes(segmented, order)
        if bits <= 8 and order == ">":
            data = _swapped(data)
        table = np.array(_Segments(data, f"{order}{'H' if bits > 8 else 'B'}", entries).expanded(), np.uint16)
    else:
        raise MedappError("dicom.bad_palette")
    if len(table) < min(entries, 2):
        raise MedappError("dicom.bad_palette")
    return table[:entries]


def _plain(data: bytes, order: str, entries: int) -> NDArray[np.uint16]:
    """Read words, or bytes where there are too few for words; those lie in words of the file's byte order."""
    if len(data) >= 2 * entries:
        return np.frombuffer(data[: 2 * entries], f"{order}u2").astype(np.uint16)
    return np.frombuffer(_swapped(data) if order == ">" else data, np.uint8).astype(np.uint16)


def _swapped(data: bytes) -> bytes:
    even = data[: len(data) // 2 * 2]
    return np.frombuffer(even, ">u2").astype("<u2").tobytes() + data[len(even) :]


def _as_bytes(value: Any, order: str) -> bytes:  # noqa: ANN401 - bytes, or words of a US attribute
    if isinstance(value, bytes):
        return value
    words = [value] if isinstance(value, int) else list(value)
    return struct.pack(f"{order}{len(words)}H", *(int(w) & 0xFFFF for w in words))


class _Segments:
    """Expands discrete, linear and indirect segments (PS3.3 C.7.9.2) to at most `entries` values."""

    def __init__(self, data: bytes, form: str, entries: int) -> None:
        self._size = struct.calcsize(form)
        self._words: tuple[int, ...] = struct.unpack(
            f"{form[0]}{len(data) // self._size}{form[1]}", data[: len(data) // self._size * self._size]
        )
        self._entries = entries
        self._table: list[int] = []

    def expanded(self) -> list[int]:
        position = 0
        while position + 1 < len(self._words) and len(self._table) < self._entries:
            position = self._segment(position, copies=True)
        return self._table

    def _segment(self, position: int, *, copies: bool) -> int:
        """Expand the segment at `position` and return where the next one begins."""
        opcode, length = self._words[position], self._words[position + 1]
        position += 2
        if opcode == 0:
            self._table += self._words[position : position + length]
            return position + length
        if opcode == 1 and self._table and position < len(self._words):
            self._line(length, self._words[position])
            return position + 1
        if opcode == 2 and copies:
            return self._copied(position, length)
        raise MedappError("dicom.bad_palette")

    def _line(self, length: int, end: int) -> None:
        start = self._table[-1]
        self._table += [round(start + (end - start) * (i + 1) / length) for i in range(length)]

    def _copied(self, position: int, count: int) -> int:
        """Expand `count` earlier segments; where they begin is told in bytes, the low part of the number first."""
        parts = 4 // self._size
        address = self._words[position : position + parts]
        if len(address) < parts:
            raise MedappError("dicom.bad_palette")
        there = sum(word << (8 * self._size * i) for i, word in enumerate(address)) // self._size
        for _ in range(count):
            if there + 1 >= len(self._words):
                raise MedappError("dicom.bad_palette")
            if len(self._table) < self._entries:
                there = self._segment(there, copies=False)
        return position + parts


def supplement_of(scope: FrameScope, *, signed_input: bool) -> Palette | None:
    """Return the colours beside grey values (Supplemental Palette, PS3.3 C.7.6.19), where the frame asks for them.

    A palette that cannot be read is left out: the grey picture stands for itself.
    """
    dataset = scope.dataset
    if text(dataset, "PixelPresentation") not in {"COLOR", "MIXED", "TRUE_COLOR"}:
        return None
    own = {text(item, "PixelPresentation") for macro in _FRAME_TYPES for item in scope.macro(macro)}
    if "MONOCHROME" in own:
        return None
    try:
        return palette_of(dataset, signed_input=signed_input)
    except MedappError:
        return None
