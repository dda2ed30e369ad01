"""A few numbers for each picture, near each other where the pictures are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from medapp.training.checking.duplicates.contrast import Bytes, Floats, normalised, without_margin

GRID = 12
NUMBERS = 32
_LEARNED_FROM = 4000
_CUT = 0.035
"""Share that is cut off a side, so that a cropped copy is found by what its original would be when cropped."""
CUTS = (
    (0.0, 0.0, 0.0, 0.0),
    (_CUT, _CUT, _CUT, _CUT),
    (_CUT, 0.0, _CUT, 0.0),
    (_CUT, 0.0, 0.0, _CUT),
    (0.0, _CUT, _CUT, 0.0),
    (0.0, _CUT, 0.0, _CUT),
)
_AT_ONCE = 2000


def coarse(thumbnail: Bytes) -> Floats:
    """Return the normalised thumbnail on a grid of 12 × 12, of length 1; zeros for an even picture."""
    clipped = np.clip(normalised(thumbnail), -3, 3)
    small = cv2.resize(cv2.GaussianBlur(clipped, (0, 0), 1.5), (GRID, GRID), interpolation=cv2.INTER_AREA).ravel()
    small = small - small.mean()
    length = float(np.linalg.norm(small))
    return np.asarray(small / length if length > 1e-3 else np.zeros_like(small), np.float32)


@dataclass(frozen=True, eq=False)
class Signatures:
    """What the pictures of one set differ in, as principal components of equal weight.

    Attributes
    ----------
    mean : ndarray of float32, shape (144,)
        The mean picture: what all radiographs have in common tells nothing.
    axes : ndarray of float32, shape (144, at most 32)
        Scaled so that two pictures taken at random lie about 1 apart.
    """

    mean: Floats
    axes: Floats

    def of(self, grids: Floats) -> Floats:
        """Return the signatures, shape (n, at most 32), of coarse pictures, shape (n, 144)."""
        return np.asarray((grids - self.mean) @ self.axes, np.float32)


def learned(grids: Floats) -> Signatures:
    """Learn what the pictures differ in from coarse pictures, shape (n, 144): at most 4,000 of them, evenly taken."""
    some = grids[:: -(-len(grids) // _LEARNED_FROM)].astype(np.float64)
    mean = some.mean(axis=0)
    _, weights, axes = np.linalg.svd(some - mean, full_matrices=False)
    spread = weights / np.sqrt(len(some))
    kept = min(NUMBERS, int(np.sum(spread > 1e-4)))
    scale = np.sqrt(2 * max(1, kept))
    return Signatures(mean.astype(np.float32), (axes[:kept].T / (spread[:kept] * scale)).astype(np.float32))


def grids_of(
    thumbnail_at: Callable[[int], Bytes], count: int, cut: tuple[float, float, float, float]
) -> Iterator[Floats]:
    """Yield the coarse pictures of `count` thumbnails with `cut` taken off, in parts of at most 2,000."""
    for start in range(0, count, _AT_ONCE):
        yield np.stack([coarse(_cut(thumbnail_at(i), cut)) for i in range(start, min(count, start + _AT_ONCE))])


def _cut(thumbnail: Bytes, cut: tuple[float, float, float, float]) -> Bytes:
    return without_margin(thumbnail, *cut) if any(cut) else thumbnail
