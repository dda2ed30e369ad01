"""The page of a measurement: a model on labelled cases that it had no part in making."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medapp.i18n import tr
from medapp.training.cases.truth import UNKNOWN, is_several
from medapp.training.measure import Measured
from medapp.training.reporting.report import summary_of
from medapp.training.reporting.report_page.beside import CaseAnswer, Mistake
from medapp.training.reporting.report_page.mistakes import worst
from medapp.training.reporting.report_page.writing import ReadsFrame, beside_package, pictures_of, write_page

ABOUT_THE_SPLIT = frozenset(
    {
        "none_sealed",
        "none_to_learn",
        "too_few",
        "patient_across_split",
        "duplicate_across_split",
        "base_knows_patients",
        "base_knows_cases",
        "label_not_sealed",
    }
)


def write_evaluation_page(measured: Measured, target: Path, readers: ReadsFrame | None = None) -> None:
    """Write what was measured to `target`; with `readers` there are pictures of the worst mistakes.

    Raises
    ------
    MedappError
        ``report.write`` where the disk refuses.
    """
    answers = case_answers(measured)
    pictures: Sequence[Mistake] = ()
    if readers is not None:
        chosen = worst(answers, measured.answers.alarm_class)
        pictures = pictures_of(chosen, Path(), measured.package.preprocess, readers)
    beside = replace(beside_package(measured.package), answers=answers, mistakes=pictures)
    write_page(target, evaluation_report(measured), beside)


def evaluation_report(measured: Measured) -> dict[str, Any]:
    """Return what was measured in the form of a report without a training."""
    told = measured.answers
    return {
        "research_use": tr("research_use"),
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cases": _cases(measured),
        "alarm_class": told.alarm_class,
        "threshold": told.threshold,
        "sealed": measured.figures(),
        "warnings": measured.warnings(),
        **({"thresholds": dict(zip(told.classes, told.thresholds, strict=True))} if told.thresholds else {}),
    }


def _cases(measured: Measured) -> dict[str, Any]:
    """Return what the check says of the cases, without what it says of a split: a measurement makes none."""
    told = summary_of(measured.checked)
    findings = [finding for finding in told["findings"] if finding["code"] not in ABOUT_THE_SPLIT]
    return told | {"proves": "", "findings": findings}


def case_answers(measured: Measured) -> tuple[CaseAnswer, ...]:
    """Return what was said about each case that counts; their names are whole paths."""
    if is_several(measured.answers.truth):
        return tuple(_label_answers(measured))
    told = measured.answers
    rows = zip(measured.cases, told.truth, told.given(), told.refused, told.probabilities, strict=True)
    return tuple(
        CaseAnswer(
            case.source,
            told.classes[truth],
            told.classes[given],
            bool(refused),
            dict(zip(told.classes, map(float, probabilities), strict=True)),
        )
        for case, truth, given, refused, probabilities in rows
    )


def _label_answers(measured: Measured) -> Iterator[CaseAnswer]:
    """Yield an answer for each label of each case whose truth is known."""
    told = measured.answers
    for k, label in enumerate(told.classes):
        names = (tr("report.not_label", label=label), label)
        rows = zip(measured.cases, told.truth[:, k], told.probabilities[:, k], told.refused, strict=True)
        for case, mark, share, refused in rows:
            if mark != UNKNOWN:
                given = names[int(share >= told.thresholds[k])]
                shares = {names[1]: float(share), names[0]: 1 - float(share)}
                yield CaseAnswer(case.source, names[int(mark)], given, bool(refused), shares)
