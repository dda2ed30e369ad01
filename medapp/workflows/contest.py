"""Champion against challenger, as a job: both models answer the same sealed cases. Nothing is put in use by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.errors import MedappError
from medapp.i18n import listed, tr
from medapp.jobs import Job, Progress, TimeLeft
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.survey import ReadsFrames, Seen, survey
from medapp.training.figures.champion import MARGIN, Comparison, check_margin, judge_challenger
from medapp.training.figures.evaluate import Answers, patient_numbers
from medapp.training.measure import Predicts
from medapp.training.unseen import keeps_no_record, sealed_for
from medapp.workflows.rivals import refuse_unlike

BATCH = 16


@dataclass(frozen=True, eq=False)
class Contest:
    """Two models, and what their comparison says."""

    champion: Package
    challenger: Package
    comparison: Comparison
    patients_known: bool

    def warnings(self) -> tuple[str, ...]:
        """Return what must be known to read the result."""
        told = [
            tr("champion.no_record", name=package.metadata.name)
            for package in (self.champion, self.challenger)
            if keeps_no_record(package)
        ]
        if not self.patients_known:
            told.append(tr("check.optimistic"))
        return tuple(told)

    def to_json(self) -> dict[str, Any]:
        """Return the answer of ``medapp models compare --json`` (``schemas/comparison.json``)."""
        return {
            "schema_version": 1,
            "research_use": tr("research_use"),
            "models": {"champion": _named(self.champion), "challenger": _named(self.challenger)},
            "result": self.comparison.to_json(),
            "warnings": list(self.warnings()),
            "patients_known": self.patients_known,
        }


def run_contest(
    cases: Path,
    champion: Package,
    challenger: Package,
    readers: ReadsFrames,
    engine: Predicts,
    *,
    pattern: str | None = None,
    margin: float = MARGIN,
) -> Job[Contest]:
    """Let two models answer the sealed ones of some labelled cases, and compare them.

    Yields
    ------
    Progress
        One a case that is read, then one a batch that is answered.

    Raises
    ------
    MedappError
        ``champion.margin``, ``champion.same``, ``champion.kind``, ``champion.classes``, ``champion.alarm``,
        ``measure.classes`` for cases that neither can know, those of `sealed_for` and of `judge_challenger`, or any of
        reading and of the engine.
    """
    check_margin(margin)
    refuse_unlike(champion, challenger)
    listing = list_cases(cases)
    known = {name.casefold(): position for position, name in enumerate(challenger.metadata.classes)}
    if unknown := [name for name in listing.classes if name.casefold() not in known]:
        raise MedappError("measure.classes", unknown=listed(unknown), known=listed(challenger.metadata.classes))
    surveyed = yield from survey(listing, readers, pattern)
    if not surveyed.seen:
        raise MedappError("cases.nothing", folder=cases.name)
    chosen = sealed_for(surveyed, champion, challenger)
    sealed = [one for one, kept in zip(surveyed.seen, chosen, strict=True) if kept]
    told = yield from _asked(sealed, (champion, challenger), readers, engine)
    truth = [known[one.case.label.casefold()] for one in sealed]
    before, after = (
        _answers(challenger, package, told[package.path], sealed, truth) for package in (champion, challenger)
    )
    comparison = judge_challenger(before, after, [one.case.name for one in sealed], margin)
    return Contest(champion, challenger, comparison, surveyed.rule.known)


def _asked(
    sealed: Sequence[Seen], packages: tuple[Package, Package], readers: ReadsFrames, engine: Predicts
) -> Job[dict[Path, list[Prediction]]]:
    """Decode each sealed case once and ask both models about it."""
    told: dict[Path, list[Prediction]] = {package.path: [] for package in packages}
    left = TimeLeft()
    for start in range(0, len(sealed), BATCH):
        yield Progress(start, len(sealed), tr("champion.asking"), left.after(start, len(sealed)))
        frames = [readers.frame(one.case.source) for one in sealed[start : start + BATCH]]
        for package in packages:
            told[package.path] += engine.predict_many(frames, package.path)
    yield Progress(len(sealed), len(sealed), tr("champion.asking"))
    return told


def _answers(
    order: Package, package: Package, predictions: Sequence[Prediction], sealed: Sequence[Seen], truth: Sequence[int]
) -> Answers:
    """Return a model's answers with the classes in the order, and by the names, of `order`."""
    classes = order.metadata.classes
    alarm = order.calibration.alarm_class or _called(package.calibration.alarm_class, classes)
    rows = [_row(prediction, classes) for prediction in predictions]
    return Answers(
        classes,
        np.array(rows, np.float64),
        np.array(truth, np.int64),
        patient_numbers([one.case.patient for one in sealed]),
        np.array([prediction.probabilities is None for prediction in predictions], np.bool_),
        alarm,
        package.calibration.threshold,
    )


def _called(alarm: str | None, classes: Sequence[str]) -> str | None:
    return next((name for name in classes if alarm is not None and name.casefold() == alarm.casefold()), None)


def _row(prediction: Prediction, classes: Sequence[str]) -> list[float]:
    """Return the probabilities in the order of `classes`; a refused case has equal ones, which nobody counts."""
    if prediction.probabilities is None:
        return [1 / len(classes)] * len(classes)
    shares = {name.casefold(): share for name, share in prediction.probabilities.items()}
    return [shares[name.casefold()] for name in classes]


def _named(package: Package) -> dict[str, str]:
    metadata = package.metadata
    return {
        "id": metadata.id,
        "version": metadata.version,
        "name": metadata.name,
        "manifest_hash": package.manifest_hash,
    }
