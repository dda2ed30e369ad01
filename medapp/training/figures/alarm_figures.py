"""All that can be told of one class to be found against the rest: curves, calibration, worth, groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures import ranking
from medapp.training.figures.agreement import brier, calibration_error, slope_and_intercept
from medapp.training.figures.decision import decision_curve
from medapp.training.figures.groups import group_figures
from medapp.training.figures.intervals import Estimate, proportion
from medapp.training.figures.operating import UnclearBand, at_fixed_points, told_of_band
from medapp.training.figures.power import detectable
from medapp.training.figures.predictive import at_prevalence, moved_probability, predictive_values
from medapp.training.figures.retrieval import average_precision
from medapp.training.figures.smoothing import smoothed_calibration

PREVALENCES = (0.05, 0.2, 0.5)
TOLD = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Probabilities of which the report tells what they mean at the prevalence asked for."""
EVENTS_FOR_DIGITS = 100
"""Cases of the rarer class under which figures are told as bands rather than with two digits."""

Traits = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Circumstance:
    """What a test is to be read with.

    Attributes
    ----------
    prevalence : float or None
        How common the alarm class is where the model is to be used, 0 to 1.
    traits : mapping of str to sequence of str
        What is known of each case (site, maker, sex, age, view), for the groups.
    band : UnclearBand or None
        Two thresholds that were fixed beforehand.
    calibrated_at : float or None
        Prevalence among the cases that the probabilities were calibrated on.
    """

    prevalence: float | None = None
    traits: Traits = field(default_factory=dict)
    band: UnclearBand | None = None
    calibrated_at: float | None = None

    def only(self, chosen: NDArray[np.bool_]) -> Circumstance:
        """Return the same for the chosen cases."""
        kept = np.flatnonzero(chosen)
        traits = {name: [values[int(i)] for i in kept] for name, values in self.traits.items()}
        return replace(self, traits=traits)


def alarm_figures(
    scores: NDArray[np.float64],
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
    alarm: NDArray[np.bool_],
    circumstance: Circumstance,
) -> dict[str, Any]:
    """Return what ``schemas/report.json`` has for two classes beside the main figures.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        Calibrated probabilities of the alarm class.
    positive, alarm : ndarray of bool, shape (n,)
        The truth, and whether an alarm was given at the locked operating point.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    circumstance : Circumstance
        Prevalence asked for, groups, band.
    """
    found = proportion(alarm[positive], patients[positive])
    spared = proportion(~alarm[~positive], patients[~positive])
    told: dict[str, Any] = {
        "roc": ranking.roc_points(scores, positive) if len(scores) else [],
        "calibration": calibration_figures(scores, positive, patients),
        "average_precision": _average_precision(scores, positive, patients),
        **at_fixed_points(scores, positive, patients),
        "decision_curve": decision_curve(scores, positive, circumstance.prevalence, circumstance.calibrated_at),
        **_at_prevalences(found, spared, circumstance),
        "groups": group_figures(scores, alarm, positive, patients, circumstance.traits),
        "detectable": _rounded(detectable(ranking.auc(scores, positive, patients) if len(scores) else None)),
        "told": "digits" if _events(positive) >= EVENTS_FOR_DIGITS else "bands",
    }
    if circumstance.band is not None:
        told["unclear"] = told_of_band(circumstance.band, scores, positive, patients)
    return told


def calibration_figures(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> dict[str, Any] | None:
    """Return ``calibration`` as the report has it; None where a class is absent."""
    if not _events(positive):
        return None
    slope, intercept = slope_and_intercept(scores, positive, patients)
    return {
        "slope": _json(slope),
        "intercept": _json(intercept),
        "brier": _json(brier(scores, positive, patients)),
        "smoothed": smoothed_calibration(scores, positive, patients),
        "ece": _rounded(calibration_error(scores, positive)),
    }


def _average_precision(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> dict[str, Any] | None:
    found = average_precision(scores, positive, patients)
    return None if found is None else found.to_json() | {"prevalence": round(float(positive.mean()), 6)}


def _at_prevalences(found: Estimate | None, spared: Estimate | None, circumstance: Circumstance) -> dict[str, Any]:
    asked = circumstance.prevalence
    if found is None or spared is None:
        return {"predictive": [], "at_prevalence": None}
    prevalences = sorted({*PREVALENCES, *([asked] if asked else [])})
    return {
        "predictive": [predictive_values(found, spared, prevalence) for prevalence in prevalences],
        "at_prevalence": at_prevalence(found, spared, asked) | _meanings(asked, circumstance) if asked else None,
    }


def _meanings(asked: float, circumstance: Circumstance) -> dict[str, list[list[float]]]:
    """Return what a probability that is told means where the class is as common as asked."""
    learned = circumstance.calibrated_at
    if learned is None:
        return {}
    return {"meanings": [[told, round(moved_probability(told, learned, asked), 6)] for told in TOLD]}


def _events(positive: NDArray[np.bool_]) -> int:
    return min(int(positive.sum()), int((~positive).sum()))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _json(estimate: Estimate | None) -> dict[str, Any] | None:
    return estimate.to_json() if estimate else None
