"""Uncompressed frames: from bytes to an array of containers, PS3.5 8.1 and 8.2."""

from __future__ import annotations

import math
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.layout import PixelLayout

ByteOrder = Literal["<", ">"]


def read_native(
    stream: IO[bytes], offset: int, length: int, layout: PixelLayout, index: int, *, little_endian: bool, words: bool
) -> NDArray[Any]:
    """Read one uncompressed frame.

    Parameters
    ----------
    stream : binary stream
    offset, length : int
        Where the value of the pixel data lies in the stream.
    layout : PixelLayout
    index : int
        Frame, from 0.
    little_endian : bool
    words : bool
        Whether the pixel data is OW: then big endian data of 8 or 12 bits is swapped in pairs.

    Returns
    -------
    ndarray, shape (rows, columns) or (rows, columns, samples)
        Containers of Bits Allocated, unsigned; floats for float pixel data; 0 or 1 for one bit.

    Raises
    ------
    MedappError
        ``dicom.truncated`` where the file has fewer bytes than the frame.
    """
    bits = _true_frame_bits(layout, length)
    start = index * bits
    first, last = start // 8, math.ceil((start + bits) / 8)
    if last > length + 1:  # an odd length may lack its padding byte
        raise MedappError("dicom.truncated")
    swapped = words and not little_endian and (layout.bits_allocated == 8 or layout.is_packed)
    data = _read_words(stream, offset, first, last) if swapped else _read(stream, offset + first, last - first)
    if len(data) < last - first:
        raise MedappError("dicom.truncated")
    return values_of(data, layout, order="<" if little_endian else ">", skipped=start - first * 8)


def values_of(data: bytes, layout: PixelLayout, *, order: ByteOrder = "<", skipped: int = 0) -> NDArray[Any]:
    """Return the containers of one frame from its bytes.

    Parameters
    ----------
    data : bytes
    layout : PixelLayout
    order : str
        ``<`` or ``>``.
    skipped : int
        Bits before the first value, where frames share bytes.
    """
    if layout.bits_allocated == 1 or layout.is_packed:
        return shaped(_unpacked(data, layout, skipped), layout)
    count = layout.rows * layout.columns * layout.samples
    values = np.frombuffer(data, container(layout).newbyteorder(order))[:count]
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    return shaped(native, layout) if len(native) == count else _full_chroma(native, layout)


def _unpacked(data: bytes, layout: PixelLayout, skipped: int) -> NDArray[Any]:
    """Take values apart that are packed without gaps, the lowest bit first (PS3.5 8.1.1 and, for 12 bits, annex D)."""
    width = layout.bits_allocated
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    bits = bits[skipped : skipped + layout.rows * layout.columns * layout.samples * width]
    if width == 1:
        return bits
    values = np.zeros(len(bits) // width, container(layout))
    for bit in range(width):
        values |= bits[bit::width].astype(values.dtype) << values.dtype.type(bit)
    return values


def _true_frame_bits(layout: PixelLayout, length: int) -> int:
    """Bits of a frame; data tagged as subsampled that has the size of full colour is taken as full colour."""
    full = layout.rows * layout.columns * layout.samples * layout.bits_allocated
    return full if layout.is_subsampled and length * 8 >= full * layout.frames else layout.frame_bits


def container(layout: PixelLayout) -> np.dtype[Any]:
    """Return the type of one container, the next larger one for packed values."""
    if layout.kind != "integer":
        return np.dtype(np.float32 if layout.kind == "float" else np.float64)
    size = next(size for size in (1, 2, 4, 8) if size * 8 >= layout.bits_allocated)
    return np.dtype(f"u{size}")


def shaped(values: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Give a flat array its shape, colour last, by Planar Configuration (PS3.3 C.7.6.3.1.3)."""
    if layout.samples == 1:
        return values.reshape(layout.rows, layout.columns)
    if layout.planar:
        return np.moveaxis(values.reshape(layout.samples, layout.rows, layout.columns), 0, -1)
    return values.reshape(layout.rows, layout.columns, layout.samples)


def _read(stream: IO[bytes], start: int, count: int) -> bytes:
    stream.seek(start)
    return stream.read(count)


def _read_words(stream: IO[bytes], offset: int, first: int, last: int) -> bytes:
    """Read bytes `first` to `last` of big endian words of two bytes, in their true order (PS3.5 7.3)."""
    even = first - first % 2
    data = _read(stream, offset + even, last - even + (last - even) % 2)
    ordered = np.frombuffer(data[: len(data) // 2 * 2], ">u2").astype("<u2").tobytes()
    return ordered[first - even : last - even]


def _full_chroma(values: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Give every pixel its chroma: Y1 Y2 Cb Cr for two pixels (PS3.3 C.7.6.3.1.2)."""
    pairs = values.reshape(layout.rows, layout.columns // 2, 4)
    full = np.empty((layout.rows, layout.columns, 3), values.dtype)
    full[:, 0::2, 0], full[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    full[..., 1:] = np.repeat(pairs[..., 2:], 2, axis=1)
    return full
