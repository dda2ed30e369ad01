"""What is drawn to measure: points in source pixels, the middle of the first pixel at (0, 0). No screen is in them."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""Column x and row y, with fractions."""
TEXT_MOST = 400
POINTS_MOST = 1000


class Kind(StrEnum):
    """What a shape measures."""

    LENGTH = "length"
    ANGLE = "angle"
    COBB = "cobb"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    ARROW = "arrow"
    TEXT = "text"
    PROBE = "probe"


AREAS = frozenset({Kind.RECTANGLE, Kind.ELLIPSE, Kind.FREEHAND})
POINTS: Mapping[Kind, int] = {
    Kind.LENGTH: 2, Kind.ANGLE: 3, Kind.COBB: 4, Kind.RECTANGLE: 2, Kind.ELLIPSE: 2, Kind.ARROW: 2, Kind.TEXT: 1,
    Kind.PROBE: 1,
}  # fmt: skip
"""How many points a shape has; an outline drawn by hand has as many as the hand gave, at least `OUTLINE_LEAST`."""
OUTLINE_LEAST = 3


@dataclass(frozen=True)
class Shape:
    """One thing drawn on a frame.

    Attributes
    ----------
    kind : Kind
    points : tuple of Point
        Ends of a length; arm, vertex, arm of an angle; two lines of a Cobb angle; opposite corners of a rectangle, and
        of the box around an ellipse; the outline drawn by hand; the tip of an arrow last; the place of a text or probe.
    text : str
        What a text says.
    """

    kind: Kind
    points: tuple[Point, ...]
    text: str = ""

    def __post_init__(self) -> None:
        count, wanted = len(self.points), POINTS.get(self.kind)
        fits = count == wanted if wanted is not None else OUTLINE_LEAST <= count <= POINTS_MOST
        if not fits or not all(math.isfinite(value) for point in self.points for value in point):
            raise ValueError(f"a {self.kind} is not made of {count} such points")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all points."""
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True)
class Measurement:
    """A shape that is kept, its name, and where its label was put by hand (source pixels; None: where room is)."""

    id: str
    shape: Shape
    label_at: Point | None = None

    @classmethod
    def of(cls, shape: Shape) -> Measurement:
        """Give a shape a name of its own."""
        return cls(uuid.uuid4().hex, shape)


@dataclass(frozen=True)
class Calibration:
    """The spacing that a person gave an image: millimetres between rows, then between columns."""

    spacing_mm: tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """All that was drawn on one image, in the order of drawing, and its calibration by hand."""

    measurements: tuple[Measurement, ...] = ()
    calibration: Calibration | None = None

    def find(self, measurement_id: str) -> Measurement | None:
        """Return the measurement of that name."""
        return next((each for each in self.measurements if each.id == measurement_id), None)

    def adding(self, measurement: Measurement) -> Sheet:
        """Return the sheet with one more."""
        return replace(self, measurements=(*self.measurements, measurement))

    def changing(self, measurement: Measurement) -> Sheet:
        """Return the sheet with the one of that name replaced."""
        changed = tuple(measurement if each.id == measurement.id else each for each in self.measurements)
        return replace(self, measurements=changed)

    def without(self, measurement_id: str) -> Sheet:
        """Return the sheet without the one of that name."""
        return replace(self, measurements=tuple(each for each in self.measurements if each.id != measurement_id))


def with_point(shape: Shape, number: int, point: Point) -> Shape:
    """Return `shape` with one of its points elsewhere."""
    return replace(shape, points=(*shape.points[:number], point, *shape.points[number + 1 :]))


def moved(shape: Shape, dx: float, dy: float, size: tuple[int, int]) -> Shape:
    """Return the whole shape moved, as far as it stays on a frame.

    Parameters
    ----------
    shape : Shape
    dx, dy : float
        Source pixels to the right and down.
    size : tuple of 2 int
        Rows and columns of the frame.
    """
    left, top, right, bottom = shape.box
    dx = min(max(dx, -0.5 - left), size[1] - 0.5 - right)
    dy = min(max(dy, -0.5 - top), size[0] - 0.5 - bottom)
    return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))


def on_frame(point: Point, size: tuple[int, int]) -> Point:
    """Return the nearest point of a frame of `size` rows and columns."""
    return min(max(point[0], -0.5), size[1] - 0.5), min(max(point[1], -0.5), size[0] - 0.5)
