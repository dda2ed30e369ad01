"""The ends of the interval of an area under the ROC curve, also where it is 1 or the cases are few."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.intervals import FREEDOM_EACH, TAIL95, student_quantile

LEAST_RATIO = 0.1
MODEL_WEIGHT = 2.0
"""The variance of the binormal model counts as much as that of so many misplaced patients."""
HALVINGS = 30


@dataclass(frozen=True)
class Sides:
    """The numbers that an area rests on.

    Attributes
    ----------
    positives, negatives : int
        Patients with cases of the class, and of the others.
    misplaced : int
        Patients of the side that has fewer of them with a case that is not ranked above (below) all of the other.
    """

    positives: int
    negatives: int
    misplaced: int = 0

    @classmethod
    def of(cls, placements: NDArray[np.float64], positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Sides:
        """Count the patients; `placements` are those of `ranking.placements`."""
        wrong = placements < 1
        misplaced = (len(np.unique(patients[side & wrong])) for side in (positive, ~positive))
        return cls(len(np.unique(patients[positive])), len(np.unique(patients[~positive])), min(misplaced))

    def freedom(self, positive: float, negative: float) -> float:
        """Return the degrees of freedom of a variance that adds up from both sides (Satterthwaite, 1946)."""
        squares = positive**2 / max(1, self.positives - 1) + negative**2 / max(1, self.negatives - 1)
        if squares <= 0:
            return min(self.positives, self.negatives) - 1
        return (positive + negative) ** 2 / squares


def limits(
    area: float, variance: float, sides: Sides, freedom: float | None = None, tail: float = TAIL95
) -> tuple[float, float]:
    """Return the areas at which `area` lies 1.96 of *their own* standard errors away.

    Parameters
    ----------
    area : float
        0 to 1.
    variance : float
        DeLong's, by patient.
    sides : Sides
        How many patients there are.
    freedom : float, optional
        Degrees of freedom of the variance where patients have several cases.
    tail : float
        How sure either end is; .975 gives the 95 % interval.

    Notes
    -----
    As Newcombe's method 5 (Stat Med 2006), which has width also at an area of 1, with the variance of two normal
    distributions of equal spread instead of two exponential ones, times the ratio that DeLong's variance bears to it at
    `area`. The fewer patients are misplaced, the less is that ratio known: the nearer is it taken to 1, and
    the wider is Student's quantile that stands for 1.96.
    """
    quantile = _quantile(sides, freedom, tail)
    ratio = _ratio(area, variance, sides)

    def end(outer: float) -> float:
        inner = area
        for _ in range(HALVINGS):
            middle = (outer + inner) / 2
            error = math.sqrt(ratio * binormal_variance(middle, sides.positives, sides.negatives))
            outer, inner = (middle, inner) if abs(area - middle) > quantile * error else (outer, middle)
        return (outer + inner) / 2

    return (end(0.0) if area > 0 else 0.0), (end(1.0) if area < 1 else 1.0)


def _quantile(sides: Sides, freedom: float | None, tail: float) -> float:
    known = [] if freedom is None else [freedom]
    if sides.misplaced:
        known.append(FREEDOM_EACH * (sides.misplaced + 1))
    return student_quantile(min(known), tail) if known else student_quantile(math.inf, tail)


def _ratio(area: float, variance: float, sides: Sides) -> float:
    expected = binormal_variance(area, sides.positives, sides.negatives)
    if expected <= 0 or variance <= 0:
        return 1.0
    weight = sides.misplaced / (sides.misplaced + MODEL_WEIGHT)
    return float(max(LEAST_RATIO, variance / expected) ** weight)


def binormal_variance(area: float, positives: int, negatives: int) -> float:
    """Return the variance of the area of scores that are normal in both classes, with the same spread.

    Notes
    -----
    Hanley and McNeil, Radiology 1982, formula 2. The chance that two of one class lie above one of the other is that
    of a bivariate normal distribution with a correlation of one half, told by Owen's T function.
    """
    from scipy.special import ndtri, owens_t

    if not 0 < area < 1:
        return 0.0
    both = area - 2 * float(owens_t(float(ndtri(area)), 1 / math.sqrt(3)))
    spread = area * (1 - area) + (positives + negatives - 2) * (both - area * area)
    return max(0.0, spread / (positives * negatives))
