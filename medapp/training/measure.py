"""Measuring a model on labelled cases through the engine process: the figures of the report, on other cases too."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.errors import MedappError
from medapp.i18n import listed, tell, tr
from medapp.imaging.frame import Frame
from medapp.jobs import Job
from medapp.training.cases.case import Case, CaseFolder
from medapp.training.cases.case_traits import grouped
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.split import salted
from medapp.training.cases.survey import ReadsFrames, survey
from medapp.training.cases.table_cases import Uncertain
from medapp.training.cases.truth import Ints, is_several
from medapp.training.cases.truth import known as is_known
from medapp.training.checking.check import Checked, judge
from medapp.training.figures.alarm_figures import Circumstance, Traits
from medapp.training.figures.evaluate import Answers, figures, patient_numbers
from medapp.training.lineage import Lineage, lineage_of

BATCH = 16


class Predicts(Protocol):
    """What a measurement needs of ``classify.engine.Engine``."""

    def predict_many(self, frames: Sequence[Frame], package: Path) -> list[Prediction]:
        """Return one prediction a frame."""
        ...


@dataclass(frozen=True, eq=False)
class Measured:
    """What a model says about labelled cases.

    Attributes
    ----------
    package : Package
        The model.
    checked : Checked
        The cases.
    answers : Answers
        For the cases that count.
    seen : int
        Cases whose patient or picture the model, or a starting model before it, has learned from.
    all_seen : bool
        Whether that is all of them, so that they count nevertheless.
    prevalence : float or None
        How common the alarm class is where the model is to be used.
    cases : tuple of Case
        The cases that count, in the order of the answers.
    strange : tuple of str
        Labels of the cases that the model does not know.
    traits : mapping of str to sequence of str
        What is known of each of these cases, for the groups.
    """

    package: Package
    checked: Checked
    answers: Answers
    seen: int
    all_seen: bool
    prevalence: float | None = None
    cases: tuple[Case, ...] = ()
    strange: tuple[str, ...] = ()
    traits: Traits = field(default_factory=dict)

    def warnings(self) -> list[dict[str, str]]:
        """Return what must be known to read the figures: code and text of each."""
        told = []
        if self.all_seen:
            told.append(("all_seen", tr("measure.all_seen", n=self.seen)))
        elif self.seen:
            told.append(("some_seen", tr("measure.some_seen", n=self.seen)))
        if not self.checked.survey.rule.known:
            told.append(("patients_unknown", tr("check.optimistic")))
        if self.strange:
            told.append(("labels_unknown", tr("measure.labels_unknown", labels=listed(self.strange))))
        if unmatched := self.checked.survey.folder.unmatched:
            told.append(("rows_unmatched", tr("finding.rows_unmatched", n=len(unmatched))))
        return [{"code": code, "text": text} for code, text in told]

    def figures(self) -> dict[str, Any]:
        """Return the figures; a refused case has no probability, so that nothing is told including those."""
        told = figures(self.answers, Circumstance(self.prevalence, self.traits))
        return {name: value for name, value in told.items() if name != "including_refused"}

    def to_json(self) -> dict[str, Any]:
        """Return the answer of ``medapp evaluate --json`` (``schemas/evaluate.json``)."""
        metadata, surveyed = self.package.metadata, self.checked.survey
        return {
            "schema_version": 1,
            "research_use": tr("research_use"),
            "model": {
                "id": metadata.id,
                "version": metadata.version,
                "name": metadata.name,
                "manifest_hash": self.package.manifest_hash,
            },
            "alarm_class": self.answers.alarm_class,
            "threshold": self.answers.threshold,
            "thresholds": dict(zip(self.answers.classes, self.answers.thresholds, strict=False)),
            "evaluated": "all" if self.all_seen else "unseen",
            "seen": self.seen,
            "left_out": sum(use == "left_out" for use in self.checked.uses),
            "figures": self.figures(),
            "warnings": self.warnings(),
            "patients_known": surveyed.rule.known,
            "unmatched": list(surveyed.folder.unmatched),
            "unreadable": [{"path": p.path, "code": p.code, "reason": tell(p)} for p in surveyed.unreadable],
            "not_images": [{"path": n.path, "what": n.what} for n in surveyed.not_images],
        }


def measure(
    root: Path | CaseFolder,
    package: Package,
    readers: ReadsFrames,
    engine: Predicts,
    pattern: str | None = None,
    prevalence: float | None = None,
    uncertain: Uncertain = "",
) -> Job[Measured]:
    """Classify every case and compare with its class.

    Parameters
    ----------
    root : Path or CaseFolder
        Folder with a sub-folder per class, or a table of labels.
    package : Package
        A classifier that knows these classes.
    readers : Readers
        The reader pool.
    engine : Engine
        The engine's client.
    pattern : str, optional
        Regular expression that finds the patient in the file's name.
    prevalence : float, optional
        How common the alarm class is where the model is to be used, 0 to 1.
    uncertain : {"", "unknown", "positive", "negative"}
        What -1 and ? in a table mean.

    Yields
    ------
    Progress
        One a case.

    Raises
    ------
    MedappError
        Those of `list_cases`, `survey` and the engine; ``measure.classes`` where the model does not know a class,
        or not one of several labels; ``measure.kind.several`` or ``measure.kind.classes`` where the cases have classes
        and the model labels that may occur together, or the other way about; ``cases.nothing``.

    Notes
    -----
    Cases that the model has learned from are left out and told. Where it has learned from all of them, they are
    measured nevertheless, with a warning: such figures prove nothing.
    """
    several = package.calibration.several
    listing = root if isinstance(root, CaseFolder) else list_cases(root, uncertain, several=several)
    strange = _strange(listing, package)
    asking = _Asking(engine, package.path)
    surveyed = yield from survey(listing, readers, pattern, asking.take)
    asking.finish()
    lineage = lineage_of(package, seed=0)
    checked = judge(surveyed, lineage.salt, lineage.sides)
    seen = _learned_from(checked, lineage)
    truth = surveyed.folder.truth(tuple(one.case for one in surveyed.seen), package.metadata.classes)
    counts = _counting(checked, truth)
    all_seen = bool(seen[counts].all())
    chosen = counts if all_seen else counts & ~seen
    place = {case.source: position for position, case in enumerate(listing.cases)}
    predictions = [asking.answers[place[one.case.source]] for one in surveyed.seen]
    answers = _answers(package, checked, predictions, truth).only(chosen)
    counted = [surveyed.seen[number] for number in np.flatnonzero(chosen)]
    cases, traits = tuple(one.case for one in counted), grouped([one.traits for one in counted])
    return Measured(package, checked, answers, int(seen[counts].sum()), all_seen, prevalence, cases, strange, traits)


def _learned_from(checked: Checked, lineage: Lineage) -> NDArray[np.bool_]:
    """Return of each case whether the model, or one before it, has learned from its patient or its picture."""
    salt = lineage.salt
    learned = {hashed for hashed, side in lineage.sides.items() if side == "development"}
    hashes = ({salted(salt, one.case.patient), salted(salt, one.content)} for one in checked.survey.seen)
    return np.array([not learned.isdisjoint(own) for own in hashes], np.bool_)


def _counting(checked: Checked, truth: Ints) -> NDArray[np.bool_]:
    """Return of each case whether it counts: not left out, and of several labels one is known at least."""
    counts = np.array([use != "left_out" for use in checked.uses], np.bool_)
    return counts & is_known(truth).any(axis=1) if is_several(truth) else counts


def _strange(listing: CaseFolder, package: Package) -> tuple[str, ...]:
    """Return the labels that the model does not know; raises where the cases do not go with the model."""
    if listing.several != package.calibration.several:
        raise MedappError("measure.kind.several" if package.calibration.several else "measure.kind.classes")
    known = {name.casefold() for name in package.metadata.classes}
    strange = tuple(name for name in listing.classes if name.casefold() not in known)
    if strange and (not listing.several or len(strange) == len(listing.classes)):
        raise MedappError("measure.classes", unknown=listed(strange), known=listed(package.metadata.classes))
    return strange


def _answers(package: Package, checked: Checked, predictions: Sequence[Prediction], truth: Ints) -> Answers:
    seen = checked.survey.seen
    classes = package.metadata.classes
    return Answers(
        classes,
        np.array([_row(prediction, classes) for prediction in predictions]),
        truth,
        patient_numbers([one.case.patient for one in seen]),
        np.array([prediction.probabilities is None for prediction in predictions], np.bool_),
        package.calibration.alarm_class,
        package.calibration.threshold,
        package.calibration.thresholds,
    )


def _row(prediction: Prediction, classes: Sequence[str]) -> NDArray[np.float64]:
    """Return the probabilities in the classes' order; a refused case has equal ones, which nobody counts."""
    if prediction.probabilities is None:
        return np.full(len(classes), 1 / len(classes))
    return np.array([prediction.probabilities[name] for name in classes])


class _Asking:
    """Gathers frames from the survey's threads and asks the engine in batches."""

    def __init__(self, engine: Predicts, package: Path) -> None:
        self._engine, self._package = engine, package
        self._waiting: list[tuple[int, Frame]] = []
        self._lock = threading.Lock()
        self._failure: MedappError | None = None
        self.answers: dict[int, Prediction] = {}

    def take(self, position: int, frame: Frame) -> None:
        """Take one frame; every so many are asked about together."""
        with self._lock:
            self._waiting.append((position, frame))
            batch = self._waiting if len(self._waiting) >= BATCH else []
            if batch:
                self._waiting = []
        self._ask(batch)

    def finish(self) -> None:
        """Ask about the rest; raises what the engine could not do."""
        self._ask(self._waiting)
        if self._failure is not None:
            raise self._failure

    def _ask(self, batch: Sequence[tuple[int, Frame]]) -> None:
        # a failing engine is no fault of the file at hand: it is kept and raised at the end
        if not batch or self._failure is not None:
            return
        try:
            predictions = self._engine.predict_many([frame for _, frame in batch], self._package)
        except MedappError as error:
            self._failure = error
            return
        with self._lock:
            self.answers |= {position: p for (position, _), p in zip(batch, predictions, strict=True)}
