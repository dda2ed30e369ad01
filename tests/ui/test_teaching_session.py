"""The teaching session: cases are checked and sealed, and a training is followed, also after a restart."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from medapp.files import write_json
from medapp.i18n import tr
from medapp.imaging.phantom import write_cases
from medapp.training.runs import events
from medapp.training.runs.heartbeat import announce
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run import Run
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.teaching_page import TeachingPage
from medapp.ui.teaching_session import TeachingSession
from medapp.ui.widgets.teaching.views import QuestionView, Step
from medapp.workflows import teaching as teaching_module

WAIT_MS = 30_000


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six patients of each class."""
    return write_cases(tmp_path_factory.mktemp("Fälle"), 6, size=64)


@pytest.fixture
def teaching(session: Session) -> TeachingSession:
    return TeachingSession(session)


@pytest.fixture
def run_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the training that is going to be started; the test writes its events."""
    folder = tmp_path / "run"

    def start(_: Path, request: RunRequest) -> Run:
        folder.mkdir()
        write_json(folder / events.REQUEST_FILE, {"schema_version": 1, **asdict(request)})
        announce(folder)
        return Run(folder)

    monkeypatch.setattr(teaching_module.Run, "start", start)
    return folder


def tell(folder: Path, event: str, **fields: Any) -> None:
    log = events.EventLog(folder)
    log.write(event, **fields)
    log.close()


def idle(session: Session) -> bool:
    return not session.project_jobs.runner.running and not session.jobs.runner.running


def choose_and_seal(qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path) -> None:
    teaching.choose_cases(cases)
    qtbot.waitUntil(lambda: teaching.view.check.can_seal and idle(session), timeout=WAIT_MS)
    teaching.seal()
    qtbot.waitUntil(lambda: teaching.view.train.can_train, timeout=WAIT_MS)


def test_a_folder_shows_its_classes_and_is_checked(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path
) -> None:
    teaching.choose_cases(cases)
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    assert session.state.page is Page.TEACHING
    rows = {row.name: (row.images, row.patients) for row in teaching.view.cases.classes}
    assert rows == {"nodule": (6, None), "normal": (6, None)}  # no pattern yet: patients are not known
    assert teaching.view.cases.reading is None


def test_a_folder_without_classes_is_told_in_its_place(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    empty = tmp_path / "leer"
    empty.mkdir()
    teaching.choose_cases(empty)
    qtbot.waitUntil(lambda: bool(teaching.view.cases.problem) and idle(session), timeout=WAIT_MS)
    assert not teaching.view.check.can_seal


def test_a_file_is_no_folder_of_cases(session: Session, teaching: TeachingSession, chest_file: Path) -> None:
    teaching.choose_cases(chest_file)
    assert "folder" in session.state.notice


def test_a_pattern_is_tried_on_a_name(qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path) -> None:
    teaching.choose_cases(cases)
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    teaching.preview_pattern(r"patient(\d+)_")
    qtbot.waitUntil(lambda: "is of patient 1" in teaching.view.cases.example)
    teaching.preview_pattern("(")
    qtbot.waitUntil(lambda: "is of patient" not in teaching.view.cases.example)


def test_where_patients_are_unknown_the_check_leads_to_the_pattern_that_tells_them_apart(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path
) -> None:
    page = TeachingPage(teaching)
    qtbot.addWidget(page)
    teaching.choose_cases(cases)
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    give = page.findChild(QPushButton, "give_pattern")
    assert give is not None
    give.click()
    assert teaching.view.step is Step.CASES
    written = page.focusWidget()
    assert isinstance(written, QLineEdit)
    qtbot.keyClicks(written, r"(patient\d+)_")
    written.editingFinished.emit()
    qtbot.waitUntil(lambda: "patients" in teaching.view.check.proves and idle(session), timeout=WAIT_MS)
    assert {row.patients for row in teaching.view.cases.classes} == {6}


@pytest.mark.usefixtures("run_folder")
def test_the_project_is_there_again_after_a_restart(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path
) -> None:
    teaching.set_question(QuestionView("chest", "phantoms", "nodule", "normal", 95, 5.0))
    choose_and_seal(qtbot, session, teaching, cases)
    again = TeachingSession(session)
    again.restore()
    qtbot.waitUntil(lambda: again.view.train.can_train, timeout=WAIT_MS)
    assert again.view.question == QuestionView("chest", "phantoms", "nodule", "normal", 95, 5.0)
    assert again.view.step is Step.TRAIN
    assert len(again.view.lab_book) == len(teaching.view.lab_book)


def test_a_training_is_followed_to_its_end(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path, run_folder: Path
) -> None:
    choose_and_seal(qtbot, session, teaching, cases)
    teaching.trainings.start("quick")
    assert teaching.view.train.running
    qtbot.waitUntil(run_folder.is_dir)
    tell(run_folder, "progress", phase="learning", done=3, total=9, seconds_left=12.0)
    tell(run_folder, "pass", number=1, train_loss=0.7, validation_loss=0.6, auc=0.8)
    qtbot.waitUntil(lambda: teaching.view.train.done == 3 and len(teaching.view.train.curve) == 1)
    teaching.trainings.stop()
    assert teaching.view.train.stopping
    assert (run_folder / events.CONTROL_FILE).is_file()
    tell(run_folder, "stopped", code="train.stopped", reason="Stopped before there was anything to keep.")
    qtbot.waitUntil(lambda: not teaching.view.train.running and bool(teaching.view.train.runs), timeout=WAIT_MS)
    assert session.state.notice == "Stopped before there was anything to keep."


def test_a_training_from_before_a_restart_is_followed(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path, run_folder: Path
) -> None:
    choose_and_seal(qtbot, session, teaching, cases)
    teaching.trainings.start("instant")
    qtbot.waitUntil(lambda: len(teaching.view.lab_book) == 5, timeout=WAIT_MS)
    again = TeachingSession(session)
    again.restore()
    qtbot.waitUntil(lambda: again.view.train.running, timeout=WAIT_MS)
    assert again.view.step is Step.TRAIN
    tell(run_folder, "failed", code="x", reason="The disk is full.")
    qtbot.waitUntil(lambda: not again.view.train.running and idle(session), timeout=WAIT_MS)
    assert again.view.train.runs[0].text == "The disk is full."


def test_a_training_that_cannot_start_is_told(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path
) -> None:
    teaching.choose_cases(cases)
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    teaching.trainings.start("instant")
    qtbot.waitUntil(lambda: not teaching.view.train.running and bool(session.state.notice), timeout=WAIT_MS)


def test_a_training_waits_and_goes_on_as_asked(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path, run_folder: Path
) -> None:
    choose_and_seal(qtbot, session, teaching, cases)
    teaching.trainings.start("quick")
    qtbot.waitUntil(lambda: run_folder.is_dir() and teaching.trainings.run is not None, timeout=WAIT_MS)
    teaching.trainings.pause(True)
    qtbot.waitUntil(lambda: teaching.view.train.paused, timeout=WAIT_MS)
    assert teaching.view.train.phase == "Paused"
    assert events.is_paused(run_folder)
    teaching.trainings.pause(False)
    qtbot.waitUntil(lambda: not teaching.view.train.paused, timeout=WAIT_MS)
    tell(run_folder, "failed", code="train.disk_full", reason="The disk is full.")
    qtbot.waitUntil(lambda: not teaching.view.train.running and idle(session), timeout=WAIT_MS)


def test_an_interrupted_training_is_gone_on_with(
    qtbot: QtBot,
    session: Session,
    teaching: TeachingSession,
    cases: Path,
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    def begin(run: Run, *arguments: str) -> None:
        begun.extend(arguments)
        announce(run.folder)

    monkeypatch.setattr(Run, "_begin", begin)
    choose_and_seal(qtbot, session, teaching, cases)
    teaching.trainings.start("quick")
    qtbot.waitUntil(lambda: teaching.trainings.run is not None, timeout=WAIT_MS)
    tell(run_folder, "pass", number=1, train_loss=0.7, validation_loss=0.6, auc=0.8)
    tell(run_folder, "pass", number=2, train_loss=0.6, validation_loss=0.5, auc=0.9)
    (run_folder / "heartbeat").unlink()  # killed: nothing of it is left
    qtbot.waitUntil(lambda: teaching.view.train.can_go_on and idle(session), timeout=WAIT_MS)
    teaching.trainings.go_on()
    qtbot.waitUntil(lambda: bool(begun) and teaching.view.train.running, timeout=WAIT_MS)
    assert begun == [f"--resume={run_folder}"]
    assert not teaching.view.train.can_go_on
    tell(run_folder, "started", effort="quick", seed=0, pid=1)
    tell(run_folder, "resumed", steps=3, passes=1)
    qtbot.waitUntil(lambda: len(teaching.view.train.curve) == 1, timeout=WAIT_MS)
    tell(run_folder, "failed", code="train.disk_full", reason="The disk is full.")
    qtbot.waitUntil(lambda: teaching.view.train.can_go_on and idle(session), timeout=WAIT_MS)
    assert [line.split("  ")[1] for line in teaching.view.lab_book][-3:] == [
        "Training failed. " + tr("problem.run.died"),
        "Training gone on with",
        "Training failed. The disk is full.",
    ]
