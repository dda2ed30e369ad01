"""RLE Compression of DICOM, PS3.5 annex G."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.layout import PixelLayout

_HEADER, _MOST_SEGMENTS = 64, 15
_LARGEST_RUN = 64
"""Bytes that one byte of a segment can become: two bytes make a run of at most 128."""


def looks_like_rle(data: bytes) -> bool:
    """Whether bytes begin with the header of an RLE frame: a count, and rising offsets behind the header."""
    if len(data) < _HEADER:
        return False
    count, *offsets = struct.unpack("<16I", data[:_HEADER])
    if not 1 <= count <= _MOST_SEGMENTS or offsets[0] != _HEADER or any(offsets[count:]):
        return False
    return all(before < after for before, after in pairwise(offsets[:count]))


def decode_rle(data: bytes, layout: PixelLayout) -> NDArray[Any]:
    """Decode a frame: a segment for each byte of each sample, the highest byte first.

    Raises
    ------
    MedappError
        ``dicom.frame_damaged``, ``dicom.truncated``.
    """
    width = max(1, layout.bits_allocated // 8)
    planes = _segments(data, layout, layout.samples * width)
    pixels = layout.rows * layout.columns
    if layout.bits_allocated == 1:
        return np.unpackbits(planes[0], bitorder="little")[:pixels].reshape(layout.rows, layout.columns)
    values = np.empty((pixels, layout.samples, width), np.uint8)
    values[...] = planes.reshape(layout.samples, width, pixels)[:, ::-1].transpose(2, 0, 1)
    whole = values.view(f"<u{width}").astype(f"u{width}", copy=False)
    shape = (layout.rows, layout.columns) if layout.samples == 1 else (layout.rows, layout.columns, layout.samples)
    return whole.reshape(shape)


def _segments(data: bytes, layout: PixelLayout, expected: int) -> NDArray[np.uint8]:
    """Unpack the segments of a frame, shape (segments, bytes)."""
    import imagecodecs

    if len(data) < _HEADER:
        raise MedappError("dicom.frame_damaged", kind="RLE")
    count, *offsets = struct.unpack("<16I", data[:_HEADER])
    if count != expected:
        raise MedappError("dicom.frame_damaged", kind="RLE")
    pixels = layout.rows * layout.columns
    needed = (pixels + 7) // 8 if layout.bits_allocated == 1 else pixels
    ends = [*offsets[1:count], len(data)]
    for start, end in zip(offsets[:count], ends, strict=True):
        if not _HEADER <= start <= end <= len(data) or (end - start) * _LARGEST_RUN < needed:
            raise MedappError("dicom.frame_damaged", kind="RLE")
    planes = np.zeros((count, needed), np.uint8)
    for plane, start, end in zip(planes, offsets[:count], ends, strict=True):
        raw = np.frombuffer(imagecodecs.packbits_decode(data[start:end]), np.uint8)[:needed]
        if len(raw) < needed:
            raise MedappError("dicom.truncated")
        plane[:] = raw
    return planes
