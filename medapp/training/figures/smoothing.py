"""The smoothed calibration curve: how often the class is there where the model says 80 %, with a band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.agreement import logits
from medapp.training.figures.intervals import Z95

Floats = NDArray[np.float64]
PULL = 0.5
"""Weight of the prior "the model is right", on each standardised part of the curve."""
POINTS = 41
FEWEST_FOR_BEND = 10
"""Cases of each class from which on the curve may bend, beside shifting and tilting."""
KNOTS = (0.1, 0.5, 0.9)
OUTER = (0.01, 0.99)
"""Share of the told probabilities between which the curve is drawn: none where there are no cases."""


def smoothed_calibration(
    probabilities: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64], points: int = POINTS
) -> list[list[float]]:
    """Return the curve as rows of what was told, what was observed, and the ends of its 95 % band.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n,)
        Of the alarm class.
    positive : ndarray of bool, shape (n,)
        The truth.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    points : int
        Rows.

    Returns
    -------
    list of [float, float, float, float]
        Each 0 to 1, by rising probability; empty where a class is absent or all probabilities are the same.

    Notes
    -----
    Logistic regression on a restricted cubic spline of the logit (Harrell, Regression Modeling Strategies 2015; Van
    Calster et al., J Clin Epidemiol 2016, "flexible calibration curve") with three knots, its departure from the
    told logit pulled to 0 by a normal prior. The band is pointwise, from the curvature of the likelihood times the
    design effect of several cases a patient.
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return []
    told = logits(probabilities)
    if np.ptp(told) < 1e-6:
        return []
    bends = min(int(positive.sum()), int((~positive).sum())) >= FEWEST_FOR_BEND
    knots = np.quantile(told, KNOTS) if bends else np.zeros(0)
    columns = _Columns(told, knots)
    design = columns.of(told)
    weights, covariance = _fit(design, positive.astype(np.float64), told, patients)
    low, high = (float(end) for end in np.quantile(told, OUTER))
    drawn = np.linspace(low, high, points)
    at = columns.of(drawn)
    middle = drawn + at @ weights
    half = Z95 * np.sqrt(np.einsum("ij,jk,ik->i", at, covariance, at))
    rows = np.column_stack([_expit(drawn), _expit(middle), _expit(middle - half), _expit(middle + half)])
    return [[round(float(value), 6) for value in row] for row in rows]


class _Columns:
    """One, the logit, and its bend, standardised by the cases that the curve is fitted to."""

    def __init__(self, told: Floats, knots: Floats) -> None:
        self._knots = knots if len(knots) and np.diff(knots).min() > 1e-6 else knots[:0]
        raw = self._raw(told)
        self._mean, self._deviation = raw.mean(axis=0), np.maximum(raw.std(axis=0), 1e-9)

    def of(self, told: Floats) -> Floats:
        return np.column_stack([np.ones_like(told), (self._raw(told) - self._mean) / self._deviation])

    def _raw(self, told: Floats) -> Floats:
        if not len(self._knots):
            return told[:, None]
        low, middle, high = self._knots

        def cubed(knot: float) -> Floats:
            above: Floats = np.maximum(told - knot, 0) ** 3
            return above

        tail = high - middle
        bend = cubed(low) - cubed(middle) * (high - low) / tail + cubed(high) * (middle - low) / tail
        return np.column_stack([told, bend / (high - low) ** 2])


def _fit(design: Floats, truth: Floats, offset: Floats, patients: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the departure from the offset, and its covariance."""
    weights: Floats = np.zeros(design.shape[1])
    prior = PULL * np.eye(design.shape[1])
    for _ in range(100):
        p = _expit(offset + design @ weights)
        information = (design * (p * (1 - p))[:, None]).T @ design + prior
        step = np.linalg.solve(information, design.T @ (truth - p) - prior @ weights)
        weights = weights + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    covariance: Floats = np.linalg.inv(information).astype(np.float64) * _design_effect(truth - p, patients)
    return weights, covariance


def _design_effect(residuals: Floats, patients: NDArray[np.int64]) -> float:
    _, index = np.unique(patients, return_inverse=True)
    return max(1.0, float(np.sum(np.bincount(index, weights=residuals) ** 2)) / max(float(np.sum(residuals**2)), 1e-12))


def _expit(scores: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
    return shares
