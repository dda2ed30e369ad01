"""How often each value occurs in an image: modality values, or colours channel by channel."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Frame
from medapp.imaging.study import Window

BINS = 256
_COUNTED_TYPES = (np.uint8, np.int8, np.uint16, np.int16)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of values.

    Attributes
    ----------
    edges : ndarray of float64, shape (bins + 1,)
        Of the bins, in modality values.
    counts : ndarray of int64, shape (channels, bins)
        One channel of grey, three of colour: red, green, blue.
    left_out : int
        Pixels that are padding, or no number.
    unit : str
        ``HU``, …, or empty.
    least, greatest, mean, deviation : float
        Of the counted values (of all channels together); deviation as of the whole population.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    left_out: int = 0
    unit: str = ""
    least: float = 0.0
    greatest: float = 0.0
    mean: float = 0.0
    deviation: float = 0.0

    @property
    def is_colour(self) -> bool:
        """Whether there is a channel for each colour."""
        return len(self.counts) > 1

    @property
    def pixels(self) -> int:
        """How many values were counted in a channel."""
        return int(self.counts[0].sum())

    def bin_of(self, value: float) -> int | None:
        """Return which bin a value is counted in, None outside of all."""
        number = int(np.searchsorted(self.edges, value, side="right")) - 1
        return number if 0 <= number < self.counts.shape[1] else None


def histogram_of(frame: Frame, bins: int = BINS) -> Histogram:
    """Count the values of a frame.

    Parameters
    ----------
    frame : Frame
    bins : int
        At most so many; whole steps of the stored values each, so that no bin is favoured by rounding.

    Returns
    -------
    Histogram
        Of the modality values without padding (Pixel Padding Value and Range, PS3.3 C.7.5.1.1.2) and without what is
        no number; of colour, of each channel's 256 levels. With no value at all, of one empty bin.
    """
    if frame.is_colour:
        return _of_colour(frame)
    values, counts = _counted(frame)
    left_out = frame.shape[0] * frame.shape[1] - int(counts.sum())
    if not values.size:
        return Histogram(np.array([0.0, 1.0]), np.zeros((1, 1), np.int64), left_out, frame.unit)
    edges = _edges(float(values.min()), float(values.max()), _step(frame), bins)
    found, _ = np.histogram(values, edges, weights=counts)
    return _described(Histogram(edges, np.rint(found).astype(np.int64)[None], left_out, frame.unit), values, counts)


def _of_colour(frame: Frame) -> Histogram:
    counts = np.stack([np.bincount(frame.stored[..., channel].ravel(), minlength=256) for channel in range(3)])
    made = Histogram(np.arange(257, dtype=np.float64) - 0.5, counts.astype(np.int64))
    return _described(made, np.arange(256, dtype=np.float64), counts.sum(axis=0).astype(np.float64))


def _described(made: Histogram, values: NDArray[np.float64], counts: NDArray[np.float64]) -> Histogram:
    there = values[counts > 0]
    mean = float(np.average(values, weights=counts))
    deviation = math.sqrt(float(np.average((values - mean) ** 2, weights=counts)))
    return replace(made, least=float(there.min()), greatest=float(there.max()), mean=mean, deviation=deviation)


def _counted(frame: Frame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the modality values that occur, and how often; of floats each pixel once."""
    stored = frame.stored if frame.valid is None else frame.stored[frame.valid]
    if stored.dtype in _COUNTED_TYPES:
        codes, counts = _codes_of(stored)
    elif stored.dtype.kind in "iu":
        codes, counts = np.unique(stored, return_counts=True)
    else:
        codes = stored.ravel()
        counts = np.ones(codes.shape, np.int64)
    values = frame.modality_values(codes).astype(np.float64)
    finite = np.isfinite(values)
    return values[finite], counts[finite].astype(np.float64)


def _codes_of(stored: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the stored values of 8 or 16 bits that occur, and how often: a table is faster than sorting."""
    unsigned = np.dtype(f"u{stored.dtype.itemsize}")
    counts = np.bincount(stored.ravel().view(unsigned))
    there = np.flatnonzero(counts)
    return there.astype(unsigned).view(stored.dtype), counts[there]


def _step(frame: Frame) -> float:
    """Return how far two stored values that follow each other are apart; 0 where that is not the same everywhere."""
    if frame.stored.dtype.kind not in "iu":
        return 0.0
    return 1.0 if frame.modality_lut is not None else abs(frame.slope)


def _edges(low: float, high: float, step: float, bins: int) -> NDArray[np.float64]:
    if step > 0:
        steps = round((high - low) / step) + 1
        width = step * max(1, math.ceil(steps / bins))
        count = math.ceil(steps * step / width - 1e-9)
        return low - step / 2 + width * np.arange(count + 1, dtype=np.float64)
    if high == low:
        return np.array([low - 0.5, low + 0.5])
    return np.linspace(low, high, bins + 1, dtype=np.float64)


def limits_of(window: Window) -> tuple[float, float]:
    """Return the values that a window shows black and white (of SIGMOID, its centre minus and plus half its width).

    Notes
    -----
    DICOM PS3.3 C.11.2.1.2.1: LINEAR has black at ``c - 0.5 - (w - 1) / 2``.
    """
    if window.function == "LINEAR":
        return window.center - 0.5 - (window.width - 1) / 2, window.center - 0.5 + (window.width - 1) / 2
    return window.center - window.width / 2, window.center + window.width / 2


def window_between(low: float, high: float, like: Window) -> Window:
    """Return the window with these limits and the function of another; never narrower than its function allows."""
    low, high = min(low, high), max(low, high)
    if like.function == "LINEAR":
        return Window((low + high) / 2 + 0.5, high - low + 1)
    least = abs(high) * 1e-6 + 1e-9
    return Window((low + high) / 2, max(high - low, least), like.function)
