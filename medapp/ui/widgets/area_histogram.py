"""How many pixels of an area have which values, drawn small."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.display.measuring.statistics import Histogram
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
        self._histogram: Histogram | None = None
        self._unit = ""
        self.render_histogram(None, "")

    def sizeHint(self) -> QSize:
        """Return a size in which bars can be told apart."""
        return QSize(320, HEIGHT_PX)

    def render_histogram(self, histogram: Histogram | None, unit: str) -> None:
        """Show the values of an area, in `unit`."""
        self._histogram, self._unit = histogram, unit
        told = tr("measure.no_histogram") if histogram is None else tr("measure.histogram_of", **self._ends(histogram))
        self.setAccessibleName(told)
        self.setToolTip(told)
        self.update()

    def _ends(self, histogram: Histogram) -> dict[str, str]:
        low, high = (f"{plain_number(round(v, 6))} {self._unit}".strip() for v in (histogram.low, histogram.high))
        return {"low": low, "high": high, "most": str(int(histogram.counts.max()))}

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the bars, and what the first and the last stand for."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.raised))
        text = painter.fontMetrics().height()
        plot = QRectF(self.rect()).adjusted(SIDE_PX, SIDE_PX, -SIDE_PX, -text - SIDE_PX)
        painter.setPen(QColor(colours.dim))
        if self._histogram is None:
            words = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(self.rect()).adjusted(SIDE_PX, 0, -SIDE_PX, 0), words, tr("measure.no_histogram"))
        else:
            self._draw(painter, self._histogram, plot, text)
        painter.end()

    def _draw(self, painter: QPainter, histogram: Histogram, plot: QRectF, text: int) -> None:
        counts = histogram.counts
        width = plot.width() / len(counts)
        bar = QColor(theme.current().accent)
        for number, count in enumerate(counts.tolist()):
            height = plot.height() * count / max(int(counts.max()), 1)
            painter.fillRect(
                QRectF(plot.left() + number * width, plot.bottom() - height, max(1.0, width - 1), height), bar
            )
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), text)
        ends = self._ends(histogram)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, ends["low"])
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, ends["high"])
