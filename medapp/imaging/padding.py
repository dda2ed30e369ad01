"""Pixel padding: which pixels of a frame are no image, PS3.3 C.7.5.1.1.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.attributes import number
from medapp.imaging.layout import PixelLayout
from medapp.imaging.stored import Stored

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def valid_pixels(dataset: Dataset, stored: Stored, layout: PixelLayout) -> NDArray[np.bool_] | None:
    """Return what is not padding: compared with stored values, and with whole containers.

    The padding value may lie outside Bits Stored, so masking can hide it.

    Parameters
    ----------
    dataset : Dataset
    stored : Stored
    layout : PixelLayout

    Returns
    -------
    ndarray of bool, shape (rows, columns), or None
        None where no pixel is padding.
    """
    values, containers = stored.values, stored.containers
    kind = "FloatPixelPadding" if layout.kind == "float" else "DoubleFloatPixelPadding"
    prefix = "PixelPadding" if layout.kind == "integer" else kind
    first, last = number(dataset, f"{prefix}Value"), number(dataset, f"{prefix}RangeLimit")
    if first is None:
        return None
    signed = values.dtype.kind == "i"
    bounds = [_as_stored(v, layout, signed=signed) for v in (first, first if last is None else last)]
    low, high = min(bounds), max(bounds)
    padding = (values >= low) & (values <= high)
    if containers is not values and layout.bits_stored < layout.bits_allocated:
        padding |= (containers >= low) & (containers <= high)
    return ~padding if padding.any() else None


def _as_stored(value: float, layout: PixelLayout, *, signed: bool) -> float:
    """Read a padding value with the sign of the pixels, whatever its own representation says."""
    if layout.kind != "integer":
        return value
    span = 1 << layout.bits_allocated
    whole = int(value) % span
    return whole - span if signed and whole >= span // 2 else whole
