"""The lines and handles of shapes, which of them a hand is at, and where labels find room. All of it is arithmetic."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.display.measuring.shapes import Kind, Point, Shape, with_point

ELLIPSE_SIDES = 72
HANDLES_MOST = 24
ARROW_HEAD = 11.0
Lines = tuple[NDArray[np.float64], ...]
Box = tuple[float, float, float, float]
"""Left, top, width and height."""


def lines_of(shape: Shape) -> Lines:
    """Return the lines that a shape is drawn with, each of shape (n, 2), in the pixels of the shape."""
    points = np.asarray(shape.points, np.float64)
    match shape.kind:
        case Kind.COBB:
            return points[:2], points[2:]
        case Kind.RECTANGLE | Kind.ELLIPSE:
            return (_closed(_in_box(shape)),)
        case Kind.FREEHAND:
            return (_closed(points),)
    return (points,)


def _in_box(shape: Shape) -> NDArray[np.float64]:
    left, top, right, bottom = shape.box
    if shape.kind is Kind.RECTANGLE:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    turn = np.linspace(0, 2 * math.pi, ELLIPSE_SIDES, endpoint=False)
    x = (left + right) / 2 + (right - left) / 2 * np.cos(turn)
    return np.column_stack([x, (top + bottom) / 2 + (bottom - top) / 2 * np.sin(turn)])


def _closed(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([corners, corners[:1]])


def handles_of(shape: Shape) -> tuple[Point, ...]:
    """Return the points by which a shape is changed: its own, and the two other corners of a rectangle or ellipse.

    An outline with more than `HANDLES_MOST` corners has none: it is moved as a whole.
    """
    if shape.kind in {Kind.RECTANGLE, Kind.ELLIPSE}:
        (x1, y1), (x2, y2) = shape.points
        return (x1, y1), (x2, y2), (x1, y2), (x2, y1)
    return shape.points if len(shape.points) <= HANDLES_MOST else ()


def with_handle(shape: Shape, number: int, point: Point) -> Shape:
    """Return the shape with one of its handles elsewhere."""
    if number < 2 or shape.kind not in {Kind.RECTANGLE, Kind.ELLIPSE}:
        return with_point(shape, number, point)
    (x1, y1), (x2, y2) = shape.points
    moved = ((point[0], y1), (x2, point[1])) if number == 2 else ((x1, point[1]), (point[0], y2))
    return Shape(shape.kind, moved, shape.text)


def distance_to(lines: Iterable[NDArray[np.float64]], at: Point) -> float:
    """Return how far a place is from the nearest of lines, each of shape (n, 2)."""
    return min((_to_line(line, np.asarray(at)) for line in lines), default=math.inf)


def _to_line(line: NDArray[np.float64], at: NDArray[np.float64]) -> float:
    start, along = line[:-1], np.diff(line, axis=0)
    if not len(along):
        return float(np.hypot(*(line[0] - at)))
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((at - start) * along).sum(axis=1) / squared, 0, 1)
    return float(np.hypot(*(start + share[:, None] * along - at).T).min())


def arrow_head(line: NDArray[np.float64], size: float = ARROW_HEAD) -> NDArray[np.float64]:
    """Return the corners of the head of an arrow along `line`, shape (3, 2), its tip in the middle; on the screen."""
    along = line[1] - line[0]
    length = float(np.hypot(*along))
    along = along / length if length else np.array([0.0, 1.0])
    across = np.array([-along[1], along[0]])
    back = line[1] - along * size
    return np.array([back + across * size * 0.45, line[1], back - across * size * 0.45])


@dataclass(frozen=True)
class Room:
    """Where labels may stand: the widget, and what they must not cover.

    Attributes
    ----------
    width, height : float
        Of the widget.
    taken : tuple of Box
        Labels that stand there.
    """

    width: float
    height: float
    taken: tuple[Box, ...] = ()

    def place(self, lines: Lines, size: tuple[float, float], gap: float) -> Box:
        """Return a place for a label of `size` beside `lines` that covers neither them nor another label.

        Where there is no such place in the widget, the label stands at the place that covers least.
        """
        every = np.vstack(lines)
        (left, top), (right, bottom) = every.min(axis=0), every.max(axis=0)
        middle_x, middle_y = (left + right - size[0]) / 2, (top + bottom - size[1]) / 2
        last_x, last_y = every[-1]
        corners = (
            (right + gap, last_y - size[1] / 2), (last_x - size[0] / 2, bottom + gap), (right + gap, middle_y),
            (middle_x, bottom + gap), (middle_x, top - gap - size[1]), (left - gap - size[0], middle_y),
            (right + gap, bottom + gap), (right + gap, top - gap - size[1]), (left - gap - size[0], bottom + gap),
            (left - gap - size[0], top - gap - size[1]),
        )  # fmt: skip
        boxes = [self._within((float(x), float(y), *size)) for x, y in corners]
        return min(boxes, key=lambda box: self._covers(box, lines))

    def _within(self, box: Box) -> Box:
        x = min(max(box[0], 0.0), max(0.0, self.width - box[2]))
        return x, min(max(box[1], 0.0), max(0.0, self.height - box[3])), box[2], box[3]

    def _covers(self, box: Box, lines: Lines) -> float:
        """Return how much a label would cover; the first of several that cover nothing is taken."""
        labels = sum(_overlap(box, other) for other in self.taken)
        return labels + sum(_crossed(box, line) for line in lines)


def _overlap(one: Box, other: Box) -> float:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0


def _crossed(box: Box, line: NDArray[np.float64]) -> float:
    """Return how many square pixels a line as wide as a pen covers in a box, by places along it."""
    parts: Sequence[NDArray[np.float64]] = [
        np.linspace(start, end, max(2, int(np.hypot(*(end - start)) / 3))) for start, end in itertools.pairwise(line)
    ]
    if not parts:
        return 0.0
    x, y = np.vstack(parts).T
    inside = (x >= box[0]) & (x <= box[0] + box[2]) & (y >= box[1]) & (y <= box[1] + box[3])
    return 9.0 * float(np.count_nonzero(inside))
