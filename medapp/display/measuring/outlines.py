"""The lines and handles of shapes, and how far a hand is from them. All of it is arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from medapp.display.measuring.shapes import Kind, Point, Shape, with_point

ELLIPSE_SIDES = 72
HANDLES_MOST = 24
ARROW_HEAD = 11.0
ARC, ARC_SHARE, ARC_SIDES = 22.0, 0.6, 24
"""The radius of the arc of an angle, the most of its shorter arm, and how many lines it is drawn with."""
Lines = tuple[NDArray[np.float64], ...]


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


def angle_arc(arms: NDArray[np.float64], radius: float = ARC) -> NDArray[np.float64]:
    """Return the arc between two arms, shape (n, 2), the vertex being the second of three points; on the screen.

    It goes the shorter way round, as the angle is measured. An arm without length has no arc: (0, 2).
    """
    from_vertex = arms[[0, 2]] - arms[1]
    lengths = np.hypot(*from_vertex.T)
    radius = min(radius, ARC_SHARE * float(lengths.min()))
    if radius < 1:
        return np.empty((0, 2))
    first, second = np.arctan2(from_vertex[:, 1], from_vertex[:, 0]).tolist()
    turned = (second - first + math.pi) % (2 * math.pi) - math.pi
    angles = first + np.linspace(0, turned, ARC_SIDES + 1)
    arc: NDArray[np.float64] = arms[1] + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    return arc
