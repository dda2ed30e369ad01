"""Watches the window's thread: which event kept it busy, and for how long."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject
from PySide6.QtWidgets import QApplication

SMOOTH_SECONDS = 0.010
"""What one event may take without anybody noticing."""


@dataclass(frozen=True)
class Busy:
    """The processor time that the window's thread spent on one event: noise of other processes is not in it."""

    seconds: float
    receiver: str
    event: str

    def __str__(self) -> str:
        return f"{self.seconds * 1000:.0f} ms: {self.event} of {self.receiver}"


class Watchdog(QObject):
    """Measures every event of the application, from its begin to the next one's, or to where the loop waits."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self.slow: list[Busy] = []
        self._now: tuple[str, str] | None = None
        self._since = 0.0
        application.installEventFilter(self)
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self._rest)
        self._dispatcher.awake.connect(self._rest)

    def end(self, application: QApplication) -> None:
        """Stop watching."""
        self._rest()
        application.removeEventFilter(self)
        self._dispatcher.aboutToBlock.disconnect(self._rest)
        self._dispatcher.awake.disconnect(self._rest)

    def eventFilter(self, receiver: QObject, event: QEvent) -> bool:
        """Note what begins, and how long took what was before it."""
        self._rest()
        self._now = f"{type(receiver).__name__} {receiver.objectName()}".strip(), event.type().name
        self._since = time.thread_time()
        return False

    def _rest(self) -> None:
        if self._now is not None:
            seconds = time.thread_time() - self._since
            if seconds > SMOOTH_SECONDS:
                self.slow.append(Busy(seconds, *self._now))
        self._now = None

    def worst(self) -> list[str]:
        """Return what took longest, a line an event."""
        return [str(busy) for busy in sorted(self.slow, key=lambda b: -b.seconds)]
