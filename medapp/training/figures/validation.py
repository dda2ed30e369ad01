"""What the cases for learning say of the model, each judged by weights that had not seen its patient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.evaluate import Answers, area_of
from medapp.training.figures.intervals import proportion
from medapp.training.figures.operating import UnclearBand, operating_curve, unclear_band

RULED_OUT, RULED_IN = 0.95, 0.95
"""Share of the alarm class that is not ruled out, and of the other that is not told as it, beside the unclear band."""


def band_of(development: Answers) -> UnclearBand | None:
    """Return the unclear band, fixed on cases for learning; None for many classes, or where one threshold does."""
    alarm = development.alarm_index
    if alarm is None:
        return None
    return unclear_band(development.probabilities[:, alarm], development.truth == alarm, RULED_OUT, RULED_IN)


def prevalence_in(development: Answers) -> float | None:
    """Return how common the alarm class is among the cases that calibrate; None for many classes."""
    alarm = development.alarm_index
    return None if alarm is None or not len(development.truth) else float(np.mean(development.truth == alarm))


def validation_figures(development: Answers, folds: NDArray[np.int64] | None) -> dict[str, Any]:
    """Return ``validation`` as ``schemas/report.json`` has it.

    Parameters
    ----------
    development : Answers
        On cases for learning, by weights that had not learned from them.
    folds : ndarray of int, shape (n,), or None
        Which part of the cross-validation each case was held out in; None where the cases were held out once.

    Notes
    -----
    ``curve`` is for the slider: sensitivity and specificity of every operating point. ``folds`` are the areas of the
    parts, and ``spread`` their standard deviation, told beside the interval: it holds what another division of the
    patients would have changed, though parts are small and overlap in what was learned.
    """
    alarm = development.alarm_index
    scores = None if alarm is None else development.probabilities[:, alarm]
    positive = development.truth == alarm
    areas = [] if folds is None else _areas(development, folds)
    told: dict[str, Any] = {
        "cross_validated": folds is not None,
        "n_cases": len(development.truth),
        "n_patients": len(np.unique(development.patients)),
        "curve": [] if scores is None else operating_curve(scores, positive),
        "folds": areas,
        "spread": round(float(np.std(areas, ddof=1)), 6) if len(areas) > 1 else None,
        "unclear": None,
    }
    if scores is None:
        return told
    band = band_of(development)
    if band is not None:
        share = proportion(band.unclear(scores), development.patients)
        told["unclear"] = {"low": round(band.low, 6), "high": round(band.high, 6)}
        told["unclear"] |= {"share": share.to_json() if share else None}
    return told | {"positive": int(positive.sum())}


def _areas(development: Answers, folds: NDArray[np.int64]) -> list[float]:
    parts = [area_of(development.only(folds == fold)) for fold in np.unique(folds)]
    return [round(part.value, 6) for part in parts if part is not None]
