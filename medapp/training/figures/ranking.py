"""How well scores rank: the area under the ROC curve with its interval by patient, paired differences, the curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.area_limits import Sides, limits
from medapp.training.figures.intervals import TAIL95, Z95, Estimate

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


@dataclass(frozen=True, eq=False)
class Ranked:
    """A mean area over classes, one against the rest, and what each case adds to its deviation.

    Attributes
    ----------
    value, low, high : float
        The area and the ends of its 95 % interval.
    contributions : ndarray, shape (n,)
        The sum of their squares, those of a patient added up before, is DeLong's variance.
    placements : ndarray, shape (classes, n)
        How rightly each case is ranked.
    """

    value: float
    low: float
    high: float
    contributions: Floats
    placements: Floats


def _ranked(
    scores: Sequence[Floats], positive: Sequence[NDArray[np.bool_]], patients: NDArray[np.int64], tail: float = TAIL95
) -> Ranked:
    """Return the mean area of pairs of scores and truth, every one with both sides."""
    found = [placements(one, truth) for one, truth in zip(scores, positive, strict=True)]
    areas = [float(np.mean(one[truth])) for one, truth in zip(found, positive, strict=True)]
    value = min(1.0, float(np.mean(areas)))
    parts = [_contributions(*each) for each in zip(found, positive, areas, strict=True)]
    contributions: Floats = np.sum(parts, axis=0) / len(parts)
    rarest = min(range(len(positive)), key=lambda k: int(positive[k].sum()))
    ill, sides = positive[rarest], Sides.of(found[rarest], positive[rarest], patients)
    freedom = None
    if len(np.unique(patients)) < len(patients):
        freedom = sides.freedom(*(clustered_variance(contributions[side], patients[side]) for side in (ill, ~ill)))
    low, high = limits(value, clustered_variance(contributions, patients), sides, freedom, tail)
    return Ranked(value, low, high, contributions, np.array(found))


def auc(
    scores: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64], tail: float = TAIL95
) -> Estimate | None:
    """Return the area under the ROC curve with its interval; None where a class is absent.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        High means positive.
    positive : ndarray of bool, shape (n,)
        The truth.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    tail : float
        How sure either end of the interval is: .975 for 95 %, more where several are looked at.

    Notes
    -----
    Variance by patient from DeLong's components (Obuchowski, Biometrics 1997), taken to the ends of the interval as
    `limits` tells; the plain interval covers as little as 84 % with few cases near an area of 1.
    """
    if positive.all() or not positive.any():
        return None
    found = _ranked([scores], [positive], patients, tail)
    return Estimate(found.value, found.low, found.high, len(scores))


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
    present = _present(probabilities, truth)
    if not present:
        return None
    found = _ranked([probabilities[:, k] for k in present], [truth == k for k in present], patients)
    return Estimate(found.value, found.low, found.high, len(truth))


def _present(probabilities: Floats, truth: NDArray[np.int64]) -> list[int]:
    return [k for k in range(probabilities.shape[1]) if 0 < np.sum(truth == k) < len(truth)]


def auc_difference(
    first: Floats, second: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> Estimate | None:
    """Return the area of `first` minus that of `second` on the same cases, with its 95 % interval by patient.

    Notes
    -----
    DeLong's test by patient, its variance no less than that of two areas with the widths of `auc`'s intervals,
    correlated as their components are: near an area of 1 DeLong's alone covers as little as 76 % with ten positives.
    """
    if positive.all() or not positive.any():
        return None
    one, other = (_ranked([scores], [positive], patients) for scores in (first, second))
    return _difference(one, other, patients)


def macro_auc_difference(
    first: Floats, second: Floats, truth: NDArray[np.int64], patients: NDArray[np.int64]
) -> Estimate | None:
    """Return the difference of mean areas one against the rest, as `auc_difference` does for two classes.

    Parameters
    ----------
    first, second : ndarray of float, shape (n, classes)
        Scores of either model, one column a class.
    truth, patients : ndarray of int, shape (n,)
        Right class and patient of each case.
    """
    present = _present(first, truth)
    if not present:
        return None
    positive = [truth == k for k in present]
    one, other = (_ranked([scores[:, k] for k in present], positive, patients) for scores in (first, second))
    return _difference(one, other, patients)


def _difference(first: Ranked, second: Ranked, patients: NDArray[np.int64]) -> Estimate:
    n, value = len(patients), first.value - second.value
    if np.array_equal(first.placements, second.placements):
        return Estimate(value, value, value, n)
    apart = clustered_variance(first.contributions - second.contributions, patients)
    variances = [clustered_variance(one.contributions, patients) for one in (first, second)]
    both = math.sqrt(variances[0] * variances[1])
    correlation = (sum(variances) - apart) / 2 / both if both > 0 else 0.0
    errors = [(one.high - one.low) / (2 * Z95) for one in (first, second)]
    widened = errors[0] ** 2 + errors[1] ** 2 - 2 * min(1.0, correlation) * errors[0] * errors[1]
    half = Z95 * math.sqrt(max(apart, widened))
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), n)


def _contributions(components: Floats, positive: NDArray[np.bool_], area: float) -> Floats:
    """Return what each case adds to the area's deviation; the squares' sum is DeLong's variance."""
    sizes = [max(1.0, float(n)) * max(1.0, float(n) - 1) for n in (positive.sum(), (~positive).sum())]
    weight = np.where(positive, 1 / math.sqrt(sizes[0]), 1 / math.sqrt(sizes[1]))
    deviations: Floats = (components - area) * weight
    return deviations


def clustered_variance(contributions: Floats, patients: NDArray[np.int64]) -> float:
    """Return the sum of squares of what each patient's cases contribute together."""
    _, index = np.unique(patients, return_inverse=True)
    return float(np.sum(np.bincount(index, weights=contributions) ** 2))


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
