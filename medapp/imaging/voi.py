"""From modality values to grey levels: windows and VOI look-up tables, PS3.3 C.11.2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.folders import resource_path
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window

WHITE = 255
Voi: TypeAlias = Window | Lut
_SAMPLES = 1_000_000


def apply_window(values: NDArray[Any], window: Window, *, invert: bool = False) -> NDArray[np.uint8]:
    """Map modality values to grey levels with one of the three functions of DICOM.

    Parameters
    ----------
    values : ndarray of numbers, any shape
        Modality values, after rescale slope and intercept; HU for CT.
    window : Window
        Center and width in the unit of `values`, and the function.
    invert : bool, default False
        Show low values bright, as MONOCHROME1 asks.

    Returns
    -------
    ndarray of uint8, shape of `values`
        Grey levels, 0 (black) to 255 (white). A new array; `values` is not changed.

    Raises
    ------
    MedappError
        ``voi.width`` for a LINEAR window narrower than 1 or another one that is not wider than 0.

    Notes
    -----
    PS3.3 C.11.2.1.2.1 LINEAR with its half-pixel shift (``center - 0.5``, ``width - 1``): without
    it the bright half of an 8-bit image comes out one level too dark. Width 1 is a threshold.
    C.11.2.1.3.1 SIGMOID, C.11.2.1.3.2 LINEAR_EXACT.

    Examples
    --------
    >>> apply_window(np.array([[-1000, 40, 400]]), Window(center=40, width=400))
    array([[  0, 128, 255]], dtype=uint8)
    """
    if window.width < 1 if window.function == "LINEAR" else window.width <= 0:
        raise MedappError("voi.width", width=window.width)
    exact = np.asarray(values, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        grey = np.rint(np.clip(_fraction(exact, window), 0, 1) * WHITE)
    grey = np.nan_to_num(grey, nan=0)
    return np.asarray(WHITE - grey if invert else grey, np.uint8)


def _fraction(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    center, width = window.center, window.width
    if window.function == "SIGMOID":
        fraction: NDArray[np.float64] = 1 / (1 + np.exp(-4 * (values - center) / width))
        return fraction
    if window.function == "LINEAR_EXACT":
        return (values - center) / width + 0.5
    if width == 1:
        return (values > center - 0.5).astype(np.float64)
    return (values - (center - 0.5)) / (width - 1) + 0.5


def apply_voi_lut(values: NDArray[Any], lut: Lut, *, invert: bool = False) -> NDArray[np.uint8]:
    """Map modality values to grey levels with a table of the VOI LUT Sequence.

    Parameters
    ----------
    values : ndarray of numbers, any shape
        Modality values.
    lut : Lut
        First and last entry hold outside its range.
    invert : bool, default False
        Show low values bright.

    Returns
    -------
    ndarray of uint8, shape of `values`

    Notes
    -----
    PS3.3 C.11.2.1.1: the table's output covers 0 to 2**bits - 1.
    """
    index = np.clip(np.rint(values) - lut.first, 0, len(lut.entries) - 1).astype(np.int64)
    table = np.rint(lut.entries.astype(np.float64) * WHITE / (2**lut.bits - 1)).clip(0, WHITE)
    return np.asarray(WHITE - table[index] if invert else table[index], np.uint8)


def apply_voi(values: NDArray[Any], voi: Voi, *, invert: bool = False) -> NDArray[np.uint8]:
    """Apply a window or a table, whichever `voi` is."""
    if isinstance(voi, Lut):
        return apply_voi_lut(values, voi, invert=invert)
    return apply_window(values, voi, invert=invert)


def windows_of(frame: Frame) -> tuple[Window, ...]:
    """Return the windows of the file, the first is its default; none for colour."""
    return () if frame.is_colour else frame.windows


def automatic_window(frame: Frame) -> Window:
    """Return a window from the 0.5 to the 99.5 percentile of the frame's valid modality values.

    Notes
    -----
    Of large frames every n-th pixel is taken, about a million. A frame of one value gets a window
    around it.
    """
    if frame.is_colour:
        return Window(128, 256)
    step = max(1, int((frame.stored.size / _SAMPLES) ** 0.5))
    stored = frame.stored[::step, ::step]
    if frame.valid is not None and (valid := frame.valid[::step, ::step]).any():
        stored = stored[valid]
    levels, counts = _counted(stored)
    values = np.asarray(frame.modality_values(levels), np.float64)
    finite = np.isfinite(values)
    values, counts = values[finite], counts[finite]
    if not values.size:
        return Window(0.5, 1.0)
    low, high = (_percentile(values, counts, share) for share in (0.005, 0.995))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    if high == low:  # one value: zero is black, more is white
        low, high = min(low, 0.0), max(high, 0.0)
    return _between(low, high, whole=frame.stored.dtype.kind in "iu" and frame.slope == 1.0)


def _counted(stored: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the values that occur and how often; of 8 and 16 bits by counting, ten times as fast as sorting."""
    if stored.dtype.kind not in "iu" or stored.dtype.itemsize > 2 or not stored.size:
        return np.unique(stored, return_counts=True)
    lowest = int(stored.min())
    counts = np.bincount(stored.ravel().astype(np.int32) - lowest)
    steps = np.flatnonzero(counts)
    return (steps + lowest).astype(stored.dtype), counts[steps]


def _percentile(values: NDArray[np.float64], counts: NDArray[np.intp], share: float) -> float:
    """Return what `numpy.percentile` does, of `values` that occur `counts` times."""
    order = np.argsort(values)
    until = np.cumsum(counts[order])
    position = share * (until[-1] - 1)
    first = int(position)
    low, high = (float(values[order][np.searchsorted(until, n, side="right")]) for n in (first, ceil(position)))
    return float(low + (high - low) * (position - first))


def _between(low: float, high: float, *, whole: bool) -> Window:
    """Return the window that maps `low` to black and `high` to white, at least one step wide."""
    if whole:
        return Window((low + high + 1) / 2, max(1.0, high - low + 1))
    return Window((low + high) / 2, (high - low) or 1.0, "LINEAR_EXACT")


def default_window(frame: Frame) -> Window:
    """Return the window a frame is first shown with: the file's first, else CT 40/400, else automatic."""
    if frame.windows and not frame.is_colour:
        return frame.windows[0]
    if frame.modality == "CT" and not frame.is_colour and frame.unit == "HU":
        return Window(40, 400)
    return automatic_window(frame)


def default_voi(frame: Frame) -> Voi | None:
    """Return what a frame is first shown with; a file's table where it has no window, None for colour."""
    if frame.is_colour:
        return None
    if frame.voi_luts and not frame.windows:
        return frame.voi_luts[0]
    return default_window(frame)


def _read_presets() -> Mapping[str, tuple[Window, ...]]:
    document = json.loads(resource_path("presets", "windows.json").read_text(encoding="utf-8"))
    by_modality = {
        modality: tuple(Window(float(w["center"]), float(w["width"]), name=name) for name, w in windows.items())
        for modality, windows in document["modalities"].items()
    }
    return MappingProxyType(by_modality)


PRESETS = _read_presets()
"""Presets by modality; the text of a preset's name is the message key ``preset.<name>``."""


def presets_for(modality: str) -> tuple[Window, ...]:
    """Return the presets of a modality, none where there are none."""
    return PRESETS.get(modality, ())
