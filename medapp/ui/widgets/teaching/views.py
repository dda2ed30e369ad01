"""What the steps of the teaching page show, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.jobs import Progress
from medapp.ui.widgets.teaching.check_views import CheckView


class Step(StrEnum):
    """The six steps, in their order."""

    QUESTION = "question"
    CASES = "cases"
    CHECK = "check"
    TRAIN = "train"
    SEALED_TEST = "sealed_test"
    USE = "use"


@dataclass(frozen=True)
class StepMark:
    """How far a step is: done, and what of it asks for attention, in two or three words."""

    done: bool = False
    attention: str = ""


@dataclass(frozen=True)
class QuestionView:
    """The sentence of the first step; shares in per cent."""

    pictures: str = ""
    people: str = ""
    find: str = ""
    other: str = ""
    find_at_least: int = 90
    prevalence: float = 0.0
    together: bool = False
    side_matters: bool = True
    truth: str = ""
    image_size: int = 224


@dataclass(frozen=True, eq=False)
class CaseSeen:
    """A real case as the network sees it: grey levels, shape (size, size) or (size, size, 3)."""

    pixels: NDArray[np.uint8]
    size: int
    label: str = ""


@dataclass(frozen=True)
class ClassRow:
    """One class of the cases; of labels that may occur together also how often one is not there, or not known."""

    name: str
    images: int
    patients: int | None = None
    without: int | None = None
    unknown: int | None = None


@dataclass(frozen=True)
class CasesView:
    """The labelled folder as far as it is known."""

    folder: str = ""
    classes: tuple[ClassRow, ...] = ()
    patients: str = ""
    pattern: str = ""
    example: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()
    reading: Progress | None = None
    problem: str = ""
    asks_uncertain: bool = False
    uncertain: str = ""


@dataclass(frozen=True)
class RunRow:
    """A training that has ended."""

    effort: str
    text: str
    finished: bool = True
    start: str = ""
    figure: str = ""
    duration: str = ""
    best: bool = False


@dataclass(frozen=True)
class StartChoice:
    """Something that a training can start from.

    `base` names a model of this station or a file, and `network` is what it is; a new network has only `architecture`.
    """

    text: str
    base: str = ""
    architecture: str = ""
    network: str = ""


@dataclass(frozen=True)
class TrainView:
    """What can be trained, what is being trained, and what was."""

    can_train: bool = False
    running: bool = False
    stopping: bool = False
    starting: bool = False
    paused: bool = False
    can_go_on: bool = False
    phase: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    speed: str = ""
    instant_estimate: str = ""
    quick_estimate: str = ""
    thorough_estimate: str = ""
    curve: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    runs: tuple[RunRow, ...] = ()
    starts: tuple[StartChoice, ...] = ()
    start: StartChoice = StartChoice("")
    more_cases: Mapping[str, Any] | None = None
    advice: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False)
class MistakeView:
    """A sealed case that was answered wrongly: its picture (PNG), the right answer, the given one, its probability."""

    picture: bytes
    truth: str
    given: str
    probability: float


@dataclass(frozen=True)
class SealedTestView:
    """The rule, how often the test was opened, and what came out once it was: `report` is ``eval/report.json``."""

    rule: str = ""
    proves: str = ""
    can_open: bool = False
    openings: int = 0
    figures: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    prevalence: float | None = None
    mistakes: tuple[MistakeView, ...] | None = None
    methods: str = ""
    patients_known: bool = True


@dataclass(frozen=True)
class UseView:
    """The model that came out, and what is in use."""

    name: str = ""
    can_activate: bool = False
    active: bool = False
    in_use: str = ""
    can_go_back: bool = False
    problem: str = ""


@dataclass(frozen=True)
class TeachingView:
    """Everything on the teaching page."""

    title: str = ""
    step: Step = Step.QUESTION
    marks: Mapping[Step, StepMark] = field(default_factory=dict)
    question: QuestionView = field(default_factory=QuestionView)
    seen: CaseSeen | None = None
    cases: CasesView = field(default_factory=CasesView)
    check: CheckView = field(default_factory=CheckView)
    train: TrainView = field(default_factory=TrainView)
    sealed_test: SealedTestView = field(default_factory=SealedTestView)
    use: UseView = field(default_factory=UseView)
    lab_book: tuple[str, ...] = ()
