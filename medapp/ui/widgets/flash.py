"""A word that stands over the image for a moment and needs no answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

SHOWN_MS = 4000
ABOVE_PX = 40


class Flash(QLabel):
    """Shows a text over a widget, and is gone by itself."""

    def __init__(self, text: str, over: QWidget) -> None:
        super().__init__(text, over)
        self.setObjectName("flash")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName(text)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.adjustSize()
        self.move(max(0, (over.width() - self.width()) // 2), ABOVE_PX)
        QTimer.singleShot(SHOWN_MS, self, self.deleteLater)
        self.show()
