"""Drawings and texts of a presentation state, and the names of segments, over the picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from medapp.display.drawing import Drawing, Line, Words, drawing_of
from medapp.display.presentation import Presented
from medapp.display.segments import SegmentLayers, legend
from medapp.display.viewport import ImageShape, Viewport
from medapp.i18n import tr
from medapp.ui.widgets.outlined_text import TEXT, draw_outlined

OUTLINE, LINE_PX = QColor(0, 0, 0, 170), 1.5
KEY_PX, KEY_GAP_PX, MARGIN_PX = 10, 6, 10
MOST_NAMED = 12


def draw_presentation(
    painter: QPainter, presented: Presented, viewport: Viewport, screen: tuple[int, int], ratio: float
) -> None:
    """Draw the annotations of a state; `screen` is in device pixels, `ratio` of them to one of the painter's."""
    drawing: Drawing = drawing_of(presented, ImageShape.of(presented.frame), viewport, screen)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in drawing.lines:
        _draw_line(painter, line, ratio)
    for words in drawing.words:
        _draw_words(painter, words, ratio)
    painter.restore()


def _draw_line(painter: QPainter, line: Line, ratio: float) -> None:
    corners = [QPointF(x / ratio, y / ratio) for x, y in line.points]
    points = QPolygonF(corners)
    colour = QColor(*line.colour)
    for pen in (QPen(OUTLINE, LINE_PX + 2), QPen(colour, LINE_PX)):
        painter.setPen(pen)
        if len(line.points) == 1:
            painter.drawEllipse(corners[0], 2, 2)
        elif line.filled:
            painter.setBrush(colour)
            painter.drawPolygon(points)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.drawPolyline(points)


def _draw_words(painter: QPainter, words: Words, ratio: float) -> None:
    colour = QColor(*words.colour)
    metrics = painter.fontMetrics()
    height = metrics.height()
    width = max((metrics.horizontalAdvance(line) for line in words.lines), default=0)
    if words.box is not None:
        left, top, right, bottom = (edge / ratio for edge in words.box)
    else:
        x, y = (v / ratio for v in words.anchor or (0.0, 0.0))
        left, top, right, bottom = x + 8, y - height / 2, x + 8 + width, y - height / 2 + height * len(words.lines)
    if words.anchor_visible and words.anchor is not None:
        _draw_leader(painter, words.anchor, (left, top, right, bottom), colour, ratio)
    align = {"RIGHT": Qt.AlignmentFlag.AlignRight, "CENTER": Qt.AlignmentFlag.AlignHCenter}
    flags = align.get(words.align, Qt.AlignmentFlag.AlignLeft)
    for number, line in enumerate(words.lines):
        draw_outlined(painter, QRectF(left, top + number * height, right - left, height), flags, line, colour)


def _draw_leader(
    painter: QPainter, anchor: tuple[float, float], box: tuple[float, float, float, float], colour: QColor, ratio: float
) -> None:
    x, y = anchor[0] / ratio, anchor[1] / ratio
    near = QPointF(min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
    for pen in (QPen(OUTLINE, LINE_PX + 2), QPen(colour, LINE_PX)):
        painter.setPen(pen)
        painter.drawLine(near, QPointF(x, y))


def draw_legend(painter: QPainter, area: QRect, segments: tuple[SegmentLayers, ...]) -> None:
    """Name the segments on the picture beside their colours, at the right edge below its middle."""
    named = legend(segments)
    if not named:
        return
    metrics = painter.fontMetrics()
    height = metrics.height() + 2
    lines = [(s.label or tr("segment.nameless", number=s.number), QColor(*s.colour)) for s in named[:MOST_NAMED]]
    if len(named) > MOST_NAMED:
        lines.append((tr("viewer.more_segments", count=len(named) - MOST_NAMED), QColor(Qt.GlobalColor.transparent)))
    widest = round(area.width() * 0.25)
    top = area.height() * 0.5 + 2 * height
    for number, (text, colour) in enumerate(lines):
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, widest)
        right = area.width() - MARGIN_PX - KEY_PX - KEY_GAP_PX
        box = QRectF(right - widest, top + number * height, widest, height)
        painter.fillRect(QRectF(right + KEY_GAP_PX, box.center().y() - KEY_PX / 2, KEY_PX, KEY_PX), colour)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        draw_outlined(painter, box, flags, shown, TEXT)
