"""The report of a training: what was done with which cases, and what the sealed test says. ``eval/report.json``."""

from __future__ import annotations

import csv
import io
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp import __version__
from medapp.classify.contents import STATEMENT, Calibration
from medapp.training.cases.truth import is_several
from medapp.training.checking.check import Checked
from medapp.training.figures import ranking
from medapp.training.figures.alarm_figures import Circumstance
from medapp.training.figures.evaluate import Answers, figures
from medapp.training.figures.label_figures import not_learned
from medapp.training.figures.label_ranking import macro_area, macro_area_difference
from medapp.training.figures.validation import band_of, prevalence_in, validation_figures
from medapp.training.learning.config import TrainConfig
from medapp.training.reporting.label_answers import label_cells, label_columns

LIBRARIES = ("torch", "torchvision", "numpy", "scipy", "pydicom", "imagecodecs", "opencv-python-headless")


@dataclass(frozen=True)
class Timing:
    """Wall time of a run.

    Attributes
    ----------
    frozen_pass : float
        Seconds of one pass of the frozen network over all cases.
    total : float
        Seconds from the start of the process to the report.
    """

    frozen_pass: float
    total: float

    def to_json(self) -> dict[str, float]:
        """Return the seconds, and the total in passes."""
        return {
            "frozen_pass_seconds": round(self.frozen_pass, 2),
            "total_seconds": round(self.total, 2),
            "passes": round(self.total / self.frozen_pass, 2),
        }


@dataclass(frozen=True, eq=False)
class Circumstances:
    """How a model was trained.

    Attributes
    ----------
    effort, chosen, architecture, device : str
        What was asked for, which weights were kept, the network, and where it learned.
    base : dict or None
        Id, version and manifest hash of the starting model.
    seed, threads, steps : int
        To repeat the run.
    strength : float
        Inverse regularisation strength of the linear head; of several labels the smallest.
    strengths : tuple of float
        Of several labels that of each.
    half_difference : float
        How much 16-bit weights move a probability at most.
    micro_batch : int
        Pictures at a time; fewer than the batch where the memory did not suffice, the step kept its size.
    stopped : bool
        Whether the person ended it early.
    config : TrainConfig
        Every number.
    """

    effort: str
    chosen: str
    architecture: str
    device: str
    base: Mapping[str, str] | None
    seed: int
    threads: int
    steps: int
    strength: float
    strengths: tuple[float, ...]
    half_difference: float
    micro_batch: int
    stopped: bool
    config: TrainConfig

    def to_json(self) -> dict[str, Any]:
        """Return the circumstances with versions and machine as JSON values."""
        return {
            **{name: value for name, value in self.__dict__.items() if name not in {"config", "strengths"}},
            **({"strengths": list(self.strengths)} if self.strengths else {}),
            "half_difference": round(self.half_difference, 6),
            "config": {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self.config).items()},
            "versions": {"medapp": __version__, "python": platform.python_version()}
            | {name: version(name) for name in LIBRARIES},
            "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        }


def summary_of(checked: Checked) -> dict[str, Any]:
    """Return the check's answer without any path: what may travel with a model."""
    answer = checked.to_json()
    kept = ("images", "classes", "patients", "patients_known", "patients_from", "split", "proves")
    labels = {"labels": answer["labels"]} if "labels" in answer else {}
    return (
        {name: answer[name] for name in kept}
        | labels
        | {
            "used": _used(checked),
            "left_out_because": _reasons(checked),
            "unmatched": len(answer["unmatched"]),
            "unreadable": len(answer["unreadable"]),
            "duplicates": len(answer["duplicates"]),
            "excluded": answer["excluded"],
            "findings": [_finding(finding) for finding in answer["findings"]],
        }
    )


