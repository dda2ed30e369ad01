"""Read: the model that comes with the program answers on a radiograph, says where it looked, and refuses the rest."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QTreeWidget, QWidget

from medapp.i18n import tr
from medapp.imaging.phantom import write_ct_series
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import text_of

pytestmark = [pytest.mark.e2e, pytest.mark.data]
BAR = "bar_PNEUMONIA"


def bar_is_shown(hands: Driver) -> bool:
    bar = hands.window.findChild(QWidget, BAR)
    return bar is not None and bar.isVisible()


@pytest.fixture
def radiograph(shared_data: Path) -> Path:
    folder = shared_data / "images" / "kermany_cxr_224" / "train" / "PNEUMONIA"
    return next(path for path in sorted(folder.iterdir()) if path.name.startswith("person1000_"))


def opened(hands: Driver, path: Path) -> QWidget:
    """Drop a file and return the viewer once its picture is there."""
    viewer = hands.find(QWidget, "viewer")
    hands.drop([path])
    hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 120, "the picture")
    return viewer


def test_key_a_shows_bars_and_shift_a_the_heat_map(qapp: QApplication, radiograph: Path) -> None:
    def script(hands: Driver) -> None:
        viewer = opened(hands, radiograph)
        assert not bar_is_shown(hands), "the answer is shown when it is asked for"
        hands.key(Qt.Key.Key_A)
        hands.wait_for(lambda: bar_is_shown(hands), "the bars of the answer")
        with_map = hands.settled(viewer)
        hands.key(Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        without = hands.settled(viewer)
        assert is_grey(without), "a radiograph without the heat map is grey"
        assert not is_grey(with_map), "the heat map has colours"

    drive(["open"], script)


def test_an_answer_never_stands_beside_another_picture(qapp: QApplication, radiograph: Path, tmp_path: Path) -> None:
    write_ct_series(tmp_path / "ct", slices=3, size=64)

    def script(hands: Driver) -> None:
        opened(hands, radiograph)
        hands.key(Qt.Key.Key_A)
        hands.wait_for(lambda: bar_is_shown(hands), "the bars of the answer")
        hands.drop([tmp_path / "ct"])
        tree = hands.find(QTreeWidget, "study_tree")
        hands.wait_for(lambda: tree.topLevelItemCount() == 2, "the second patient")
        hands.key(Qt.Key.Key_PageDown)
        hands.wait_for(lambda: not bar_is_shown(hands), "the answer to vanish with its picture")

    drive(["open"], script)


def test_an_engine_killed_while_it_answers_answers_all_the_same(
    qapp: QApplication, radiograph: Path, engine_pids: Callable[[], list[int]]
) -> None:
    def script(hands: Driver) -> None:
        opened(hands, radiograph)
        hands.key(Qt.Key.Key_A)
        hands.wait_for(engine_pids, "the engine's process")
        os.kill(engine_pids()[0], signal.SIGKILL)
        hands.wait_for(lambda: bar_is_shown(hands), "the answer of the next engine")

    drive(["open"], script)


def test_what_is_done_to_the_picture_changes_nothing_in_the_answer(qapp: QApplication, radiograph: Path) -> None:
    def script(hands: Driver) -> None:
        viewer = opened(hands, radiograph)
        hands.key(Qt.Key.Key_A)
        hands.wait_for(lambda: bar_is_shown(hands), "the bars of the answer")
        before = hands.window.findChild(QWidget, BAR)
        assert before is not None
        told = before.accessibleName()
        for key in (Qt.Key.Key_I, Qt.Key.Key_R, Qt.Key.Key_H, Qt.Key.Key_Plus):
            hands.key(key)
            hands.settled(viewer)
        after = hands.window.findChild(QWidget, BAR)
        assert after is not None
        assert after.accessibleName() == told

    drive(["open"], script)


def test_an_inverted_radiograph_is_unlike_the_training_data_and_the_panel_says_why(
    qapp: QApplication, radiograph: Path, tmp_path: Path
) -> None:
    picture = cv2.imread(str(radiograph), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    (tmp_path / "inverted.png").write_bytes(cv2.imencode(".png", 255 - picture)[1].tobytes())

    def script(hands: Driver) -> None:
        viewer = opened(hands, tmp_path / "inverted.png")
        hands.key(Qt.Key.Key_A)
        hands.wait_for(lambda: text_of(hands, "refusal"), "the refusal")
        assert tr("refused.ood.features") in text_of(hands, "refusal")
        assert tr("clue.inverted") in text_of(hands, "refusal")
        assert not bar_is_shown(hands), "a refusal has no bars"
        assert is_grey(hands.settled(viewer)), "a refusal has no heat map"

    drive(["open"], script)


def test_an_answer_is_explained_on_request_with_the_test_of_the_explanation(
    qapp: QApplication, radiograph: Path
) -> None:
    def script(hands: Driver) -> None:
        viewer = opened(hands, radiograph)
        hands.key(Qt.Key.Key_A)
        hands.wait_for(lambda: bar_is_shown(hands), "the bars of the answer")
        before = hands.settled(viewer)
        hands.find(QAction, "explain_integrated-gradients").trigger()
        hands.wait_for(lambda: "of 100" in text_of(hands, "explanation_told"), "the explanation", 120)
        assert bool((hands.settled(viewer) != before).any()), "its map is shown"

    drive(["open"], script)


@pytest.fixture
def engine_pids() -> Callable[[], list[int]]:
    """Finds the engine processes that this process has started."""
    if not Path("/proc/self/stat").is_file():
        pytest.skip("processes are found through /proc, which this system does not have")

    def find() -> list[int]:
        return [int(p.parent.name) for p in Path("/proc").glob("[0-9]*/stat") if is_our_engine(p.parent)]

    return find


def is_our_engine(process: Path) -> bool:
    """Tell whether a process is an engine that this one has started; one that ends meanwhile is not."""
    try:
        parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        return parent == os.getpid() and b"_engine" in (process / "cmdline").read_bytes()
    except (OSError, ValueError):
        return False


def is_grey(picture: np.ndarray) -> bool:  # type: ignore[type-arg]
    """Tell whether red, green and blue are equal everywhere."""
    return bool((picture.max(axis=2) == picture.min(axis=2)).all())
