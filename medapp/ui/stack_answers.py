"""Answers for every image of the stack on screen, in the background, once its answer was asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from medapp.classify.aggregate import DEFAULT_LIMIT
from medapp.classify.contents import Aggregate
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.reasons import score_text
from medapp.classify.stacks import StackAnswer, StackScores
from medapp.i18n import percent_text, tr
from medapp.imaging.prefetch import order_of
from medapp.imaging.study import Series
from medapp.jobs import Job, Partial
from medapp.ui import theme
from medapp.ui.answer_state import Classifying
from medapp.ui.session import Session
from medapp.ui.state import State, series_key
from medapp.ui.worklist_view import ANSWERED, FAILED, REFUSED, WAITING, StackView
from medapp.workflows.batches import Wanted
from medapp.workflows.working import Means, answer_images
from medapp.workflows.worklist import Told

SETTLE_MS = 300
MOST = 3000
"""Larger series are for the worklist."""


class StackAnswers(QObject):
    """Follows the stack on screen. The image on screen is answered first, by itself; the others from there on."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._means = session.services.quiet
        self._followed: Series | None = None
        self._points: _Points | None = None
        self._job: int | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._begin)
        session.changed.connect(self._follow)

    def ask_again(self) -> None:
        """Ask again, because the model changed."""
        self._drop()
        self._followed = None
        self._follow(self._session.state)

    def tell_anew(self) -> None:
        """Say how far the stack is in the language that is spoken now."""
        if self._points is not None:
            self._session.update(stack=self._points.view())

    @Slot(object)
    def _follow(self, state: State) -> None:
        series = _asked_about(state)
        if series is self._followed:
            return
        self._followed = series
        self._drop()
        if series is not None:
            self._settle.start()

    def _drop(self) -> None:
        self._settle.stop()
        if self._job is not None:
            self._session.quiet_jobs.cancel(self._job)
            self._job = None
        self._points = None
        self._session.update(stack=None)

    @Slot()
    def _begin(self) -> None:
        state, series = self._session.state, self._followed
        if series is None or state.place is None:
            return
        if isinstance(state.answer, Classifying) or state.cine or state.jobs:
            self._settle.start()  # what a person waits for goes first
            return
        points = self._points = _Points(series)
        images = points.images_from(state.place.index)
        self._job = self._session.quiet_jobs.start(
            _answered(images, series.modality, self._means),
            part=lambda told: self._take(points, told),
            done=lambda _: self._end(points),
            failed=lambda error: self._failed(points, error),
        )

    def _take(self, points: _Points, told: tuple[Told, ...] | dict[ModelKey, Aggregate]) -> None:
        if points is not self._points:
            return
        if isinstance(told, dict):
            points.rules |= told
        else:
            points.take(told)
        self._session.update(stack=points.view())

    def _end(self, points: _Points) -> None:
        if points is self._points:
            self._job = None

    def _failed(self, points: _Points, error: BaseException) -> None:
        if points is self._points:
            self._job = None
            points.give_up()
            self._session.update(stack=points.view())
            self._session.fail(error)


def _asked_about(state: State) -> Series | None:
    """Return the stack whose answers are wanted, if any."""
    series = state.series
    if series is None or not state.panel_open or state.labelling is not None:
        return None
    return series if 1 < series.frames <= MOST else None


def _answered(images: Sequence[Wanted], modality: str, means: Means) -> Job[None]:
    """Answer a stack; of one that no model is for, tell nothing."""
    if means.reading.package_for(modality) is None:
        return
    yield Partial(())
    rules: dict[ModelKey, Aggregate] = {}
    for report in answer_images(images, means):
        if isinstance(report, Partial):
            said = (one.said.model for one in report.value if isinstance(one.said, Prediction))
            new = {key: means.reading.aggregate_of(key) for key in set(said) - rules.keys()}
            rules |= new
            yield Partial(new)
        yield report


class _Points:
    """What is known of each image of a stack. The pictures of a folder are no stack: they come to nothing together."""

    def __init__(self, series: Series) -> None:
        self._key = series_key(series)
        self._images = [Wanted(one.source, index) for one in series.instances for index in one.shown]
        self._number_of = {image: number for number, image in enumerate(self._images)}
        self._states = np.full(len(self._images), WAITING, np.uint8)
        self._scores = StackScores(len(self._images))
        self._is_one = series.instances[0].kind != "picture"
        self.rules: dict[ModelKey, Aggregate] = {}

    def images_from(self, index: int) -> list[Wanted]:
        """Return the images in the order in which they are wanted: the one on screen, then near ones first."""
        order = (index, *order_of(index, len(self._images), 1))
        return [self._images[number] for number in order]

    def take(self, told: Sequence[Told]) -> None:
        """Take what is said of images by the model in use; an older one's answers are no part of the stack's."""
        for one in told:
            if one.is_current:
                self._take_one(self._number_of[one.wanted], one)

    def _take_one(self, number: int, told: Told) -> None:
        if not isinstance(told.said, Prediction):
            self._states[number] = FAILED
            return
        self._scores.take(number, told.said)
        self._states[number] = REFUSED if told.said.probabilities is None else ANSWERED

    def give_up(self) -> None:
        """Wait for nothing more: what has no answer yet has failed."""
        self._states[self._states == WAITING] = FAILED

    def view(self) -> StackView:
        """Return what is shown."""
        answers = self._scores.answers(self.rules.__getitem__)
        answer = answers[0] if answers else None
        return StackView(
            self._key,
            self._scores.scores(answers),
            self._states.copy(),
            answer.limit if answer is not None else None,
            theme.class_colour(answer.place if answer is not None else 0),
            self._text(answer),
        )

    def _text(self, answer: StackAnswer | None) -> str:
        total = len(self._states)
        answered, refused, failed = (int(np.sum(self._states == state)) for state in (ANSWERED, REFUSED, FAILED))
        done = answered + refused + failed
        key = "strip.done" if done == total else "strip.answering"
        parts = [tr(key, answered=answered, total=total, done=done)]
        if refused:
            parts.append(tr("strip.refused", n=refused))
        if failed:
            parts.append(tr("strip.failed", n=failed))
        if answer is not None:
            parts.append(self._score_text(answer))
        if answer is not None and answer.limit is not None:
            parts.append(tr("strip.limit", limit=percent_text(answer.limit)))
        return " · ".join(parts)

    def _score_text(self, answer: StackAnswer) -> str:
        how = answer.how if self._is_one else "max"
        highest = float(self._scores.scores([answer])[answer.foremost])
        told = tr(
            f"strip.{how}",
            score=score_text(answer.score if self._is_one else highest, how),
            highest=percent_text(highest),
            number=answer.foremost + 1,
            limit=percent_text(DEFAULT_LIMIT if answer.limit is None else answer.limit),
        )
        return tr("strip.about", label=answer.about, told=told)
