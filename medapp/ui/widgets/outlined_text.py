"""Text that is legible on black and on white, drawn once and kept: pictures change often, their texts seldom."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

TEXT, SHADOW = QColor("#e4e7ea"), QColor(0, 0, 0, 235)
EDGE_PX = 2
OFFSETS = tuple((dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
TEXTS_KEPT = 256

_ALIGN = Qt.AlignmentFlag
_SHARES = {0: 0.0} | {
    flag.value: share
    for share, flags in (
        (0.0, (_ALIGN.AlignLeft, _ALIGN.AlignTop)),
        (0.5, (_ALIGN.AlignHCenter, _ALIGN.AlignVCenter)),
        (1.0, (_ALIGN.AlignRight, _ALIGN.AlignBottom)),
    )
    for flag in flags
}
"""The part of the room left that lies before a text. Numbers, for flags of Python take long to compare."""
_ACROSS = (_ALIGN.AlignLeft | _ALIGN.AlignHCenter | _ALIGN.AlignRight).value
_DOWN = (_ALIGN.AlignTop | _ALIGN.AlignVCenter | _ALIGN.AlignBottom).value

_drawn: OrderedDict[tuple[str, str, int, float], QPixmap] = OrderedDict()


def draw_outlined(painter: QPainter, box: QRectF, flags: Qt.AlignmentFlag, text: str, colour: QColor) -> None:
    """Draw one line of text, aligned in `box`, with a dark outline."""
    if not text:
        return
    pixmap = _pixmap(painter, text, colour)
    size = pixmap.deviceIndependentSize()
    width, height = size.width() - 2 * EDGE_PX, size.height() - 2 * EDGE_PX
    across, down = _SHARES[flags.value & _ACROSS], _SHARES[flags.value & _DOWN]
    left = box.left() + across * (box.width() - width)
    top = box.top() + down * (box.height() - height)
    painter.drawPixmap(QPointF(round(left) - EDGE_PX, round(top) - EDGE_PX), pixmap)


def _pixmap(painter: QPainter, text: str, colour: QColor) -> QPixmap:
    """Return the outlined text, drawn where it is not known yet."""
    ratio = painter.device().devicePixelRatioF()
    key = (text, painter.font().key(), colour.rgba(), ratio)
    known = _drawn.get(key)
    if known is None:
        known = _drawn[key] = _draw(painter, text, colour, ratio)
        while len(_drawn) > TEXTS_KEPT:
            _drawn.popitem(last=False)
    else:
        _drawn.move_to_end(key)
    return known


def _draw(painter: QPainter, text: str, colour: QColor, ratio: float) -> QPixmap:
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 2 * EDGE_PX, metrics.height() + 2 * EDGE_PX
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    pen = QPainter(pixmap)
    pen.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    pen.setFont(painter.font())
    base = QPointF(EDGE_PX, EDGE_PX + metrics.ascent())
    pen.setPen(SHADOW)
    for dx, dy in OFFSETS:
        pen.drawText(base + QPointF(dx, dy), text)
    pen.setPen(colour)
    pen.drawText(base, text)
    pen.end()
    return pixmap
