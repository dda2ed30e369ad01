"""A day's work without a mouse: open, choose a series, window, measure, classify, label, export."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget

from medapp.imaging.phantom import write_ct_series
from medapp.ui.widgets.viewer import Viewer
from tests.e2e.driver import Driver, drive
from tests.e2e.keyboard import reach, take_focus_back, type_into_dialog
from tests.e2e.screens import text_of

pytestmark = [pytest.mark.e2e, pytest.mark.data]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PICTURES = 3


@pytest.fixture
def folder(shared_data: Path, tmp_path: Path) -> Path:
    """A CT stack and some radiographs."""
    made = tmp_path / "Aufnahmen ü"
    write_ct_series(made / "ct", slices=5, size=128)
    kermany = sorted((shared_data / "images" / "kermany_cxr_224" / "train" / "PNEUMONIA").glob("person10*.jpeg"))
    for path in kermany[:PICTURES]:
        shutil.copy(path, made / path.name)
    return made


def dialog_closed(hands: Driver) -> None:
    hands.wait_for(lambda: not any(w.isVisible() for w in hands.window.findChildren(QDialog)), "the end of the dialog")
    take_focus_back(hands)


def open_folder(hands: Driver, folder: Path) -> Viewer:
    type_into_dialog(folder)
    hands.key(Qt.Key.Key_O, CTRL | SHIFT)
    take_focus_back(hands)
    viewer = hands.find(Viewer, "viewer")
    hands.wait_for(lambda: viewer.content.picture is not None, "the first picture")
    hands.wait_for(lambda: "No jobs" in hands.find(QLabel, "job_text").text(), "all files")
    viewer.setFocus()
    return viewer


def go_to(hands: Driver, viewer: Viewer, modality: str) -> None:
    """Go through the series until one of a modality is on screen."""
    for key in [Qt.Key.Key_PageUp] * (PICTURES + 1) + [Qt.Key.Key_PageDown] * (PICTURES + 1):
        picture = viewer.content.picture
        if picture is not None and picture.series.modality == modality:
            return
        hands.key(key)
        hands.settled(viewer)
    raise AssertionError(f"no {modality}")


def window_and_measure(hands: Driver, viewer: Viewer) -> None:
    before = hands.settled(viewer)
    hands.key(Qt.Key.Key_3)  # lung
    hands.wait_for(lambda: not np.array_equal(hands.picture(viewer), before), "another window")
    hands.key(Qt.Key.Key_D)
    for key, times in ((Qt.Key.Key_Return, 1), (Qt.Key.Key_Right, 3), (Qt.Key.Key_Return, 1)):
        for _ in range(times):
            hands.key(key)
    hands.wait_for(lambda: len(viewer.content.measures.items) == 1, "the length")
    hands.key(Qt.Key.Key_W)


def export(hands: Driver, target: Path) -> None:
    hands.key(Qt.Key.Key_E, CTRL)
    hands.wait_for(lambda: hands.window.findChild(QDialog, "export"), "the dialog")
    dialog = hands.find(QDialog, "export")
    dialog.activateWindow()
    hands.wait_for(dialog.isActiveWindow, "the dialog's keyboard")
    reach(hands, "export_choose")
    type_into_dialog(target)
    hands.key(Qt.Key.Key_Space)
    dialog.activateWindow()
    hands.wait_for(dialog.isActiveWindow, "the dialog's keyboard")
    reach(hands, "export_go")
    hands.key(Qt.Key.Key_Space)
    dialog_closed(hands)


def classify(hands: Driver) -> None:
    hands.key(Qt.Key.Key_A)
    hands.wait_for(lambda: hands.window.findChild(QWidget, "bar_PNEUMONIA") or text_of(hands, "refusal"), "the answer")
    hands.key(Qt.Key.Key_A)


def label_all(hands: Driver) -> None:
    hands.key(Qt.Key.Key_L)
    hands.wait_for(lambda: hands.window.findChild(QLineEdit, "label_classes"), "the dialog")
    classes = hands.find(QLineEdit, "label_classes")
    hands.wait_for(lambda: QApplication.focusWidget() is classes, "the keyboard in the line of classes")
    QTest.keyClicks(classes, "normal, pneumonia")
    hands.key(Qt.Key.Key_Return)
    take_focus_back(hands)
    hands.wait_for(lambda: text_of(hands, "label_done").startswith("0 of"), "label mode")
    total = int(text_of(hands, "label_done").split()[2])
    for done in range(1, total + 1):
        hands.key(Qt.Key.Key_2)
        hands.wait_for(lambda done=done: text_of(hands, "label_done").startswith(f"{done} of {total} "), "the answer")
    hands.key(Qt.Key.Key_Escape)


def test_a_days_work_is_done_with_the_keyboard_alone(qapp: QApplication, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "Ausgabe ö"
    target.mkdir()

    def script(hands: Driver) -> None:
        viewer = open_folder(hands, folder)
        go_to(hands, viewer, "CT")
        window_and_measure(hands, viewer)
        export(hands, target)
        hands.wait_for(lambda: list(target.glob("*.png")), "the exported picture")
        go_to(hands, viewer, "PICTURE")
        classify(hands)
        label_all(hands)
        hands.wait_for(lambda: not text_of(hands, "label_done"), "the end of label mode")

    drive(["open"], script)
