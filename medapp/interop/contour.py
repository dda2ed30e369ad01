"""The outline of a heat map's upper half, on a picture of the image that it belongs to."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.placing import placed_on

LEVEL = 0.5
COLOUR = (255, 214, 10)
_RIM = (0, 0, 0)
Box = tuple[int, int, int, int]


def contours_of(
    heat_map: NDArray[np.float32], seen: Box, matrix: NDArray[np.float64], size: tuple[int, int]
) -> list[NDArray[np.int32]]:
    """Return the lines around what is at least half as high as a heat map can be.

    Parameters
    ----------
    heat_map : ndarray of float32, shape (h, w)
        0 to 1, at the network's own grid.
    seen : tuple of 4 int
        The part of the frame that it covers: rows from the first to before the second, columns likewise.
    matrix : ndarray, shape (2, 3)
        From pixels of the frame to pixels of the picture; the middle of the first pixel is (0, 0).
    size : tuple of 2 int
        Width and height of the picture.

    Returns
    -------
    list of ndarray of int32, shape (n, 1, 2)
        Closed lines of (x, y) in pixels of the picture; none where the map is nowhere that high.
    """
    values = np.clip(np.nan_to_num(heat_map), 0, 1).astype(np.float32)
    to_picture = matrix @ _grid_to_source(values.shape, seen)
    field: NDArray[Any] = placed_on(size, values, to_picture)
    mask = ((field >= LEVEL) & _inside(seen, matrix, size)).astype(np.uint8)
    lines, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(one, np.int32) for one in lines]


def _grid_to_source(shape: tuple[int, ...], seen: Box) -> NDArray[np.float64]:
    top, bottom, left, right = seen
    fy, fx = (bottom - top) / shape[0], (right - left) / shape[1]
    return np.array([[fx, 0, left + fx / 2 - 0.5], [0, fy, top + fy / 2 - 0.5], [0, 0, 1]])


def _inside(seen: Box, matrix: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where the picture shows what the heat map covers; beside it the map says nothing."""
    top, bottom, left, right = seen
    corners = np.array([[left - 0.5, top - 0.5, 1], [right - 0.5, bottom - 0.5, 1]]) @ matrix.T
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    x, y = np.arange(size[0]), np.arange(size[1])[:, None]
    return np.asarray((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))


def draw_contours(picture: NDArray[np.uint8], lines: list[NDArray[np.int32]], thickness: int) -> None:
    """Draw lines into a colour picture, with a dark rim, so that they stand out on light and on dark."""
    cv2.polylines(picture, lines, isClosed=True, color=_RIM, thickness=thickness + 2, lineType=cv2.LINE_AA)
    cv2.polylines(picture, lines, isClosed=True, color=COLOUR, thickness=thickness, lineType=cv2.LINE_AA)
