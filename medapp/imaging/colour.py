"""Colour: from YBR and palettes to RGB of 8 bits, exactly once."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.attributes import byte_order, numbers, raw_value

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_FULL = np.array([[1, 0, 1.402], [1, -0.114 * 1.772 / 0.587, -0.299 * 1.402 / 0.587], [1, 1.772, 0]])
_PARTIAL = np.array([[1.1644, 0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0]])
COLOURS = ("Red", "Green", "Blue")


def to_8_bits(values: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """Scale unsigned colour values of `bits` bits to 8 by dropping the low bits (as all viewers do)."""
    if bits > 8:
        return np.asarray(values >> (bits - 8), np.uint8)
    if bits < 8:
        return np.asarray(values.astype(np.uint32) * 255 // (2**bits - 1), np.uint8)
    return np.asarray(values, np.uint8)


def ybr_to_rgb(values: NDArray[np.uint8], photometric: str) -> NDArray[np.uint8]:
    """Convert YBR_FULL, YBR_FULL_422, YBR_PARTIAL_420 and the like (PS3.3 C.7.6.3.1.2).

    Parameters
    ----------
    values : ndarray of uint8, shape (rows, columns, 3)
    photometric : str

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
    """
    partial = photometric.startswith("YBR_PARTIAL")
    matrix, offset = (_PARTIAL, (16, 128, 128)) if partial else (_FULL, (0, 128, 128))
    rgb = (values.astype(np.float32) - np.array(offset, np.float32)) @ matrix.T.astype(np.float32)
    return np.asarray(np.clip(np.rint(rgb), 0, 255), np.uint8)


def expand_palette(stored: NDArray[Any], dataset: Dataset) -> NDArray[np.uint8]:
    """Replace palette indices by their colours, PS3.3 C.7.6.3.1.5 and C.7.9.

    Parameters
    ----------
    stored : ndarray of integers, shape (rows, columns)
    dataset : Dataset
        Holds the descriptors and the tables, plain or segmented.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
        First and last entry hold outside the table.

    Raises
    ------
    MedappError
        ``dicom.bad_palette`` where a table is missing or too short.
    """
    planes = []
    for colour in COLOURS:
        first, table = _palette(dataset, colour)
        index = np.clip(stored.astype(np.int64) - first, 0, len(table) - 1)
        planes.append(table[index])
    return np.stack(planes, axis=-1)


def _palette(dataset: Dataset, colour: str) -> tuple[int, NDArray[np.uint8]]:
    descriptor = numbers(dataset, f"{colour}PaletteColorLookupTableDescriptor")
    if len(descriptor) != 3:
        raise MedappError("dicom.bad_palette")
    entries, first, bits = int(descriptor[0]) % 65536 or 65536, int(descriptor[1]), int(descriptor[2])
    plain = raw_value(dataset, f"{colour}PaletteColorLookupTableData")
    segmented = raw_value(dataset, f"Segmented{colour}PaletteColorLookupTableData")
    order = byte_order(dataset)
    if plain is not None:
        data = _as_bytes(plain, order)
        wide = len(data) >= 2 * entries
        table = np.frombuffer(data, f"{order}u2" if wide else "u1")
        if not wide and order == ">":
            table = table.reshape(-1, 2)[:, ::-1].reshape(-1)
    elif segmented is not None:
        data = _as_bytes(segmented, order)
        table = np.array(_segments(data, f"{order}{'H' if bits > 8 else 'B'}", entries), np.uint16)
    else:
        raise MedappError("dicom.bad_palette")
    if len(table) < min(entries, 2):
        raise MedappError("dicom.bad_palette")
    table = table[:entries]
    # 16-bit tables that hold 8-bit colours exist: nothing above 255 in them
    deep = bits > 8 and table.dtype.itemsize == 2 and int(table.max()) > 255
    return first, (table >> 8 if deep else table).astype(np.uint8)


def _as_bytes(value: Any, order: str) -> bytes:  # noqa: ANN401 - bytes, or words of a US attribute
    if isinstance(value, bytes):
        return value
    words = [value] if isinstance(value, int) else list(value)
    return struct.pack(f"{order}{len(words)}H", *(int(w) & 0xFFFF for w in words))


def _segments(data: bytes, form: str, entries: int) -> list[int]:
    """Expand discrete, linear and indirect segments (PS3.3 C.7.9.2)."""
    words = list(struct.unpack(f"{form[0]}{len(data) // struct.calcsize(form)}{form[1]}", data))
    table: list[int] = []
    position = 0
    while position + 1 < len(words) and len(table) < entries:
        position = _segment(words, position, table, form, copies=True)
    return table


def _segment(words: list[int], position: int, table: list[int], form: str, *, copies: bool) -> int:
    opcode, length = words[position], words[position + 1]
    position += 2
    if opcode == 0:
        table += words[position : position + length]
        return position + length
    if opcode == 1 and table and position < len(words):
        start, end = table[-1], words[position]
        table += [round(start + (end - start) * (i + 1) / length) for i in range(length)]
        return position + 1
    low_high = words[position : position + (2 if form[1] == "H" else 4)]
    if opcode != 2 or not copies or len(low_high) < (2 if form[1] == "H" else 4):
        raise MedappError("dicom.bad_palette")
    size = 16 if form[1] == "H" else 8
    there = sum(word << (size * i) for i, word in enumerate(low_high)) // struct.calcsize(form)
    for _ in range(length):
        if there + 1 >= len(words):
            raise MedappError("dicom.bad_palette")
        there = _segment(words, there, table, form, copies=False)
    return position + len(low_high)
