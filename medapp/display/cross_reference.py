"""Where the plane of one image cuts another image: the line that tells where a slice lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.study import Geometry

PARALLEL_DEGREES = 5.0
"""Planes that are closer to parallel than this are compared by scrolling, not by a line."""
_SAME_POINT_MM = 1e-6

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ImagePlane:
    """An image in the space of the patient, PS3.3 C.7.6.2.1.1.

    Attributes
    ----------
    origin : ndarray, shape (3,)
        The middle of the first pixel, millimetres.
    step_x, step_y : ndarray, shape (3,)
        From one column, and from one row, to the next, millimetres.
    rows, columns : int
    """

    origin: Vector
    step_x: Vector
    step_y: Vector
    rows: int
    columns: int

    @property
    def normal(self) -> Vector:
        """The direction across the plane, of length 1."""
        across = np.cross(self.step_x, self.step_y)
        normal: Vector = across / np.linalg.norm(across)
        return normal

    def at(self, x: float, y: float) -> Vector:
        """Return where source (x, y) lies; the middle of the first pixel is (0, 0)."""
        point: Vector = self.origin + x * self.step_x + y * self.step_y
        return point

    def source_of(self, point: Vector) -> tuple[float, float]:
        """Return source (x, y) of a point, projected on the plane."""
        away = point - self.origin
        x = away @ self.step_x / (self.step_x @ self.step_x)
        y = away @ self.step_y / (self.step_y @ self.step_y)
        return float(x), float(y)

    @property
    def corners(self) -> tuple[Vector, Vector, Vector, Vector]:
        """The outer corners of the corner pixels, in turn around the image."""
        right, bottom = self.columns - 0.5, self.rows - 0.5
        return self.at(-0.5, -0.5), self.at(right, -0.5), self.at(right, bottom), self.at(-0.5, bottom)


@dataclass(frozen=True)
class CrossLine:
    """A line on an image, from source (x, y) to source (x, y)."""

    start: tuple[float, float]
    end: tuple[float, float]


def plane_of(geometry: Geometry, rows: int, columns: int) -> ImagePlane | None:
    """Return the plane of an image; None where the file does not say where it lies.

    Parameters
    ----------
    geometry : Geometry
        Position and orientation of the image, and its spacing.
    rows, columns : int
        Of the image.
    """
    if geometry.position is None or geometry.orientation is None or geometry.spacing_mm is None:
        return None
    between_rows, between_columns = geometry.spacing_mm
    cosines = np.array(geometry.orientation)
    return ImagePlane(
        np.array(geometry.position), cosines[:3] * between_columns, cosines[3:] * between_rows, rows, columns
    )


def angle_between(one: Vector, other: Vector) -> float:
    """Return the angle between the directions of two normals, 0 to 90 degrees, whichever way they point."""
    cosine = abs(float(one @ other)) / float(np.linalg.norm(one) * np.linalg.norm(other))
    return math.degrees(math.acos(min(1.0, cosine)))


def share_space(one: Geometry, other: Geometry) -> bool:
    """Tell whether positions of two images mean the same places: one Frame of Reference UID, and not an empty one."""
    return bool(one.frame_of_reference) and one.frame_of_reference == other.frame_of_reference


def cross_reference(reference: ImagePlane, target: ImagePlane) -> CrossLine | None:
    """Return the line where the image `reference` cuts the image `target`.

    Parameters
    ----------
    reference : ImagePlane
        The image that is looked at; it ends at its edges, and so does the line.
    target : ImagePlane
        The image that the line is drawn on.

    Returns
    -------
    CrossLine or None
        In source pixels of `target`, within its edges; None where the images do not meet, or are nearly parallel.

    Notes
    -----
    Both are rectangles in space. The edges of `reference` meet the plane of `target` in two points; the line between
    them is clipped to the edges of `target`. Positions are those of pixel centres (C.7.6.2.1.1), so edges lie half a
    pixel further out.
    """
    if angle_between(reference.normal, target.normal) < PARALLEL_DEGREES:
        return None
    met = _met(reference, target)
    if len(met) < 2:
        return None
    ends = sorted(target.source_of(point) for point in met)
    return _clipped(ends[0], ends[1], target)


def _met(reference: ImagePlane, target: ImagePlane) -> list[Vector]:
    """Return the points where the edges of an image go through a plane: none, one at a corner, or two."""
    corners = reference.corners
    heights = [float((corner - target.origin) @ target.normal) for corner in corners]
    found: list[Vector] = []
    for number, (here, height) in enumerate(zip(corners, heights, strict=True)):
        there, other = corners[(number + 1) % 4], heights[(number + 1) % 4]
        if height == 0.0:
            found.append(here)
        elif height * other < 0:
            found.append(here + (there - here) * (height / (height - other)))
    return [p for n, p in enumerate(found) if all(np.linalg.norm(p - q) > _SAME_POINT_MM for q in found[:n])]


def _clipped(start: tuple[float, float], end: tuple[float, float], image: ImagePlane) -> CrossLine | None:
    """Return the part of a line that lies on an image (Liang and Barsky), None where no part does."""
    first, last = 0.0, 1.0
    way = end[0] - start[0], end[1] - start[1]
    for axis, size in ((0, image.columns), (1, image.rows)):
        for sign, room in ((-1, start[axis] + 0.5), (1, size - 0.5 - start[axis])):
            speed = sign * way[axis]
            if speed == 0:
                if room < 0:
                    return None
            elif speed > 0:
                last = min(last, room / speed)
            else:
                first = max(first, room / speed)
    if first >= last:
        return None
    return CrossLine(_along(start, way, first), _along(start, way, last))


def _along(start: tuple[float, float], way: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + way[0] * share, start[1] + way[1] * share
