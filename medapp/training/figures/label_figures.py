"""The figures of labels that may occur together: each label on the cases where it is known, and no confusion matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.i18n import headed, spaced, tr
from medapp.training.cases.case import SetAside
from medapp.training.cases.truth import Ints, known
from medapp.training.figures import ranking
from medapp.training.figures.alarm_figures import calibration_figures
from medapp.training.figures.intervals import Estimate, mean_of, proportion
from medapp.training.figures.label_ranking import macro_area
from medapp.training.figures.retrieval import average_precision

Floats = NDArray[np.float64]
FEW_POSITIVES = 20
"""With fewer positive or negative cases, a label's figures are told with a warning."""


def label_figures(
    labels: Sequence[str], probabilities: Floats, truth: Ints, patients: Ints, thresholds: Sequence[float]
) -> dict[str, Any]:
    """Return the figures of the cases that were answered.

    Parameters
    ----------
    labels : sequence of str
        In the order of the columns.
    probabilities : ndarray of float, shape (n, labels)
        Calibrated, each for itself.
    truth : ndarray of int, shape (n, labels)
        1, 0 or unknown.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    thresholds : sequence of float
        Operating point of each label.

    Returns
    -------
    dict
        ``by_label`` as ``schemas/report.json`` defines it; ``auc`` and ``balanced_accuracy`` are means over the labels
        that have both sides, ``accuracy`` and ``confusion`` are None.
    """
    columns = range(len(labels))
    by_label = [
        {"label": labels[k], **_of_label(probabilities[:, k], truth[:, k], patients, thresholds[k])} for k in columns
    ]
    briers = [entry["brier"] for entry in by_label if entry["brier"] is not None]
    main = _means(by_label, probabilities, truth, patients)
    return {
        "answered": len(truth),
        "classes": {entry["label"]: entry["positive"] for entry in by_label},
        **main,
        "accuracy": None,
        "found": {entry["label"]: entry["sensitivity"] for entry in by_label},
        "in_people": in_people(by_label),
        "confusion": None,
        "brier": round(float(np.mean(briers)), 6) if briers else None,
        "by_label": by_label,
        "notes": _notes(by_label),
    }


def not_learned(aside: Iterable[SetAside]) -> list[dict[str, Any]]:
    """Return the entries of labels that could not be learned: told, and not evaluated."""
    empty = dict.fromkeys(
        ("threshold", "auc", "average_precision", "sensitivity", "specificity", "calibration", "brier", "warning")
    )
    return [
        {"label": one.label, "n": 0, "positive": 0, "negative": 0, "unknown": 0, **empty}
        | {"learned": False, "roc": [], "warning": tr("evaluate.label.not_learned")}
        for one in aside
    ]


def _of_label(probabilities: Floats, marks: Ints, patients: Ints, threshold: float) -> dict[str, Any]:
    there = known(marks)
    scores, positive, whose = probabilities[there], marks[there] == 1, patients[there]
    given = scores >= threshold
    counts = int(positive.sum()), int((~positive).sum())
    return {
        "n": len(scores),
        "positive": counts[0],
        "negative": counts[1],
        "unknown": int((~there).sum()),
        "learned": True,
        "threshold": threshold,
        "auc": _json(ranking.auc(scores, positive, whose) if len(scores) else None),
        "average_precision": _average_precision(scores, positive, whose),
        "sensitivity": _json(proportion(given[positive], whose[positive])),
        "specificity": _json(proportion(~given[~positive], whose[~positive])),
        "calibration": calibration_figures(scores, positive, whose),
        "brier": round(float(np.mean((scores - positive) ** 2)), 6) if len(scores) else None,
        "roc": ranking.roc_points(scores, positive) if len(scores) else [],
        "warning": _warning(*counts),
    }


def _average_precision(scores: Floats, positive: NDArray[np.bool_], patients: Ints) -> dict[str, Any] | None:
    found = average_precision(scores, positive, patients)
    return None if found is None else found.to_json() | {"prevalence": round(float(positive.mean()), 6)}


def _means(by_label: Sequence[dict[str, Any]], probabilities: Floats, truth: Ints, patients: Ints) -> dict[str, Any]:
    whole = [entry for entry in by_label if entry["sensitivity"] and entry["specificity"]]
    balanced = [mean_of([Estimate(**entry[side]) for side in ("sensitivity", "specificity")]) for entry in whole]
    area = macro_area(probabilities, truth, patients) if len(truth) else None
    return {"auc": _json(area), "balanced_accuracy": _json(_mean(balanced, len(truth)))}


def _mean(parts: Sequence[Estimate], n: int) -> Estimate | None:
    """Return the mean, its limits those of the parts: labels of the same patients may err together."""
    if not parts:
        return None
    value, low, high = (float(np.mean([getattr(part, end) for part in parts])) for end in ("value", "low", "high"))
    return Estimate(value, low, high, n)


def in_people(by_label: Sequence[dict[str, Any]]) -> str:
    """Say what is found of each label, in 100 people; in counts where a label has few cases."""
    sentences = [_label_in_people(entry) for entry in by_label if entry["sensitivity"] and entry["specificity"]]
    return spaced(sentences) if sentences else tr("evaluate.people.none")


def _label_in_people(entry: dict[str, Any]) -> str:
    found, spared = entry["sensitivity"], entry["specificity"]
    interval = {
        "found_low": round(100 * (found["low"] or 0)),
        "found_high": round(100 * (found["high"] or 0)),
        "false_low": round(100 * (1 - (spared["high"] or 0))),
        "false_high": round(100 * (1 - (spared["low"] or 0))),
    }
    if entry["warning"] is None:
        told = {"found": round(100 * found["value"]), "false": round(100 * (1 - spared["value"]))}
        return tr("evaluate.people.label", label=entry["label"], **told, **interval)
    counts = {"found": round(found["value"] * found["n"]), "ill": found["n"]}
    counts |= {"false": spared["n"] - round(spared["value"] * spared["n"]), "healthy": spared["n"]}
    return tr("evaluate.people.label_counts", label=entry["label"], **counts, **interval)


def _warning(positive: int, negative: int) -> str | None:
    if not positive or not negative:
        return tr("evaluate.label.one_side", positive=positive, negative=negative)
    if min(positive, negative) < FEW_POSITIVES:
        return tr("evaluate.label.few", positive=positive, negative=negative, n=FEW_POSITIVES)
    return None


def _notes(by_label: Sequence[dict[str, Any]]) -> list[str]:
    return [headed(entry["label"], entry["warning"]) for entry in by_label if entry["warning"]]


def _json(estimate: Estimate | None) -> dict[str, Any] | None:
    return estimate.to_json() if estimate else None
