"""How well scores rank: the area under the ROC curve with its interval by patient, paired differences, the curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.training.area_limits import Sides, limits
from medapp.training.intervals import Z95, Estimate

Floats = NDArray[np.float64]


def placements(scores: Floats, positive: NDArray[np.bool_]) -> Floats:
    """Return, for each case, the share of the other class that it is ranked rightly against (ties count half).

    Notes
    -----
    The structural components of DeLong, DeLong and Clarke-Pearson, Biometrics 1988.
    """
    above, below = np.sort(scores[positive]), np.sort(scores[~positive])
    shares = np.empty(len(scores))
    shares[positive] = _rank_in(below, scores[positive]) / len(below)
    shares[~positive] = 1 - _rank_in(above, scores[~positive]) / len(above)
    return shares


def _rank_in(ordered: Floats, values: Floats) -> Floats:
    left, right = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    ranks: Floats = (left + right) / 2
    return ranks


def auc(scores: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Estimate | None:
    """Return the area under the ROC curve with a 95 % interval; None where a class is absent.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        High means positive.
    positive : ndarray of bool, shape (n,)
        The truth.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.

    Notes
    -----
    Variance by patient from DeLong's components (Obuchowski, Biometrics 1997), taken to the ends of the interval as
    `limits` tells; the plain interval covers as little as 84 % with few cases near an area of 1.
    """
    if positive.all() or not positive.any():
        return None
    components = placements(scores, positive)
    value = float(np.mean(components[positive]))
    contributions = _contributions(components, positive, value)
    parts = [_clustered_variance(contributions[side], patients[side]) for side in (positive, ~positive)]
    sides = Sides.of(components, positive, patients)
    several = len(np.unique(patients)) < len(patients)
    variance = _clustered_variance(contributions, patients)
    low, high = limits(value, variance, sides, sides.freedom(*parts) if several else None)
    return Estimate(value, low, high, len(scores))


def auc_difference(
    first: Floats, second: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> Estimate | None:
    """Return the area of `first` minus that of `second` on the same cases, with its 95 % interval by patient.

    Notes
    -----
    DeLong's components by patient. An area of 0 or 1 has no variance of its own, though it is no less uncertain: then
    the distances to the limits of both areas are added in squares (MOVER; Zou and Donner, Stat Med 2008).
    """
    if positive.all() or not positive.any():
        return None
    truth = positive.astype(np.int64)
    pairs = [np.column_stack([-scores, scores]) for scores in (first, second)]
    return macro_auc_difference(pairs[0], pairs[1], truth, patients, only=1)


def macro_auc_difference(
    first: Floats,
    second: Floats,
    truth: NDArray[np.int64],
    patients: NDArray[np.int64],
    only: int | None = None,
) -> Estimate | None:
    """Return the difference of mean areas one against the rest, as `auc_difference` does for two classes.

    Parameters
    ----------
    first, second : ndarray of float, shape (n, classes)
        Scores of either model, one column a class.
    truth, patients : ndarray of int, shape (n,)
        Right class and patient of each case.
    only : int, optional
        The class whose area counts, instead of the mean over all.
    """
    classes = range(first.shape[1]) if only is None else [only]
    present = [k for k in classes if 0 < np.sum(truth == k) < len(truth)]
    if not present:
        return None
    contributions, areas, alike = np.zeros(len(truth)), [0.0, 0.0], True
    for k in present:
        components = [placements(scores[:, k], truth == k) for scores in (first, second)]
        alike &= np.array_equal(components[0], components[1])
        for which, (one, sign) in enumerate(zip(components, (1, -1), strict=True)):
            area = float(np.mean(one[truth == k]))
            areas[which] += area / len(present)
            contributions += sign * _contributions(one, truth == k, area) / len(present)
    value = areas[0] - areas[1]
    if not alike and not all(0 < area < 1 for area in areas):
        return _difference_of_extremes(areas, value, truth, patients, present)
    half = Z95 * math.sqrt(_clustered_variance(contributions, patients))
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), len(truth))


def _difference_of_extremes(
    areas: Sequence[float],
    value: float,
    truth: NDArray[np.int64],
    patients: NDArray[np.int64],
    present: Sequence[int],
) -> Estimate:
    fewest = min(len(np.unique(patients[truth == k])) for k in present)
    others = min(len(np.unique(patients[truth != k])) for k in present)
    (low, high), (other_low, other_high) = (limits(area, 0.0, Sides(fewest, others)) for area in areas)
    below = math.hypot(areas[0] - low, other_high - areas[1])
    above = math.hypot(high - areas[0], areas[1] - other_low)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above), len(truth))


def _contributions(components: Floats, positive: NDArray[np.bool_], area: float) -> Floats:
    """Return what each case adds to the area's deviation; the squares' sum is DeLong's variance."""
    sizes = [max(1.0, float(n)) * max(1.0, float(n) - 1) for n in (positive.sum(), (~positive).sum())]
    weight = np.where(positive, 1 / math.sqrt(sizes[0]), 1 / math.sqrt(sizes[1]))
    deviations: Floats = (components - area) * weight
    return deviations


