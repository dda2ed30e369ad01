"""Proportions with honest intervals: Wilson, widened where patients have several images, and their combinations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; the interval is None where the numbers give none.

    Attributes
    ----------
    value : float
        The point estimate.
    low, high : float or None
        Ends of the 95 % interval.
    n : int
        Cases that it rests on.
    """

    value: float
    low: float | None = None
    high: float | None = None
    n: int = 0

    def to_json(self) -> dict[str, float | int | None]:
        """Return the estimate as JSON values, rounded to six digits."""
        ends = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if end is None else round(end, 6) for name, end in ends.items()} | {"n": self.n}


def wilson(successes: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion (Wilson, JASA 1927).

    Parameters
    ----------
    successes, n : float
        Counts; fractions are allowed, as effective sample sizes are no whole numbers.
    z : float
        Normal quantile; 1.96 for 95 %.

    Examples
    --------
    >>> tuple(round(end, 3) for end in wilson(8, 8))
    (0.676, 1.0)
    """
    if n <= 0:
        return 0.0, 1.0
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes <= 0 else max(0.0, centre - half)
    high = 1.0 if successes >= n else min(1.0, centre + half)
    return low, high


def proportion(correct: NDArray[np.bool_], patients: NDArray[np.int64]) -> Estimate | None:
    """Return the share of True with a Wilson interval for clustered data; None without cases.

    Parameters
    ----------
    correct : ndarray of bool, shape (n,)
        One entry a case.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.

    Notes
    -----
    The number of cases is divided by the design effect of the ratio estimator over patients (Rao and
    Scott, Biometrics 1992), never below 1. Where all cases agree the effect cannot be estimated;
    then the number of patients counts.
    """
    n = len(correct)
    if n == 0:
        return None
    p = float(np.mean(correct))
    effective = n / _design_effect(correct, patients, p)
    low, high = wilson(p * effective, effective)
    return Estimate(p, low, high, n)


def _design_effect(correct: NDArray[np.bool_], patients: NDArray[np.int64], p: float) -> float:
    _, index = np.unique(patients, return_inverse=True)
    clusters = int(index.max()) + 1
    n = len(correct)
    if clusters == n:
        return 1.0
    if p in (0.0, 1.0) or clusters < 2:
        return n / clusters
    residuals = np.bincount(index, weights=correct - p)
    variance = clusters / (clusters - 1) * float(np.sum(residuals**2)) / n**2
    return min(max(1.0, variance * n / (p * (1 - p))), n / clusters * 2)


def mean_of(parts: Sequence[Estimate]) -> Estimate:
    """Return the mean of independent proportions, e.g. balanced accuracy, its interval by MOVER.

    Notes
    -----
    Zou and Donner, Stat Med 2008: the distances to the parts' own limits are added in squares, so a
    part at 1 keeps its one-sided interval.
    """
    value = float(np.mean([part.value for part in parts]))
    below = math.sqrt(sum((part.value - _end(part.low, 0.0)) ** 2 for part in parts)) / len(parts)
    above = math.sqrt(sum((_end(part.high, 1.0) - part.value) ** 2 for part in parts)) / len(parts)
    return Estimate(value, max(0.0, value - below), min(1.0, value + above), sum(part.n for part in parts))


def _end(limit: float | None, otherwise: float) -> float:
    return otherwise if limit is None else limit


def least_shown(n: int) -> float:
    """Return the share that `n` right answers of `n` show at least: the lower end of their 95 % interval.

    Notes
    -----
    The Wilson interval that the report uses as well, so that both pages say the same of the same
    numbers (``docs/decisions/0011``): ``n / (n + z**2)``.

    Examples
    --------
    >>> round(least_shown(8), 2)
    0.68
    """
    return wilson(n, n)[0]
