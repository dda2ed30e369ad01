"""A popup of squares: how many rows and columns of cells there are to be, by the mouse or by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.ui import theme

MOST = 3
SQUARE_PX, GAP_PX, MARGIN_PX, TEXT_PX = 34, 4, 12, 28
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class LayoutPicker(QWidget):
    """Renders a choice of rows and columns; emits it when it is clicked, or taken with Enter."""

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("layout_picker")
        self.setAccessibleName(tr("cells.picker"))
        self.setMouseTracking(True)
        self._rows, self._columns = 1, 1
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return the room that the squares and their text take."""
        side = MOST * SQUARE_PX + (MOST - 1) * GAP_PX + 2 * MARGIN_PX
        return QSize(side, side + TEXT_PX - MARGIN_PX // 2)

    def open_at(self, point: QPoint, rows: int, columns: int) -> None:
        """Show the squares below a point of the screen, with the layout that there is."""
        self._choose(rows, columns)
        self.move(point)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def square(self, row: int, column: int) -> QRect:
        """Return where the square in a row and a column (from 0) is."""
        step = SQUARE_PX + GAP_PX
        return QRect(MARGIN_PX + column * step, MARGIN_PX + row * step, SQUARE_PX, SQUARE_PX)

    def _choose(self, rows: int, columns: int) -> None:
        self._rows, self._columns = min(max(rows, 1), MOST), min(max(columns, 1), MOST)
        self.setAccessibleDescription(self._text())
        self.update()

    def _text(self) -> str:
        return tr("cells.picked", rows=self._rows, columns=self._columns)

    def _at(self, event: QMouseEvent) -> tuple[int, int]:
        step = SQUARE_PX + GAP_PX
        at = event.position().toPoint()
        return (at.y() - MARGIN_PX) // step + 1, (at.x() - MARGIN_PX) // step + 1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark what would be chosen."""
        self._choose(*self._at(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the pointer; the press that opened the popup ends elsewhere and chooses nothing."""
        if self.rect().contains(event.position().toPoint()):
            self._choose(*self._at(event))
            self._take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, choose with Enter, leave with Escape."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None:
            self._choose(self._rows + step[0], self._columns + step[1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._take()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        rows, columns = self._rows, self._columns
        self.close()
        self.chosen.emit(rows, columns)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the keyboard back."""
        super().hideEvent(event)
        parent = self.parentWidget()
        if parent is not None:
            parent.activateWindow()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the squares; those of the choice in the accent."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.panel))
        painter.setPen(QColor(colours.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        for row in range(MOST):
            for column in range(MOST):
                is_in = row < self._rows and column < self._columns
                painter.setPen(QPen(QColor(colours.accent if is_in else colours.dim), 1))
                painter.setBrush(QColor(colours.accent if is_in else colours.raised))
                painter.drawRect(self.square(row, column).adjusted(0, 0, -1, -1))
        painter.setPen(QColor(colours.text))
        below = QRect(0, self.height() - TEXT_PX, self.width(), TEXT_PX - 4)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), self._text())
        painter.end()
