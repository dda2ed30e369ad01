"""Text that is burned into a picture: rows of small, thin, sharp shapes that stand out from what is around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]

_LARGEST_SIDE = 768
_LOWEST, _HIGHEST = 5, 0.09
"""Height of a character: in pixels at least, and as a share of the shorter side at most."""
_WIDEST = 2.6
"""Of its height: two that touch."""
_STANDS_OUT = (32, 64)
"""Grey levels between a stroke and what is around it; looked for at both."""
_FILLED = 0.12
_THICKEST = 0.36
"""Of a stroke, as a share of the character's height."""
_FEWEST = 3
"""Characters in a row: an "R" or "L" alone is a side marker."""


@dataclass(frozen=True)
class _Shape:
    left: int
    top: int
    wide: int
    high: int


def characters(picture: NDArray[np.float32]) -> tuple[int, float, float]:
    """Count the characters of the rows of text in a picture.

    Parameters
    ----------
    picture : ndarray of float32, shape (rows, columns)
        0 to 1.

    Returns
    -------
    tuple of (int, float, float)
        Characters in rows of three and more; and where the longest row lies: its middle as shares of height and width.
    """
    grey = _as_bytes(picture)
    found = [_rows(_shapes(side, level)) for side in (grey, 255 - grey) for level in _STANDS_OUT]
    rows = max(found, key=lambda rows: sum(map(len, rows)))
    if not rows:
        return 0, 0.0, 0.0
    longest = max(rows, key=len)
    middle = (longest[0].left + longest[-1].left + longest[-1].wide) / 2
    return sum(map(len, rows)), (longest[0].top + longest[0].high / 2) / grey.shape[0], middle / grey.shape[1]


def _as_bytes(picture: NDArray[np.float32]) -> Bytes:
    share = _LARGEST_SIDE / max(picture.shape)
    if share < 1:
        size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(np.rint(picture * 255), np.uint8)


def _shapes(grey: Bytes, level: int) -> list[_Shape]:
    """Return what is small and brighter than its surroundings, and looks like strokes."""
    highest = max(_LOWEST + 2, round(_HIGHEST * min(grey.shape)))
    reach = int(_THICKEST * highest) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (max(3, reach), max(3, reach)))
    apart = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel), np.uint8)
    strokes = np.asarray(apart > level, np.uint8)
    _, regions, facts, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    found = []
    for number in _like_characters(facts, highest):
        left, top, wide, high = (int(value) for value in facts[number, :4])
        window = (slice(top, top + high), slice(left, left + wide))
        if _is_stroke(regions[window] == number, apart[window], high, level):
            found.append(_Shape(left, top, wide, high))
    return found


def _like_characters(facts: NDArray[np.int32], highest: int) -> list[int]:
    """Return the numbers of the shapes whose box and area a character may have; 0 is the ground."""
    wide, high, area = (facts[:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    likely = (high >= _LOWEST) & (high <= highest) & (wide <= _WIDEST * high) & (area >= _FILLED * wide * high)
    return [int(number) for number in np.flatnonzero(likely) if number > 0]


def _is_stroke(inside: NDArray[np.bool_], apart: Bytes, high: int, level: int) -> bool:
    """Tell whether a shape is thin throughout, and even: ribs and vessels fade."""
    framed = np.pad(inside.astype(np.uint8), 1)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 3)
    if 2 * float(depth.max()) > max(3.0, _THICKEST * high):
        return False
    return float(np.percentile(apart[inside], 75)) > 1.3 * level


def _rows(shapes: list[_Shape]) -> list[list[_Shape]]:
    """Put shapes of like height, side by side on a line, into rows."""
    rows: list[list[_Shape]] = []
    for shape in sorted(shapes, key=lambda one: one.left):
        row = next((row for row in rows if _follows(row[-1], shape)), None)
        if row is None:
            rows.append([shape])
        else:
            row.append(shape)
    return [row for row in rows if len(row) >= _FEWEST]


def _follows(last: _Shape, shape: _Shape) -> bool:
    high = max(last.high, shape.high)
    gap = shape.left - (last.left + last.wide)
    level = abs(last.top + last.high - shape.top - shape.high) <= 0.25 * high
    return level and min(last.high, shape.high) >= 0.55 * high and -0.2 * high <= gap <= 1.1 * high
