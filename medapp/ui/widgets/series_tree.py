"""The tree of the study browser: its series can be dragged into cells."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QWidget
from shiboken6 import isValid

SERIES_MIME = "application/x-medapp-series"
"""What is dragged: the key of a series, in UTF-8. It means nothing outside the program."""


class SeriesTree(QTreeWidget):
    """A tree whose rows have the key of a series in `key_role`, or nothing."""

    menu_requested = Signal(str, QPoint)

    def __init__(self, key_role: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_role = key_role
        self._pressed: QTreeWidgetItem | None = None
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def mimeTypes(self) -> list[str]:
        """Return what is dragged."""
        return [SERIES_MIME]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note which row a drag would begin at: what is selected may change while the button is held."""
        self._pressed = self.itemAt(event.position().toPoint())
        super().mousePressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the row that was pressed."""
        if self._pressed is not None and isValid(self._pressed):
            self.setCurrentItem(self._pressed)
        super().startDrag(actions)

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        """Return the series of the row that is dragged."""
        mime = QMimeData()
        keys = [key for item in items if (key := item.data(0, self._key_role))]
        if keys:
            mime.setData(SERIES_MIME, str(keys[0]).encode())
        return mime

    def supportedDropActions(self) -> Qt.DropAction:
        """Return that a series is shown, never moved."""
        return Qt.DropAction.CopyAction

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a series, by mouse or keyboard."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(self.viewport().mapFromGlobal(event.globalPos()))
        key = item.data(0, self._key_role) if item is not None else None
        if item is not None and key:
            below = self.viewport().mapToGlobal(self.visualItemRect(item).center())
            self.menu_requested.emit(str(key), below if by_key else event.globalPos())
