"""Answers: asked in the background, and gone as soon as another picture is on screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medapp.app import Parts
from medapp.classify.explanation import Explanation, Method
from medapp.classify.prediction import ModelKey, Prediction
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.jobs import Job, Progress
from medapp.ui.answer_state import Answered, Classifying, NoModel, NoPicture, NotAnswered, Waiting
from medapp.ui.answers import Answers
from medapp.ui.session import Session
from tests.ui.pictures_made import picture_of, prediction_for, ramp_frame


class FakeReading:
    """Stands for the engine: answers when it is let, with what it is told to."""

    def __init__(self) -> None:
        self.modalities = {"DX"}
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.lie = ""
        self.manifest_hash = "0" * 64

    def package_for(self, modality: str, *_: Any) -> Any:
        if modality not in self.modalities:
            return None
        return self.package("1.0", self.manifest_hash)

    def package_of(self, key: ModelKey) -> Any:
        return self.package("answered", key.manifest_hash)

    @staticmethod
    def package(version: str, manifest_hash: str) -> Any:
        metadata = SimpleNamespace(id="chest", name="Chest model", version=version)
        scope = SimpleNamespace(text="children")
        return SimpleNamespace(metadata=metadata, scope=scope, card=lambda: "", manifest_hash=manifest_hash)

    def classify(self, frame: Frame, *, heat_map: bool = True) -> Prediction:
        self.asked.append(frame.identity)
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return prediction_for(self.lie or frame.identity)


@pytest.fixture
def reading() -> FakeReading:
    return FakeReading()


@pytest.fixture
def session(qtbot: QtBot, parts: Parts, reading: FakeReading) -> Iterator[Session]:
    made = Session(replace(parts.services, reading=reading))  # type: ignore[arg-type]
    yield made
    reading.gate.set()
    made.close(parts.release)


@pytest.fixture
def answers(session: Session) -> Answers:
    return Answers(session)


def show(session: Session, seed: int = 0, *, modality: str = "DX") -> None:
    session.update(picture=picture_of(replace(ramp_frame(seed=seed), modality=modality)))


@pytest.mark.usefixtures("answers")
def test_the_picture_on_screen_is_classified_without_being_asked(
    qtbot: QtBot, session: Session, reading: FakeReading
) -> None:
    show(session)
    qtbot.waitUntil(lambda: isinstance(session.state.answer, Answered))
    assert session.state.shown_answer is not None
    assert len(reading.asked) == 1


@pytest.mark.usefixtures("answers")
def test_a_late_answer_never_appears_over_another_picture(qtbot: QtBot, session: Session, reading: FakeReading) -> None:
    reading.gate.clear()
    show(session, 1)
    qtbot.waitUntil(lambda: len(reading.asked) == 1)
    seen: list[object] = []
    session.changed.connect(lambda state: seen.append(state.answer))
    show(session, 2)
    assert isinstance(session.state.answer, NoPicture)
    reading.gate.set()
    qtbot.waitUntil(lambda: isinstance(session.state.answer, Answered))
    shown = session.state.picture
    assert shown is not None
    identities = {answer.prediction.identity for answer in seen if isinstance(answer, Answered)}
    assert identities == {shown.identity}


@pytest.mark.usefixtures("answers")
def test_the_old_answer_is_gone_at_once_when_the_picture_changes(qtbot: QtBot, session: Session) -> None:
    show(session, 1)
    qtbot.waitUntil(lambda: session.state.shown_answer is not None)
    show(session, 2)
    assert session.state.shown_answer is None


@pytest.mark.usefixtures("answers")
def test_an_answer_with_a_foreign_identity_is_not_shown(qtbot: QtBot, session: Session, reading: FakeReading) -> None:
    reading.lie = "another image"
    show(session)
    qtbot.waitUntil(lambda: isinstance(session.state.answer, NotAnswered))
    assert session.state.shown_answer is None


@pytest.mark.usefixtures("answers")
def test_an_answer_is_told_in_the_name_of_the_model_that_gave_it(
    qtbot: QtBot, session: Session, reading: FakeReading
) -> None:
    reading.manifest_hash = "1" * 64  # the models are changed between choosing one and its answer
    answered(qtbot, session)
    assert session.state.shown_answer is not None
    assert session.state.shown_answer.model.version == "answered"


@pytest.mark.usefixtures("answers")
def test_no_model_for_a_modality_is_told_quietly(qtbot: QtBot, session: Session, reading: FakeReading) -> None:
    show(session, modality="CT")
    qtbot.waitUntil(lambda: session.state.answer == NoModel("CT"))
    assert reading.asked == []
    assert session.state.notice == ""


@pytest.mark.usefixtures("answers")
def test_what_no_model_is_for_is_told_as_the_image_says_it(
    qtbot: QtBot, session: Session, reading: FakeReading
) -> None:
    reading.modalities = set()
    session.update(picture=picture_of(replace(ramp_frame(), body_part="KNEE", view="AP")))
    qtbot.waitUntil(lambda: session.state.answer == NoModel("DX KNEE AP"))


def test_a_failure_can_be_tried_again(qtbot: QtBot, session: Session, answers: Answers, reading: FakeReading) -> None:
    reading.error = MedappError("process.died")
    show(session)
    qtbot.waitUntil(lambda: isinstance(session.state.answer, NotAnswered))
    reading.error = None
    answers.ask_again()
    assert isinstance(session.state.answer, Classifying)
    qtbot.waitUntil(lambda: session.state.shown_answer is not None)


def test_without_classifying_ahead_the_panel_asks(
    qtbot: QtBot, session: Session, answers: Answers, reading: FakeReading
) -> None:
    session.choose(classify_ahead=False)
    show(session)
    qtbot.waitUntil(lambda: isinstance(session.state.answer, Waiting) and not session.jobs.runner.running)
    assert reading.asked == []
    answers.toggle_panel()
    qtbot.waitUntil(lambda: session.state.shown_answer is not None)


@pytest.mark.usefixtures("answers")
def test_scrolling_fast_asks_only_about_the_picture_that_stays(
    qtbot: QtBot, session: Session, reading: FakeReading
) -> None:
    for seed in range(20):
        show(session, seed)
    qtbot.waitUntil(lambda: session.state.shown_answer is not None)
    assert len(reading.asked) == 1


class FakeExplain:
    """Stands for the explanation: steps until it is let, then answers about the frame or fails."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.error: Exception | None = None
        self.steps = self.closed = 0
        self.manifest_hash = "0" * 64

    def __call__(self, engine: object, frame: Frame, package: object, method: Method) -> Job[Explanation]:
        try:
            while not self.gate.wait(0.002):
                self.steps += 1
                yield Progress(1, 3)
        finally:
            self.closed += 1
        if self.error is not None:
            raise self.error
        heat = np.eye(14, dtype=np.float32)
        return Explanation(frame.identity, self.manifest_hash, method, "PNEUMONIA", heat, None, 0.1, 90, 1.0)


