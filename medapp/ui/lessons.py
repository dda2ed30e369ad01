"""The lessons of the tutorial: what is to be done, where, and how one knows that it was done. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from medapp.ui.state import Page, State
from medapp.ui.widgets.teaching.views import Step

IMAGES_TO_SCROLL = 5
FOUND = "nodule"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the window shows, which steps of the practice project are done, how many images were looked at."""

    state: State = field(default_factory=State)
    steps: frozenset[str] = frozenset()
    visited: int = 0


@dataclass(frozen=True, eq=False)
class Lesson:
    """One thing to do: texts ``tutorial.<id>`` and ``tutorial.<id>_text``.

    `action` is what the panel does for the person on request (text ``tutorial.do_<action>``), `step` the step of
    teaching that the lesson is about.
    """

    id: str
    page: Page
    done: Callable[[Seen], bool]
    action: str = ""
    step: Step | None = None


@dataclass(frozen=True)
class LessonView:
    """What the panel shows: the lesson, how far all are, and whether this one was done."""

    id: str
    number: int
    total: int
    done: bool
    action: str
    finished: bool = False


def _has_picture(seen: Seen) -> bool:
    return seen.state.picture is not None


def _scrolled(seen: Seen) -> bool:
    return seen.visited >= IMAGES_TO_SCROLL


def _windowed(seen: Seen) -> bool:
    return any(choice.kind == "fixed" for choice in seen.state.voi.values())


def _zoomed(seen: Seen) -> bool:
    return seen.state.picture is not None and seen.state.viewport.zoom is not None


def _measured(seen: Seen) -> bool:
    return any(sheet.measurements for sheet in seen.state.measuring.sheets.values())


def _answered(seen: Seen) -> bool:
    """Tell whether the new model's answer is on screen: only it knows what was looked for."""
    answer = seen.state.shown_answer
    return seen.state.panel_open and answer is not None and FOUND in (answer.prediction.probabilities or {})


def _step(step: Step, action: str = "") -> Lesson:
    def is_done(seen: Seen) -> bool:
        return step.value in seen.steps

    return Lesson(step.value, Page.TEACHING, is_done, action, step)


LESSONS: tuple[Lesson, ...] = (
    Lesson("open", Page.READING, _has_picture, "open_images"),
    Lesson("scroll", Page.READING, _scrolled),
    Lesson("window", Page.READING, _windowed),
    Lesson("zoom", Page.READING, _zoomed),
    Lesson("measure", Page.READING, _measured),
    _step(Step.QUESTION, "fill_question"),
    _step(Step.CASES, "take_cases"),
    _step(Step.CHECK),
    _step(Step.TRAIN),
    _step(Step.SEALED_TEST),
    _step(Step.USE),
    Lesson("answer", Page.READING, _answered, "open_new"),
)
IDS = tuple(lesson.id for lesson in LESSONS)


def first_open(done: Sequence[str]) -> int:
    """Return the number of the first lesson that was not done yet; how many there are, where all were."""
    return next((number for number, lesson in enumerate(LESSONS) if lesson.id not in done), len(LESSONS))


def view_of(number: int, done: Sequence[str]) -> LessonView:
    """Return what the panel shows of a lesson."""
    if number >= len(LESSONS):
        return LessonView("end", len(LESSONS), len(LESSONS), done=True, action="", finished=True)
    lesson = LESSONS[number]
    return LessonView(lesson.id, number + 1, len(LESSONS), lesson.id in done, lesson.action)
