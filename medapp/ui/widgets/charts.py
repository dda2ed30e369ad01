"""Three light charts: curves of a training, the ROC curve, the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.i18n import tr
from medapp.ui import theme

LEFT, RIGHT, TOP, BOTTOM = 46, 14, 34, 34
RING_PX = 5.0
TICK_GAP_PX = 9
"""From an axis to its numbers: a ring in a corner must not touch them."""
WIDEST_NAME_PX = 140


@dataclass(frozen=True)
class Curve:
    """A named line through points."""

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str


@dataclass(frozen=True)
class Axes:
    """Range and title of both axes."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_title: str
    y_title: str
    diagonal: bool = False


class LineChart(QWidget):
    """Renders curves on two axes with a legend."""

    def __init__(self, width: int = 320, height: int = 200, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = QSize(width, height)
        self._axes = Axes((0, 1), (0, 1), "", "")
        self._curves: tuple[Curve, ...] = ()
        self._mark: tuple[float, float] | None = None
        self._mark_name = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(self._hint)

    def sizeHint(self) -> QSize:
        """Return the size that it was made for."""
        return self._hint

    def render_curves(
        self, axes: Axes, curves: Sequence[Curve], mark: tuple[float, float] | None = None, mark_name: str = ""
    ) -> None:
        """Show `curves`, and one point of interest with its name."""
        self._axes, self._curves, self._mark, self._mark_name = axes, tuple(curves), mark, mark_name
        self.update()

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def _at(self, point: tuple[float, float]) -> QPointF:
        area, axes = self._area(), self._axes
        x = (point[0] - axes.x[0]) / ((axes.x[1] - axes.x[0]) or 1)
        y = (point[1] - axes.y[0]) / ((axes.y[1] - axes.y[0]) or 1)
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw axes, curves and legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_axes(painter)
        painter.setClipRect(self._area().adjusted(-4, -4, 4, 4))
        for curve in self._curves:
            painter.setPen(QPen(QColor(curve.colour), 2))
            line = [self._at(point) for point in curve.points]
            painter.drawPolyline(QPolygonF(line))
            if len(curve.points) < 30 and not self._axes.diagonal:
                painter.setBrush(QColor(curve.colour))
                for at in line:
                    painter.drawEllipse(at, 2, 2)
        painter.setClipping(False)
        self._draw_mark(painter)
        self._draw_legend(painter)
        painter.end()

    def _draw_mark(self, painter: QPainter) -> None:
        """Draw a ring around the point of interest, and beside the plot what the ring stands for."""
        if self._mark is None:
            return
        metrics = painter.fontMetrics()
        painter.setPen(QPen(QColor(theme.current().text), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self._at(self._mark), RING_PX, RING_PX)
        if self._mark_name:
            x = self._area().right() - metrics.horizontalAdvance(self._mark_name)
            baseline = metrics.ascent() + 2.0
            painter.drawEllipse(QPointF(x - RING_PX - 6, baseline - metrics.ascent() / 2 + 1), RING_PX, RING_PX)
            painter.setPen(QColor(theme.current().dim))
            painter.drawText(QPointF(x, baseline), self._mark_name)

    def _draw_axes(self, painter: QPainter) -> None:
        colours, area, axes = theme.current(), self._area(), self._axes
        painter.setPen(QColor(colours.line))
        painter.drawRect(area)
        if axes.diagonal:
            painter.setPen(QPen(QColor(colours.dim), 1, Qt.PenStyle.DashLine))
            painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setPen(QColor(colours.dim))
        metrics = painter.fontMetrics()
        for value in (axes.y[0], axes.y[1]):
            at = self._at((axes.x[0], value))
            text = f"{value:.2g}"
            painter.drawText(
                QPointF(at.x() - metrics.horizontalAdvance(text) - TICK_GAP_PX, at.y() + metrics.ascent() / 2 - 1), text
            )
        for value in (axes.x[0], axes.x[1]):
            at = self._at((value, axes.y[0]))
            text = f"{value:.3g}"
            x = min(at.x() - metrics.horizontalAdvance(text) / 2, self.width() - metrics.horizontalAdvance(text) - 1.0)
            painter.drawText(QPointF(x, at.y() + metrics.ascent() + TICK_GAP_PX), text)
        below = QRectF(area.left(), area.bottom() + TICK_GAP_PX, area.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, axes.x_title)
        if not self._legend_shown:
            painter.drawText(QPointF(4, metrics.ascent() + 2), axes.y_title)

    @property
    def _legend_shown(self) -> bool:
        return len(self._curves) > 1

    def _draw_legend(self, painter: QPainter) -> None:
        if not self._legend_shown:
            return
        metrics = painter.fontMetrics()
        x = float(LEFT)
        for curve in self._curves:
            painter.setPen(QPen(QColor(curve.colour), 3))
            painter.drawLine(QPointF(x, TOP / 2), QPointF(x + 14, TOP / 2))
            painter.setPen(QColor(theme.current().text))
            painter.drawText(QPointF(x + 20, TOP / 2 + metrics.ascent() / 2 - 2), curve.name)
            x += 36 + metrics.horizontalAdvance(curve.name)


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
