"""The line in which a text on the picture is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from medapp.display.measuring.shapes import TEXT_MOST
from medapp.i18n import tr

WIDTH_PX = 260


class TextEntry(QLineEdit):
    """Opens over the picture; Return keeps the text, Escape and another place of the keyboard do not."""

    written = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = parent
        self.setObjectName("measure_text")
        self.setAccessibleName(tr("measure.text_name"))
        self.setPlaceholderText(tr("measure.text_hint"))
        self.setMaxLength(TEXT_MOST)
        self.hide()

    def ask(self, at: QPoint, text: str) -> None:
        """Open at a place of the picture, with the text as it is."""
        area = self._picture.rect()
        width = min(WIDTH_PX, area.width())
        height = self.sizeHint().height()
        x = min(max(at.x(), 0), max(0, area.width() - width))
        self.setGeometry(x, min(max(at.y() - height // 2, 0), max(0, area.height() - height)), width, height)
        self.setText(text)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Keep all keys that are written with for this line: they are shortcuts elsewhere."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the text, or leave."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            text = self.text().strip()
            self._close()
            if text:
                self.written.emit(text)
        elif event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave where the keyboard goes elsewhere, but for the line's own menu."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.hide()

    def _close(self) -> None:
        self.hide()
        self._picture.setFocus(Qt.FocusReason.OtherFocusReason)
