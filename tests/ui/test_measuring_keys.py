"""Measuring with the keyboard alone: a cursor on the picture, Enter for points, arrows for what is selected."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medapp.display.measuring.shapes import Kind, Shape
from medapp.display.viewport import Viewport
from medapp.ui.measuring_wishes import Drawn, Reshaped, Selected
from medapp.ui.state import Tool
from medapp.ui.widgets.viewer import Viewer
from tests.ui.test_measuring_hands import LINE, Hand, hand, show, viewer

__all__ = ["hand", "viewer"]
ENTER, SHIFT, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
KEYS = {"left": Qt.Key.Key_Left, "right": Qt.Key.Key_Right, "up": Qt.Key.Key_Up, "down": Qt.Key.Key_Down}
NONE = Qt.KeyboardModifier.NoModifier


def press(viewer: Viewer, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
    for _ in range(times):
        QTest.keyClick(viewer, key, modifiers)


def test_a_length_is_drawn_with_keys_alone(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.LENGTH, viewport=Viewport(zoom=3.0, centre=(50.0, 40.0)))
    viewer.begin_pointing()
    press(viewer, ENTER)
    press(viewer, KEYS["right"], SHIFT, 3)
    press(viewer, KEYS["down"], times=4)
    press(viewer, ENTER)
    assert hand.wishes == [Drawn(Shape(Kind.LENGTH, ((50.0, 40.0), (80.0, 44.0))))]


@pytest.mark.parametrize(
    ("viewport", "direction"),
    [
        (Viewport(zoom=3.0, centre=(50.0, 40.0), quarter_turns=1), (0, -1)),
        (Viewport(zoom=3.0, centre=(50.0, 40.0), flipped=True), (-1, 0)),
    ],
)
def test_arrows_go_where_they_point_on_the_screen(
    viewer: Viewer, hand: Hand, viewport: Viewport, direction: tuple[int, int]
) -> None:
    show(viewer, Tool.PROBE, viewport=viewport)
    viewer.begin_pointing()
    press(viewer, KEYS["right"], times=5)
    press(viewer, ENTER)
    ((x, y),) = hand.drawn().points
    np.testing.assert_allclose((x - 50, y - 40), np.array(direction) * 5, atol=1)


def test_a_step_is_a_pixel_of_the_screen_where_the_picture_is_small(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.PROBE, viewport=Viewport(zoom=0.25, centre=(50.0, 40.0)))
    viewer.begin_pointing()
    start = viewer.measuring.keys.cursor
    assert start is not None
    press(viewer, KEYS["right"], times=2)
    press(viewer, ENTER)
    assert hand.drawn().points == ((start[0] + 8, start[1]),)


def test_the_cursor_stays_on_the_image(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.PROBE)
    viewer.begin_pointing()
    press(viewer, KEYS["left"], CTRL, 9)
    press(viewer, KEYS["down"], CTRL, 9)
    press(viewer, ENTER)
    assert hand.drawn().points == ((0.0, 79.0),)


def test_an_outline_ends_with_enter_on_its_last_corner_again(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.FREEHAND, viewport=Viewport(zoom=4.0, centre=(50.0, 40.0)))
    viewer.begin_pointing()
    press(viewer, ENTER)
    press(viewer, KEYS["right"], SHIFT)
    press(viewer, ENTER)
    press(viewer, KEYS["down"], SHIFT)
    press(viewer, ENTER)
    press(viewer, ENTER)
    assert hand.drawn().points == ((50.0, 40.0), (60.0, 40.0), (60.0, 50.0))


def test_enter_brings_the_cursor_to_a_hand_that_has_used_the_mouse(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.PROBE)
    viewer.setFocus()
    hand.move((30.0, 30.0))
    press(viewer, ENTER)
    assert not hand.wishes
    press(viewer, ENTER)
    assert hand.drawn().points == ((30.0, 30.0),)


def test_the_mouse_takes_the_picture_back(viewer: Viewer, hand: Hand) -> None:
    viewer.begin_pointing()
    hand.move((30.0, 30.0))
    assert viewer.measuring.keys.cursor is not None
    hand.move((50.0, 30.0))
    assert viewer.measuring.keys.cursor is None


def test_escape_ends_step_by_step(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.LENGTH, LINE, selected="line")
    viewer.begin_pointing()
    press(viewer, ENTER)
    press(viewer, Qt.Key.Key_Escape)
    assert viewer.measuring.keys.cursor is not None
    press(viewer, Qt.Key.Key_Escape)
    assert viewer.measuring.keys.cursor is None
    press(viewer, Qt.Key.Key_Escape)
    assert hand.wishes == [Selected("")]


def test_another_tool_takes_the_cursor_away(viewer: Viewer) -> None:
    viewer.begin_pointing()
    show(viewer, Tool.WINDOW)
    assert viewer.measuring.keys.cursor is None
    viewer.begin_pointing()
    assert viewer.measuring.keys.cursor is None


def test_arrows_move_what_is_selected(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.WINDOW, LINE, viewport=Viewport(zoom=3.0), selected="line")
    viewer.setFocus()
    press(viewer, KEYS["down"], SHIFT)
    press(viewer, KEYS["left"])
    moved = [each.shape.points for each in hand.wishes if isinstance(each, Reshaped)]
    assert moved == [((20.0, 30.0), (70.0, 30.0)), ((19.0, 20.0), (69.0, 20.0))]


def test_arrows_are_left_to_the_program_where_nothing_is_selected(qtbot: QtBot, viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.LENGTH, LINE)
    viewer.setFocus()
    press(viewer, KEYS["down"])
    assert not hand.wishes


def test_the_loupe_follows_the_cursor_and_the_mouse(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.MAGNIFIER)
    before = viewer.grab().toImage()
    viewer.begin_pointing()
    assert viewer.grab().toImage() != before
    press(viewer, Qt.Key.Key_Escape)
    assert viewer.grab().toImage() == before
    hand.drag((30.0, 30.0), (40.0, 40.0))
    QApplication.sendEvent(viewer, QEvent(QEvent.Type.Leave))  # the value under the pointer is not what is looked at
    assert viewer.grab().toImage() == before
    assert not hand.wishes
