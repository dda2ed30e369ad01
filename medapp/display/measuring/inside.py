"""Which pixels lie in a shape: those whose middle does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.display.measuring.shapes import Kind, Point, Shape


@dataclass(frozen=True, eq=False)
class Inside:
    """The pixels of a shape: the rows and columns around them, and which of these lie inside."""

    rows: slice
    columns: slice
    mask: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many pixels lie inside."""
        return int(np.count_nonzero(self.mask))


def pixels_inside(shape: Shape, size: tuple[int, int]) -> Inside:
    """Return the pixels whose middle lies in an area, those on its edge included for rectangle and ellipse.

    Parameters
    ----------
    shape : Shape
        A rectangle, an ellipse or an outline drawn by hand; of an outline that crosses itself, what lies within an odd
        number of its loops.
    size : tuple of 2 int
        Rows and columns of the frame; beyond it there are no pixels.

    Returns
    -------
    Inside
        Empty where the shape lies between the middles of pixels.
    """
    rows, columns = around(shape, size)
    y = np.arange(rows.start, rows.stop, dtype=np.float64)
    x = np.arange(columns.start, columns.stop, dtype=np.float64)
    if shape.kind is Kind.RECTANGLE or not (len(x) and len(y)):
        mask = np.ones((len(y), len(x)), np.bool_)
    elif shape.kind is Kind.ELLIPSE:
        mask = _in_ellipse(x, y, shape.box)
    else:
        mask = _in_outline(x, y, shape.points)
    return Inside(rows, columns, mask)


def around(shape: Shape, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and the columns of a frame of `size` whose middles lie in the shape's box."""
    left, top, right, bottom = shape.box
    first_row, last_row = max(0, int(np.ceil(top))), min(size[0] - 1, int(np.floor(bottom)))
    first_column, last_column = max(0, int(np.ceil(left))), min(size[1] - 1, int(np.floor(right)))
    rows = slice(first_row, max(first_row, last_row + 1))
    return rows, slice(first_column, max(first_column, last_column + 1))


def _in_ellipse(
    x: NDArray[np.float64], y: NDArray[np.float64], box: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    left, top, right, bottom = box
    across = _shares(x, left, right)
    down = _shares(y, top, bottom)
    inside: NDArray[np.bool_] = across[None, :] ** 2 + down[:, None] ** 2 <= 1 + 1e-12
    return inside


def _shares(at: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return where places lie between the ends of an axis, -1 to 1; all in the middle of one without length."""
    half = (high - low) / 2
    return (at - (low + high) / 2) / half if half > 0 else np.zeros_like(at)


def _in_outline(x: NDArray[np.float64], y: NDArray[np.float64], outline: tuple[Point, ...]) -> NDArray[np.bool_]:
    """Return what a line from the left enters an odd number of times: row by row, each edge toggles what lies beyond.

    An edge holds from its upper end on to just before its lower one, so that a corner counts once.
    """
    toggles = np.zeros((len(y), len(x) + 1), np.int32)
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        (x1, y1), (x2, y2) = sorted(((x1, y1), (x2, y2)), key=lambda point: point[1])  # noqa: PLW2901
        crossed = np.flatnonzero((y >= y1) & (y < y2))
        if len(crossed):
            meets = x1 + (y[crossed] - y1) * (x2 - x1) / (y2 - y1)
            np.add.at(toggles, (crossed, np.searchsorted(x, meets)), 1)
    return np.asarray(np.cumsum(toggles, axis=1)[:, :-1] % 2 == 1)


def crosses_itself(outline: tuple[Point, ...]) -> bool:
    """Tell whether two sides of a closed outline cross."""
    start = np.asarray(outline, np.float64)
    end = np.roll(start, -1, axis=0)
    along = end - start
    # side of every line on which the ends of every other side lie
    first = _side(start[:, None], along[:, None], start[None, :])
    second = _side(start[:, None], along[:, None], end[None, :])
    parts = first * second < 0
    return bool((parts & parts.T).any())


def _side(start: NDArray[np.float64], along: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    away = points - start
    sides: NDArray[np.float64] = along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0]
    return sides
