"""Whether the scores in use are those that the sealed test knew: some mixture of its two classes explains them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.intervals import wilson

Outcome: TypeAlias = Literal["alike", "different", "too_few"]
FEWEST_STUDIES = 20
KOLMOGOROV_95 = 1.358
_SHARES = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class ScoreDrift:
    """How far the scores in use lie from those of the sealed test.

    Attributes
    ----------
    distance : float
        Largest difference of the two cumulative distributions, 0 to 1, for the share of the alarm class that fits best.
    allowed : float
        What chance alone explains in 95 of 100 cases.
    share : float
        The share of the alarm class that fits best; how common it is in use is not known.
    outcome : {"alike", "different", "too_few"}
        ``too_few`` under 20 studies.
    """

    distance: float
    allowed: float
    share: float
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        """Return the drift as JSON values."""
        figures = {name: round(getattr(self, name), 4) for name in ("distance", "allowed", "share")}
        return {**figures, "outcome": self.outcome}


def score_drift(scores: Sequence[float], studies: int, report: Mapping[str, Any] | None) -> ScoreDrift | None:
    """Compare scores of the alarm class with those of the sealed test.

    Parameters
    ----------
    scores : sequence of float
        Probability of the alarm class of each image that was answered, 0 to 1.
    studies : int
        How many studies they come from: what counts as independent.
    report : mapping or None
        The package's ``eval/report.json``.

    Returns
    -------
    ScoreDrift or None
        None where the report has no ROC curve of two classes, or there is no score.

    Notes
    -----
    The ROC curve of the report tells, at its corners, which share of either class scores at least so much. The share
    of ill people in use differs from the test's; so the mixture of both that comes nearest is compared, by the
    Kolmogorov-Smirnov distance at these corners.
    """
    curve = _curve(report)
    if curve is None or not len(scores):
        return None
    thresholds, healthy, ill, sealed = curve
    observed = np.mean(np.asarray(scores)[None, :] >= thresholds[:, None], axis=1)
    mixtures = _SHARES[:, None] * ill[None, :] + (1 - _SHARES[:, None]) * healthy[None, :]
    distances = np.abs(mixtures - observed[None, :]).max(axis=1)
    best = int(distances.argmin())
    allowed = KOLMOGOROV_95 * math.sqrt(1 / max(1, studies) + 1 / sealed)
    outcome: Outcome = "different" if distances[best] > allowed else "alike"
    return ScoreDrift(
        float(distances[best]), allowed, float(_SHARES[best]), "too_few" if studies < FEWEST_STUDIES else outcome
    )


def refuses_more(refused: int, images: int, report: Mapping[str, Any] | None) -> bool:
    """Tell whether more is refused in use than the sealed test's interval allows."""
    sealed = ((report or {}).get("sealed") or {}).get("refused") or {}
    high = sealed.get("high")
    return isinstance(high, int | float) and images > 0 and wilson(refused, images)[0] > high


def _curve(
    report: Mapping[str, Any] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int] | None:
    """Return thresholds, the shares of healthy and of ill at least there, and the cases, of the sealed ROC curve."""
    sealed = (report or {}).get("sealed") or {}
    points, cases = sealed.get("roc") or [], sealed.get("answered") or 0
    if not points or not cases:
        return None
    columns = ("threshold", "false_positive_rate", "true_positive_rate")
    thresholds, healthy, ill = (np.array([point[name] for point in points], np.float64) for name in columns)
    return thresholds, healthy, ill, int(cases)
