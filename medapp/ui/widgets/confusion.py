"""How often each class was given to cases of each class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.i18n import tr
from medapp.ui import theme

WIDEST_NAME_PX = 140


class ConfusionMatrix(QWidget):
    """Renders counts of true classes (rows) against given ones (columns)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Return room for every cell."""
        names = max((self.fontMetrics().horizontalAdvance(c) for c in self._classes), default=60)
        cell = max(76, min(names, WIDEST_NAME_PX) + 12)
        return QSize(self._names_width() + 4 + cell * max(2, len(self._classes)), 52 + 40 * max(2, len(self._classes)))

    def _names_width(self) -> int:
        """Return the width of the column of the true classes, its title included."""
        metrics = self.fontMetrics()
        names = min(max((metrics.horizontalAdvance(c) for c in self._classes), default=60), WIDEST_NAME_PX)
        return max(names, metrics.horizontalAdvance(tr("ui.true_class"))) + 12

    def minimumSizeHint(self) -> QSize:
        """Return the same: a matrix that is cut off tells nothing."""
        return self.sizeHint()

    def render_counts(self, classes: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show `counts[true][given]`."""
        self._classes = tuple(classes)
        self._counts = tuple(tuple(row) for row in counts)
        self.updateGeometry()
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the cells, darker with their share of the row."""
        if not self._classes:
            return
        painter = QPainter(self)
        metrics, colours = painter.fontMetrics(), theme.current()
        names = self._names_width()
        cell_width = (self.width() - names) / len(self._classes)
        top = 2 * metrics.height() + 8
        cell_height = max(28.0, (self.height() - top) / len(self._classes))
        painter.setPen(QColor(colours.dim))
        head = QRectF(names, 0, self.width() - names, metrics.height())
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, tr("ui.given_class"))
        corner = QRectF(0, metrics.height() + 2, names - 8, metrics.height() + 2)
        painter.drawText(corner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, tr("ui.true_class"))
        for number, name in enumerate(self._classes):
            column = QRectF(names + number * cell_width, metrics.height() + 2, cell_width - 4, metrics.height() + 2)
            row = QRectF(0, top + number * cell_height, names - 8, cell_height)
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(cell_width - 6))
            painter.setPen(QColor(colours.text))
            painter.drawText(column, Qt.AlignmentFlag.AlignCenter, elided)
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(names - 8))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, elided)
            self._draw_row(painter, number, QRectF(names, row.y(), cell_width, cell_height))
        painter.end()

    def _draw_row(self, painter: QPainter, number: int, first: QRectF) -> None:
        counts = self._counts[number]
        total = sum(counts) or 1
        for column, count in enumerate(counts):
            cell = first.translated(column * first.width(), 0).adjusted(1, 1, -1, -1)
            shade = QColor(theme.current().accent)
            shade.setAlphaF(0.08 + 0.55 * count / total)
            painter.fillRect(cell, shade)
            painter.setPen(QColor(theme.current().text))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(count))