def _clustered_variance(contributions: Floats, patients: NDArray[np.int64]) -> float:
    _, index = np.unique(patients, return_inverse=True)
    return float(np.sum(np.bincount(index, weights=contributions) ** 2))


def macro_auc(probabilities: Floats, truth: NDArray[np.int64], patients: NDArray[np.int64]) -> Estimate | None:
    """Return the mean over classes of the area one against the rest, with its interval by patient.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, classes)
        One column a class.
    truth : ndarray of int, shape (n,)
        Index of the right class.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    """
    present = [k for k in range(probabilities.shape[1]) if 0 < np.sum(truth == k) < len(truth)]
    if not present:
        return None
    contributions, values, sides = np.zeros(len(truth)), [], []
    for k in present:
        components = placements(probabilities[:, k], truth == k)
        values.append(float(np.mean(components[truth == k])))
        sides.append(Sides.of(components, truth == k, patients))
        contributions += _contributions(components, truth == k, values[-1]) / len(present)
    value = float(np.mean(values))
    several = len(np.unique(patients)) < len(patients)
    rarest = min(sides, key=lambda side: side.positives)
    freedom = rarest.positives - 1 if several else None
    low, high = limits(value, _clustered_variance(contributions, patients), rarest, freedom)
    return Estimate(value, low, high, len(truth))


def roc_points(scores: Floats, positive: NDArray[np.bool_], most: int = 200) -> list[dict[str, float]]:
    """Return the ROC curve as points with threshold, false and true positive rate; at most `most` of them."""
    if positive.all() or not positive.any():
        return []
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], positive[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    true = np.cumsum(hits)[last] / positive.sum()
    false = np.cumsum(~hits)[last] / (~positive).sum()
    kept = _corners(false, true, most)
    points = [{"threshold": round(float(ordered[last][i]), 6), **_rates(false[i], true[i])} for i in kept]
    return [{"threshold": 1.0, **_rates(0.0, 0.0)}, *points]


def _rates(false: float, true: float) -> dict[str, float]:
    return {"false_positive_rate": round(float(false), 6), "true_positive_rate": round(float(true), 6)}


def _corners(false: Floats, true: Floats, most: int) -> Sequence[int]:
    """Return the points where the curve turns, thinned evenly to at most `most`; both ends stay."""
    up, right = np.diff(true, prepend=0) > 0, np.diff(false, prepend=0) > 0
    straight = ~right[:-1] & ~right[1:] | ~up[:-1] & ~up[1:]
    turns = np.union1d(np.flatnonzero(~straight), [0, len(false) - 1])
    if len(turns) > most:
        turns = turns[np.unique(np.linspace(0, len(turns) - 1, most).round().astype(int))]
    return [int(i) for i in turns]
