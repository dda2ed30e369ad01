"""Header, histogram, key images, sizes and files out, with the real window, real keys and the real mouse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QWidget,
)

from medapp.imaging.phantom import write_ct_series
from medapp.imaging.test_pattern import SIZE, pattern
from tests.e2e.driver import Driver, drive

pytestmark = pytest.mark.e2e
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def open_stack(hands: Driver, folder: Path) -> QWidget:
    """Drop a stack, and wait until all of it is there."""
    write_ct_series(folder, slices=6, size=64)
    hands.drop([folder])
    viewer = hands.find(QWidget, "viewer")
    hands.wait_for(lambda: hands.picture(viewer).max() > 200, "the stack")
    hands.wait_for(lambda: hands.find(QLabel, "job_text").text() == "No jobs running", "all of it")
    return viewer


def back_to(hands: Driver, viewer: QWidget) -> None:
    """Bring the keyboard back to the image, as a click on it does."""
    hands.window.activateWindow()
    viewer.setFocus()
    hands.wait_for(hands.window.isActiveWindow, "the window in front")


def test_key_images_are_marked_listed_and_exported_by_keys(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "Bilder ü"))

    def script(hands: Driver) -> None:
        viewer = open_stack(hands, tmp_path / "ct")
        tree = hands.find(QTreeWidget, "study_tree")
        for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            hands.key(key)
            hands.settled(viewer)
            hands.key(Qt.Key.Key_K)
        series = tree.topLevelItem(0).child(0).child(0)
        assert [series.child(n).text(0) for n in range(series.childCount())] == ["★ Image 1", "★ Image 6"]
        before = hands.settled(viewer)
        hands.key(Qt.Key.Key_PageUp, SHIFT)
        hands.wait_for(lambda: not np.array_equal(hands.picture(viewer), before), "the key image before")
        hands.key(Qt.Key.Key_E, CTRL)
        hands.wait_for(lambda: hands.window.findChild(QComboBox, "export_scope"), "the dialog")
        for name, value in (("export_scope", "key_images"), ("export_content", "modality")):
            box = hands.find(QComboBox, name)
            box.setCurrentIndex(box.findData(value))
        hands.click(hands.find(QCheckBox, "export_key_object"))
        hands.click(hands.find(QPushButton, "export_choose"))
        hands.click(hands.find(QPushButton, "export_go"))
        hands.wait_for((tmp_path / "Bilder ü" / "key-images").is_dir, "the folder")

    drive(["open"], script)
    files = sorted(path.name for path in (tmp_path / "Bilder ü" / "key-images").iterdir())
    assert files == ["ct-0001.json", "ct-0001.png", "ct-0006.json", "ct-0006.png", "key-object.dcm"]
    folder = tmp_path / "Bilder ü" / "key-images"
    told = json.loads((folder / "ct-0001.json").read_text(encoding="utf-8"))
    with Image.open(folder / "ct-0001.png") as picture:
        values = (np.asarray(picture).astype(float) - told["offset"]) * told["slope"] + told["intercept"]
    assert (round(values.min()), told["unit"]) == (-1024, "HU")


def test_header_histogram_sizes_and_clipboard_answer_to_their_keys(qapp: QApplication, tmp_path: Path) -> None:
    def script(hands: Driver) -> None:
        viewer = open_stack(hands, tmp_path / "ct")
        hands.key(Qt.Key.Key_H, CTRL)
        hands.wait_for(lambda: hands.window.findChild(QLineEdit, "header_search"), "the header")
        search, count = hands.find(QLineEdit, "header_search"), hands.find(QLabel, "header_count")
        hands.wait_for(lambda: not hands.find(QLabel, "header_told").isVisible(), "its rows")
        QTest.keyClicks(search, "slice thickness")
        QTest.keyClick(search, Qt.Key.Key_Return)
        hands.wait_for(lambda: count.text() == "1 of 1", "what was searched")
        hands.click(hands.find(QPushButton, "header_close"))
        back_to(hands, viewer)

        hands.key(Qt.Key.Key_G, CTRL)
        hands.wait_for(lambda: hands.window.findChild(QWidget, "histogram_plot"), "the histogram")
        plot, figures = hands.find(QWidget, "histogram_plot"), hands.find(QLabel, "histogram_figures")
        hands.wait_for(lambda: figures.text().startswith("4,096 pixels"), "its counts")
        before = hands.settled(viewer)
        hands.drag(plot, QPoint(-60, 0))
        hands.wait_for(lambda: not np.array_equal(hands.picture(viewer), before), "another window")
        hands.find(QWidget, "histogram").close()
        back_to(hands, viewer)

        hands.key(Qt.Key.Key_0, CTRL)
        small = hands.settled(viewer)
        assert (small.max(axis=2) > 0).sum() <= 64 * 64
        hands.key(Qt.Key.Key_Equal)
        hands.settled(viewer)
        hands.key(Qt.Key.Key_C, CTRL)
        hands.wait_for(lambda: not QGuiApplication.clipboard().image().isNull(), "the copy")
        copy = QGuiApplication.clipboard().image()
        assert (copy.width(), copy.height()) == (viewer.width(), viewer.height())

    QGuiApplication.clipboard().clear()
    drive(["open"], script)


def test_the_test_pattern_lies_pixel_by_pixel_on_the_screen_and_true_size_is_measured_first(
    qapp: QApplication, tmp_path: Path
) -> None:
    def script(hands: Driver) -> None:
        viewer = open_stack(hands, tmp_path / "ct")
        hands.key(Qt.Key.Key_9, CTRL)
        hands.wait_for(lambda: hands.window.findChild(QDoubleSpinBox, "ruler_field"), "the ruler")
        hands.find(QDoubleSpinBox, "ruler_field").setValue(1.2)
        hands.click(hands.find(QPushButton, "ruler_save"))
        back_to(hands, viewer)
        shown = hands.settled(viewer).max(axis=2) > 40
        body_mm = 2 * 0.42 * 360  # the phantom's body, and its whole picture
        assert abs(int(shown.any(axis=0).sum()) / 1.2 - body_mm) < 12

        action = hands.window.findChild(QAction, "test_pattern")
        assert action is not None
        action.trigger()
        hands.wait_for(lambda: "Test pattern" in hands.find(QLabel, "identity").text(), "the pattern")
        back_to(hands, viewer)
        hands.key(Qt.Key.Key_Space)  # texts away
        hands.key(Qt.Key.Key_0, CTRL)
        hands.settled(viewer)
        seen = hands.pixels(viewer)[200:-200, 300:-300, 0]
        assert any(np.array_equal(seen, part) for part in parts_like(seen))

    drive(["open"], script)


def parts_like(seen: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The parts of the pattern as large as what is seen, around its middle: the viewer's may have any parity."""
    rows, columns = seen.shape
    tops = [(SIZE - rows) // 2 + n for n in (-1, 0, 1)]
    lefts = [(SIZE - columns) // 2 + n for n in (-1, 0, 1)]
    return [pattern()[top : top + rows, left : left + columns] for top in tops for left in lefts]
