"""A figure that grows with the cases by an inverse power law, and what more cases would add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXPONENTS = np.array([0.25, 0.35, 0.5, 0.7, 1.0, 1.4])
_DRAWS = 1000
_FLOOR = 1e-6


@dataclass(frozen=True)
class Gain:
    """What more cases would add to a figure.

    Attributes
    ----------
    cases : int
        How many more.
    value, low, high : float
        The gain with its 95 % interval; never below 0.
    """

    cases: int
    value: float
    low: float
    high: float


def expected_gain(sizes: Floats, values: Floats, covariance: Floats, now: int, more: int, seed: int = 0) -> Gain:
    """Return what `more` cases beyond `now` would add.

    Parameters
    ----------
    sizes : ndarray of float, shape (m,)
        Cases that were learned from.
    values : ndarray of float, shape (m,)
        The figure, 0 to 1, with so many.
    covariance : ndarray of float, shape (m, m)
        Of the values' errors; they are tested on the same cases, so that their errors go together.
    now, more : int
        Cases at hand, and how many are thought of in addition.
    seed : int
        Of the draws.

    Notes
    -----
    ``value(n) = top - b n^-c`` with ``top`` at most 1 and ``b`` not below 0, by generalised least squares for each
    ``c`` of `EXPONENTS` (Figueroa et al., BMC Med Inform Decis Mak 2012, fit the same curve). The interval comes from
    values drawn anew from their errors, each with the exponent that fits it best.
    """
    whitening = np.linalg.inv(np.linalg.cholesky(covariance + _FLOOR**1.5 * np.eye(len(sizes))))
    noise = np.random.default_rng(seed).multivariate_normal(np.zeros(len(sizes)), covariance, _DRAWS)
    gains = _gains(np.vstack([values, values + noise]), sizes, whitening, now, more)
    low, high = np.quantile(gains[1:], [0.025, 0.975])
    return Gain(more, float(gains[0]), float(min(low, gains[0])), float(max(high, gains[0])))


def _gains(values: Floats, sizes: Floats, whitening: Floats, now: int, more: int) -> Floats:
    """Return the gain by the best curve through each row of values."""
    best, gains = np.full(len(values), np.inf), np.zeros(len(values))
    errors = (1 - values) @ whitening.T
    for exponent in EXPONENTS:
        rise, misfit = _fit(errors, whitening @ np.column_stack([np.ones(len(sizes)), sizes**-exponent]))
        better = misfit < best - 1e-12
        best = np.where(better, misfit, best)
        gains = np.where(better, rise * (now**-exponent - (now + more) ** -exponent), gains)
    # where the figure has reached 1 there is nothing left to gain, whatever the curve says
    return np.minimum(gains, np.maximum(0.0, 1 - values[:, -1]))


def _fit(errors: Floats, design: Floats) -> tuple[Floats, Floats]:
    """Return for each row the second coefficient, where none is below 0, and the sum of squares that is left."""
    candidates = []
    for columns in ([0, 1], [1], [0]):
        part = design[:, columns]
        found = errors @ np.linalg.pinv(part).T
        misfit = ((errors - found @ part.T) ** 2).sum(axis=1)
        misfit = np.where((found >= 0).all(axis=1), misfit, np.inf)
        candidates.append((found[:, -1] if 1 in columns else np.zeros(len(errors)), misfit))
    misfits = np.array([misfit for _, misfit in candidates])
    chosen = misfits.argmin(axis=0)
    rises, rows = np.array([rise for rise, _ in candidates]), np.arange(len(errors))
    return rises[chosen, rows], misfits[chosen, rows]
