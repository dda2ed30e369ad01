"""The mean area under the ROC curve of labels that may occur together, and the paired difference of two models."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.truth import Ints, known
from medapp.training.figures import ranking
from medapp.training.figures.area_limits import Sides, limits
from medapp.training.figures.intervals import Z95, Estimate

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
    rarest : Sides
        Of the label that the fewest patients have.
    """

    value: float
    deviations: Floats
    rarest: Sides


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
    mean = _mean(probabilities, truth, patients)
    return None if mean is None else Estimate(mean.value, *_limits(mean, patients), len(truth))


def macro_area_difference(first: Floats, second: Floats, truth: Ints, patients: Ints) -> Estimate | None:
    """Return the mean area of `first` minus that of `second` on the same cases, with its interval by patient.

    Notes
    -----
    Paired, as `ranking.auc_difference`: where a mean area is 0 or 1, and so without a variance of its own, the
    distances to the limits of both are added in squares.
    """
    means = _mean(first, truth, patients), _mean(second, truth, patients)
    if means[0] is None or means[1] is None:
        return None
    value = means[0].value - means[1].value
    below = above = Z95 * math.sqrt(_variance(means[0].deviations - means[1].deviations, patients))
    if value and not (0 < means[0].value < 1 and 0 < means[1].value < 1):
        (low, high), (other_low, other_high) = (_limits(mean, patients) for mean in means if mean)
        below = math.hypot(means[0].value - low, other_high - means[1].value)
        above = math.hypot(high - means[0].value, means[1].value - other_low)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above), len(truth))


def _mean(scores: Floats, truth: Ints, patients: Ints) -> _Mean | None:
    told = [k for k in range(truth.shape[1]) if len(np.unique(truth[known(truth[:, k]), k])) == 2]
    if not told:
        return None
    deviations, values, sides = np.zeros(len(truth)), [], []
    for k in told:
        there = known(truth[:, k])
        positive = truth[there, k] == 1
        components = ranking.placements(scores[there, k], positive)
        values.append(float(components[positive].mean()))
        sizes = np.where(positive, positive.sum(), (~positive).sum())
        deviations[there] += (components - values[-1]) / np.sqrt(sizes * np.maximum(1, sizes - 1)) / len(told)
        sides.append(Sides.of(components, positive, patients[there]))
    return _Mean(float(np.mean(values)), deviations, min(sides, key=lambda side: side.positives))


def _variance(deviations: Floats, patients: Ints) -> float:
    _, index = np.unique(patients, return_inverse=True)
    return float(np.sum(np.bincount(index, weights=deviations) ** 2))


def _limits(mean: _Mean, patients: Ints) -> tuple[float, float]:
    several = len(np.unique(patients)) < len(patients)
    freedom = mean.rarest.positives - 1 if several else None
    return limits(mean.value, _variance(mean.deviations, patients), mean.rarest, freedom)
