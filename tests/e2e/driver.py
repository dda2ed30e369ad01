"""Hands and eyes for the real window: starts `main()`, drops, drags, types, waits, and looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QToolButton, QWidget

from medapp.__main__ import main

W = TypeVar("W", bound=QWidget)
PATIENCE_SECONDS = 60


class Driver:
    """Drives one window as a person would: by events alone. It reads what is on screen, and sets nothing."""

    def __init__(self, window: QMainWindow) -> None:
        self.window = window
        self.longest_gap = 0.0
        self._last_beat = time.perf_counter()
        self._beat = QTimer(window, interval=2)
        self._beat.timeout.connect(self._feel)
        self._beat.start()

    def _feel(self) -> None:
        now = time.perf_counter()
        self.longest_gap = max(self.longest_gap, now - self._last_beat)
        self._last_beat = now

    def find(self, kind: type[W], name: str) -> W:
        """Return the widget with an object name."""
        found = self.window.findChild(kind, name)
        assert found is not None, f"there is no {kind.__name__} named {name}"
        return found

    def tool_button(self, action: str) -> QToolButton:
        """Return the toolbar button of an action."""
        buttons = (b for b in self.window.findChildren(QToolButton) if b.defaultAction() is not None)
        return next(b for b in buttons if b.defaultAction().objectName() == action and b.isVisible())

    def wait_for(self, claim: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Let the window live until `claim` holds."""
        end = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
            QTest.qWait(10)

    def drop(self, paths: Sequence[Path], on: QWidget | None = None) -> None:
        """Drop files from the desktop on the window."""
        target = on or self.window
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        middle, left = target.rect().center(), Qt.MouseButton.LeftButton
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(middle, copy, mime, left, none)
        QApplication.sendEvent(target, enter)
        assert enter.isAccepted(), "the window does not take the files"
        QApplication.sendEvent(target, QDropEvent(QPointF(middle), copy, mime, left, none))

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press and release a key, where the keyboard's focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        QTest.qWait(30)

    def click(self, widget: QWidget) -> None:
        """Click in the middle of a widget that can be seen and used."""
        assert widget.isVisible(), f"{widget.objectName()} cannot be seen"
        assert widget.isEnabled(), f"{widget.objectName()} cannot be used"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QTest.qWait(30)

    def drag(self, widget: QWidget, by: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Press in the middle of a widget, move in steps, release."""
        start = widget.rect().center()
        self._mouse(QEvent.Type.MouseButtonPress, widget, start, button, button)
        for step in range(1, 6):
            self._mouse(QEvent.Type.MouseMove, widget, start + by * step / 5, Qt.MouseButton.NoButton, button)
            QTest.qWait(5)
        self._mouse(QEvent.Type.MouseButtonRelease, widget, start + by, button, Qt.MouseButton.NoButton)
        QTest.qWait(30)

    @staticmethod
    def _mouse(kind: QEvent.Type, widget: QWidget, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        everywhere = widget.mapToGlobal(at)
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), QPointF(everywhere), button, held, none))

    def wheel(self, widget: QWidget, notches: int) -> None:
        """Turn the wheel over a widget; negative is towards the hand (the next image)."""
        middle = widget.rect().center()
        none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        angle = QPoint(0, 120 * notches)
        event = QWheelEvent(QPointF(middle), QPointF(widget.mapToGlobal(middle)), QPoint(), angle, *none, False)
        QApplication.sendEvent(widget, event)
        QTest.qWait(30)

    def pixels(self, widget: QWidget) -> NDArray[np.uint8]:
        """Return what a widget shows, shape (height, width, 3)."""
        image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()

    def picture(self, widget: QWidget) -> NDArray[np.uint8]:
        """Return the middle of what a viewer shows: the image without corner texts, letters and the chip."""
        shown = self.pixels(widget)
        rows, columns = shown.shape[0] // 4, shown.shape[1] // 4
        return shown[rows:-rows, columns:-columns]

    def settled(self, widget: QWidget) -> NDArray[np.uint8]:
        """Return the picture once it has not changed for a while."""
        last, unchanged = self.picture(widget), 0
        while unchanged < 10:
            QTest.qWait(25)
            now = self.picture(widget)
            unchanged = unchanged + 1 if np.array_equal(now, last) else 0
            last = now
        return last


def drive(arguments: Sequence[str], script: Callable[[Driver], None]) -> Driver:
    """Run `main(arguments)`, let `script` act once the window is up, close it, and raise what the script raised."""
    failures: list[BaseException] = []
    drivers: list[Driver] = []

    def begin() -> None:
        window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow) and w.isVisible()), None)
        if window is None:
            QTimer.singleShot(10, begin)
            return
        try:
            window.activateWindow()
            driver = Driver(window)
            drivers.append(driver)
            driver.wait_for(window.isActiveWindow, "the keyboard's focus")
            script(driver)
        except BaseException as error:  # noqa: BLE001 - raised again outside the event loop
            failures.append(error)
        finally:
            window.close()

    QTimer.singleShot(0, begin)
    status = main(list(arguments))
    if failures:
        raise failures[0]
    assert status == 0
    return drivers[0]
