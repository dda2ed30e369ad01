"""A class of an answer with its probability as a bar."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.i18n import percent_text, tr
from medapp.ui import theme
from medapp.ui.widgets.layouts import plain_tooltip

TRACK_PX, TICK_PX = 8, 3


class ProbabilityBar(QWidget):
    """A class with its probability as a bar; a tick where the operating point lies."""

    def __init__(
        self,
        name: str,
        probability: float,
        colour: str,
        tick: float | None,
        band: tuple[float, float] | None = None,
        *,
        given: bool,
    ) -> None:
        super().__init__()
        self._name, self._probability, self._colour, self._tick, self._given = name, probability, colour, tick, given
        self._band = band
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = f"{name}: {percent_text(probability)}"
        self.setAccessibleName(said)
        if tick is not None:
            said += "\n" + tr("ui.operating_point", value=percent_text(tick))
        self.setToolTip(plain_tooltip(said))

    def sizeHint(self) -> QSize:
        """Return room for a line of text, the bar, and the names of its tick and bracket."""
        caption = self.fontMetrics().height() if self._caption() else 0
        return QSize(200, self.fontMetrics().height() + 18 + caption)

    def _caption(self) -> str:
        """Return what the bracket under the bar and the tick on it are."""
        bracket = "" if self._band is None else band_text(*self._band)
        tick = "" if self._tick is None else tr("ui.alarm_tick", value=percent_text(self._tick))
        return " · ".join(filter(None, (bracket, tick)))

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw name, figure, bar and tick."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setBold(self._given)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        line_height = self.fontMetrics().height()
        figure = percent_text(self._probability)
        figure_width = painter.fontMetrics().horizontalAdvance(figure)
        name = painter.fontMetrics().elidedText(
            self._name, Qt.TextElideMode.ElideRight, self.width() - figure_width - 12
        )
        painter.drawText(0, painter.fontMetrics().ascent(), name)
        painter.drawText(self.width() - figure_width, painter.fontMetrics().ascent(), figure)
        track = QRectF(0, line_height + 5, self.width(), TRACK_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(track, 3, 3)
        painter.setBrush(QColor(self._colour))
        painter.drawRoundedRect(QRectF(track.x(), track.y(), track.width() * self._probability, TRACK_PX), 3, 3)
        if self._band is not None:
            self._draw_band(painter, track, *self._band)
        if self._tick is not None:
            self._draw_tick(painter, track, self._tick)
        self._draw_caption(painter, track)
        painter.end()

    def _draw_band(self, painter: QPainter, track: QRectF, low: float, high: float) -> None:
        """Draw what is unclear as a bracket under the bar."""
        left, right = track.x() + track.width() * low, track.x() + track.width() * min(high, 1.0)
        y = track.bottom() + TICK_PX
        painter.setPen(QPen(QColor(theme.current().dim), 1))
        painter.drawPolyline([QPointF(left, y - 4), QPointF(left, y), QPointF(right, y), QPointF(right, y - 4)])

    def _draw_tick(self, painter: QPainter, track: QRectF, share: float) -> None:
        """Draw the operating point on the bar."""
        x = track.width() * share
        painter.setPen(QPen(QColor(theme.current().text), 2))
        painter.drawLine(QPointF(x, track.y() - TICK_PX), QPointF(x, track.bottom() + TICK_PX))

    def _draw_caption(self, painter: QPainter, track: QRectF) -> None:
        """Write what tick and bracket are, as near to the tick as there is room."""
        text = self._caption()
        low, high = self._band or (0.5, 0.5)
        x = track.width() * ((low + high) / 2 if self._tick is None else self._tick)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.current().dim))
        metrics = self.fontMetrics()
        left = min(max(0.0, x - metrics.horizontalAdvance(text) / 2), self.width() - metrics.horizontalAdvance(text))
        painter.drawText(QPointF(left, track.bottom() + TICK_PX + metrics.ascent() + 1), text)


def band_text(low: float, high: float) -> str:
    """Return between which scores an answer is unclear."""
    ends = 100 * low, 100 * min(high, 1.0)
    alike = round(ends[0]) == round(ends[1])
    first, last = (f"{end:.{1 if alike or 0 < end < 9.95 else 0}f}" for end in ends)
    return tr("ui.unclear_band", low=first, high=last)
