"""The answers for a stack under its picture: a bar for each image, and a way to each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from medapp.i18n import percent_text, tr
from medapp.ui import theme
from medapp.ui.widgets.layouts import column, label
from medapp.ui.worklist_view import ANSWERED, FAILED, REFUSED, StackView

CHART_PX = 56
TOP_PX, LEAST_PX = 4, 2


class StripBars(QWidget):
    """The bars; emits the index of the image that is pressed, also while the pointer is drawn along."""

    index_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip_bars")
        self.setAccessibleName(tr("strip.title"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._view: StackView | None = None
        self._current = -1

    @property
    def current(self) -> int:
        """The image that is marked as the one on screen, or -1."""
        return self._current

    def sizeHint(self) -> QSize:
        """Return room for the bars."""
        return QSize(240, CHART_PX)

    def render_view(self, view: StackView, current: int) -> None:
        """Show the answers, and where in the stack the picture on screen is."""
        if view is not self._view or current != self._current:
            self._view, self._current = view, current
            self.update()

    def bar(self, index: int) -> QRectF:
        """Return the room of an image's bar."""
        assert self._view is not None
        step = self._step()
        return QRectF(index * step, TOP_PX, step, self.height() - TOP_PX)

    def _step(self) -> float:
        count = len(self._view.scores) if self._view else 1
        return self.width() / max(1, count)

    def index_at(self, x: float) -> int:
        """Return the image whose bar is at `x`, or -1."""
        if self._view is None or not 0 <= x < self.width():
            return -1
        index = int(x / self._step())
        return index if index < len(self._view.scores) else -1

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw bars, operating point and place."""
        view = self._view
        if view is None:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        step, floor = self._step(), float(self.height())
        room = floor - TOP_PX
        gap = 1.0 if step >= 4 else 0.0
        for x, score, state in _columns(view, step):
            colour, height = self._look(view, score, state, room)
            painter.fillRect(QRectF(x, floor - height, max(1.0, step - gap), height), colour)
        if view.limit is not None:
            painter.setPen(QPen(QColor(theme.current().text), 1, Qt.PenStyle.DashLine))
            y = floor - room * view.limit
            painter.drawLine(QPointF(0, y), QPointF(min(self.width(), step * len(view.scores)), y))
        if 0 <= self._current < len(view.scores):
            self._draw_place(painter, step)
        painter.end()

    @staticmethod
    def _look(view: StackView, score: float, state: int, room: float) -> tuple[QColor, float]:
        colours = theme.current()
        if state == ANSWERED:
            colour = QColor(view.colour)
            if view.limit is not None and score < view.limit:
                colour.setAlpha(theme.BELOW_ALPHA)
            return colour, max(LEAST_PX, room * score)
        if state == REFUSED:
            return QColor(colours.dim), room / 4
        if state == FAILED:
            return QColor(colours.danger), room / 4
        return QColor(colours.line), LEAST_PX

    def _draw_place(self, painter: QPainter, step: float) -> None:
        painter.setPen(QPen(QColor(theme.current().accent), 2))
        x = (self._current + 0.5) * step
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the image that is pressed."""
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go along with the pointer while it is pressed; else tell what it is over."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)
            return
        index = self.index_at(event.position().x())
        if index >= 0 and self._view is not None:
            QToolTip.showText(event.globalPosition().toPoint(), _bar_text(self._view, index), self)

    def _go(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton and index >= 0 and index != self._current:
            self.index_requested.emit(index)


class StripChart(QWidget):
    """What the stack comes to in words, and the bars."""

    index_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bars = StripBars()
        self.bars.index_requested.connect(self.index_requested)
        self._text = label("", "small", name="strip_text")
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout = column(self, spacing=1)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._text)
        layout.addWidget(self.bars)
        self.hide()

    def render_view(self, view: StackView | None, current: int) -> None:
        """Show the answers for the stack on screen; nothing where none is asked about."""
        self.setVisible(view is not None)
        if view is not None:
            self._text.setText(view.text)
            self.bars.render_view(view, current)


def _columns(view: StackView, step: float) -> list[tuple[float, float, int]]:
    """Return place, score and state of each bar; of bars narrower than a pixel, the highest that is in it."""
    count = len(view.scores)
    if step >= 1:
        return [(n * step, float(view.scores[n]), int(view.states[n])) for n in range(count)]
    pixels = (np.arange(count) * step).astype(int)
    height = np.where(view.states == ANSWERED, view.scores, -1.0 + view.states / 8)
    best: NDArray[np.int64] = np.lexsort((height, pixels))
    last = np.append(np.flatnonzero(np.diff(pixels[best])), count - 1)
    return [(float(pixels[n]), float(view.scores[n]), int(view.states[n])) for n in best[last]]


def _bar_text(view: StackView, index: int) -> str:
    score = view.scores[index]
    state = int(view.states[index])
    said = percent_text(float(score)) if state == ANSWERED else tr(f"strip.state_{state}")
    return tr("strip.bar", number=index + 1, said=said)
