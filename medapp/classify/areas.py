"""Parts of a picture: without its border, around the body, and the mask over what is not to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_BODY_SIDE = 128
"""The body is looked for in a copy of at most so many rows and columns."""
LEAST_BODY = 0.1
"""A brightest region that covers less of the picture than this is no body: nothing is cut off then."""


@dataclass(frozen=True)
class Area:
    """Rows from `top` to before `bottom`, columns from `left` to before `right`."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def whole(cls, picture: NDArray[Any]) -> Area:
        """Return the area of a whole picture, shape (rows, columns, …)."""
        return cls(0, picture.shape[0], 0, picture.shape[1])

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Return a view of this part of `picture`."""
        return picture[self.top : self.bottom, self.left : self.right]

    def cropped(self, share: float) -> Area:
        """Return the area without `share` of its height and width at each edge, 0 to 0.4."""
        across, along = int((self.bottom - self.top) * share), int((self.right - self.left) * share)
        return Area(self.top + across, self.bottom - across, self.left + along, self.right - along)

    def middle_square(self) -> Area:
        """Return the largest square in the middle."""
        across, along = self.bottom - self.top, self.right - self.left
        side = min(across, along)
        top, left = self.top + (across - side) // 2, self.left + (along - side) // 2
        return Area(top, top + side, left, left + side)


def body_area(levels: NDArray[np.uint8]) -> Area:
    """Return the bounding box of the body, or of the collimated field: the largest bright region.

    Parameters
    ----------
    levels : ndarray of uint8, shape (rows, columns)
        Grey levels, bright values bright.

    Returns
    -------
    Area
        The box, widened by a hundredth; the whole picture where the largest region covers less than a tenth of it.

    Notes
    -----
    The threshold is Otsu's (IEEE Trans SMC 9:62, 1979).
    """
    small = _reduced(levels)
    region = _largest_bright(small)
    if region is None:
        return Area.whole(levels)
    left, top, wide, high = cv2.boundingRect(region)
    if wide * high < LEAST_BODY * small.size:
        return Area.whole(levels)
    rows, columns = levels.shape
    down, across = rows / small.shape[0], columns / small.shape[1]
    return Area(
        max(0, int((top - 1) * down)),
        min(rows, ceil((top + high + 1) * down)),
        max(0, int((left - 1) * across)),
        min(columns, ceil((left + wide + 1) * across)),
    )


def body_mask(levels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which pixels belong to the body: the hull of the largest bright region, dark lungs included.

    Parameters
    ----------
    levels : ndarray of uint8, shape (rows, columns)
        Grey levels, bright values bright.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        All of it where the region covers less than a tenth of the picture: then nothing is known of a body.
    """
    region = _largest_bright(np.ascontiguousarray(levels))
    if region is None or region.sum() < LEAST_BODY * levels.size:
        return np.ones(levels.shape, bool)
    outlines, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(outlines))
    return np.asarray(cv2.fillConvexPoly(np.zeros(levels.shape, np.uint8), hull, 1), np.bool_)


def _largest_bright(levels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the largest region above Otsu's threshold as 1 on 0, or None where nothing is brighter than the rest."""
    _, bright = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    count, parts, facts, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))
    return np.asarray(parts == largest, np.uint8)


def _reduced(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = _BODY_SIDE / max(levels.shape)
    if share >= 1:
        return np.ascontiguousarray(levels)
    size = (max(1, round(levels.shape[1] * share)), max(1, round(levels.shape[0] * share)))
    return np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA), np.uint8)


def mask_width(side: int, share: float) -> int:
    """Return how many of the `side` rows or columns a mask of `share` covers at each edge."""
    return ceil(side * share - 1e-9)


def with_masked_border(picture: NDArray[Any], share: float) -> NDArray[Any]:
    """Return `picture` with `share` of its height and width at each edge black; itself where `share` is 0."""
    if not share:
        return picture
    inside = masked_to(Area.whole(picture), share)
    masked = np.zeros_like(picture)
    inside.of(masked)[...] = inside.of(picture)
    return masked


def masked_to(area: Area, share: float) -> Area:
    """Return the part of `area` that a mask of `share` at each edge leaves to be seen."""
    down, along = mask_width(area.bottom - area.top, share), mask_width(area.right - area.left, share)
    return Area(area.top + down, area.bottom - down, area.left + along, area.right - along)
