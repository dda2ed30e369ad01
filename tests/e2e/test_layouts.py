"""Layouts by hand: cells by the picker, series dragged into them, linked by key, lines where slices lie, maximised."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTreeWidget, QTreeWidgetItem, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.cell_grid import CellGrid
from medapp.ui.widgets.layout_picker import LayoutPicker
from medapp.ui.widgets.viewer import Viewer
from tests.e2e.driver import Driver, drive
from tests.ui.cells_made import CORONAL, Exam, write_stack

pytestmark = pytest.mark.e2e
LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
DRAG_STEP_MS = 150
NOW, THEN, OTHER = Exam(), Exam(date="20250101"), Exam("P9", name="Li^Na")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two stacks of one space that cross each other, a third of it, an earlier study, another patient."""
    made = tmp_path / "Lagen ü"
    write_stack(made / "now", NOW, "Axial", size=64)
    write_stack(made / "now", NOW, "Thin", images=15, gap_mm=2.5, number=2, size=64)
    write_stack(made / "now", NOW, "Coronal", orientation=CORONAL, images=5, number=3, size=64)
    write_stack(made / "then", THEN, "Axial", images=6, size=64)
    write_stack(made / "other", OTHER, "Axial", images=4, size=64)
    return made


@pytest.fixture
def real_drag(qapp: QApplication) -> None:
    """Skip where a drag is the system's: made-up events do not reach it."""
    if qapp.platformName() != "xcb":
        pytest.skip(f"a drag cannot be made of events on the platform {qapp.platformName()}")


