"""What is measured on a picture: the value under the pointer, lengths, the scale bar. Never a silent millimetre."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from medapp.display.measuring.scale import scale_of
from medapp.display.readout import plain_number, values_at
from medapp.display.segments import SegmentLayers
from medapp.display.viewport import ImageShape, Viewport
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.imaging.regions import UltrasoundRegion

__all__ = ["ScaleBar", "length_text", "region_at", "scale_bar", "spacing_text", "value_at"]

_CM = 10.0


def value_at(frame: Frame, x: float, y: float, segments: SegmentLayers | None = None) -> tuple[str, ...]:
    """Return what lies at a pixel of a frame, in words.

    Parameters
    ----------
    frame : Frame
    x, y : float
        Column and row; the middle of the first pixel is (0, 0).
    segments : SegmentLayers or None
        The segmentation that is shown over the frame.

    Returns
    -------
    tuple of str
        The most telling value first: SUV, real-world value, modality value with its unit, stored value where it is
        another; red, green and blue of colour; "padding"; physical values of the ultrasound region; segments. Empty
        beside the image.
    """
    column, row = round(x), round(y)
    if not (0 <= row < frame.shape[0] and 0 <= column < frame.shape[1]):
        return ()
    return (*values_at(frame, column, row), *_physical(frame, column, row), *_named(segments, column, row))


def _physical(frame: Frame, column: int, row: int) -> tuple[str, ...]:
    """Return what the place means in an ultrasound region that is no picture in space, such as time and velocity."""
    region = region_at(frame, column, row)
    if region is None or region.spacing_mm is not None:
        return ()
    at = zip(region.physical_at(column, row), (region.x_unit, region.y_unit), strict=True)
    return tuple(f"{plain_number(value)} {unit}" for value, unit in at if value is not None)


def _named(segments: SegmentLayers | None, column: int, row: int) -> tuple[str, ...]:
    if segments is None:
        return ()
    texts = []
    for segment, share in segments.at(column, row):
        name = segment.label or tr("segment.nameless", number=segment.number)
        texts.append(name if share == 1 else tr("segment.share", name=name, percent=round(share * 100)))
    return tuple(texts)


def region_at(frame: Frame, x: float, y: float) -> UltrasoundRegion | None:
    """Return the ultrasound region at a pixel; where several overlap, one with priority (PS3.3 C.8.5.5.1.3)."""
    there = [region for region in frame.regions if region.contains(x, y)]
    return next((region for region in there if region.has_priority), there[0] if there else None)


def length_text(frame: Frame, start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return the length of a line and what it is measured at.

    Parameters
    ----------
    frame : Frame
    start, end : tuple of 2 float
        Pixels (x, y) of the frame.

    Returns
    -------
    str
        "12.3 mm" where the spacing is the patient's, else with its source: at the detector, corrected for an estimated
        magnification, calibrated. In an ultrasound picture the region's own units, in pixels outside of regions and
        from one region into another; "34.0 px" where there is no spacing (PS3.3 10.7, C.8.5.5).
    """
    scale = scale_of(frame, (start, end))
    if not scale.in_space:
        across = abs(end[0] - start[0]) * scale.across, scale.x_unit
        down = abs(end[1] - start[1]) * scale.down, scale.y_unit
        return " × ".join(f"{plain_number(value)} {unit}" for value, unit in (across, down))
    return tr(f"measured.{scale.source}", value=f"{scale.length(start, end):.1f} {scale.x_unit}")


@dataclass(frozen=True)
class ScaleBar:
    """A bar of a round length: how long it is on the screen, and its text with the source of the spacing."""

    length_px: float
    text: str


def scale_bar(frame: Frame, viewport: Viewport, screen: tuple[int, int], *, share: float = 0.22) -> ScaleBar | None:
    """Return a bar for the picture on a screen.

    Parameters
    ----------
    frame : Frame
    viewport : Viewport
    screen : tuple of 2 int
        Width and height in pixels.
    share : float
        The most of the screen's width that it may take.

    Returns
    -------
    ScaleBar or None
        None where no spacing holds for the whole picture: unknown, or ultrasound regions that differ or are doubtful.
    """
    spacing = spacing_of_all(frame)
    if spacing is None:
        return None
    matrix = viewport.source_to_screen(ImageShape.of(frame), screen)
    px_per_mm = float(np.hypot(*matrix[:, 0])) / spacing[1]
    longest = screen[0] * share / px_per_mm
    length = 10.0 ** math.floor(math.log10(longest))
    length *= next(step for step in (5, 2, 1) if step * length <= longest * (1 + 1e-9))
    key = "region" if frame.regions else frame.geometry.spacing_source
    said = tr("scale.cm", value=f"{length / _CM:g}") if length >= _CM else tr("scale.mm", value=f"{length:g}")
    return ScaleBar(length * px_per_mm, tr(f"scale.{key}", length=said))


def spacing_of_all(frame: Frame) -> tuple[float, float] | None:
    """Return the row and column spacing in millimetres that holds for the whole picture, None where none does."""
    if not frame.regions:
        return None if frame.geometry.spacing_source == "none" else frame.geometry.spacing_mm
    in_space = [region for region in frame.regions if region.kind == "2d" and region.spacing_mm is not None]
    found = {region.spacing_mm for region in in_space}
    if not in_space or not all(region.fits for region in in_space) or len(found) > 1:
        return None
    return in_space[0].spacing_mm


def spacing_text(frame: Frame) -> str:
    """Return where the millimetres of a picture come from, empty where they are simply the patient's."""
    if frame.regions:
        if any(region.spacing_mm and not region.fits for region in frame.regions):
            return tr("spacing.doubtful")
        return tr("spacing.regions" if any(region.spacing_mm for region in frame.regions) else "spacing.none")
    source = frame.geometry.spacing_source if frame.geometry.spacing_mm else "none"
    return "" if source == "patient" else tr(f"spacing.{source}")
