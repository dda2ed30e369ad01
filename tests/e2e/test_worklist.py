"""Strip chart and worklist, by clicks and keys: answered in the background, sorted, opened, judged, kept, taken up."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget

from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.files import write_json
from medapp.folders import user_folders
from medapp.i18n import tr
from medapp.storage.opinions import Opinions
from medapp.ui.widgets.strip_chart import StripBars
from medapp.ui.widgets.worklist_table import WorklistTable
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import press, text_of
from tests.trial_packages import package_at

pytestmark = pytest.mark.e2e
PICTURES = 24
PATIENCE = 300


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of noise, and a small model in use that answers pictures."""
    folder = tmp_path / "Aufnahmen ü"
    folder.mkdir()
    for number in range(PICTURES):
        noise = np.random.default_rng(number).integers(0, 40 + 8 * number, (64, 64)).astype(np.uint8)
        (folder / f"{number:02}.png").write_bytes(cv2.imencode(".png", noise)[1].tobytes())
    registry = Registry(user_folders())
    registry.install(package_at(tmp_path / "trial", scope=Scope(("PICTURE",))).path)
    registry.activate("trial")
    return folder


def cell(table: WorklistTable, row: int, column: int) -> str:
    return str(table.rows.index(row, column).data())


def opened(hands: Driver, folder: Path) -> None:
    hands.drop([folder])
    viewer = hands.find(QWidget, "viewer")
    hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 20, "the picture")
    hands.wait_for(lambda: text_of(hands, "job_text") == tr("ui.no_jobs"), "the folder to be read")


def all_answered(hands: Driver, table: WorklistTable) -> bool:
    rows = table.rows.rowCount()
    return rows == PICTURES and all(cell(table, row, 1) == "answered" for row in range(rows))


def press_row(table: WorklistTable, row: int) -> None:
    at = table.visualRect(table.rows.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)


def press_head(table: WorklistTable, column: int) -> None:
    header = table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_the_strip_chart_shows_every_image_and_leads_to_each(qapp: QApplication, pictures: Path) -> None:
    def script(hands: Driver) -> None:
        opened(hands, pictures)
        assert not text_of(hands, "strip_text"), "answers are shown when they are asked for"
        hands.key(Qt.Key.Key_A)
        hands.wait_for(lambda: f"{PICTURES} of {PICTURES}" in text_of(hands, "strip_text"), "all answers", PATIENCE)
        bars = hands.find(StripBars, "strip_bars")
        viewer = hands.find(QWidget, "viewer")
        before = hands.settled(viewer)
        QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.bar(17).center().toPoint())
        hands.wait_for(lambda: bars.current == 17, "the image")
        assert not np.array_equal(hands.settled(viewer), before)

    drive(["open"], script)


def test_a_worklist_is_answered_sorted_opened_judged_and_saved(
    qapp: QApplication, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_classifying_ahead()
    target = tmp_path / "liste.csv"
    kind = "CSV without file names (*.csv)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), kind))

    def script(hands: Driver) -> None:
        opened(hands, pictures)
        hands.key(Qt.Key.Key_F8)
        table = hands.find(WorklistTable, "worklist_table")
        hands.wait_for(lambda: table.rows.rowCount() == PICTURES, "the rows")
        press(hands, "worklist_start")
        hands.wait_for(lambda: all_answered(hands, table), "all answers", PATIENCE)
        press_head(table, 2)
        scores = [table.rows.row(row).share or 0 for row in range(PICTURES)]
        assert scores == sorted(scores, reverse=True)
        press_row(table, 3)
        hands.wait_for(lambda: table.currentIndex().row() == 3, "the row")
        hands.settled(hands.find(QWidget, "viewer"))
        bar = hands.find(QWidget, "worklist_opinions")
        hands.click(bar.findChild(QPushButton, "opinion_disagree"))
        assert cell(table, 3, 4) == "disagree"
        press(hands, "worklist_export")
        hands.wait_for(lambda: "24 rows" in _notice(hands), "the file")

    drive(["open"], script)
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == PICTURES + 1
    assert "disagree,yes" in lines[4]
    assert "Aufnahmen" not in "".join(lines)
    with Opinions(user_folders().opinions) as kept:
        assert [one.ai_visible for one in kept.all_holding().values()] == [True]


def test_a_worklist_that_was_stopped_is_taken_up_in_the_next_window(qapp: QApplication, pictures: Path) -> None:
    without_classifying_ahead()

    def begin(hands: Driver) -> None:
        opened(hands, pictures)
        hands.key(Qt.Key.Key_F8)
        press(hands, "worklist_start")
        hands.find(QPushButton, "worklist_stop")
        press(hands, "worklist_stop")
        hands.wait_for(lambda: not hands.find(QPushButton, "worklist_stop").isVisible(), "the end of the run")

    def go_on(hands: Driver) -> None:
        hands.wait_for(lambda: "was not finished" in _notice(hands), "the offer")
        hands.key(Qt.Key.Key_F8)
        press(hands, "worklist_go_on")
        table = hands.find(WorklistTable, "worklist_table")
        hands.wait_for(lambda: all_answered(hands, table), "all answers", PATIENCE)

    drive(["open"], begin)
    drive(["open"], go_on)


def without_classifying_ahead() -> None:
    """Choose that nothing is classified before it is asked for: one engine less to start."""
    write_json(user_folders().settings, {"schema_version": 1, "classify_ahead": False})


def _notice(hands: Driver) -> str:
    return " ".join(one.text() for one in hands.window.findChildren(QLabel) if one.isVisible())
