"""Operating points: the curve for the slider, what is found at a fixed share of false alarms, and an unclear band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.intervals import Estimate, proportion

Floats = NDArray[np.float64]
AT = (0.8, 0.9, 0.95)
"""Specificities (and sensitivities) at which the other one is told."""
MOST_POINTS = 200


def operating_curve(scores: Floats, positive: NDArray[np.bool_], most: int = MOST_POINTS) -> list[list[float]]:
    """Return rows of threshold, sensitivity and specificity, by rising threshold, for the slider.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        Probabilities of the alarm class for cases that the weights did not learn from, never of the sealed test.
    positive : ndarray of bool, shape (n,)
        The truth.
    most : int
        No more rows than this.

    Returns
    -------
    list of [float, float, float]
        An alarm is given from the threshold on. The thresholds lie half way between the scores, so that no case lies
        on one. Empty where a class is absent.
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return []
    levels = np.unique(scores)
    between = np.concatenate([[0.0], (levels[:-1] + levels[1:]) / 2, [1.0]])
    ill, well = np.sort(scores[positive]), np.sort(scores[~positive])
    found = 1 - np.searchsorted(ill, between, "left") / len(ill)
    spared = np.searchsorted(well, between, "left") / len(well)
    chosen = np.unique(np.linspace(0, len(between) - 1, min(most, len(between))).round().astype(int))
    return [[round(float(value), 6) for value in (between[i], found[i], spared[i])] for i in chosen]


def found_at_specificity(
    scores: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64], at: float
) -> Estimate | None:
    """Return the sensitivity where the share `at` of the other class gets no alarm, with a 95 % interval.

    Parameters
    ----------
    scores, positive, patients : ndarray, shape (n,)
        Score, truth and patient of each case.
    at : float
        Specificity, 0 to 1.

    Returns
    -------
    Estimate or None
        None where a class is absent. `specificity` is never below `at`.

    Notes
    -----
    The threshold is itself an estimate. What its own uncertainty (the interval of the specificity) does to the
    sensitivity is added in squares to the interval of the sensitivity at a fixed threshold, as in MOVER (Zou and
    Donner, Stat Med 2008).
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return None
    ill, well = scores[positive], np.sort(scores[~positive])
    threshold = _threshold(well, at)
    found = proportion(ill >= threshold, patients[positive])
    spared = proportion(scores[~positive] < threshold, patients[~positive])
    assert found is not None
    assert spared is not None
    width = ((spared.high or 0.0) - (spared.low or 0.0)) / 2
    stricter = float(np.mean(ill >= _threshold(well, min(1.0, at + width))))
    laxer = float(np.mean(ill >= _threshold(well, max(0.0, at - width))))
    below = math.hypot(found.value - (found.low or 0.0), found.value - stricter)
    above = math.hypot((found.high or 0.0) - found.value, laxer - found.value)
    return Estimate(found.value, max(0.0, found.value - below), min(1.0, found.value + above), found.n)


def _threshold(well: Floats, at: float) -> float:
    """Return the lowest score, of those ordered in `well`, above which no more than ``1 - at`` of them lie."""
    spared = math.ceil(round(at * len(well), 9))
    if spared == 0:
        return -math.inf
    return math.nextafter(float(well[spared - 1]), math.inf)


def at_fixed_points(
    scores: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64], points: Sequence[float] = AT
) -> dict[str, list[dict[str, float | int | None]]]:
    """Return ``sensitivity_at_specificity`` and ``specificity_at_sensitivity`` as the report has them."""
    sensitive = {at: found_at_specificity(scores, positive, patients, at) for at in points}
    specific = {at: found_at_specificity(-scores, ~positive, patients, at) for at in points}
    return {
        "sensitivity_at_specificity": [{"at": at, **one.to_json()} for at, one in sensitive.items() if one],
        "specificity_at_sensitivity": [{"at": at, **one.to_json()} for at, one in specific.items() if one],
    }


@dataclass(frozen=True)
class UnclearBand:
    """Two thresholds: below the lower one the class is ruled out, from the upper one on it is told, between: unclear.

    Attributes
    ----------
    low, high : float
        Probabilities, ``low < high``; `high` is just above 1 where even a probability of 1 tells nothing.
    """

    low: float
    high: float

    def unclear(self, scores: Floats) -> NDArray[np.bool_]:
        """Tell which cases lie between the thresholds."""
        between: NDArray[np.bool_] = (scores >= self.low) & (scores < self.high)
        return between


def unclear_band(
    scores: Floats, positive: NDArray[np.bool_], sensitivity: float, specificity: float
) -> UnclearBand | None:
    """Return the band outside which both classes are told as surely as asked; None where one threshold does both.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        Probabilities of the alarm class for cases that the weights did not learn from.
    positive : ndarray of bool, shape (n,)
        The truth.
    sensitivity : float
        Share of the alarm class that may not be ruled out.
    specificity : float
        Share of the other class that may not be told as the alarm class.
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return None
    high = _threshold(np.sort(scores[~positive]), specificity)
    low = -_threshold(np.sort(-scores[positive]), sensitivity)
    return UnclearBand(max(0.0, low), high) if low < high else None


def told_of_band(
    band: UnclearBand, scores: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> dict[str, float | int | dict[str, float | int | None] | None]:
    """Return how many cases are unclear, and how many of the others are told wrongly, as the report has it."""
    unclear = band.unclear(scores)
    parts = {
        "share": proportion(unclear, patients),
        "missed": proportion(scores[positive] < band.low, patients[positive]),
        "false_alarms": proportion(scores[~positive] >= band.high, patients[~positive]),
    }
    told = {name: one.to_json() if one else None for name, one in parts.items()}
    return {"low": round(band.low, 6), "high": round(band.high, 6), "cases": int(unclear.sum()), **told}
