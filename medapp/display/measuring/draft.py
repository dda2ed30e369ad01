"""A shape while it is being drawn: by clicks, by a drag, or by keys; the same steps for all three."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from medapp.display.measuring.shapes import OUTLINE_LEAST, POINTS, POINTS_MOST, Kind, Point, Shape


@dataclass(frozen=True)
class Draft:
    """Points that are set, and the one that follows the hand.

    Attributes
    ----------
    kind : Kind
    points : tuple of Point
        Those that are set.
    loose : Point
        Where the hand is.
    traced : bool
        Whether the outline is being drawn with the button held.
    """

    kind: Kind
    points: tuple[Point, ...]
    loose: Point
    traced: bool = False

    @classmethod
    def begun(cls, kind: Kind, at: Point) -> Draft:
        """Set the first point."""
        return cls(kind, (at,), at)

    def pointing(self, at: Point) -> Draft:
        """Let the loose point follow the hand."""
        return replace(self, loose=at)

    def placing(self, at: Point) -> Draft:
        """Set a point."""
        return replace(self, points=(*self.points, at), loose=at)

    def tracing(self, at: Point, least: float) -> Draft:
        """Draw the outline on to where the hand is, with corners at least `least` pixels apart."""
        far_enough = math.dist(self.points[-1], at) >= least and len(self.points) < POINTS_MOST
        return replace(self, points=(*self.points, at) if far_enough else self.points, loose=at, traced=True)

    def without_last(self) -> Draft | None:
        """Take the last point back; None where it was the only one."""
        return replace(self, points=self.points[:-1]) if len(self.points) > 1 else None

    def closes_at(self, at: Point, near: float) -> bool:
        """Tell whether a point at `at` ends an outline: on its first corner, or on its last one again."""
        ends = self.points[0], self.points[-1]
        return len(self.points) >= OUTLINE_LEAST and any(math.dist(end, at) <= near for end in ends)

    @property
    def shape(self) -> Shape | None:
        """The shape, where all its points are set; an outline is ended by `outline`."""
        return Shape(self.kind, self.points) if len(self.points) == POINTS.get(self.kind) else None

    @property
    def outline(self) -> Shape | None:
        """The outline of what is set, where that is enough for one."""
        return Shape(self.kind, self.points) if len(self.points) >= OUTLINE_LEAST else None

    @property
    def preview(self) -> Shape | None:
        """The shape that a point set now would make, where it would be whole."""
        points = self.points if self.traced else (*self.points, self.loose)
        wanted = POINTS.get(self.kind, max(OUTLINE_LEAST, len(points)))
        return Shape(self.kind, points) if len(points) == wanted else None

    @property
    def lines(self) -> tuple[tuple[Point, ...], ...]:
        """The lines of what is not whole yet."""
        points = (*self.points, self.loose)
        return (points[:2], points[2:]) if self.kind is Kind.COBB else (points,)
