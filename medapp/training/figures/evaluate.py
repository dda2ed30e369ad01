"""The figures of a model on labelled cases, each with its interval, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.i18n import listed, tr
from medapp.training.cases.truth import is_several
from medapp.training.figures import ranking
from medapp.training.figures.alarm_figures import Circumstance, alarm_figures
from medapp.training.figures.intervals import Estimate, mean_of, proportion
from medapp.training.figures.label_figures import label_figures
from medapp.training.figures.label_ranking import macro_area

FEW_POSITIVES = 20
NOTHING_ASKED = Circumstance()


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model said about labelled cases.

    Attributes
    ----------
    classes : tuple of str
        In the order of the columns of `probabilities`.
    probabilities : ndarray of float, shape (n, classes)
        Calibrated probabilities.
    truth : ndarray of int, shape (n,) or (n, classes)
        Index of the right class; or of several labels what is known of each (`training.truth`).
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    refused : ndarray of bool, shape (n,)
        Cases that the model would refuse to answer.
    alarm_class : str or None
        The class to be found, for two classes.
    threshold : float or None
        The operating point.
    thresholds : tuple of float
        Of several labels the operating point of each.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    truth: NDArray[np.int64]
    patients: NDArray[np.int64]
    refused: NDArray[np.bool_]
    alarm_class: str | None = None
    threshold: float | None = None
    thresholds: tuple[float, ...] = ()

    def only(self, chosen: NDArray[np.bool_]) -> Answers:
        """Return the answers of the `chosen` cases."""
        return Answers(
            self.classes,
            self.probabilities[chosen],
            self.truth[chosen],
            self.patients[chosen],
            self.refused[chosen],
            self.alarm_class,
            self.threshold,
            self.thresholds,
        )

    @property
    def alarm_index(self) -> int | None:
        """Column of the alarm class, or None."""
        return None if self.alarm_class is None else self.classes.index(self.alarm_class)

    def given(self) -> NDArray[np.int64]:
        """Return the index of the class that each case is given, by the operating point or the highest probability."""
        alarm = self.alarm_index
        if alarm is None or self.threshold is None:
            highest: NDArray[np.int64] = self.probabilities.argmax(axis=1)
            return highest
        return np.where(self.probabilities[:, alarm] >= self.threshold, alarm, 1 - alarm).astype(np.int64)


def patient_numbers(patients: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each patient key."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(patient, len(numbers)) for patient in patients], np.int64)


def figures(answers: Answers, circumstance: Circumstance = NOTHING_ASKED) -> dict[str, Any]:
    """Return the figures of the cases that were answered, and how many were refused.

    Parameters
    ----------
    answers : Answers
        Predictions and truth.
    circumstance : Circumstance
        What it is to be read with: the prevalence that was asked for, what is known of each case, the unclear band.

    Returns
    -------
    dict
        As ``schemas/report.json`` defines it: ``auc``, ``balanced_accuracy``, ``sensitivity``, ``specificity`` and
        more, each ``{value, low, high, n}`` with a 95 % interval. ``answered`` holds what is told above;
        ``including_refused`` the main figures as if nothing had been refused.
    """
    answered = answers.only(~answers.refused)
    refused = proportion(answers.refused, answers.patients)
    everything = {
        "n_cases": len(answers.truth),
        "n_patients": len(np.unique(answers.patients)),
        "refused": refused.to_json() | {"cases": int(answers.refused.sum())} if refused else None,
        **_figures_of(answered, circumstance.only(~answers.refused)),
    }
    if answers.refused.any():
        everything["including_refused"] = _main_figures(answers)
    return everything


def _figures_of(answers: Answers, circumstance: Circumstance) -> dict[str, Any]:
    if is_several(answers.truth):
        return label_figures(
            answers.classes, answers.probabilities, answers.truth, answers.patients, answers.thresholds
        )
    counts = np.bincount(answers.truth, minlength=len(answers.classes))
    matrix = np.zeros((len(answers.classes),) * 2, np.int64)
    np.add.at(matrix, (answers.truth, answers.given()), 1)
    truth = np.eye(len(answers.classes))[answers.truth]
    brier = float(np.mean(np.sum((answers.probabilities - truth) ** 2, axis=1))) if len(truth) else None
    return {
        "answered": len(answers.truth),
        "classes": {name: int(n) for name, n in zip(answers.classes, counts, strict=True)},
        **_main_figures(answers),
        "confusion": {"classes": list(answers.classes), "matrix": matrix.tolist()},
        "brier": None if brier is None else round(brier / 2 if len(answers.classes) == 2 else brier, 6),
        **(_alarm_figures(answers, circumstance) if answers.alarm_class is not None else {}),
        "notes": _notes(answers, counts),
    }


def _main_figures(answers: Answers) -> dict[str, Any]:
    """Return area, accuracy, balanced accuracy and the share found of each class."""
    if is_several(answers.truth):
        told = _figures_of(answers, Circumstance())
        return {name: told[name] for name in ("auc", "balanced_accuracy", "accuracy", "found", "in_people")}
    right = answers.given() == answers.truth
    found = {name: _recall(answers, right, k) for k, name in enumerate(answers.classes)}
    present = [estimate for estimate in found.values() if estimate]
    main: dict[str, Any] = {
        "auc": _json(area_of(answers)),
        "balanced_accuracy": _json(mean_of(present)) if len(present) == len(found) else None,
        "accuracy": _json(proportion(right, answers.patients)),
        "found": {name: _json(estimate) for name, estimate in found.items()},
    }
    if answers.alarm_class is not None:
        (other,) = set(answers.classes) - {answers.alarm_class}
        main |= {"sensitivity": _json(found[answers.alarm_class]), "specificity": _json(found[other])}
        main["in_people"] = _in_people(answers.alarm_class, other, found[answers.alarm_class], found[other])
    else:
        fewest = min(estimate.n if estimate else 0 for estimate in found.values())
        main["in_people"] = _many_in_people(proportion(right, answers.patients), fewest)
    return main


def _recall(answers: Answers, right: NDArray[np.bool_], k: int) -> Estimate | None:
    of_class = answers.truth == k
    return proportion(right[of_class], answers.patients[of_class])


def area_of(answers: Answers) -> Estimate | None:
    """Return the area under the ROC curve of the alarm class, or the macro average of many; None without both."""
    if len(answers.truth) == 0:
        return None
    if is_several(answers.truth):
        return macro_area(answers.probabilities, answers.truth, answers.patients)
    alarm = answers.alarm_index
    if alarm is None:
        return ranking.macro_auc(answers.probabilities, answers.truth, answers.patients)
    return ranking.auc(answers.probabilities[:, alarm], answers.truth == alarm, answers.patients)


def _alarm_figures(answers: Answers, circumstance: Circumstance) -> dict[str, Any]:
    """Return what only two classes have."""
    alarm = answers.alarm_index
    assert alarm is not None
    scores, positive = answers.probabilities[:, alarm], answers.truth == alarm
    return alarm_figures(scores, positive, answers.patients, answers.given() == alarm, circumstance)


def _in_people(alarm_class: str, other: str, found: Estimate | None, spared: Estimate | None) -> str:
    """Say what is found and what is a false alarm: in 100 people, in counts where a class has few cases."""
    if not found or not spared:
        return tr("evaluate.people.one_class")
    intervals = {
        "found_low": _of_100(found.low),
        "found_high": _of_100(found.high),
        "false_low": _of_100(1 - (spared.high or 0)),
        "false_high": _of_100(1 - (spared.low or 0)),
    }
    if min(found.n, spared.n) >= FEW_POSITIVES:
        told = {"found": _of_100(found.value), "false": _of_100(1 - spared.value)}
        return tr("evaluate.people.alarm", alarm=alarm_class, **told, **intervals)
    counted = {"found": _count(found), "ill": found.n, "false": spared.n - _count(spared), "healthy": spared.n}
    return tr("evaluate.people.alarm_counts", alarm=alarm_class, other=other, **counted, **intervals)


def _many_in_people(right: Estimate | None, fewest: int) -> str:
    if right is None:
        return tr("evaluate.people.none")
    interval = {"low": _of_100(right.low), "high": _of_100(right.high)}
    if fewest >= FEW_POSITIVES:
        return tr("evaluate.people.many", right=_of_100(right.value), **interval)
    return tr("evaluate.people.many_counts", right=_count(right), cases=right.n, **interval)


def _count(share: Estimate) -> int:
    return round(share.value * share.n)


def _of_100(share: float | None) -> int:
    return round(100 * (share or 0.0))


def _notes(answers: Answers, counts: NDArray[np.int64]) -> list[str]:
    few = [name for name, n in zip(answers.classes, counts, strict=True) if n < FEW_POSITIVES]
    return [tr("evaluate.note.few", classes=listed(few), n=FEW_POSITIVES)] if few else []


def _json(estimate: Estimate | None) -> dict[str, Any] | None:
    return estimate.to_json() if estimate else None
