"""Answers: asked in the background, and gone as soon as another picture is on screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from medapp.app import Parts
from medapp.classify.prediction import Prediction
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.ui.answers import Answers
from medapp.ui.session import Session
from medapp.ui.state import Answered, Classifying, NoModel, NoPicture, NotAnswered, Waiting
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

    def package_for(self, modality: str, body_part: str = "", view: str = "") -> Any:
        if modality not in self.modalities:
            return None
        metadata = SimpleNamespace(id="chest", name="Chest model", version="1.0")
        return SimpleNamespace(metadata=metadata, scope=SimpleNamespace(text="children"), card=lambda: "")

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
