"""How many pixels of an area have which values, drawn small."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.display.measuring.statistics import Histogram, Statistics
from medapp.display.readout import plain_number
from medapp.i18n import tr
from medapp.ui import theme

HEIGHT_PX, SIDE_PX = 120, 8


class AreaHistogram(QWidget):
    """Renders a histogram with its least and greatest value; without one, why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("area_histogram")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._counted: Statistics | None = None
        self.render_statistics(None)

    def sizeHint(self) -> QSize:
        """Return a size in which bars can be told apart."""
        return QSize(320, HEIGHT_PX)

    def render_statistics(self, counted: Statistics | None) -> None:
        """Show the values of an area; None where no area is selected."""
        self._counted = counted
        told = tr("measure.no_histogram")
        if counted is not None and counted.histogram is not None:
            low, high = _ends(counted)
            told = tr("measure.histogram_of", low=low, high=high, most=int(counted.histogram.counts.max()))
        self.setAccessibleName(told)
        self.setToolTip(told)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the bars, and what the first and the last stand for."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.raised))
        text = painter.fontMetrics().height()
        plot = QRectF(self.rect()).adjusted(SIDE_PX, SIDE_PX, -SIDE_PX, -text - SIDE_PX)
        painter.setPen(QColor(colours.dim))
        counted = self._counted
        if counted is None or counted.histogram is None:
            words = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(self.rect()).adjusted(SIDE_PX, 0, -SIDE_PX, 0), words, tr("measure.no_histogram"))
        else:
            _draw_bars(painter, counted.histogram, plot)
            below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), text)
            low, high = _ends(counted)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, low)
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, high)
        painter.end()


def _draw_bars(painter: QPainter, histogram: Histogram, plot: QRectF) -> None:
    counts = histogram.counts
    width = plot.width() / len(counts)
    bar = QColor(theme.current().accent)
    for number, count in enumerate(counts.tolist()):
        height = plot.height() * count / max(int(counts.max()), 1)
        painter.fillRect(QRectF(plot.left() + number * width, plot.bottom() - height, max(1.0, width - 1), height), bar)


def _ends(counted: Statistics) -> tuple[str, str]:
    """Return the least and the greatest value with their unit."""
    low, high = counted.minimum or 0.0, counted.maximum or 0.0
    return f"{plain_number(low)} {counted.unit}".strip(), f"{plain_number(high)} {counted.unit}".strip()
