"""The page of a table: what its columns mean is shown and corrected, every change is tried out, nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from medapp.imaging.phantom import PhantomCase, write_png
from medapp.ui.session import Session
from medapp.ui.teaching_page import TeachingPage
from medapp.ui.teaching_session import TeachingSession
from medapp.ui.widgets.teaching.table_page import TablePage

WAIT_MS = 30_000


@pytest.fixture
def teaching(session: Session) -> TeachingSession:
    return TeachingSession(session)


def idle(session: Session) -> bool:
    return not session.project_jobs.runner.running and not session.jobs.runner.running


def table(folder: Path, *, patients: int = 12) -> Path:
    """Write phantoms below ``Bilder``, and a table beside that names them without their ending."""
    folder = folder / "Studie"
    lines = ["Nr;Bild;Befund;Klinik"]
    for number in range(patients):
        write_png(folder / "Bilder" / f"Thorax_{number:03}.png", PhantomCase(number, number % 2 == 0, 64))
        finding = {3: "?", 5: ""}.get(number, "krank" if number % 2 == 0 else "gesund")
        lines.append(f"{number};thorax_{number};{finding};Süd")
    lines.append("99;thorax_99;krank;Süd")
    path = folder / "Liste.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


def open_table(qtbot: QtBot, session: Session, teaching: TeachingSession, path: Path) -> None:
    teaching.match_table(path)
    qtbot.waitUntil(lambda: idle(session) and teaching.tables.view.reading is None, timeout=WAIT_MS)


def test_a_table_is_shown_with_what_was_guessed_and_what_is_not_used(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    open_table(qtbot, session, teaching, table(tmp_path))
    view = teaching.tables.view
    assert {c.header: c.meaning for c in view.columns} == {
        "Nr": "unused",
        "Bild": "file",
        "Befund": "class",
        "Klinik": "site",
    }
    assert view.counts.startswith("12 of 13 rows are about an image; 10 of 12 images have an answer")
    assert view.left_out[0] == "row 14: thorax_99: no image of the folder is called so"
    assert [(one.value, one.answer) for one in view.questions] == [("?", ""), ("", "")]
    assert not view.ready


def test_once_every_question_is_answered_the_cases_are_taken_and_checked(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    path = table(tmp_path)
    open_table(qtbot, session, teaching, path)
    teaching.tables.answer("?", "unknown")
    qtbot.waitUntil(lambda: idle(session))
    assert not teaching.tables.view.ready
    teaching.tables.answer("", "class")
    qtbot.waitUntil(lambda: idle(session) and teaching.tables.view.ready, timeout=WAIT_MS)
    teaching.tables.use()
    qtbot.waitUntil(lambda: bool(teaching.view.check.proves) and idle(session), timeout=WAIT_MS)
    assert {row.name: row.images for row in teaching.view.cases.classes} == {"(blank)": 1, "gesund": 4, "krank": 6}
    assert teaching.view.cases.folder == "Liste.csv"
    assert "table_found_zeros" in {finding.code for finding in teaching.view.check.findings}
    open_table(qtbot, session, teaching, path)
    assert [one.answer for one in teaching.tables.view.questions] == ["unknown", "class"]
    teaching.tables.close()


def test_another_meaning_of_a_column_and_another_folder_are_tried_out_at_once(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    open_table(qtbot, session, teaching, table(tmp_path))
    teaching.tables.choose_meaning("Bild", "unused")
    qtbot.waitUntil(lambda: "names the images" in teaching.tables.view.problem and idle(session), timeout=WAIT_MS)
    assert not teaching.tables.view.ready
    teaching.tables.choose_meaning("Bild", "file")
    (tmp_path / "Studie" / "leer").mkdir()
    teaching.tables.choose_images(tmp_path / "Studie" / "leer")
    qtbot.waitUntil(lambda: "There are no images" in teaching.tables.view.problem and idle(session), timeout=WAIT_MS)
    teaching.tables.choose_images(tmp_path / "Studie" / "Bilder")
    qtbot.waitUntil(lambda: teaching.tables.view.counts.startswith("12 of 13") and idle(session), timeout=WAIT_MS)
    teaching.tables.close()


def test_what_is_not_used_can_be_saved(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    open_table(qtbot, session, teaching, table(tmp_path))
    teaching.tables.export(tmp_path / "offen.csv")
    qtbot.waitUntil((tmp_path / "offen.csv").is_file, timeout=WAIT_MS)
    assert (tmp_path / "offen.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("14,thorax_99,")
    teaching.tables.close()


def test_the_page_shows_the_table_and_takes_choices(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    page = TeachingPage(teaching)
    qtbot.addWidget(page)
    page.show()
    open_table(qtbot, session, teaching, table(tmp_path))
    dialog = page.findChild(TablePage, "table_page")
    assert dialog is not None
    use, answer, left_out = (
        dialog.findChild(QPushButton, "table_use"),
        dialog.findChild(QComboBox, "answer_0"),
        dialog.findChild(QListWidget, "left_out"),
    )
    assert use is not None
    assert answer is not None
    assert left_out is not None
    assert left_out.item(0).text().startswith("row 14")
    assert not use.isEnabled()
    answer.setCurrentIndex(1)
    answer.activated.emit(1)
    qtbot.waitUntil(lambda: teaching.tables.view.questions[0].answer == "unknown" and idle(session), timeout=WAIT_MS)
    dialog.reject()
    assert teaching.tables.view.name == ""
    qtbot.waitUntil(lambda: idle(session))


def test_a_dropped_list_that_names_no_files_is_shown_on_the_page(
    qtbot: QtBot, session: Session, teaching: TeachingSession, tmp_path: Path
) -> None:
    path = table(tmp_path)
    teaching.choose_cases(path)
    qtbot.waitUntil(lambda: bool(teaching.tables.view.counts) and idle(session), timeout=WAIT_MS)
    assert not teaching.view.cases.problem
    teaching.tables.close()
