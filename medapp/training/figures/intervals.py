"""Proportions with honest intervals: Wilson, widened where patients have several images, and their combinations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054
TAIL95 = 0.975
FREEDOM_EACH = 4.0
"""Degrees of freedom that each patient with an unusual case (and one more) brings to an estimated variance."""
POISSON_MOST = 3
"""Up to so many failures or successes the Poisson distribution tells the end of an interval."""


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


def modified_wilson(successes: float, n: float, quantile: float = Z95) -> tuple[float, float]:
    """Return the Wilson interval with the ends that it has too near to few failures or successes moved outwards.

    Notes
    -----
    Brown, Cai and DasGupta, Stat Sci 2001: with one to three failures (or successes) the end on their side is that of
    the Poisson distribution. Wilson's own interval covers as little as 84 % there (ten cases, a share of .983).
    """
    from scipy.special import gammaincinv

    low, high = wilson(successes, n, quantile)
    tail = math.erfc(quantile / math.sqrt(2))
    failures = n - successes
    if 0 < successes <= min(POISSON_MOST, n / 2):
        low = min(low, float(gammaincinv(successes, tail)) / n)
    if 0 < failures <= min(POISSON_MOST, n / 2):
        high = max(high, 1 - float(gammaincinv(failures, tail)) / n)
    return low, high


def student_quantile(freedom: float, tail: float = TAIL95) -> float:
    """Return the 97.5 % quantile (or another) of Student's distribution: the normal one's place with few patients."""
    from scipy.special import stdtrit

    return float(stdtrit(max(1.0, freedom), tail))


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
    Wilson's interval as `modified_wilson` has it. With several cases a patient their number is divided by the design
    effect of the ratio estimator over patients (Rao and Scott, Biometrics 1992), never below 1, and the normal
    quantile gives way to Student's: the effect is known from few patients, fewer still where only few of them have a
    case that is not as most are. Where all cases agree it cannot be estimated; then the number of patients counts.
    """
    n = len(correct)
    if n == 0:
        return None
    p = float(np.mean(correct))
    clusters, effect = _design_effect(correct, patients, p)
    effective = n / effect
    quantile = Z95
    if clusters < n and 0 < p < 1:
        unusual = len(np.unique(patients[correct != (p > 0.5)]))
        quantile = student_quantile(min(clusters - 1, FREEDOM_EACH * (unusual + 1)))
    low, high = modified_wilson(p * effective if p < 1 else effective, effective, quantile)
    return Estimate(p, low, high, n)


def _design_effect(correct: NDArray[np.bool_], patients: NDArray[np.int64], p: float) -> tuple[int, float]:
    """Return the number of patients, and how much several cases of each widen the interval."""
    _, index = np.unique(patients, return_inverse=True)
    clusters = int(index.max()) + 1
    n = len(correct)
    if clusters == n:
        return clusters, 1.0
    if p in (0.0, 1.0) or clusters < 2:
        return clusters, n / clusters
    residuals = np.bincount(index, weights=correct - p)
    variance = clusters / (clusters - 1) * float(np.sum(residuals**2)) / n**2
    alike = float(np.sum(np.bincount(index) ** 2)) / n
    return clusters, min(max(1.0, variance * n / (p * (1 - p))), alike)


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
