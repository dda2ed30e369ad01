"""Is 80 % really 80 %? Calibration slope and intercept, Brier score and calibration error, by patient."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.intervals import Z95, Estimate, student_quantile

Floats = NDArray[np.float64]
STEEPEST = 50.0
"""Slopes beyond it are not told: the cases hardly overlap."""
FARTHEST = 20.0
FAR = 1e6
FEWEST_FOR_ECE = 500
ECE_BINS = 10
CERTAIN = 1e-6
"""Probabilities closer to 0 or 1 are taken for this close."""


@dataclass(frozen=True, eq=False)
class _Cases:
    """Logits that were told, the truth as 0 and 1, and the patient of each case as a number from 0 up."""

    logit: Floats
    truth: Floats
    patient: NDArray[np.intp]

    @property
    def patients(self) -> int:
        return int(self.patient.max()) + 1


def logits(probabilities: Floats) -> Floats:
    """Return the logarithm of the odds; certainty is taken for a millionth less."""
    clipped = np.clip(probabilities, CERTAIN, 1 - CERTAIN)
    odds: Floats = np.log(clipped / (1 - clipped))
    return odds


def slope_and_intercept(
    probabilities: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64] | None = None
) -> tuple[Estimate | None, Estimate | None]:
    """Return calibration slope and calibration-in-the-large with 95 % intervals; None where the cases tell none.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n,)
        Of the alarm class.
    positive : ndarray of bool, shape (n,)
        The truth.
    patients : ndarray of int, shape (n,), optional
        Which patient each case belongs to; each is its own by default.

    Returns
    -------
    slope : Estimate or None
        Of the logistic regression of the truth on the logit of the probability: 1 is right, below 1 too extreme.
        None also where the probabilities part the classes without overlap: then any steep slope fits.
    intercept : Estimate or None
        The same with the slope held at 1: 0 is right, above 0 the class is commoner than told.

    Notes
    -----
    Van Calster et al., J Clin Epidemiol 2016. Estimates by Firth's likelihood (Biometrika 1993), which takes the
    leading bias away; intervals by the score test, whose variance is multiplied by the design effect of several
    cases a patient (Boos, Am Stat 1992), with Student's quantile where there are several.
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return None, None
    owner = np.arange(len(positive)) if patients is None else np.unique(patients, return_inverse=True)[1]
    cases = _Cases(logits(probabilities), positive.astype(np.float64), owner.astype(np.intp))
    return _slope(cases), _intercept(cases)


def _slope(cases: _Cases) -> Estimate | None:
    x, truth = cases.logit, cases.truth
    ill, well = x[truth == 1], x[truth == 0]
    if np.ptp(x) < 1e-9 or ill.min() >= well.max() or ill.max() <= well.min():
        return None
    value = _firth(np.column_stack([x, np.ones_like(x)]), truth, np.zeros_like(x))
    if value is None:
        return None

    def statistic(slope: float) -> float:
        p = _with_mean(slope * x, truth)
        weight = p * (1 - p)
        centred = x - float(np.average(x, weights=np.maximum(weight, 1e-300)))
        return _score(centred, truth - p, weight, cases)

    return _interval(value, statistic, STEEPEST, cases)


def _intercept(cases: _Cases) -> Estimate | None:
    ones = np.ones_like(cases.logit)
    value = _firth(ones[:, None], cases.truth, cases.logit)
    if value is None:
        return None

    def statistic(intercept: float) -> float:
        p = _expit(cases.logit + intercept)
        return _score(ones, cases.truth - p, p * (1 - p), cases)

    return _interval(value, statistic, FARTHEST, cases)


def _score(direction: Floats, residual: Floats, weight: Floats, cases: _Cases) -> float:
    """Return the score statistic: above 0 where the parameter is too low."""
    total = float(direction @ residual)
    alone = float((direction**2) @ weight)
    if alone <= 0:
        return math.copysign(math.inf, total)
    return total / math.sqrt(alone * _design_effect(direction * residual, cases))


