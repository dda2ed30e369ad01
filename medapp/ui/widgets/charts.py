"""A light chart: curves with bands on two axes, a point of interest, a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.ui import theme

LEFT, RIGHT, TOP, BOTTOM = 46, 14, 34, 48
RING_PX = 5.0
TICK_GAP_PX = 9
"""From an axis to its numbers: a ring in a corner must not touch them."""
BAND_OPACITY = 0.22
FEW_POINTS, TICKS = 30, 5
UPRIGHT_GAP_PX = 6


@dataclass(frozen=True)
class Curve:
    """A named line through points; `band` are x, lower and upper limit of the interval around it."""

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str
    band: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Axes:
    """Range and title of both axes."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_title: str
    y_title: str
    diagonal: bool = False
    upright: float | None = None
    """Where a line stands across the plot, in the unit of x."""
    upright_name: str = ""


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
            self._draw_band(painter, curve)
        for curve in self._curves:
            self._draw_curve(painter, curve)
        painter.setClipping(False)
        self._draw_mark(painter)
        self._draw_legend(painter)
        painter.end()

    def _draw_band(self, painter: QPainter, curve: Curve) -> None:
        """Shade the interval around a curve; around few points that stand alone, a bar for each."""
        shade = QColor(curve.colour)
        if len(curve.band) == 1:
            x, low, high = curve.band[0]
            painter.setPen(QPen(shade, 2))
            painter.drawLine(self._at((x, low)), self._at((x, high)))
            return
        shade.setAlphaF(BAND_OPACITY)
        above = [self._at((x, high)) for x, _, high in curve.band]
        below = [self._at((x, low)) for x, low, _ in reversed(curve.band)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF([*above, *below]))

    def _draw_curve(self, painter: QPainter, curve: Curve) -> None:
        painter.setPen(QPen(QColor(curve.colour), 2))
        line = [self._at(point) for point in curve.points]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))
        if len(curve.points) < FEW_POINTS and not self._axes.diagonal:
            painter.setBrush(QColor(curve.colour))
            for at in line:
                painter.drawEllipse(at, 2, 2)

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
        if axes.upright is not None:
            painter.setPen(QPen(QColor(colours.text), 1))
            painter.drawLine(self._at((axes.upright, axes.y[0])), self._at((axes.upright, axes.y[1])))
            self._name_upright(painter, axes.upright)
        self._draw_ticks(painter)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(colours.dim))
        below = QRectF(area.left(), area.bottom() + TICK_GAP_PX + metrics.height(), area.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, axes.x_title)
        if not self._legend_shown:
            painter.drawText(QPointF(4, metrics.ascent() + 2), axes.y_title)

    def _name_upright(self, painter: QPainter, x: float) -> None:
        """Write what the upright line is beside its foot, on the side that has room."""
        width = painter.fontMetrics().horizontalAdvance(self._axes.upright_name)
        foot = self._at((x, self._axes.y[0]))
        right = foot.x() + UPRIGHT_GAP_PX
        left = right if right + width <= self._area().right() else foot.x() - UPRIGHT_GAP_PX - width
        painter.drawText(QPointF(left, foot.y() - UPRIGHT_GAP_PX), self._axes.upright_name)

    def _draw_ticks(self, painter: QPainter) -> None:
        axes, area, metrics = self._axes, self._area(), painter.fontMetrics()
        for value in ticks(*axes.y):
            at = self._at((axes.x[0], value))
            text = f"{value:.4g}"
            self._draw_grid_line(painter, at, QPointF(area.right(), at.y()))
            x = at.x() - metrics.horizontalAdvance(text) - TICK_GAP_PX
            painter.drawText(QPointF(x, at.y() + metrics.ascent() / 2 - 1), text)
        for value in ticks(*axes.x):
            at = self._at((value, axes.y[0]))
            text = f"{value:.4g}"
            self._draw_grid_line(painter, at, QPointF(at.x(), area.top()))
            x = min(at.x() - metrics.horizontalAdvance(text) / 2, self.width() - metrics.horizontalAdvance(text) - 1.0)
            painter.drawText(QPointF(x, at.y() + metrics.ascent() + TICK_GAP_PX), text)

    def _draw_grid_line(self, painter: QPainter, begin: QPointF, end: QPointF) -> None:
        colours = theme.current()
        painter.setPen(QColor(colours.line))
        painter.drawLine(begin, end)
        painter.setPen(QColor(colours.dim))

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


def ticks(low: float, high: float, about: int = TICKS) -> list[float]:
    """Return round numbers from `low` to `high`, `about` so many: steps of 1, 2 or 5 and a power of ten."""
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return []
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]
