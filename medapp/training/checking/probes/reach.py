"""How far from the edge of the picture a shortcut reaches, so that it can be masked or cropped."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.sketch import CORNER_SHARE, CORNERS, THUMBNAIL
from medapp.training.checking.probes.sight import Floats

FEWEST, MOST_OF_FRAME, MOST = 0.04, 0.06, 0.125
"""The least and the most that is proposed, as shares of the side; further in the frame is the patient."""
TELLING = 0.7
"""A cell belongs to the shortcut where it tells that much of what the best one does."""
_CASES = 1000


def reach_of(thumbnails: Floats, positive: NDArray[np.bool_], corners: tuple[str, ...]) -> float:
    """Return the share of each side that hides what tells the classes apart at the edge.

    Parameters
    ----------
    thumbnails : ndarray of float32, shape (n, 48, 48)
        Of the cases.
    positive : ndarray of bool, shape (n,)
        Which of them are of the class.
    corners : tuple of str
        The corners that tell; none where it is the frame.
    """
    told = _told(thumbnails, positive)
    rows, columns = np.mgrid[:THUMBNAIL, :THUMBNAIL]
    last = THUMBNAIL - 1
    depth = np.minimum.reduce([rows, columns, last - rows, last - columns])
    near = _in_corners(corners) if corners else depth < 1
    if corners:
        limit = TELLING * float(told[near].max(initial=0.0))
        return _share(1 + int(depth[near & (told >= limit)].max(initial=0)), MOST)
    rings = [float(told[depth == ring].mean()) for ring in range(round(MOST * THUMBNAIL))]
    inner = next((ring for ring, tells in enumerate(rings) if tells < TELLING * rings[0]), len(rings))
    return _share(inner, MOST_OF_FRAME)


def _share(cells: int, most: float) -> float:
    return min(most, max(FEWEST, math.ceil(100 * (cells + 0.5) / THUMBNAIL) / 100))


def _told(thumbnails: Floats, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how far the mean of each cell differs between the sides, in its deviations."""
    step = max(1, len(thumbnails) // _CASES)
    small, marks = thumbnails[::step], positive[::step]
    if marks.all() or not marks.any():
        return np.zeros(thumbnails.shape[1:])
    apart = np.abs(small[marks].mean(axis=0, dtype=np.float64) - small[~marks].mean(axis=0, dtype=np.float64))
    told: NDArray[np.float64] = apart / (small.std(axis=0, dtype=np.float64) + 0.02)
    return told


def _in_corners(corners: tuple[str, ...]) -> NDArray[np.bool_]:
    cells = round(CORNER_SHARE * THUMBNAIL)
    near, far = slice(0, cells), slice(THUMBNAIL - cells, THUMBNAIL)
    places = dict(zip(CORNERS, ((near, near), (near, far), (far, far), (far, near)), strict=True))
    inside = np.zeros((THUMBNAIL, THUMBNAIL), np.bool_)
    for corner in corners:
        inside[places[corner]] = True
    return inside
