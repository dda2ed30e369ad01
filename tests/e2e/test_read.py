"""Read: the model that comes with the program answers on a radiograph, says where it looked, and refuses the rest."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTreeWidget, QWidget

from medapp.imaging.phantom import write_ct_series
from tests.e2e.driver import Driver, drive

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
