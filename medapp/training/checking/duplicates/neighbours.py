"""Pairs of vectors that lie near each other, in time that grows with their number: sorted hashes of random planes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.training.checking.duplicates.contrast import Floats

Pairs: TypeAlias = NDArray[np.int64]
_PLANES = 48
_EACH_WAY = 6
_ASKED_AT_ONCE = 8192


class Neighbourhood:
    """Vectors in several orders, in each of which near ones tend to stand together.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        About centred at 0.
    orders : int, default 16
        More find more.
    seed : int, default 0
        Of the random planes.

    Notes
    -----
    On which side of 48 random planes a vector lies (Charikar, STOC 2002) is read as a number; the numbers are sorted,
    and a question looks at the few on either side of its place: the forest of Bawa, Condie and Ganesan (WWW 2005),
    whose depth fits the density by itself. Sorting apart, the work is proportional to the number of vectors.
    """

    def __init__(self, vectors: Floats, orders: int = 16, seed: int = 0) -> None:
        self._vectors = vectors
        rng = np.random.default_rng(seed)
        self._planes = [rng.standard_normal((vectors.shape[1], _PLANES)).astype(np.float32) for _ in range(orders)]
        codes = [_codes(vectors, planes) for planes in self._planes]
        self._places = [np.argsort(code, kind="stable") for code in codes]
        self._sorted = [code[places] for code, places in zip(codes, self._places, strict=True)]

    def near(self, asked: Floats, first: int, radius: float) -> Pairs:
        """Return pairs of an asked vector (numbered from `first`) and a kept one nearer than `radius`.

        Parameters
        ----------
        asked : ndarray of float32, shape (m, d)
            Vectors of what the kept vectors from `first` on are about; nothing is paired with itself.
        first : int
            Number of the first.
        radius : float
            Euclidean distance.

        Returns
        -------
        ndarray of int64, shape (pairs, 2)
            The lower number first, without repetitions.
        """
        found = [np.empty((0, 2), np.int64)]
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            numbers = np.arange(first + start, first + start + len(part))
            for planes, places, codes in zip(self._planes, self._places, self._sorted, strict=True):
                found.append(self._near_in(part, numbers, places, np.searchsorted(codes, _codes(part, planes)), radius))
        return np.unique(np.concatenate(found), axis=0)

    def _near_in(self, part: Floats, numbers: Pairs, places: Pairs, at: Pairs, radius: float) -> Pairs:
        found = []
        for offset in range(-_EACH_WAY, _EACH_WAY + 1):
            other = places[np.clip(at + offset, 0, len(places) - 1)]
            apart = ((part - self._vectors[other]) ** 2).sum(axis=1)
            close = (apart < radius * radius) & (other != numbers)
            found.append(np.stack([numbers[close], other[close]], axis=1))
        return np.sort(np.concatenate(found), axis=1)


def _codes(vectors: Floats, planes: Floats) -> Pairs:
    sides = vectors @ planes > 0
    return sides @ (1 << np.arange(_PLANES - 1, -1, -1, dtype=np.int64))
