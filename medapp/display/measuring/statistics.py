"""What the pixels of an area hold: least, greatest, mean, spread, histogram. From modality values, never the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.display.measuring.inside import Inside
from medapp.display.readout import told_unit
from medapp.imaging.frame import Frame

Quantity: TypeAlias = Literal["modality", "suv", "luminance"]
BINS_MOST = 64
LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in luminance (ITU-R BT.601, as PS3.3 C.7.6.3.1.2 has it for YBR_FULL)."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many pixels have which values.

    Attributes
    ----------
    low, high : float
        Edges of the first and of the last bin.
    counts : ndarray of int64, shape (bins,)
    """

    low: float
    high: float
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of the pixels that lie in an area.

    Attributes
    ----------
    quantity : str
        ``modality`` values, ``suv`` by body weight, or ``luminance`` of colour.
    unit : str
        Of all values; empty where the file does not say.
    n : int
        Pixels that count.
    left_out : int
        Padding, and what is no number.
    minimum, maximum, mean : float or None
        None of an area without pixels.
    sd : float or None
        Standard deviation with n − 1; None of fewer than two pixels.
    histogram : Histogram or None
    """

    quantity: Quantity
    unit: str
    n: int
    left_out: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    sd: float | None = None
    histogram: Histogram | None = None


def statistics(frame: Frame, inside: Inside) -> Statistics:
    """Return what the pixels of an area hold.

    Parameters
    ----------
    frame : Frame
        PET with a known factor is told in SUV by body weight, colour in luminance, all else in modality values.
    inside : Inside
        Padding (PS3.3 C.7.5.1.1.2) and what is no finite number do not count.
    """
    quantity, unit = quantity_of(frame)
    stored = frame.stored[inside.rows, inside.columns][inside.mask]
    counts = np.ones(len(stored), np.bool_)
    if frame.valid is not None:
        counts &= frame.valid[inside.rows, inside.columns][inside.mask]
    values = _values(frame, stored, quantity)
    counts &= np.isfinite(values)
    values = values[counts]
    left_out = len(stored) - len(values)
    if not len(values):
        return Statistics(quantity, unit, 0, left_out)
    low, high = float(values.min()), float(values.max())
    mean = float(values.mean())
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    histogram = _histogram(values, low, high, step=_step(frame, quantity))
    return Statistics(quantity, unit, len(values), left_out, low, high, mean, sd, histogram)


def quantity_of(frame: Frame) -> tuple[Quantity, str]:
    """Return what is measured in a frame, and its unit as people write it."""
    if frame.is_colour:
        return "luminance", ""
    if frame.suv_factor is not None:
        return "suv", "SUVbw"
    return "modality", told_unit(frame)[0]


def _values(frame: Frame, stored: NDArray[Any], quantity: Quantity) -> NDArray[np.float64]:
    if quantity == "luminance":
        return np.asarray(stored.astype(np.float64) @ np.array(LUMA))
    values = frame.modality_values(stored).astype(np.float64)
    if quantity == "suv" and frame.suv_factor is not None:
        return values * frame.suv_factor
    return values * told_unit(frame)[1]


def _step(frame: Frame, quantity: Quantity) -> float:
    """Return how far values are apart at least, 0 where they are continuous: bins finer than that would be a comb."""
    if quantity != "modality" or frame.modality_lut is not None or frame.stored.dtype.kind == "f":
        return 0.0
    return abs(frame.slope) * told_unit(frame)[1]


def _histogram(values: NDArray[np.float64], low: float, high: float, *, step: float) -> Histogram:
    """Count values in at most `BINS_MOST` bins, each as many whole steps wide, with the values in their middle."""
    if step > 0:
        steps = max(1, -(-round((high - low) / step + 1) // BINS_MOST))
        bins = -(-round((high - low) / step + 1) // steps)
        edges = low - step / 2, low + (bins * steps - 0.5) * step
    else:
        bins, edges = (BINS_MOST, (low, high)) if high > low else (1, (low - 0.5, high + 0.5))
    counts, _ = np.histogram(values, bins=bins, range=edges)
    return Histogram(edges[0], edges[1], counts.astype(np.int64))