@pytest.fixture
def explaining(monkeypatch: pytest.MonkeyPatch) -> FakeExplain:
    fake = FakeExplain()
    monkeypatch.setattr("medapp.ui.answers.explain", fake)
    return fake


def answered(qtbot: QtBot, session: Session, seed: int = 1) -> None:
    show(session, seed)
    qtbot.waitUntil(lambda: session.state.shown_answer is not None)


def explanation_of(session: Session) -> Explanation | None:
    return None if session.state.shown_answer is None else session.state.shown_answer.explanation


def test_an_explanation_is_made_in_the_background_and_shown(
    qtbot: QtBot, session: Session, answers: Answers, explaining: FakeExplain
) -> None:
    answered(qtbot, session)
    answers.explain("occlusion")
    shown = session.state.shown_answer
    assert shown is not None
    assert (shown.explaining, shown.explanation) == ("occlusion", None)
    assert [job.title for job in session.state.jobs] == [tr("explain.method.occlusion")]
    explaining.gate.set()
    qtbot.waitUntil(lambda: explanation_of(session) is not None)
    assert session.state.shown_answer is not None
    assert session.state.shown_answer.explaining == ""


def test_an_explanation_that_is_cancelled_leaves_the_heat_map(
    qtbot: QtBot, session: Session, answers: Answers, explaining: FakeExplain
) -> None:
    answered(qtbot, session)
    answers.explain("occlusion")
    qtbot.waitUntil(lambda: explaining.steps > 0)
    session.jobs.cancel(session.state.jobs[0].id)
    qtbot.waitUntil(lambda: session.state.shown_answer is not None and not session.state.shown_answer.explaining)
    assert explanation_of(session) is None
    assert explaining.closed == 1
    assert session.state.notice == ""


def test_an_explanation_never_appears_over_another_picture(
    qtbot: QtBot, session: Session, answers: Answers, explaining: FakeExplain
) -> None:
    answered(qtbot, session)
    answers.explain("occlusion")
    answered(qtbot, session, 2)
    explaining.gate.set()
    qtbot.waitUntil(lambda: not session.state.jobs)
    assert explanation_of(session) is None


def test_an_explanation_of_another_model_never_appears_beside_an_answer(
    qtbot: QtBot, session: Session, answers: Answers, explaining: FakeExplain
) -> None:
    answered(qtbot, session)
    explaining.manifest_hash = "2" * 64
    explaining.gate.set()
    answers.explain("occlusion")
    qtbot.waitUntil(lambda: not session.state.jobs)
    shown = session.state.shown_answer
    assert shown is not None
    assert (shown.explanation, shown.explaining) == (None, "")


def test_an_explanation_that_fails_is_told_and_the_answer_stays(
    qtbot: QtBot, session: Session, answers: Answers, explaining: FakeExplain
) -> None:
    explaining.error = MedappError("explain.refused")
    explaining.gate.set()
    answered(qtbot, session)
    answers.explain("gradcam")
    qtbot.waitUntil(lambda: session.state.notice != "")
    assert tr("problem.explain.refused") in session.state.notice
    assert session.state.shown_answer is not None
    assert session.state.shown_answer.explaining == ""
