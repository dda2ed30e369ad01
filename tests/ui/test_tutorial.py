"""The tutorial knows from the window itself what was done, is left and resumed, and touches nothing of the person."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from medapp.folders import user_folders
from medapp.i18n import LANGUAGES, catalogue
from medapp.storage.practice import Progress, enter_practice, practice_settings
from medapp.storage.settings import Settings, SettingsFile
from medapp.ui.cell_state import VoiChoice
from medapp.ui.lessons import IDS, LESSONS, LessonView, Seen, first_open, view_of
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.state import Page, State
from medapp.ui.teaching_state import Snapshot
from medapp.ui.tutorial import Tutorial
from medapp.ui.tutorial_start import start_tutorial
from medapp.ui.widgets.teaching.views import Step
from medapp.ui.widgets.tutorial_panel import TutorialPanel
from medapp.workflows.project_state import State as ProjectState
from medapp.workflows.project_state import StepMark

TEACHING = [lesson for lesson in LESSONS if lesson.step is not None]


def lesson(name: str) -> int:
    return IDS.index(name)


def test_every_lesson_has_texts_in_every_language() -> None:
    for language in LANGUAGES:
        texts = catalogue(language)
        for one in LESSONS:
            wanted = {f"tutorial.{one.id}", f"tutorial.{one.id}_text"}
            wanted |= {f"tutorial.do_{one.action}"} if one.action else set()
            assert wanted <= texts.keys()


def test_the_lessons_go_through_all_six_steps_of_teaching_in_order() -> None:
    assert [one.step for one in TEACHING] == list(Step)
    assert LESSONS[-1].id == "answer"


@pytest.mark.parametrize("one", TEACHING, ids=lambda one: one.id)
def test_a_step_of_teaching_is_done_when_the_project_says_so(one: object) -> None:
    assert isinstance(one, type(LESSONS[0]))
    assert one.step is not None
    assert not one.done(Seen())
    assert not one.done(Seen(steps=frozenset(set(Step) - {one.step})))
    assert one.done(Seen(steps=frozenset({one.step.value})))


def test_nothing_is_done_in_an_empty_window() -> None:
    assert not any(one.done(Seen()) for one in LESSONS)


def test_looking_at_five_images_is_scrolling_and_a_window_of_ones_own_is_windowing() -> None:
    scroll, window = LESSONS[lesson("scroll")], LESSONS[lesson("window")]
    assert [scroll.done(Seen(visited=n)) for n in (4, 5)] == [False, True]
    assert not window.done(Seen(State(voi={"a": VoiChoice("file"), "b": VoiChoice("automatic")})))
    assert window.done(Seen(State(voi={"a": VoiChoice("fixed")})))


def test_the_first_lesson_that_is_open_is_gone_to() -> None:
    assert first_open(()) == 0
    assert first_open(("open", "window")) == 1
    assert first_open(IDS) == len(LESSONS)
    assert view_of(len(LESSONS), IDS) == LessonView("end", 12, 12, done=True, action="", finished=True)


def test_the_tutorial_works_in_folders_of_its_own_that_look_as_the_person_chose() -> None:
    own = user_folders()
    SettingsFile(own.settings).save(Settings(theme="contrast", recent=("/data/a",), restore_session=True))
    before = {path: path.read_bytes() for path in own.config.rglob("*") if path.is_file()}
    practice = enter_practice(own)
    assert practice == user_folders(), "everything that this process starts works there too"
    assert own.data in practice.projects.parents
    assert practice.projects != own.projects
    assert practice.models != own.models
    settings, problem = SettingsFile(practice.settings).load()
    assert problem is None
    assert (settings.theme, settings.recent, settings.restore_session) == ("contrast", (), False)
    assert {path: path.read_bytes() for path in own.config.rglob("*") if path.is_file()} == before
    assert practice_settings(Settings(automatic_ai=True)) == replace(Settings(), mouse_asked=False)


@pytest.mark.parametrize("text", ["", "[]", '{"done": 3}', "\0", "[" * 99999])
def test_a_damaged_note_of_the_progress_is_none(text: str) -> None:
    folders = user_folders()
    folders.data.mkdir(parents=True)
    (folders.data / "lessons.json").write_text(text)
    assert Progress(folders).read() == ()


def test_progress_is_kept_and_a_disk_that_refuses_stops_nothing(tmp_path: Path) -> None:
    folders = user_folders()
    Progress(folders).write(("open", "scroll"))
    assert Progress(folders).read() == ("open", "scroll")
    (tmp_path / "file").write_text("")
    Progress(replace(folders, data=tmp_path / "file")).write(("open",))


def shown(window: MainWindow, name: str) -> str:
    found = window.findChild(TutorialPanel).findChild(QLabel, name)  # type: ignore[union-attr]  # the panel is there
    return found.text() if found is not None and found.isVisible() else ""


def press(qtbot: QtBot, window: MainWindow, name: str) -> None:
    found = window.findChild(QPushButton, name)
    assert found is not None
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def mark(window: MainWindow, marks: Mapping[str, StepMark]) -> None:
    """Let the practice project have come so far."""
    every = {step.value: StepMark() for step in Step}
    window.teaching.snapshot = Snapshot(ProjectState("practice", "2026-01-01"), {**every, **marks})
    window.teaching.changed.emit(window.teaching.view)


def test_a_lesson_is_told_as_done_once_the_window_shows_it_and_not_before(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    window.program.begin_tutorial()
    assert shown(window, "tutorial_title") == "Open images"
    assert not shown(window, "tutorial_done")
    press(qtbot, window, "tutorial_action")
    qtbot.waitUntil(lambda: bool(shown(window, "tutorial_done")), timeout=20_000)
    press(qtbot, window, "tutorial_next")
    assert shown(window, "tutorial_title") == "Scroll through the stack"
    assert not shown(window, "tutorial_done")
    qtbot.waitUntil(lambda: session.state.series is not None and session.state.series.frames > 5, timeout=20_000)
    qtbot.waitUntil(lambda: not session.jobs.runner.running, timeout=20_000)
    for index in range(6):
        window.pictures.go_to(index)
        qtbot.waitUntil(lambda i=index: session.state.picture.place.index == i)  # type: ignore[misc,union-attr]
    assert shown(window, "tutorial_done")


def test_what_was_done_is_still_done_after_a_restart_and_the_next_lesson_is_shown(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    Progress(session.services.folders).write(("open", "scroll", "window", "zoom", "measure", "no such lesson"))
    tutorial = Tutorial(window, session)
    tutorial.show()
    assert shown(window, "tutorial_title") == "Ask a question"
    press(qtbot, window, "tutorial_action")
    qtbot.waitUntil(lambda: bool(shown(window, "tutorial_done")), timeout=20_000)
    assert window.teaching.view.question.find == "nodule"
    qtbot.waitUntil(lambda: "question" in Progress(session.services.folders).read())


def test_steps_of_teaching_turn_to_their_page_and_follow_the_project(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    Progress(session.services.folders).write(IDS[: lesson("check")])
    Tutorial(window, session).show()
    press(qtbot, window, "tutorial_next")
    assert session.state.page is Page.TEACHING
    assert window.teaching.doing.step is Step.TRAIN
    assert shown(window, "tutorial_title") == "Train"
    mark(window, {"train": StepMark(done=True)})
    assert shown(window, "tutorial_done")
    press(qtbot, window, "tutorial_back")
    assert shown(window, "tutorial_done"), "what was left out counts as seen"


def test_the_tutorial_can_be_left_and_comes_back_with_the_same_command(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    window.program.begin_tutorial()
    press(qtbot, window, "tutorial_leave")
    panel = window.findChild(TutorialPanel)
    assert panel is not None
    assert not panel.isVisible()
    window.actions_made["tutorial"].trigger()
    assert panel.isVisible()


def test_the_last_lesson_ends_with_a_sentence(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    Progress(session.services.folders).write(IDS)
    Tutorial(window, session).show()
    assert shown(window, "tutorial_title") == "That is all"
    bar = window.findChild(TutorialPanel).findChild(QProgressBar)  # type: ignore[union-attr]  # the panel is there
    assert bar is not None
    assert bar.value() == bar.maximum() == len(LESSONS)


def test_in_a_window_of_ones_own_images_the_tutorial_starts_a_program_of_its_own(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow, session: Session
) -> None:
    home = os.environ["MEDAPP_HOME"]
    monkeypatch.setattr("medapp.ui.program_door.start_tutorial", lambda: False)
    window.actions_made["tutorial"].trigger()
    assert "medapp open --tutorial" in session.state.notice
    assert window.findChild(TutorialPanel) is None
    assert os.environ["MEDAPP_HOME"] == home


@pytest.mark.parametrize(("program", "started"), [(sys.executable, True), ("/no/such/program", False)])
def test_whether_the_tutorial_could_be_started_is_known(
    monkeypatch: pytest.MonkeyPatch, program: str, *, started: bool
) -> None:
    monkeypatch.setattr("medapp.ui.tutorial_start.own_command", lambda *_: [program, "-c", "pass"])
    assert start_tutorial() is started
