"""A histogram with the window on it: its limits are dragged, or moved by the arrow keys."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.display.histogram import Histogram, limits_of, window_between
from medapp.display.readout import plain_number
from medapp.i18n import tr
from medapp.imaging.study import Window
from medapp.ui import theme

SIDE, TOP, BOTTOM = 14, 12, 26
GRIP_PX, HANDLE_PX = 8, 9
BESIDE = 0.03
AROUND = 1.0
CHANNEL_COLOURS = ("#e05a4f", "#4caf6a", "#4a8de0")
FILL_OPACITY, CHANNEL_OPACITY = 0.55, 0.35
KEY_SHARE = 0.02
Grip = Literal["low", "high", "both"]


class HistogramPlot(QWidget):
    """Renders a histogram and a window; emits the window that is asked for, and the value under the pointer."""

    window_requested = Signal(object)
    value_pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("histogram_plot")
        self.setAccessibleName(tr("histogram.title"))
        self.setToolTip(tr("histogram.hint"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._histogram: Histogram | None = None
        self._window: Window | None = None
        self._logarithmic, self._around = True, False
        self._grip: tuple[Grip, float, Window] | None = None
        self._range = (0.0, 1.0)

    def sizeHint(self) -> QSize:
        """Return a size that shows 256 bins."""
        return QSize(420, 220)

    def render_plot(
        self, histogram: Histogram | None, window: Window | None, *, logarithmic: bool, around: bool
    ) -> None:
        """Show a histogram, with the window that the image is shown with; `around`: only what lies near the window."""
        self._histogram, self._window = histogram, window
        self._logarithmic, self._around = logarithmic, around
        if self._grip is None:  # while a hand holds a limit, the values under it must not move
            self._range = self._wanted_range()
        self.update()

    def _wanted_range(self) -> tuple[float, float]:
        if self._histogram is None:
            return 0.0, 1.0
        low, high = float(self._histogram.edges[0]), float(self._histogram.edges[-1])
        if self._around and self._window is not None:
            dark, bright = limits_of(self._window)
            beside = max((bright - dark) * AROUND, 1e-6)
            return dark - beside, bright + beside
        beside = (high - low) * BESIDE
        return low - beside, high + beside

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(SIDE, TOP, -SIDE, -BOTTOM)

    def x_of(self, value: float) -> float:
        """Return where a value stands, within the plot."""
        low, high = self._range
        plot = self._plot()
        return plot.left() + plot.width() * min(max((value - low) / (high - low), 0.0), 1.0)

    def value_at(self, x: float) -> float:
        """Return the value that stands at a place."""
        low, high = self._range
        plot = self._plot()
        return low + (high - low) * min(max((x - plot.left()) / plot.width(), 0.0), 1.0)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw bins, axis and window."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        painter.fillRect(plot, QColor(colours.raised))
        if self._histogram is not None:
            self._draw_bins(painter, self._histogram, plot)
            self._draw_axis(painter, self._histogram, plot)
        if self._window is not None:
            self._draw_window(painter, self._window, plot)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(plot)
        painter.end()

    def _draw_bins(self, painter: QPainter, histogram: Histogram, plot: QRectF) -> None:
        heights = np.log1p(histogram.counts) if self._logarithmic else histogram.counts.astype(np.float64)
        tallest = float(heights.max()) or 1.0
        plain = (theme.current().dim,)
        names = CHANNEL_COLOURS if histogram.is_colour else plain
        for channel, name in zip(heights / tallest, names, strict=True):
            colour = QColor(name)
            painter.setPen(QPen(colour, 1))
            colour.setAlphaF(CHANNEL_OPACITY if histogram.is_colour else FILL_OPACITY)
            painter.setBrush(colour)
            painter.drawPolygon(self._outline(histogram, channel, plot))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _outline(self, histogram: Histogram, heights: np.ndarray, plot: QRectF) -> QPolygonF:
        low, high = self._range
        there = (histogram.edges[1:] >= low) & (histogram.edges[:-1] <= high)
        points: list[QPointF] = []
        last = plot.left()
        for left, right, height in zip(
            histogram.edges[:-1][there], histogram.edges[1:][there], heights[there], strict=True
        ):
            y, last = plot.bottom() - float(height) * plot.height(), self.x_of(float(right))
            points += [QPointF(self.x_of(float(left)), y), QPointF(last, y)]
        first = points[0].x() if points else last
        return QPolygonF([QPointF(first, plot.bottom()), *points, QPointF(last, plot.bottom())])

    def _draw_axis(self, painter: QPainter, histogram: Histogram, plot: QRectF) -> None:
        """Write the values at both ends and in the middle."""
        painter.setPen(QColor(theme.current().dim))
        low, high = self._range
        span = high - low
        flags = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        box = QRectF(plot.left(), plot.bottom() + 6, plot.width(), BOTTOM - 6)
        for value, flag in zip((low, (low + high) / 2, high), flags, strict=True):
            text = plain_number(round(value, max(0, 2 - math.floor(math.log10(span)))) if span > 0 else value)
            painter.drawText(box, flag, f"{text} {histogram.unit}".strip())

    def _draw_window(self, painter: QPainter, window: Window, plot: QRectF) -> None:
        """Draw the limits with handles, and between them how grey becomes brighter."""
        accent = QColor(theme.current().accent)
        low, high = (self.x_of(value) for value in limits_of(window))
        shade = QColor(accent)
        shade.setAlphaF(0.12)
        painter.fillRect(QRectF(low, plot.top(), high - low, plot.height()), shade)
        painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(low, plot.bottom()), QPointF(high, plot.top()))
        painter.setPen(QPen(accent, 2))
        painter.setBrush(accent)
        for x, foot in ((low, plot.bottom()), (high, plot.top())):
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.drawEllipse(QPointF(x, foot), HANDLE_PX / 2, HANDLE_PX / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _grip_at(self, x: float) -> Grip | None:
        if self._window is None:
            return None
        low, high = (self.x_of(value) for value in limits_of(self._window))
        if min(abs(x - low), abs(x - high)) <= GRIP_PX:
            return "low" if abs(x - low) < abs(x - high) or (low == high and x < low) else "high"
        return "both" if low < x < high else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a limit, or of both between them; beside them, bring the nearer one here."""
        if event.button() is not Qt.MouseButton.LeftButton or self._window is None:
            return
        x = event.position().x()
        grip = self._grip_at(x)
        if grip is None:
            low, high = (self.x_of(value) for value in limits_of(self._window))
            grip = "low" if abs(x - low) < abs(x - high) else "high"
            self._grip = (grip, self.value_at(low if grip == "low" else high), self._window)
            self._drag(x)
        else:
            self._grip = (grip, self.value_at(x), self._window)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held; else tell the value here."""
        x = event.position().x()
        self.value_pointed.emit(self.value_at(x))
        if self._grip is not None:
            self._drag(x)
            return
        shapes = {None: Qt.CursorShape.ArrowCursor, "both": Qt.CursorShape.OpenHandCursor}
        self.setCursor(shapes.get(self._grip_at(x), Qt.CursorShape.SplitHCursor))

    def _drag(self, x: float) -> None:
        assert self._grip is not None
        grip, start, window = self._grip
        low, high = limits_of(window)
        moved = self.value_at(x) - start
        if grip != "high":
            low = min(low + moved, high) if grip == "low" else low + moved
        if grip != "low":
            high = max(high + moved, low) if grip == "high" else high + moved
        self.window_requested.emit(window_between(low, high, window))

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        """Let go."""
        self._grip = None
        self._range = self._wanted_range()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell no value any more."""
        super().leaveEvent(event)
        self.value_pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the window with Left and Right, make it wider and narrower with Up and Down."""
        step = (self._range[1] - self._range[0]) * KEY_SHARE
        moves = {
            Qt.Key.Key_Left: (-step, -step),
            Qt.Key.Key_Right: (step, step),
            Qt.Key.Key_Up: (-step / 2, step / 2),
            Qt.Key.Key_Down: (step / 2, -step / 2),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None or self._window is None:
            super().keyPressEvent(event)
            return
        low, high = limits_of(self._window)
        low, high = low + move[0], high + move[1]
        if low <= high:
            self.window_requested.emit(window_between(low, high, self._window))
