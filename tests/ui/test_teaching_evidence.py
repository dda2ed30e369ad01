"""The teaching session's evidence: a case as the network sees it, tables of labels, files to take along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medapp.i18n import tr
from medapp.imaging.phantom import PhantomCase, write_cases, write_png
from medapp.ui.session import Session
from medapp.ui.teaching_page import with_ending
from medapp.ui.teaching_session import TeachingSession

WAIT_MS = 30_000
TIMES = 3
"""Fewer patients with a label than this makes are too few to learn it."""


@pytest.fixture
def teaching(session: Session) -> TeachingSession:
    return TeachingSession(session)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six patients of each class."""
    return write_cases(tmp_path_factory.mktemp("Fälle"), 6, size=64)


def idle(session: Session) -> bool:
    return not session.project_jobs.runner.running and not session.jobs.runner.running


def table_of(folder: Path, marks: tuple[str, ...]) -> Path:
    """Write phantoms and a table that marks them for two labels."""
    lines = ["file,patient,nodule,effusion"]
    for number, mark in enumerate(TIMES * marks):
        name = f"bild {number}.png"
        write_png(folder / name, PhantomCase(number, nodule=number % 2 == 0, size=64))
        lines.append(f"{name},{number},{int(number % 2 == 0)},{mark}")
    (folder / "Befunde.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "Befunde.csv"


def test_once_the_cases_are_known_one_of_them_is_shown_as_the_network_sees_it(
    qtbot: QtBot, session: Session, teaching: TeachingSession, cases: Path
) -> None:
    teaching.set_question(replace(teaching.view.question, find="nodule"))
    teaching.choose_cases(cases)
    qtbot.waitUntil(lambda: teaching.view.seen is not None and idle(session), timeout=WAIT_MS)
    seen = teaching.view.seen
    assert seen is not None
    assert (seen.pixels.shape, seen.label) == ((224, 224), "nodule")
    teaching.set_question(replace(teaching.view.question, image_size=512))
    qtbot.waitUntil(lambda: teaching.view.seen is not seen and idle(session), timeout=WAIT_MS)
    assert teaching.view.seen is not None
    assert teaching.view.seen.pixels.shape == (512, 512)


def test_a_table_shows_its_labels_with_what_is_not_known(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    teaching.choose_cases(table_of(tmp_path, ("1", "0", "", "1", "0", "1", "0", "0")))
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    rows = {row.name: (row.images, row.without, row.unknown) for row in teaching.view.cases.classes}
    assert rows == {"nodule": (12, 12, 0), "effusion": (9, 12, 3)}
    assert teaching.view.cases.folder == "Befunde.csv"
    assert not teaching.view.cases.asks_uncertain


def test_doubtful_marks_are_asked_about_and_taken_as_they_were_meant(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    teaching.choose_cases(table_of(tmp_path, ("1", "0", "-1", "1", "0", "1", "0", "-1")))
    qtbot.waitUntil(lambda: teaching.view.cases.asks_uncertain and idle(session), timeout=WAIT_MS)
    assert "-1" in teaching.view.cases.problem
    teaching.set_uncertain("positive")
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    assert teaching.view.cases.problem == ""
    assert {row.name: row.images for row in teaching.view.cases.classes} == {"nodule": 12, "effusion": 15}


def test_the_lab_book_is_saved_and_told(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    teaching.set_question(replace(teaching.view.question, find="nodule"))
    qtbot.waitUntil(lambda: bool(teaching.view.lab_book) and idle(session), timeout=WAIT_MS)
    teaching.evidence.export_lab_book(tmp_path / "Buch.txt")
    qtbot.waitUntil(lambda: idle(session), timeout=WAIT_MS)
    assert session.state.notice == tr("teach.saved", file="Buch.txt")
    assert "Question written down" in (tmp_path / "Buch.txt").read_text("utf-8")


@pytest.mark.parametrize("what", ["save_report", "save_predictions"])
def test_nothing_about_the_sealed_cases_is_saved_before_they_are_opened(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path, what: str
) -> None:
    teaching.set_question(replace(teaching.view.question, find="nodule"))
    qtbot.waitUntil(lambda: bool(teaching.view.lab_book) and idle(session), timeout=WAIT_MS)
    getattr(teaching.evidence, what)(tmp_path / "x")
    qtbot.waitUntil(lambda: idle(session) and bool(session.state.notice), timeout=WAIT_MS)
    assert not (tmp_path / "x").exists()
    assert session.state.notice != tr("teach.saved", file="x")


def test_a_name_without_an_ending_gets_the_one_of_the_filter() -> None:
    assert with_ending(Path("book"), "Table (*.csv)") == Path("book.csv")
    assert with_ending(Path("book.txt"), "Table (*.csv)") == Path("book.txt")
