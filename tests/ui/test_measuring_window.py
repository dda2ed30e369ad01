"""Commands and dialogs of measuring in the whole window: tools by key, undo, list, text, table, calibration."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from medapp.display.measuring.shapes import Kind, Shape
from medapp.jobs import Job
from medapp.ui.commands import COMMANDS
from medapp.ui.label_state import LabelView
from medapp.ui.main_window import MainWindow
from medapp.ui.measuring_view import where_of
from medapp.ui.measuring_wishes import CalibrationDrawn, Drawn, Selected
from medapp.ui.session import Session
from medapp.ui.state import Page, Tool
from medapp.ui.widgets.calibration_dialog import CalibrationDialog
from medapp.ui.widgets.measurements_dialog import MeasurementsDialog
from medapp.workflows.measured import MeasuredSeries, measured_images
from tests.ui.test_measuring import made_stack

LINE = Shape(Kind.LENGTH, ((10.0, 10.0), (30.0, 10.0)))
AREA = Shape(Kind.RECTANGLE, ((20.0, 20.0), (40.0, 40.0)))
PATIENCE_MS = 30_000


@pytest.fixture
def samples(ct_folder: Path) -> list[Path]:
    return [ct_folder]


@pytest.fixture
def window(window: MainWindow, qtbot: QtBot, session: Session) -> MainWindow:
    window.resize(1000, 700)
    show_made(session, 0)
    qtbot.waitUntil(lambda: is_ready(session), timeout=PATIENCE_MS)
    return window


@pytest.fixture
def on_files(qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path) -> MainWindow:
    """The window with a stack that is in files."""
    window.opening.close_all()
    window.opening.open([ct_folder])
    qtbot.waitUntil(lambda: bool(session.state.scan.studies) and not session.state.jobs, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: is_ready(session), timeout=PATIENCE_MS)
    return window


def show_made(session: Session, number: int) -> None:
    """Show an image that is in no file."""
    scan, pictures = made_stack()
    if not session.state.scan.studies:
        session.update(scan=scan, page=Page.READING)
    session.update(place=pictures[number].place, picture=pictures[number])


def is_ready(session: Session) -> bool:
    """Tell whether the image that is wanted is on screen, and what was measured on it is known."""
    state = session.state
    return state.picture is not None and not state.loading and where_of(state.picture) in state.measuring.sheets


def draw(window: MainWindow, *shapes: Shape) -> list[str]:
    desk, state = window.measuring_desk, window._session.state
    assert state.picture is not None
    for shape in shapes:
        desk.take(Drawn(shape))
    return [each.id for each in window._session.state.measuring.sheet_of(state.picture).measurements]


def drawn(session: Session) -> list[Kind]:
    assert session.state.picture is not None
    return [each.shape.kind for each in session.state.measuring.sheet_of(session.state.picture).measurements]


def do(window: MainWindow, command: str) -> None:
    action = window.actions_made[command]
    assert action.isEnabled(), f"{command} cannot be done"
    action.trigger()


def test_every_tool_is_chosen_by_its_command_and_takes_the_keyboard(window: MainWindow, session: Session) -> None:
    tools = [command.id for command in COMMANDS if command.group == "measure" and command.id.startswith("tool_")]
    assert len(tools) == 11
    for name in tools:
        do(window, name)
        assert session.state.tool == name.removeprefix("tool_")
        assert window.reading_page.viewer.measuring.keys.cursor is not None


def test_the_key_of_the_rectangle_again_is_the_ellipse(window: MainWindow, session: Session) -> None:
    for tool in (Tool.RECTANGLE, Tool.ELLIPSE, Tool.RECTANGLE):
        do(window, "tool_rectangle")
        assert session.state.tool is tool


def test_undo_and_redo_are_there_when_there_is_something(window: MainWindow, session: Session) -> None:
    assert not window.actions_made["undo"].isEnabled()
    draw(window, LINE)
    assert not window.actions_made["redo"].isEnabled()
    do(window, "undo")
    assert drawn(session) == []
    do(window, "redo")
    assert drawn(session) == [Kind.LENGTH]


def test_in_label_mode_undo_is_about_answers(
    window: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(window, LINE)
    undone: list[bool] = []
    monkeypatch.setattr(window.labelling, "undo", lambda: undone.append(True))
    session.update(labelling=LabelView("p", "r", ("a", "b")))
    assert not window.actions_made["undo"].isEnabled()
    session.update(labelling=LabelView("p", "r", ("a", "b"), can_undo=True))
    do(window, "undo")
    assert undone == [True]
    assert drawn(session) == [Kind.LENGTH]


def test_the_next_measurement_is_selected_in_turn_and_deleted(window: MainWindow, session: Session) -> None:
    first, second = draw(window, LINE, AREA)
    chosen = []
    for _ in range(3):
        do(window, "measure_next")
        chosen.append(session.state.measuring.selected)
    assert chosen == [first, second, first]
    do(window, "measure_delete")
    assert drawn(session) == [Kind.RECTANGLE]
    do(window, "measure_delete")
    assert drawn(session) == [Kind.RECTANGLE], "nothing is selected or under the pointer"
    do(window, "measure_delete_all")
    assert not window.actions_made["measure_delete"].isEnabled()


def test_measurements_are_hidden_and_kept(window: MainWindow, session: Session) -> None:
    draw(window, LINE)
    do(window, "measure_shown")
    assert not window.reading_page.viewer.content.measures.items
    do(window, "measure_shown")
    assert len(window.reading_page.viewer.content.measures.items) == 1


def test_measurements_are_copied_as_sentences(qtbot: QtBot, on_files: MainWindow, session: Session) -> None:
    window = on_files
    draw(window, LINE, AREA)
    QGuiApplication.clipboard().clear()
    do(window, "measure_copy")
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()), timeout=PATIENCE_MS)
    first, second, third = QGuiApplication.clipboard().text().splitlines()
    assert re.fullmatch(r"CT · Axial 5 mm, image \d+ of 12", first)
    assert second.startswith("1. Length: ")
    assert second.endswith(" mm")
    assert third.startswith("2. Rectangle: mean ")
    assert "441 pixels" in third


def test_a_report_has_all_measured_images_of_the_series(qtbot: QtBot, on_files: MainWindow, session: Session) -> None:
    window = on_files
    window.pictures.go_to(2)
    qtbot.waitUntil(lambda: shown_index(session) == 2 and is_ready(session), timeout=PATIENCE_MS)
    draw(window, LINE)
    window.pictures.go_to(7)
    qtbot.waitUntil(lambda: shown_index(session) == 7 and is_ready(session), timeout=PATIENCE_MS)
    draw(window, LINE, LINE)
    qtbot.waitUntil(lambda: not session.note_jobs._takers, timeout=PATIENCE_MS)
    assert session.state.picture is not None
    never_shown = MeasuredSeries(session.state.picture.series, {})  # as after a restart
    services = session.services
    *_, found = results(measured_images(never_shown, services.measurements, services.cache))
    assert [(image.number, len(image.measured)) for image in found] == [(3, 1), (8, 2)]
    QGuiApplication.clipboard().clear()
    window.measuring_desk._papers.copy()
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()), timeout=PATIENCE_MS)
    third, eighth = QGuiApplication.clipboard().text().split("\n\n")
    assert third.splitlines()[0].endswith("image 3 of 12")
    assert [line[:10] for line in eighth.splitlines()[1:]] == ["1. Length:", "2. Length:"]


def test_a_series_without_measurements_is_told(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    QGuiApplication.clipboard().setText("before")
    do(window, "measure_copy")
    qtbot.waitUntil(lambda: "Nothing is measured" in session.state.notice, timeout=PATIENCE_MS)
    assert QGuiApplication.clipboard().text() == "before"


def results(job: Job[Any]) -> Iterator[Any]:
    """Run a job, and return what it comes to after all that it tells."""
    yield (yield from job)


def shown_index(session: Session) -> int:
    return session.state.picture.place.index if session.state.picture is not None else -1


def test_measurements_are_saved_as_a_table(
    qtbot: QtBot, on_files: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = on_files
    draw(window, LINE, AREA, Shape(Kind.TEXT, ((5.0, 5.0),), "=1+1"))
    target = tmp_path / "Maße ü"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    do(window, "measure_save")
    qtbot.waitUntil(target.with_suffix(".csv").exists, timeout=PATIENCE_MS)
    with target.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        length, area, text = csv.DictReader(file)
    assert int(length["image"]) >= 1
    assert (length["kind"], length["length_unit"], length["measured_at"]) == ("length", "mm", "patient")
    assert (area["pixels"], area["value_unit"], area["quantity"]) == ("441", "HU", "modality")
    assert text["text"] == "'=1+1"


def test_a_table_that_cannot_be_written_is_told(
    qtbot: QtBot, on_files: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = on_files
    draw(window, LINE)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "file" / "m.csv"), ""))
    do(window, "measure_save")
    qtbot.waitUntil(lambda: "m.csv could not be written" in session.state.notice, timeout=PATIENCE_MS)


def calibration(window: MainWindow) -> CalibrationDialog:
    return next(each for each in window.findChildren(CalibrationDialog) if each.isVisible())


def test_a_line_is_calibrated_for_its_image_or_the_series_and_taken_back(window: MainWindow, session: Session) -> None:
    picture = session.state.picture
    assert picture is not None
    assert not window.actions_made["measure_uncalibrate"].isEnabled()
    for whole in (False, True):
        window.measuring_desk.take(CalibrationDrawn((10.0, 10.0), (30.0, 10.0)))
        dialog = calibration(window)
        dialog._length.setValue(50)
        dialog._series.setChecked(whole)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    own, series = session.state.measuring.sheet_of(picture).calibration, session.state.measuring.series
    assert own is not None
    assert own.spacing_mm[1] == pytest.approx(2.5)
    assert series[picture.place.series] == own
    do(window, "measure_uncalibrate")
    assert session.state.measuring.calibration_of(picture) == own
    do(window, "measure_uncalibrate")
    assert session.state.measuring.calibration_of(picture) is None


def test_a_calibration_is_not_given_to_another_image_than_its_line_was_drawn_on(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    window.measuring_desk.take(CalibrationDrawn((10.0, 10.0), (30.0, 10.0)))
    dialog = calibration(window)
    show_made(session, 1)
    qtbot.waitUntil(lambda: is_ready(session), timeout=PATIENCE_MS)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert "Draw the line again" in session.state.notice
    assert session.state.picture is not None
    assert session.state.measuring.calibration_of(session.state.picture) is None


def test_the_list_follows_the_image_and_selects(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    first, second = draw(window, LINE, AREA)
    do(window, "measure_list")
    dialog = window.findChild(MeasurementsDialog, "measurements")
    assert dialog is not None
    assert [row.id for row in dialog._rows] == [first, second]
    item = dialog._list.topLevelItem(1)
    assert item is not None
    place = dialog._list.visualItemRect(item).center()
    QTest.mouseClick(dialog._list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.state.measuring.selected == second
    assert "Histogram from" in dialog._histogram.accessibleName()
    assert "441 pixels" in dialog._sentence.text()
    dialog.grab()
    window.measuring_desk.take(Selected(first))
    assert dialog._list.currentIndex().row() == 0
    QTest.mouseClick(dialog._delete, Qt.MouseButton.LeftButton)
    assert [row.id for row in dialog._rows] == [second]
    do(window, "undo")
    QTest.mouseClick(dialog._copy, Qt.MouseButton.LeftButton)
    show_made(session, 1)
    qtbot.waitUntil(lambda: not dialog._rows, timeout=PATIENCE_MS)
    assert dialog._none.isVisible()
    dialog.grab()
    dialog.close()
    QApplication.processEvents()
    draw(window, LINE)
    do(window, "measure_list")
    do(window, "measure_list")
    shown = [each for each in window.findChildren(MeasurementsDialog) if each.isVisible()]
    assert len(shown) == 1
    shown[0].close()
