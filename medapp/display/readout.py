"""The values of one pixel in words: stored, modality, real-world, SUV, colour."""

from __future__ import annotations

import math
from collections.abc import Iterator

from medapp.i18n import tr
from medapp.imaging.frame import Frame

_UNITS = {"OD": ("OD", 0.001), "PCT": ("%", 1.0), "MGML": ("mg/ml", 1.0), "Z_EFF": ("Zeff", 1.0)}
"""Rescale Types as people write them, and what one step is worth (PS3.3 C.11.1.1.2: OD in thousandths)."""


def values_at(frame: Frame, column: int, row: int) -> tuple[str, ...]:
    """Return the values of a pixel that lies in the frame, the most telling first.

    Parameters
    ----------
    frame : Frame
    column, row : int
        From 0, inside the frame.
    """
    if frame.is_colour:
        red, green, blue = (int(v) for v in frame.stored[row, column])
        return (tr("value.rgb", red=red, green=green, blue=blue),)
    stored = frame.stored[row : row + 1, column : column + 1]
    if frame.valid is not None and not frame.valid[row, column]:
        return (tr("value.padding"), tr("value.stored", value=plain_number(stored.item())))
    if not math.isfinite(stored.item()):
        return (tr("value.none"),)
    return tuple(_grey(frame, float(stored.item()), float(frame.modality_values(stored).item())))


def told_unit(frame: Frame) -> tuple[str, float]:
    """Return the unit of a frame's modality values as people write it, and how many of it a modality value of 1 is."""
    return _UNITS.get(frame.unit, (frame.unit, 1.0))


def _grey(frame: Frame, stored: float, modality: float) -> Iterator[str]:
    if frame.suv_factor is not None:
        yield tr("value.suv", value=plain_number(modality * frame.suv_factor))
    unit, scale = told_unit(frame)
    told = {(modality, frame.unit)}
    for mapping in frame.real_world:
        value = mapping.value_of(stored)
        if value is not None and mapping.unit != "SUVbw" and (value, mapping.unit) not in told:
            told.add((value, mapping.unit))
            name = mapping.quantity or mapping.label
            yield tr("value.real_world", name=name, value=plain_number(value), unit=mapping.unit).strip()
    is_suv = frame.suv_factor == 1.0 and frame.unit == "SUV"
    if not is_suv:
        yield f"{plain_number(modality * scale)} {unit}".strip()
    if stored != modality * scale:
        yield tr("value.stored", value=plain_number(stored))


def plain_number(value: float) -> str:
    """Return a number as people read it: whole ones whole, others with four figures and never fewer than the whole.

    Examples
    --------
    >>> plain_number(-1024.0), plain_number(3.14159), plain_number(12345.678), plain_number(0.00001234)
    ('-1024', '3.142', '12346', '1.234e-05')
    """
    if not math.isfinite(value):
        return tr("value.none")
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"
