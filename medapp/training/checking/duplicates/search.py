"""The search for pictures that are nearly the same: candidates by signature, then each pair laid on each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from medapp.i18n import tr
from medapp.jobs import Job, Progress, TimeLeft
from medapp.training.checking.duplicates.contrast import Bytes, Floats, normalised
from medapp.training.checking.duplicates.neighbours import Neighbourhood, Pairs
from medapp.training.checking.duplicates.registration import correlations
from medapp.training.checking.duplicates.signatures import CUTS, grids_of, learned

LEAST_ALIKE = 0.94
"""Correlation from which two radiographs are one: of 5,216 the nearest others reach .93, of copies 99 % exceed .94."""
LEFT_OVER = 0.25
"""Of what usually differs between two pictures of the set, a copy has at most this share left."""
_USUAL_AT = 95
_DRAWN = 400
_RADIUS = 0.36
_FEW = 600
"""So many are compared each with each: too few to learn from what they differ in."""
_FEW_NEAREST = 6
_FEW_LEAST = 0.8
_AT_ONCE = 32


def look_alikes(thumbnails: Sequence[Bytes]) -> Job[Pairs]:
    """Find the pairs of pictures that are the same picture, saved again, resized, brightened or cropped by up to 5 %.

    Parameters
    ----------
    thumbnails : sequence of ndarray of uint8, shape (48, 48)
        As sketches keep them, each other content once.

    Yields
    ------
    Progress
        Some a second.

    Returns
    -------
    ndarray of int64, shape (pairs, 2)
        Positions, the lower one first.

    Notes
    -----
    Time and memory grow with the number of pictures, not with that of pairs. Where all pictures resemble each other
    (drawn phantoms, slices of one kind) the correlation that is asked for rises with what two at random have.
    """
    count = len(thumbnails)
    if count < 2:
        return np.empty((0, 2), np.int64)
    candidates = yield from (_all_with_all if count <= _FEW else _by_signature)(thumbnails)
    least = _least_alike(thumbnails)
    left, kept = TimeLeft(), [np.empty((0, 2), np.int64)]
    for start in range(0, len(candidates), _AT_ONCE):
        part = candidates[start : start + _AT_ONCE]
        kept.append(part[_correlated(thumbnails, part) > least])
        done = start + len(part)
        yield Progress(done, len(candidates), tr("check.comparing"), left.after(done, len(candidates)))
    return np.concatenate(kept)


def _by_signature(thumbnails: Sequence[Bytes]) -> Job[Pairs]:
    """Return the pairs whose signatures are near, also when one of the two is cropped."""
    count = len(thumbnails)
    grids = yield from _gathered(grids_of(thumbnails.__getitem__, count, CUTS[0]), count)
    signatures = learned(grids)
    whole = signatures.of(grids)
    neighbourhood = Neighbourhood(whole)
    found = [neighbourhood.near(whole, 0, _RADIUS)]
    for cut in CUTS[1:]:
        first = 0
        for part in grids_of(thumbnails.__getitem__, count, cut):
            found.append(neighbourhood.near(signatures.of(part), first, _RADIUS))
            first += len(part)
            yield Progress(first, count, tr("check.look_alikes"))
    return np.unique(np.concatenate(found), axis=0)


def _gathered(parts: Iterator[Floats], count: int) -> Job[Floats]:
    gathered: list[Floats] = []
    for part in parts:
        gathered.append(part)
        yield Progress(sum(map(len, gathered)), count, tr("check.look_alikes"))
    return np.concatenate(gathered)


def _all_with_all(thumbnails: Sequence[Bytes]) -> Job[Pairs]:
    """Return, for each of few pictures, those that are most like it, also when one of the two is cropped."""
    count = len(thumbnails)
    whole = np.concatenate(list(grids_of(thumbnails.__getitem__, count, CUTS[0])))
    alike = np.full((count, count), -1, np.float32)
    for done, cut in enumerate(CUTS):
        cropped = np.concatenate(list(grids_of(thumbnails.__getitem__, count, cut)))
        np.maximum(alike, cropped @ whole.T, out=alike)
        yield Progress(done + 1, len(CUTS), tr("check.look_alikes"))
    np.fill_diagonal(alike, -1)
    nearest = np.argsort(-alike, axis=1)[:, :_FEW_NEAREST]
    rows = np.repeat(np.arange(count), nearest.shape[1])
    pairs = np.stack([rows, nearest.ravel()], axis=1)
    return np.unique(np.sort(pairs[alike[pairs[:, 0], pairs[:, 1]] > _FEW_LEAST], axis=1), axis=0)


def _least_alike(thumbnails: Sequence[Bytes]) -> float:
    """Return the correlation from which two pictures of this set are taken for one."""
    drawn = np.random.default_rng(0).integers(len(thumbnails), size=(_DRAWN, 2))
    pairs = drawn[drawn[:, 0] != drawn[:, 1]]
    parts = [_correlated(thumbnails, pairs[i : i + _AT_ONCE]) for i in range(0, len(pairs), _AT_ONCE)]
    usual = float(np.percentile(np.concatenate(parts), _USUAL_AT)) if parts else 0.0
    return max(LEAST_ALIKE, 1 - LEFT_OVER * (1 - usual))


def _correlated(thumbnails: Sequence[Bytes], pairs: Pairs) -> Floats:
    first, second = (np.stack([normalised(thumbnails[i]) for i in side]) for side in pairs.T)
    return correlations(first, second)
