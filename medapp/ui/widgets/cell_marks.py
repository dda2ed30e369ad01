"""What several cells have to say of each other: a line where the active slice lies, and how a cell is linked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medapp.display.cross_reference import CrossLine
from medapp.ui.widgets.outlined_text import SHADOW
from medapp.ui.widgets.viewer_content import PictureOnScreen

LINE = QColor("#4aa3ff")
BADGE_BACK = QColor(20, 24, 30, 200)
BADGE_TEXT = QColor("#d7dade")
BELOW_LETTER_PX, PAD_X, PAD_Y, GAP_PX = 30, 8, 2, 6


def draw_cross_line(painter: QPainter, line: CrossLine, placed: PictureOnScreen) -> None:
    """Draw where the active slice cuts the picture; dark beside it, so that it is seen on any picture."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ends = [_on_widget(point, placed) for point in (line.start, line.end)]
    for colour, width in ((SHADOW, 3.0), (LINE, 1.4)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QLineF(*ends))
    painter.restore()


def _on_widget(point: tuple[float, float], placed: PictureOnScreen) -> QPointF:
    matrix = placed.viewport.source_to_screen(placed.shape, placed.screen)
    x, y = matrix[:, :2] @ point + matrix[:, 2]
    return QPointF((x + 0.5) / placed.ratio, (y + 0.5) / placed.ratio)


def draw_badges(painter: QPainter, area: QRect, badges: Sequence[str]) -> None:
    """Draw short words about a cell in the middle of its upper edge, below the letter that stands there."""
    metrics = painter.fontMetrics()
    widths = [metrics.horizontalAdvance(text) + 2 * PAD_X for text in badges]
    height = metrics.height() + 2 * PAD_Y
    x = (area.width() - sum(widths) - GAP_PX * (len(badges) - 1)) / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for text, width in zip(badges, widths, strict=True):
        box = QRectF(x, BELOW_LETTER_PX, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(BADGE_BACK)
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setPen(BADGE_TEXT)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
        x += width + GAP_PX
    painter.restore()