class Hand:
    """A hand on the window, its cells and its list of series."""

    def __init__(self, hands: Driver) -> None:
        self.hands = hands
        self.grid, self.tree = hands.find(CellGrid, "cells"), hands.find(QTreeWidget, "study_tree")

    def open(self, path: Path, series: int) -> None:
        """Drop a folder and wait for its series."""
        self.hands.drop([path])
        self.hands.wait_for(lambda: len(self.items()) >= series, "the series")
        self.hands.wait_for(lambda: self.told(0), "the first picture")
        idle = self.hands.find(QLabel, "job_text")
        self.hands.wait_for(lambda: idle.text() == tr("ui.no_jobs"), "all files")

    def items(self) -> list[QTreeWidgetItem]:
        found = self.tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive)
        return [item for item in found if item.data(0, Qt.ItemDataRole.UserRole)]

    def item(self, title: str, number: int = 0) -> QTreeWidgetItem:
        return [item for item in self.items() if title in item.text(0)][number]

    @property
    def viewers(self) -> list[Viewer]:
        return [viewer for viewer in self.grid.viewers if viewer.isVisible()]

    @property
    def lines(self) -> tuple[int, int]:
        """How many rows and columns of cells there are on the screen."""
        places = [viewer.geometry() for viewer in self.viewers]
        return len({place.top() for place in places}), len({place.left() for place in places})

    def told(self, cell: int) -> tuple[str, int] | None:
        """Return which series a cell shows, and which image of it, from 1."""
        content = self.viewers[cell].content
        if content.picture is None or content.loading:
            return None
        return content.picture.series.description, content.picture.place.index + 1

    def wait_for(self, *cells: tuple[str, int] | None) -> None:
        """Wait until the cells show these images."""

        def shown() -> list[tuple[str, int] | None]:
            return [self.told(n) for n in range(len(self.viewers))]

        try:
            self.hands.wait_for(lambda: shown() == list(cells), "the cells", seconds=20)
        except AssertionError:
            assert shown() == list(cells)

    def lay_out(self, right: int, down: int) -> None:
        """Choose a layout by keys alone."""
        self.hands.key(Qt.Key.Key_G)
        picker = self.hands.find(LayoutPicker, "layout_picker")
        self.hands.wait_for(picker.isVisible, "the picker")
        for key, times in ((Qt.Key.Key_Right, right), (Qt.Key.Key_Down, down)):
            for _ in range(times):
                QTest.keyClick(picker, key)
        QTest.keyClick(picker, Qt.Key.Key_Return)
        self.hands.wait_for(lambda: len(self.viewers) == (right + 1) * (down + 1), "the cells")

    def drag(self, item: QTreeWidgetItem, cell: int) -> None:
        """Drag a series from the list into a cell, with the button held all the way."""
        view, window = self.tree.viewport(), self.hands.window.windowHandle()
        start, target = self.tree.visualItemRect(item).center(), self.viewers[cell]
        end = target.mapTo(self.hands.window, target.rect().center())
        steps: list[Callable[[], None]] = [
            *(partial(QTest.mouseMove, window, end - QPoint(away, away // 2)) for away in (60, 30, 10, 0)),
            partial(QTest.mouseRelease, window, LEFT, NONE, end),
        ]
        QTest.mousePress(window, LEFT, NONE, view.mapTo(self.hands.window, start))
        for number, step in enumerate(steps, start=1):
            QTimer.singleShot(DRAG_STEP_MS * number, self.hands.window, step)  # a drag has an event loop of its own
        for step_px in (4, 24):
            at = start + QPoint(step_px, 0)
            event = QMouseEvent(
                QEvent.Type.MouseMove, QPointF(at), QPointF(view.mapToGlobal(at)), Qt.MouseButton.NoButton, LEFT, NONE
            )
            QApplication.sendEvent(view, event)


@pytest.mark.usefixtures("real_drag")
def test_series_are_dragged_into_cells_scrolled_together_and_one_fills_the_window(
    qapp: QApplication, folder: Path
) -> None:
    def script(hands: Driver) -> None:
        hand = Hand(hands)
        hand.open(folder / "now", 3)
        hands.click(hand.viewers[0])
        hands.key(Qt.Key.Key_Home)
        hand.lay_out(right=1, down=1)
        hands.wait_for(lambda: all(hand.told(n) for n in range(3)), "what follows in the study")
        assert hand.told(3) is None
        assert "Empty cell" in hand.viewers[3].content.message
        hand.drag(hand.item("Coronal"), 0)
        hand.drag(hand.item("Thin"), 1)
        hand.drag(hand.item("Axial"), 3)
        hand.wait_for(("Coronal", 1), ("Thin", 1), (hand.told(2) or ("", 0)), ("Axial", 1))

        hands.key(Qt.Key.Key_J)
        hands.wheel(hand.viewers[3], -2)
        hands.wait_for(lambda: hand.told(3) == ("Axial", 3) and hand.told(1) == ("Thin", 5), "the linked cells")
        assert hand.told(0) == ("Coronal", 1), "a stack that crosses the others is not scrolled"
        line = hand.viewers[0].content.cross_line
        assert line is not None
        assert line.start[1] == pytest.approx((100 - 10) * 63 / 200), "the row of the coronal image at 10 mm"
        assert has_line(hands, hand.viewers[0], line.start[1])

        hands.key(Qt.Key.Key_Tab)
        assert hand.viewers[0].hasFocus()
        hands.key(Qt.Key.Key_Down)
        hands.wait_for(lambda: hand.told(0) == ("Coronal", 2), "the image of the cell that was tabbed to")
        QTest.mouseDClick(hand.viewers[1], LEFT)
        hands.wait_for(lambda: len(hand.viewers) == 1, "one cell alone")
        assert hand.told(0) == ("Thin", 5)
        assert not hands.find(QWidget, "tool_bar").isVisible()
        hands.key(Qt.Key.Key_F11)
        hands.wait_for(lambda: len(hand.viewers) == 4, "all cells again")

    drive(["open"], script)


def has_line(hands: Driver, viewer: Viewer, row: float) -> bool:
    """Tell whether there is a blue line where a row of the source is on the screen."""
    content = viewer.content
    assert content.picture is not None
    shape = content.picture.shown.shape
    scale = min(viewer.width() / shape[1], viewer.height() / shape[0])
    y = round(viewer.height() / 2 + (row - (shape[0] - 1) / 2) * scale)
    x = viewer.width() // 2
    around = hands.pixels(viewer)[y - 2 : y + 3, x - 20 : x + 20].astype(int)
    blue = (around[..., 2] > 180) & (around[..., 0] < 140)
    return bool(blue.any(axis=0).mean() > 0.9)


@pytest.mark.usefixtures("real_drag")
def test_the_earlier_study_comes_beside_by_a_key_and_other_patients_turn_the_band_amber(
    qapp: QApplication, folder: Path
) -> None:
    def script(hands: Driver) -> None:
        hand = Hand(hands)
        hand.open(folder, 5)
        hands.wait_for(lambda: len(hand.viewers) == 2, "the rule for CT with an earlier one")
        hand.wait_for(("Thin", 1), ("Axial", 1))
        hands.wheel(hand.viewers[0], -4)
        hand.wait_for(("Thin", 5), ("Axial", 3))
        assert hand.viewers[1].content.badges == ("linked by offset",)
        band = hands.find(QWidget, "identity")
        assert band.property("state") != "attention"
        hands.key(Qt.Key.Key_Space)
        assert not np.any(corner(hands, hand.viewers[1]) > 150), "one patient: the texts are hidden"
        hands.key(Qt.Key.Key_Space)

        for key in [Qt.Key.Key_PageUp] * 2 + [Qt.Key.Key_PageDown] * 2:
            if "P9" not in told_by(band):
                hands.key(key, CTRL)
        hands.wait_for(lambda: hand.told(0) == ("Axial", 1), "the other patient's study")
        hands.settled(hand.viewers[1])
        hand.drag(hand.item("Coronal"), 1)
        hands.wait_for(lambda: band.property("state") == "attention", "the amber band")
        hands.key(Qt.Key.Key_Space)
        assert all(np.any(corner(hands, viewer) > 150) for viewer in hand.viewers), "the identity stays"

    drive(["open"], script)


def corner(hands: Driver, viewer: Viewer) -> np.ndarray:
    """Return the pixels where the identity stands in a cell."""
    area = QRect(0, 0, 120, 40)
    return hands.pixels(viewer)[area.top() : area.bottom(), area.left() : area.right()]


def told_by(band: QWidget) -> str:
    return str(band.property("text"))


def test_each_layout_is_chosen_by_the_mouse(qapp: QApplication, folder: Path) -> None:
    def script(hands: Driver) -> None:
        hand = Hand(hands)
        hand.open(folder / "now", 3)
        hands.window.resize(1500, 800)
        for rows, columns in ((1, 2), (2, 1), (2, 3), (3, 3), (1, 1)):
            hands.click(hands.tool_button("layout_picker"))
            picker = next(p for p in hands.window.findChildren(LayoutPicker) if p.isVisible())
            QTest.mouseMove(picker, picker.square(0, 0).center())
            QTest.mouseClick(picker, LEFT, NONE, picker.square(rows - 1, columns - 1).center())
            hands.wait_for(lambda wanted=(rows, columns): hand.lines == wanted, "the cells")
            sizes = {viewer.size().width() for viewer in hand.viewers}
            assert max(sizes) - min(sizes) <= 1

    drive(["open"], script)