def _finding(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a report says of a finding: nothing that names a case."""
    kept = {"kept_because": told["kept_because"]} if told["kept_because"] else {}
    return {name: told[name] for name in ("code", "severity", "text")} | kept


def _used(checked: Checked) -> dict[str, int]:
    """Return the images of each use; counts by label would count an image with two labels twice."""
    counts = Counter(checked.uses)
    return {use: counts[use] for use in ("sealed", "development", "left_out")}


def _reasons(checked: Checked) -> dict[str, int]:
    """Return why images were left out: labels that contradict each other, copies, patients of the given test."""
    copies = {seen.case.source: len(group.labels) > 1 for group in checked.duplicates for seen in group.members}
    reasons = dict.fromkeys(("conflict", "copy", "patient_in_test"), 0)
    for seen, use in zip(checked.survey.seen, checked.uses, strict=True):
        if use == "left_out":
            contradicts = copies.get(seen.case.source)
            reasons["patient_in_test" if contradicts is None else "conflict" if contradicts else "copy"] += 1
    return reasons


def sealed_answers(
    calibration: Calibration,
    classes: Sequence[str],
    logits: NDArray[np.float64],
    truth: NDArray[np.int64],
    patients: NDArray[np.int64],
    refused: NDArray[np.bool_],
) -> Answers:
    """Return what a model says about the sealed cases."""
    probabilities = calibration.probabilities(logits)
    return Answers(
        tuple(classes),
        probabilities,
        truth,
        patients,
        refused,
        calibration.alarm_class,
        calibration.threshold,
        calibration.thresholds,
    )


def compare_with_instant(
    answers: Answers, instant_scores: NDArray[np.float64] | None, scores: NDArray[np.float64]
) -> dict[str, Any] | None:
    """Return the paired difference in area to the instant solution on the sealed cases, for two classes or labels.

    Scores are of the alarm class, shape (n,), or of several labels, shape (n, labels).
    """
    alarm = answers.alarm_index
    if instant_scores is None or not len(answers.truth):
        return None
    if is_several(answers.truth):
        before = macro_area(instant_scores, answers.truth, answers.patients)
        difference = macro_area_difference(scores, instant_scores, answers.truth, answers.patients)
    elif alarm is None:
        return None
    else:
        positive = answers.truth == alarm
        before = ranking.auc(instant_scores, positive, answers.patients)
        difference = ranking.auc_difference(scores, instant_scores, positive, answers.patients)
    if before is None or difference is None:
        return None
    return {"instant_auc": before.to_json(), "auc_difference": difference.to_json()}


def build_report(
    checked: Checked,
    circumstances: Circumstances,
    calibration: Calibration,
    answers: Answers,
    development: Answers,
    timing: Timing,
    comparison: Mapping[str, Any] | None,
    curve: Sequence[Mapping[str, Any]],
    circumstance: Circumstance,
    folds: NDArray[np.int64] | None,
) -> dict[str, Any]:
    """Return the report as ``schemas/report.json`` defines it.

    Parameters
    ----------
    checked : Checked
        The cases after their check.
    circumstances : Circumstances
        How the model was trained.
    calibration : Calibration
        With the operating point, which was fixed before the sealed test.
    answers, development : Answers
        On the sealed cases, and on development cases by weights that had not learned from them.
    timing : Timing
        Wall time.
    comparison : mapping or None
        Against the instant solution.
    curve : sequence of mapping
        The passes.
    circumstance : Circumstance
        Prevalence where the model is to be used, and what is known of each sealed case.
    folds : ndarray of int or None
        Part of the cross-validation that each development case was held out in; None where there was none.
    """
    sealed = replace(circumstance, band=band_of(development), calibrated_at=prevalence_in(development))
    return {
        "schema_version": 1,
        "research_use": STATEMENT,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cases": summary_of(checked),
        "training": circumstances.to_json(),
        "alarm_class": calibration.alarm_class,
        "threshold": calibration.threshold,
        **_thresholds(answers),
        "sealed": _with_set_aside(figures(answers, sealed), checked) if len(answers.truth) else None,
        "development": _without_curves(figures(development, Circumstance(circumstance.prevalence))),
        "validation": validation_figures(development, folds),
        "against_instant": comparison,
        "curve": [dict(point) for point in curve],
        "timing": timing.to_json(),
    }


def _thresholds(answers: Answers) -> dict[str, Any]:
    if not answers.thresholds:
        return {}
    return {"thresholds": dict(zip(answers.classes, answers.thresholds, strict=True))}


def _with_set_aside(told: dict[str, Any], checked: Checked) -> dict[str, Any]:
    """Add the labels that could not be learned: whoever reads of the others must not take them for found."""
    if "by_label" in told:
        told["by_label"] += not_learned(checked.survey.folder.set_aside)
    return told


def _without_curves(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what `validation` has, and what only the sealed test may say."""
    return {name: value for name, value in values.items() if name not in {"roc", "decision_curve", "groups"}}


def predictions_csv(names: Sequence[str], answers: Answers) -> str:
    """Return a table with a line a sealed case: name below the folder of cases, truth, given class, probabilities."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if is_several(answers.truth):
        writer.writerow(["case", "refused", *label_columns(answers.classes)])
        cells = label_cells(answers.truth, answers.probabilities, answers.thresholds)
        for name, told, refused in zip(names, cells, answers.refused, strict=True):
            writer.writerow([name, "yes" if refused else "no", *told])
        return text.getvalue()
    writer.writerow(["case", "truth", "given", "refused", *(f"p({name})" for name in answers.classes)])
    rows = zip(names, answers.truth, answers.given(), answers.refused, answers.probabilities, strict=True)
    for name, truth, given, refused, probabilities in rows:
        shares = [f"{p:.6f}" for p in probabilities]
        writer.writerow([name, answers.classes[truth], answers.classes[given], "yes" if refused else "no", *shares])
    return text.getvalue()
