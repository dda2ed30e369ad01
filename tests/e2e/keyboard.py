"""Hands that have a keyboard only: they reach what they want with Tab, and type into dialogs."""

from __future__ import annotations

from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton, QWidget

from tests.e2e.driver import Driver

MOST_TABS = 80


def type_into_dialog(path: Path) -> None:
    """Type a name into the dialog for files that is about to open; its loop runs inside the click that opens it."""

    def type_name() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog) or not dialog.isActiveWindow():
            QTimer.singleShot(20, type_name)
            return
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None
        line.selectAll()
        QApplication.clipboard().setText(str(path))  # keys of a test are ASCII, a path need not be
        QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        QTimer.singleShot(50, lambda: take(dialog, line))

    def take(dialog: QFileDialog, line: QLineEdit) -> None:
        if shiboken6.isValid(dialog) and dialog.isVisible():  # it does not take a name while it is still reading
            QTest.keyClick(line, Qt.Key.Key_Return)
            QTimer.singleShot(100, lambda: take(dialog, line))

    QTimer.singleShot(20, type_name)


def take_focus_back(hands: Driver) -> None:
    """Do what a window manager does when a dialog is closed; a bare X server has none."""
    hands.window.activateWindow()
    hands.wait_for(hands.window.isActiveWindow, "the keyboard's focus")


def reach(hands: Driver, name: str) -> QWidget:
    """Press Tab until the widget with a name has the keyboard."""
    for _ in range(MOST_TABS):
        focused = QApplication.focusWidget()
        if focused is not None and focused.objectName() == name:
            return focused
        hands.key(Qt.Key.Key_Tab)
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def strike(hands: Driver, name: str, seconds: float = 60) -> None:
    """Reach a button with Tab as soon as it can be used, and press the space bar."""
    button = hands.find(QPushButton, name)
    hands.wait_for(lambda: button.isVisible() and button.isEnabled(), f"the button {name}", seconds)
    reach(hands, name)
    hands.key(Qt.Key.Key_Space)