def _design_effect(contributions: Floats, cases: _Cases) -> float:
    if cases.patients == len(contributions):
        return 1.0
    alone = float(np.sum(contributions**2))
    together = float(np.sum(np.bincount(cases.patient, weights=contributions) ** 2))
    return max(1.0, together / alone) if alone > 0 else 1.0


def _interval(value: float, statistic: Callable[[float], float], farthest: float, cases: _Cases) -> Estimate | None:
    """Return the values that the score test does not reject."""
    from scipy.optimize import brentq  # late: the window starts without it

    clustered = cases.patients < len(cases.truth)
    quantile = student_quantile(cases.patients - 1) if clustered else Z95

    def end(outer: float, sign: int) -> float | None:
        def beyond(parameter: float) -> float:
            return min(FAR, max(-FAR, sign * statistic(parameter))) - quantile

        if beyond(outer) <= 0:
            return None
        return value if beyond(value) >= 0 else float(brentq(beyond, outer, value, xtol=1e-5))

    low, high = end(-farthest, 1), end(farthest, -1)
    return None if low is None or high is None else Estimate(value, low, high, len(cases.truth))


def _firth(design: Floats, truth: Floats, offset: Floats) -> float | None:
    """Return the first coefficient by Firth's penalised likelihood; None where it is not found."""
    weights = np.zeros(design.shape[1])
    for _ in range(100):
        p = _expit(design @ weights + offset)
        spread = p * (1 - p)
        information = (design * spread[:, None]).T @ design
        if np.linalg.cond(information) > 1e12:
            return None
        leverage = spread * np.einsum("ij,jk,ik->i", design, np.linalg.inv(information), design)
        step = np.clip(np.linalg.solve(information, design.T @ (truth - p + leverage * (0.5 - p))), -1, 1)
        weights += step
        if np.abs(step).max() < 1e-7:
            return float(weights[0])
    return None


def _with_mean(scores: Floats, truth: Floats) -> Floats:
    """Return probabilities whose logits are `scores` plus the constant at which they add up to the truth."""
    wanted = float(truth.mean())
    constant = math.log(wanted / (1 - wanted)) - float(np.average(scores))
    for _ in range(60):
        p = _expit(scores + constant)
        step = float(np.sum(truth - p)) / max(float(np.sum(p * (1 - p))), 1e-9)
        constant += max(-2.0, min(2.0, step))
        if abs(step) < 1e-9:
            break
    return _expit(scores + constant)


def _expit(scores: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
    return shares


def brier(probabilities: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Estimate | None:
    """Return the Brier score, the mean squared distance from the truth, with a 95 % interval by patient.

    Parameters
    ----------
    probabilities, positive, patients : ndarray, shape (n,)
        As for `slope_and_intercept`.

    Notes
    -----
    The interval is that of a mean of squares on the logarithmic scale, with Student's quantile over patients: never
    below 0. A lower score is better; always saying the prevalence p gives ``p (1 - p)``.
    """
    n = len(positive)
    if n == 0:
        return None
    squares = (probabilities - positive) ** 2
    value = float(np.mean(squares))
    _, index = np.unique(patients, return_inverse=True)
    clusters = int(index.max()) + 1
    if clusters < 2 or value <= 0:
        return Estimate(value, None, None, n)
    sums = np.bincount(index, weights=squares - value)
    error = math.sqrt(clusters / (clusters - 1) * float(np.sum(sums**2))) / n
    factor = math.exp(student_quantile(clusters - 1) * error / value)
    return Estimate(value, value / factor, min(1.0, value * factor), n)


def calibration_error(probabilities: Floats, positive: NDArray[np.bool_]) -> float | None:
    """Return the expected calibration error over ten parts of equal size; None under 500 cases.

    Notes
    -----
    Naeini et al., AAAI 2015. Even a perfect model shows .13 with 45 cases, so that it says nothing there.
    """
    if len(positive) < FEWEST_FOR_ECE:
        return None
    order = np.argsort(probabilities, kind="stable")
    gaps = [
        abs(float(probabilities[part].mean() - positive[part].mean())) * len(part)
        for part in np.array_split(order, ECE_BINS)
    ]
    return sum(gaps) / len(positive)
