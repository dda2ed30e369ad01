"""A walk through what lies over the images: measurements, cells, and every dialog of the reading room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget

from medapp.i18n import tr
from tests.e2e.driver import Driver

DIALOGS = (
    "measure_list",
    "header",
    "histogram",
    "export",
    "hanging_rules",
    "settings",
    "shortcuts",
    "key_sheet",
    "guide",
    "measure_screen",
)
"""Commands that open a window beside the image."""
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def dialog_screens(hands: Driver, _: Path) -> Iterator[str]:
    """What is drawn, several cells, the palette and all dialogs, over the images that are open."""
    viewer = hands.find(QWidget, "viewer")
    viewer.setFocus()
    _command(hands, "tool_length")
    _draw(viewer, (0.42, 0.55), (0.58, 0.6))
    _command(hands, "tool_ellipse")
    _draw(viewer, (0.44, 0.3), (0.52, 0.42))
    _command(hands, "tool_window")
    _move(viewer, (0.9, 0.5))
    hands.settled(viewer)
    yield "measured"
    _command(hands, "layout_2x2")
    hands.settled(viewer)
    yield "cells"
    _command(hands, "layout_picker")
    yield "layout-picker"
    hands.key(Qt.Key.Key_Escape)
    _command(hands, "layout_1x1")
    hands.settled(viewer)
    _command(hands, "palette")
    yield "palette"
    hands.key(Qt.Key.Key_Escape)
    for name in DIALOGS:
        _command(hands, name)
        hands.wait_for(lambda: windows_beside(hands), name)
        QTest.qWait(700)
        yield f"dialog-{name.replace('_', '-')}"
        for window in windows_beside(hands):
            window.close()
        hands.window.activateWindow()
        hands.wait_for(hands.window.isActiveWindow, "the window in front")
    _command(hands, "test_pattern")
    hands.wait_for(lambda: "Test pattern" in hands.find(QLabel, "identity").text(), "the test pattern")
    hands.wait_for(lambda: hands.find(QLabel, "job_text").text() == tr("ui.no_jobs"), "all thumbnails")
    hands.settled(viewer)
    yield "test-pattern"


def windows_beside(hands: Driver) -> list[QWidget]:
    """Return the windows that lie beside the main one, with a frame of their own."""
    every = (w for w in QApplication.topLevelWidgets() if w.isVisible() and w.windowTitle())
    return [w for w in every if w is not hands.window and not isinstance(w, QMainWindow)]


def _command(hands: Driver, name: str) -> None:
    """Do what a menu's entry does."""
    action = next(action for action in hands.window.actions() if action.objectName() == name)
    assert action.isEnabled(), f"{name} cannot be done now"
    action.trigger()
    QTest.qWait(100)


def _draw(viewer: QWidget, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag between two places, as shares of the viewer's width and height."""
    for kind, place, button, held in (
        (QEvent.Type.MouseMove, start, NONE, NONE),
        (QEvent.Type.MouseButtonPress, start, LEFT, LEFT),
        (QEvent.Type.MouseMove, end, NONE, LEFT),
        (QEvent.Type.MouseButtonRelease, end, LEFT, NONE),
    ):
        _send(viewer, kind, place, button, held)
    QTest.qWait(50)


def _move(viewer: QWidget, place: tuple[float, float]) -> None:
    _send(viewer, QEvent.Type.MouseMove, place, NONE, NONE)
    QApplication.sendEvent(viewer, QEvent(QEvent.Type.Leave))


def _send(
    viewer: QWidget, kind: QEvent.Type, place: tuple[float, float], button: Qt.MouseButton, held: Qt.MouseButton
) -> None:
    at = QPointF(place[0] * viewer.width(), place[1] * viewer.height())
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewer, QMouseEvent(kind, at, viewer.mapToGlobal(at), button, held, none))
