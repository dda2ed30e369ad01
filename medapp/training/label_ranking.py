"""The mean area under the ROC curve of labels that may occur together, and the paired difference of two models."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training import ranking
from medapp.training.intervals import Z95, Estimate
from medapp.training.truth import Ints, known

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Mean:
    """A mean area.

    Attributes
    ----------
    value : float
        Over the labels that have both sides.
    deviations : ndarray of float, shape (n,)
        What each case adds to its deviation; 0 where it is unknown.
    fewest : int
        Cases on the smallest side of any of these labels.
    """

    value: float
    deviations: Floats
    fewest: int


def macro_area(probabilities: Floats, truth: Ints, patients: Ints) -> Estimate | None:
    """Return the mean area over the labels that have both sides, with its interval by patient.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, labels)
        High means that the label is there.
    truth : ndarray of int, shape (n, labels)
        1, 0 or unknown.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.

    Notes
    -----
    The structural components of the labels (DeLong) are added up by case: labels of one patient are no independent
    evidence.
    """
    mean = _mean(probabilities, truth)
    if mean is None:
        return None
    return _on_logit_scale(mean.value, _error(mean.deviations, patients), mean.fewest, len(truth))


def macro_area_difference(first: Floats, second: Floats, truth: Ints, patients: Ints) -> Estimate | None:
    """Return the mean area of `first` minus that of `second` on the same cases, with its interval by patient.

    Notes
    -----
    Paired, as `ranking.auc_difference`. Where an area is at its end, and so without a variance of its own, its part is
    not taken for certain: half a case of the smallest side is the least that the error can be.
    """
    means = _mean(first, truth), _mean(second, truth)
    if means[0] is None or means[1] is None:
        return None
    value = means[0].value - means[1].value
    error = _error(means[0].deviations - means[1].deviations, patients)
    if value and not all(0 < mean.value < 1 for mean in means if mean):
        error = math.hypot(error, 0.5 / (means[0].fewest + 1))
    half = Z95 * error
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), len(truth))


def _mean(scores: Floats, truth: Ints) -> _Mean | None:
    told = [k for k in range(truth.shape[1]) if len(np.unique(truth[known(truth[:, k]), k])) == 2]
    if not told:
        return None
    deviations, values, fewest = np.zeros(len(truth)), [], len(truth)
    for k in told:
        there = known(truth[:, k])
        positive = truth[there, k] == 1
        components = ranking.placements(scores[there, k], positive)
        values.append(float(components[positive].mean()))
        sizes = np.where(positive, positive.sum(), (~positive).sum())
        deviations[there] += (components - values[-1]) / np.sqrt(sizes * np.maximum(1, sizes - 1)) / len(told)
        fewest = min(fewest, int(sizes.min()))
    return _Mean(float(np.mean(values)), deviations, fewest)


def _error(deviations: Floats, patients: Ints) -> float:
    _, index = np.unique(patients, return_inverse=True)
    return math.sqrt(float(np.sum(np.bincount(index, weights=deviations) ** 2)))


def _on_logit_scale(value: float, error: float, fewest: int, n: int) -> Estimate:
    """Return an interval that stays between 0 and 1; at the ends it has the width that `fewest` cases leave."""
    inside = min(max(value, 0.5 / (fewest + 1)), 1 - 0.5 / (fewest + 1))
    least = 0.5 / (fewest + 1) if inside != value else 0.0
    half = Z95 * max(error, least) / (inside * (1 - inside))
    logit = math.log(inside / (1 - inside))
    low, high = (1 / (1 + math.exp(-end)) for end in (logit - half, logit + half))
    return Estimate(value, min(low, value), max(high, value), n)
