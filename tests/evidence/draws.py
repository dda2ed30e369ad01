"""Simulated patients with scores whose area, sensitivity, specificity and calibration are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

ALIKE = 0.6
"""Share of the variance of a score that images of a patient have in common."""
MOST_IMAGES = 5
PER_POSITIVE = 2
"""Patients without the class for each that has it."""
ASKED_PREVALENCE = 0.1


@dataclass(frozen=True)
class Cell:
    """What is drawn from.

    Attributes
    ----------
    positives : int
        Patients with the class; twice as many are without.
    area : float
        Under the ROC curve of the scores, which are normal with the same spread in both classes.
    several : bool
        Whether a patient has one to five images, whose scores are alike, or one.
    """

    positives: int
    area: float
    several: bool

    @property
    def distance(self) -> float:
        """How far the classes' means lie apart, in deviations."""
        return float(np.sqrt(2) * norm.ppf(self.area))

    @property
    def share(self) -> float:
        """True sensitivity, and specificity, at the threshold half way between the means."""
        return float(norm.cdf(self.distance / 2))

    @property
    def ppv(self) -> float:
        """True positive predictive value where `ASKED_PREVALENCE` of the patients have the class."""
        return ppv_of(self.share, self.share)


def ppv_of(sensitivity: float, specificity: float) -> float:
    """Return the predictive value of an alarm where `ASKED_PREVALENCE` of the patients have the class."""
    real, false = sensitivity * ASKED_PREVALENCE, (1 - specificity) * (1 - ASKED_PREVALENCE)
    return real / (real + false)


CELLS = tuple(
    Cell(n, area, several) for several, n, area in product((False, True), (10, 20, 50, 200), (0.7, 0.85, 0.99))
)


@dataclass(frozen=True, eq=False)
class Draw:
    """Scores, truth and patients of one test."""

    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]
    patients: NDArray[np.int64]


def draws(cell: Cell, count: int, seed: int, *, free: bool = False) -> Iterator[Draw]:
    """Draw tests; `free`: a third of the patients has the class on average, not exactly, as calibration needs."""
    rng = np.random.default_rng([seed, cell.positives, round(1000 * cell.area), cell.several])
    n = cell.positives * (1 + PER_POSITIVE)
    for _ in range(count):
        ill = rng.random(n) < 1 / (1 + PER_POSITIVE) if free else np.arange(n) < cell.positives
        images = rng.integers(1, MOST_IMAGES + 1, n) if cell.several else np.ones(n, np.int64)
        patients = np.repeat(np.arange(n), images)
        shared = np.sqrt(ALIKE) * rng.standard_normal(n)
        own = np.sqrt(1 - ALIKE) * rng.standard_normal(len(patients))
        yield Draw(cell.distance * ill[patients] + shared[patients] + own, ill[patients], patients)


def true_probabilities(cell: Cell, draw: Draw) -> NDArray[np.float64]:
    """Return the chance that each case is positive given its score, for tests that were drawn `free`."""
    middle = draw.scores - cell.distance / 2
    odds = np.exp(cell.distance * middle) / PER_POSITIVE
    chances: NDArray[np.float64] = odds / (1 + odds)
    return chances
