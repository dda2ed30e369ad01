"""Which unlabelled cases a model is least sure of; those that a sealed test may hold are never among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medapp.classify.prediction import Prediction
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache
from medapp.imaging.study import Patient
from medapp.jobs import Job, Progress, TimeLeft
from medapp.training.cases.patients import choose_rule, patient_key
from medapp.training.cases.split import SEALED_FRACTION, position, salted
from medapp.training.cases.survey import content_hash
from medapp.training.lineage import Lineage
from medapp.workflows.reading import Reading


@dataclass(frozen=True)
class Ranked:
    """Cases by how unsure the model is, the least sure first.

    Attributes
    ----------
    files : tuple of str
        Those that can be labelled for learning.
    kept : frozenset of str
        Those whose patients belong to a sealed test, now or when they are labelled: choosing them by the model's
        doubts would make the test harder than the patients are.
    unanswered : int
        Those that the model refused or that could not be read; they come last.
    """

    files: tuple[str, ...]
    kept: frozenset[str]
    unanswered: int


@dataclass(frozen=True)
class Unlabelled:
    """A case without an answer: its name, its picture, and who it shows."""

    file: str
    source: str
    frame: int
    patient: Patient


def is_kept(patient: str, content: str, lineage: Lineage) -> bool:
    """Tell whether a case belongs to the sealed test: as the model recorded it, else by the salted hash of its patient.

    Parameters
    ----------
    patient : str
        The patient key, see `patients.patient_key`.
    content : str
        The hash of the picture.
    """
    hashed = salted(lineage.salt, patient)
    recorded = {lineage.patients.get(hashed), lineage.images.get(salted(lineage.salt, content))} - {None}
    if recorded:
        return "sealed" in recorded
    return position(hashed) < SEALED_FRACTION


def doubt(prediction: Prediction) -> float:
    """Return how unsure a model is, 0 to 1: 1 at its alarm level, or where the best two classes are equal."""
    told = prediction.probabilities or {}
    if prediction.several:
        levels = prediction.thresholds
        return max((_near(told[name], levels.get(name, 0.5)) for name in told), default=0.0)
    if prediction.alarm_class in told and prediction.threshold is not None:
        return _near(told[prediction.alarm_class], prediction.threshold)
    best, second = ([*sorted(told.values(), reverse=True), 0.0, 0.0])[:2]
    return 1.0 - (best - second)


def _near(probability: float, level: float) -> float:
    """Return how near a probability is to a level: 1 at it, 0 at either end."""
    room = level if probability < level else 1.0 - level
    return 1.0 - abs(probability - level) / room if room > 0 else 1.0


def rank(cases: Sequence[Unlabelled], reading: Reading, cache: FrameCache, lineage: Lineage) -> Job[Ranked]:
    """Ask the model in use about cases that may be learned from, and put those it is least sure of first.

    Raises
    ------
    MedappError
        ``reading.no_package`` where no model is in use.
    """
    rule = choose_rule([case.file for case in cases], [_header_key(case) for case in cases])
    kept: set[str] = set()
    doubts: dict[str, float] = {}
    left = TimeLeft()
    for number, case in enumerate(cases):
        frame = _frame(case, cache)
        if frame is not None:
            content = content_hash(frame)
            if is_kept(patient_key(rule, case.file, _header_key(case), content), content, lineage):
                kept.add(case.file)
            elif (answer := reading.classify(frame, heat_map=False)).refused is None:
                doubts[case.file] = doubt(answer)
        yield Progress(number + 1, len(cases), seconds_left=left.after(number + 1, len(cases)))
    free = [case.file for case in cases if case.file not in kept]
    ordered = sorted(free, key=lambda file: -doubts.get(file, -1.0))
    return Ranked(tuple(ordered), frozenset(kept), len(free) - len(doubts))


def _header_key(case: Unlabelled) -> str:
    patient = case.patient
    return f"{patient.issuer}|{patient.patient_id}" if patient.patient_id.strip() else ""


def _frame(case: Unlabelled, cache: FrameCache) -> Frame | None:
    """Return the picture, or None where it cannot be read: that is told when it is looked at."""
    try:
        return cache.load(case.source, case.frame)
    except MedappError:
        return None
