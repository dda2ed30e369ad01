"""Values placed on a screen: which reduced copy is taken, what of the screen it covers, and the warp itself."""

from __future__ import annotations

import math
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Interpolation: TypeAlias = Literal["linear", "nearest", "lanczos"]
_FLAGS: dict[Interpolation, int] = {
    "linear": cv2.INTER_LINEAR,
    "nearest": cv2.INTER_NEAREST,
    "lanczos": cv2.INTER_LANCZOS4,
}
_REACH: dict[Interpolation, int] = {"linear": 1, "nearest": 1, "lanczos": 4}


def level_for(matrix: NDArray[np.float64], levels: int) -> int:
    """Return the level, of so many, from which at most a factor 2 is left to shrink."""
    scale = min(np.hypot(*matrix[:, 0]), np.hypot(*matrix[:, 1]))
    wanted = math.ceil(math.log2(max(1.0, 1 / scale)) - 1 - 1e-9)
    return min(max(0, wanted), levels - 1)


def from_level(matrix: NDArray[np.float64], full: tuple[int, ...], level: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the transform for a reduced copy, whose pixels cover several of the full image."""
    fy, fx = full[0] / level[0], full[1] / level[1]
    to_full = np.array([[fx, 0, fx / 2 - 0.5], [0, fy, fy / 2 - 0.5], [0, 0, 1]])
    placed: NDArray[np.float64] = matrix @ to_full
    return placed


def placed_on(
    screen: tuple[int, int],
    values: NDArray[Any],
    matrix: NDArray[np.float64],
    *,
    interpolation: Interpolation = "linear",
    span: tuple[slice, slice] | None = None,
) -> NDArray[Any]:
    """Warp `values` to a screen (width, height); the outermost pixels go on beyond the edge.

    Only the visible part is touched (OpenCV warps at most 32,767 pixels a side), with a border of
    its own: OpenCV's replicated border takes three times as long. With a `span` (rows, columns of the
    screen) nothing is worked out beside it: there it is 0.
    """
    if span is not None:
        return _placed_in(span, screen, values, matrix, interpolation)
    if abs(matrix[0, 1]) > abs(matrix[0, 0]):  # a quarter turn: rows are read along, not across
        lying = placed_on((screen[1], screen[0]), values, matrix[::-1], interpolation=interpolation)
        turned: NDArray[Any] = cv2.transpose(lying)
        return turned
    inverse = np.linalg.inv(matrix[:, :2])
    corners = (np.array([[0, 0], [screen[0], screen[1]]]) - matrix[:, 2]) @ inverse.T
    reach = _REACH[interpolation]
    left, right = _visible(corners[:, 0], values.shape[1], reach)
    top, bottom = _visible(corners[:, 1], values.shape[0], reach)
    seen = values[top:bottom, left:right]
    bordered = cv2.copyMakeBorder(seen, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([left - reach, top - reach])
    warped: NDArray[Any] = cv2.warpAffine(bordered, shifted, screen, flags=_FLAGS[interpolation])
    return warped


def _placed_in(
    span: tuple[slice, slice],
    screen: tuple[int, int],
    values: NDArray[Any],
    matrix: NDArray[np.float64],
    interpolation: Interpolation,
) -> NDArray[Any]:
    rows, columns = span
    size = (columns.stop - columns.start, rows.stop - rows.start)
    if size == screen:
        return placed_on(screen, values, matrix, interpolation=interpolation)
    whole = np.zeros((screen[1], screen[0], *values.shape[2:]), values.dtype)
    if min(size) > 0:
        shifted = matrix.copy()
        shifted[:, 2] -= columns.start, rows.start
        whole[span] = placed_on(size, values, shifted, interpolation=interpolation)
    return whole


def _visible(ends: NDArray[np.float64], size: int, reach: int) -> tuple[int, int]:
    """Return the part of an axis of `size` pixels between two source coordinates, and what is mixed into its ends."""
    first = min(max(0, math.floor(ends.min()) - reach - 1), size - 1)
    return first, max(first + 1, min(math.ceil(ends.max()) + reach + 2, size))


def image_span(matrix: NDArray[np.float64], shape: tuple[int, int], screen: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns of the screen that the image covers: a box, because turns are by right angles."""
    corners = np.array([[-0.5, -0.5, 1], [shape[1] - 0.5, shape[0] - 0.5, 1]]) @ matrix.T
    (x0, y0), (x1, y1) = corners.min(axis=0) - 1e-6, corners.max(axis=0) + 1e-6
    rows = slice(max(0, math.ceil(y0)), max(0, min(screen[1], math.floor(y1) + 1)))
    columns = slice(max(0, math.ceil(x0)), max(0, min(screen[0], math.floor(x1) + 1)))
    return rows, columns
