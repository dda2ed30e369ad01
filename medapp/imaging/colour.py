"""Colour: from YBR, inks and hues to RGB of 8 bits, exactly once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.decoded import Decoded
from medapp.imaging.layout import PixelLayout

_FULL = np.array([[1, 0, 1.402], [1, -0.114 * 1.772 / 0.587, -0.299 * 1.402 / 0.587], [1, 1.772, 0]])
_PARTIAL = np.array([[1.1644, 0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0]])
_IN_THE_STREAM = frozenset({"YBR_ICT", "YBR_RCT"})
"""What a decoder of JPEG 2000 has undone; without such a stream it is a tag that was left behind."""


def rgb_of(decoded: Decoded, layout: PixelLayout) -> NDArray[np.uint8]:
    """Return colour as RGB of 8 bits; YBR is converted here unless the codec has done it.

    Parameters
    ----------
    decoded : Decoded
        With values of shape (rows, columns, samples).
    layout : PixelLayout

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)

    Raises
    ------
    MedappError
        ``dicom.bad_layout`` where there are not 3 or 4 whole numbers a pixel.

    Notes
    -----
    PS3.3 C.7.6.3.1.2; ARGB, CMYK and HSV are retired there. The alpha of ARGB is not applied.
    """
    values = decoded.values
    if values.shape[-1] not in {3, 4} or values.dtype.kind == "f":
        raise MedappError("dicom.bad_layout", samples=values.shape[-1], bits=layout.bits_allocated)
    if decoded.signed:
        values = np.clip(values, 0, None)
    if decoded.precision is None and layout.high_bit >= layout.bits_stored:
        values = values >> values.dtype.type(layout.high_bit + 1 - layout.bits_stored)
    eight = to_8_bits(values, _bits(decoded, layout))
    if eight.shape[-1] == 4 and (layout.photometric == "CMYK" or decoded.is_inverted_cmyk):
        return _cmyk_to_rgb(eight if decoded.is_inverted_cmyk else 255 - eight)
    if layout.photometric == "ARGB" and eight.shape[-1] == 4:
        return np.ascontiguousarray(eight[..., 1:])
    three = np.ascontiguousarray(eight[..., :3])
    if layout.photometric == "HSV":
        return _hsv_to_rgb(three)
    is_ybr = layout.photometric.startswith("YBR") and layout.photometric not in _IN_THE_STREAM
    if decoded.is_rgb is False or (is_ybr and not decoded.is_rgb):
        return ybr_to_rgb(three, layout.photometric)
    return three


def _bits(decoded: Decoded, layout: PixelLayout) -> int:
    """Return the bits of a colour value; whole containers may have been encoded although less is stored in them."""
    bits = decoded.precision or layout.bits_stored
    if bits > layout.bits_stored and bits == layout.bits_allocated:
        return layout.bits_stored if decoded.fits(layout.bits_stored) else bits
    return bits


def to_8_bits(values: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """Scale unsigned colour values of `bits` bits to 8 by dropping the low bits (as all viewers do)."""
    most = 2**bits - 1
    if values.dtype.itemsize * 8 > bits:
        values = np.minimum(values, values.dtype.type(most))
    if bits > 8:
        return np.asarray(values >> values.dtype.type(bits - 8), np.uint8)
    if bits < 8:
        return np.asarray(values.astype(np.uint32) * 255 // most, np.uint8)
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
    matrix, black = (_PARTIAL, 16) if partial else (_FULL, 0)
    luminance, blueness, redness = (np.ascontiguousarray(values[..., i]) for i in range(3))
    codes = np.arange(256, dtype=np.float32)
    light = (matrix[0, 0] * (codes - black)).astype(np.float32)[luminance]
    rgb = np.empty(values.shape, np.uint8)
    for channel, (_, of_blue, of_red) in enumerate(matrix):
        level = light.copy()
        for chroma, weight in ((blueness, of_blue), (redness, of_red)):
            if weight:
                level += (weight * (codes - 128)).astype(np.float32)[chroma]
        rgb[..., channel] = np.clip(np.rint(level, out=level), 0, 255, out=level)
    return rgb


def _hsv_to_rgb(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from PIL import Image

    rows, columns = values.shape[:2]
    return np.asarray(Image.frombytes("HSV", (columns, rows), values.tobytes()).convert("RGB"))


def _cmyk_to_rgb(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert inks, given as the light that each lets through."""
    key = light[..., 3:].astype(np.uint16)
    return np.asarray((light[..., :3] * key + 127) // 255, np.uint8)
