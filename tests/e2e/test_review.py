"""Review: drop a folder, see the first picture, window it with the mouse, scroll it with the wheel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QTreeWidget, QWidget

from medapp.imaging.phantom import write_ct_series
from tests.e2e.driver import Driver, drive

pytestmark = pytest.mark.e2e


@pytest.fixture
def series(tmp_path: Path) -> Path:
    write_ct_series(tmp_path / "thorax", slices=12, size=128)
    (tmp_path / "thorax" / "damaged.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"nonsense")
    return tmp_path / "thorax"


def texts_of(tree: QTreeWidget) -> str:
    """All texts of a tree, one line an item."""
    items = tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive)
    return "\n".join(item.text(0) for item in items)


def test_a_dropped_folder_is_shown_windowed_scrolled_and_turned(qapp: QApplication, series: Path) -> None:
    def script(hands: Driver) -> None:
        viewer = hands.find(QWidget, "viewer")
        hands.drop([series])
        hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 200, "the first picture")
        hands.wait_for(lambda: "12 images" in texts_of(hands.find(QTreeWidget, "study_tree")), "the whole series")
        hands.key(Qt.Key.Key_Home)  # what showed first is what was read first, not always the first of the stack
        first = hands.settled(viewer)

        hands.drag(viewer, QPoint(120, -80))
        windowed = hands.picture(viewer)
        assert np.mean(windowed != first) > 0.05, "a drag with the left button changes grey levels"

        hands.key(Qt.Key.Key_1)
        np.testing.assert_array_equal(hands.picture(viewer), first, "key 1 goes back to the file's own window")

        hands.wheel(viewer, -3)
        hands.wait_for(lambda: np.mean(hands.picture(viewer) != first) > 0.01, "another slice")
        hands.key(Qt.Key.Key_Home)
        hands.wait_for(lambda: np.array_equal(hands.picture(viewer), first), "the first slice again")

        hands.key(Qt.Key.Key_H)
        assert np.mean(hands.picture(viewer) != first) > 0.01
        hands.key(Qt.Key.Key_H)
        np.testing.assert_array_equal(hands.picture(viewer), first, "two flips are none")

    drive(["open"], script)


def test_paths_on_the_command_line_open_and_the_damaged_file_is_told(qapp: QApplication, series: Path) -> None:
    def script(hands: Driver) -> None:
        viewer, problems = hands.find(QWidget, "viewer"), hands.find(QWidget, "problems_line")
        hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 200, "the picture")
        hands.wait_for(problems.isVisible, "the line that tells of the file that cannot be shown")
        assert "1" in problems.property("text")

    drive(["open", str(series)], script)
