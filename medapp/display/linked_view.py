"""The viewport of one image as another image, that is linked with it, is to be seen."""

from __future__ import annotations

from dataclasses import replace

from medapp.display.cross_reference import PARALLEL_DEGREES, angle_between, plane_of, share_space
from medapp.display.viewport import ZOOM_LEAST, ZOOM_MOST, Viewport
from medapp.imaging.frame import Frame


def linked_viewport(viewport: Viewport, frame: Frame, other: Frame, before: Viewport) -> Viewport:
    """Return how `other` is placed so that it shows what `frame` shows, as large.

    Parameters
    ----------
    viewport : Viewport
        Of `frame`.
    frame, other : Frame
    before : Viewport
        Of `other`; its turns, flip and polarity stay.

    Returns
    -------
    Viewport
        Fitted where `viewport` is. As many screen pixels a millimetre, where both tell their spacing, else as large a
        part of the image; in the middle the same point of the patient in one frame of reference, else the same share
        of the way across the image.
    """
    if viewport.zoom is None:
        return replace(before, zoom=None, centre=None, area=viewport.area if frame.shape == other.shape else None)
    zoom = min(max(viewport.zoom * _scale(frame, other), ZOOM_LEAST), ZOOM_MOST)
    return replace(before, zoom=zoom, centre=_centre(viewport, frame, other), area=None)


def _scale(frame: Frame, other: Frame) -> float:
    mine, its = frame.geometry, other.geometry
    if mine.spacing_mm and its.spacing_mm and mine.spacing_source == its.spacing_source:
        return min(its.spacing_mm) / min(mine.spacing_mm)  # a zoom is of the finer axis
    return frame.shape[1] / other.shape[1]


def _centre(viewport: Viewport, frame: Frame, other: Frame) -> tuple[float, float] | None:
    if viewport.centre is None:
        return None
    x, y = viewport.centre
    rows, columns = other.shape
    mine, its = plane_of(frame.geometry, *frame.shape), plane_of(other.geometry, rows, columns)
    share = share_space(frame.geometry, other.geometry)
    if share and mine is not None and its is not None and angle_between(mine.normal, its.normal) <= PARALLEL_DEGREES:
        return its.source_of(mine.at(x, y))
    return (x + 0.5) / frame.shape[1] * columns - 0.5, (y + 0.5) / frame.shape[0] * rows - 0.5
