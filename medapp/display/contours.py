"""Lines around the hot part of a heat map, in pixels of the image that it is about."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[int, int, int, int]
LEVEL = 0.6
LEAST_SIDE = 0.25
"""Of a cell: what is smaller is where the peak of a cell just touches the level, a dot that nobody can read."""
_FINE_SIDE, _MOST_TIMES = 448, 32


def grid_to_source(shape: tuple[int, ...], seen: Box) -> NDArray[np.float64]:
    """Return the transform, (3, 3), from cells of a map to pixels of the image.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the map.
    seen : tuple of 4 int
        Top, bottom, left and right of what the map covers, in pixels of the image.
    """
    top, bottom, left, right = seen
    fy, fx = (bottom - top) / shape[0], (right - left) / shape[1]
    return np.array([[fx, 0, left + fx / 2 - 0.5], [0, fy, top + fy / 2 - 0.5], [0, 0, 1]])


def contours_of(heat_map: NDArray[np.float32], seen: Box, level: float = LEVEL) -> tuple[NDArray[np.float64], ...]:
    """Return closed lines around what is at least `level` hot.

    Parameters
    ----------
    heat_map : ndarray of float32, shape (h, w)
        0 to 1, at the network's own grid. Between the middles of its cells the values are interpolated, as they are
        where the map is shown in colours; nothing finer is made up.
    seen : tuple of 4 int
        Top, bottom, left and right of what it covers, in pixels of the image.
    level : float
        0 to 1, of the highest value that a map can have.

    Returns
    -------
    tuple of ndarray of float64, shape (n, 2)
        Corners (x, y) of each line in pixels of the image, x the column; the middle of the first pixel is (0, 0).
        Inner edges are lines of their own. Empty where the map is nowhere that hot on a sixteenth of a cell.
    """
    values = np.clip(np.nan_to_num(heat_map), 0, 1).astype(np.float32)
    times = min(_MOST_TIMES, max(1, _FINE_SIDE // max(values.shape)))
    fine = cv2.resize(values, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
    lines, _ = cv2.findContours((fine >= level).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = [line for line in lines if cv2.contourArea(line) >= (times * LEAST_SIDE) ** 2]
    matrix = grid_to_source(fine.shape, seen)
    return tuple(_placed(cv2.approxPolyDP(line, 0.6, closed=True)[:, 0], matrix) for line in lines)


def _placed(points: NDArray[np.int32], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    placed: NDArray[np.float64] = points @ matrix[:2, :2].T + matrix[:2, 2]
    return placed
