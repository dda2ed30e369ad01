"""From modality values to grey levels: windows and VOI look-up tables, PS3.3 C.11.2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.folders import resource_path
from medapp.imaging.automatic_window import automatic_window
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window

WHITE = 255
SUV_SHOWN = 10.0
Voi: TypeAlias = Window | Lut


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
    _check_width(window)
    return _to_grey(_window_output(values, window), None, invert=invert)


def _window_output(values: NDArray[Any], window: Window) -> NDArray[np.float64]:
    """Return where values lie between black, 0, and white, 1; NaN stays NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.clip(_fraction(np.asarray(values, np.float64), window), 0, 1)


def _to_grey(output: NDArray[np.float64], presentation_lut: Lut | None, *, invert: bool) -> NDArray[np.uint8]:
    """Return grey levels of a VOI stage's output, 0 to 1: black where there is no number, also when inverted."""
    if presentation_lut is not None:
        entries = presentation_lut.entries.astype(np.float64)
        index = np.rint(np.nan_to_num(output) * (len(entries) - 1)).astype(np.intp)
        output = np.where(np.isnan(output), np.nan, entries[index] / (2**presentation_lut.bits - 1))
    grey = np.rint(np.clip(output, 0, 1) * WHITE)
    return np.asarray(np.nan_to_num(WHITE - grey if invert else grey, nan=0), np.uint8)


def _fraction(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    center, width = window.center, window.width
    if window.function == "SIGMOID":
        fraction: NDArray[np.float64] = 1 / (1 + np.exp(-4 * (values - center) / width))
        return fraction
    if window.function == "LINEAR_EXACT":
        return (values - center) / width + 0.5
    if width == 1:
        return np.where(np.isnan(values), np.nan, values > center - 0.5)
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
    return _to_grey(_lut_output(values, lut), None, invert=invert)


def _lut_output(values: NDArray[Any], lut: Lut) -> NDArray[np.float64]:
    """Return a table's output for values, 0 to 1; NaN stays NaN."""
    missing = np.isnan(values) if np.asarray(values).dtype.kind == "f" else None
    index = np.clip(np.rint(values) - lut.first, 0, len(lut.entries) - 1)
    if missing is not None:
        index = np.where(missing, 0, index)
    output = np.asarray(lut.entries.astype(np.float64) / (2**lut.bits - 1))[index.astype(np.intp)]
    return output if missing is None else np.where(missing, np.nan, output)


def apply_voi(
    values: NDArray[Any], voi: Voi, *, invert: bool = False, presentation_lut: Lut | None = None
) -> NDArray[np.uint8]:
    """Apply a window or a table, whichever `voi` is, then the table of a presentation state.

    Parameters
    ----------
    values : ndarray of numbers, any shape
        Modality values.
    voi : Window or Lut
    invert : bool, default False
        Show low values bright, after everything else.
    presentation_lut : Lut, optional
        Presentation LUT Sequence (PS3.3 C.11.6): its first entry stands for the lowest output of the
        VOI stage, its last for the highest, and its output covers 0 to 2**bits - 1 P-Values.

    Raises
    ------
    MedappError
        As `apply_window`.
    """
    if isinstance(voi, Lut):
        return _to_grey(_lut_output(values, voi), presentation_lut, invert=invert)
    _check_width(voi)
    return _to_grey(_window_output(values, voi), presentation_lut, invert=invert)


def _check_width(window: Window) -> None:
    if window.width < 1 if window.function == "LINEAR" else window.width <= 0:
        raise MedappError("voi.width", width=window.width)


def windows_of(frame: Frame) -> tuple[Window, ...]:
    """Return the windows of the file, the first is its default; none for colour."""
    return () if frame.is_colour else frame.windows


def default_window(frame: Frame) -> Window:
    """Return the window a frame is first shown with: the file's first, else by modality, else automatic.

    Notes
    -----
    CT without a window: 40/400 HU. PET: body-weight SUV 0 to 10, where it can be known.
    """
    return known_window(frame) or automatic_window(frame)


def known_window(frame: Frame) -> Window | None:
    """Return the default window where it does not depend on the pixels, else None."""
    if frame.is_colour:
        return None
    if frame.windows:
        return frame.windows[0]
    if frame.modality == "CT" and frame.unit == "HU":
        return Window(40, 400)
    if (factor := _suv_factor(frame)) is not None:
        return Window(SUV_SHOWN / 2 / factor, SUV_SHOWN / factor, "LINEAR_EXACT", "SUV 0–10")
    return None


def _suv_factor(frame: Frame) -> float | None:
    """Return the SUV of the modality value 1 in a PET image; None where it cannot be known."""
    if frame.modality not in {"PT", "PET"}:
        return None
    return 1.0 if frame.unit == "SUV" else frame.suv_factor


def starts_inverted(frame: Frame) -> bool:
    """Tell whether a viewport first shows a frame the other way round than its file asks.

    PET without a window of its own is shown black on white, as readers of PET are used to.
    """
    return _suv_factor(frame) is not None and not frame.windows and not frame.voi_luts and not frame.inverted


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
