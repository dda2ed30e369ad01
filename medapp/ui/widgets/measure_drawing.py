"""Draws measurements over a picture: lines that stand out on black and on white, handles, labels beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from medapp.display.measuring.draft import Draft
from medapp.display.measuring.figures import figures_of, pixels_around
from medapp.display.measuring.outlines import Lines, angle_arc, arrow_head, handles_of, lines_of
from medapp.display.measuring.room import Box, Room
from medapp.display.measuring.shapes import Kind, Point, Shape
from medapp.display.measuring.wording import label_lines
from medapp.imaging.frame import Frame
from medapp.ui.widgets.outlined_text import draw_outlined
from medapp.ui.widgets.viewer_content import PictureOnScreen

COLOUR, PICKED, HOVERED, RIM = QColor("#ffe066"), QColor("#5cc8ff"), QColor("#ffffff"), QColor(0, 0, 0, 200)
LINE_PX, RIM_PX, HANDLE_PX, GAP_PX, CROSS_PX = 1.6, 3.8, 4.0, 9.0, 6.0
WHILE_DRAWING_PIXELS = 20_000
"""Statistics of more pixels than these wait until the hand lets go."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """One measurement as it lies in the widget.

    Attributes
    ----------
    id : str
        Its name; empty while it is drawn.
    shape : Shape
        In source pixels.
    lines : tuple of ndarray
        What is drawn, in pixels of the widget.
    handles : tuple of Point
        Where it can be changed, in pixels of the widget.
    texts : tuple of str
    label : QRectF
        Where the texts stand; empty without any.
    has_leader : bool
        Whether the label was put there by hand, so that a line leads to it.
    """

    id: str
    shape: Shape
    lines: Lines
    handles: tuple[Point, ...]
    texts: tuple[str, ...]
    label: QRectF
    has_leader: bool = False


def sketch_of(
    name: str,
    shape: Shape,
    texts: tuple[str, ...],
    label_at: Point | None,
    placed: PictureOnScreen,
    metrics: QFontMetricsF,
    room: Room,
) -> Sketch:
    """Return where a measurement lies in the widget, its label where there is room."""
    lines = tuple(placed.in_widget(line) for line in lines_of(shape))
    points = handles_of(shape)
    handles = tuple(map(tuple, placed.in_widget(np.asarray(points, np.float64)).tolist())) if points else ()
    label = QRectF()
    if texts:
        size = _text_size(texts, metrics)
        if label_at is not None:
            (x, y), *_ = placed.in_widget(np.array([label_at])).tolist()
            label = QRectF(QPointF(x, y), size)
            room.take(_box(label))
        elif shape.kind is Kind.TEXT:
            (x, y), *_ = handles
            fits = x + GAP_PX + size.width() <= placed.screen[0] / placed.ratio
            left = x + GAP_PX if fits else x - GAP_PX - size.width()
            label = QRectF(QPointF(left, y - size.height() / 2), size)
            room.take(_box(label))
        else:
            label = QRectF(*room.place(lines, (size.width(), size.height()), GAP_PX))
    return Sketch(name, shape, lines, handles, texts, label, label_at is not None)


def draft_sketch(draft: Draft, frame: Frame, placed: PictureOnScreen, metrics: QFontMetricsF, room: Room) -> Sketch:
    """Return what is being drawn, with what it would come to."""
    shape = draft.preview
    if shape is not None:
        return sketch_of("", shape, texts_of(frame, shape), None, placed, metrics, room)
    lines = tuple(placed.in_widget(np.asarray(line, np.float64)) for line in draft.lines)
    points = tuple(map(tuple, np.vstack(lines).tolist()))
    return Sketch("", Shape(Kind.PROBE, draft.points[:1]), lines, points, (), QRectF())


def texts_of(frame: Frame, shape: Shape) -> tuple[str, ...]:
    """Return the lines beside a shape that a hand is changing; it is told at once, so large areas are not counted."""
    small = pixels_around(shape, frame.shape) <= WHILE_DRAWING_PIXELS
    return label_lines(frame, shape, figures_of(frame, shape, with_statistics=small))


def draw_sketch(painter: QPainter, sketch: Sketch, *, hovered: bool, selected: bool, unfinished: bool = False) -> None:
    """Draw one measurement."""
    colour = PICKED if selected else HOVERED if hovered else COLOUR
    if sketch.has_leader:
        _draw_leader(painter, sketch, colour)
    for width, pen_colour in ((RIM_PX, RIM), (LINE_PX, colour)):
        painter.setPen(QPen(pen_colour, width, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        _draw_lines(painter, sketch, unfinished=unfinished)
    if hovered or selected or unfinished:
        _draw_handles(painter, sketch.handles, colour)
    height = painter.fontMetrics().height()
    for number, text in enumerate(sketch.texts):
        box = QRectF(sketch.label.left(), sketch.label.top() + number * height, sketch.label.width(), height)
        draw_outlined(painter, box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text, colour)


def _draw_lines(painter: QPainter, sketch: Sketch, *, unfinished: bool) -> None:
    kind = sketch.shape.kind
    for line in sketch.lines:
        if len(line) > 1:
            painter.drawPolyline(_polygon(line))
    if unfinished:
        return
    if kind is Kind.ARROW:
        painter.drawPolyline(_polygon(arrow_head(sketch.lines[0])))
    elif kind is Kind.ANGLE:
        painter.drawPolyline(_polygon(angle_arc(sketch.lines[0])))
    elif kind is Kind.LENGTH:
        _draw_ends(painter, sketch.lines[0])
    elif kind is Kind.COBB:
        _draw_link(painter, sketch.lines)
    elif kind in {Kind.PROBE, Kind.TEXT}:
        _draw_cross(painter, QPointF(*sketch.lines[0][0]))


def _draw_ends(painter: QPainter, line: np.ndarray) -> None:
    """Draw a short stroke across each end of a length."""
    along = line[1] - line[0]
    length = float(np.hypot(*along))
    if length < 1:
        return
    across = np.array([-along[1], along[0]]) / length * CROSS_PX
    for end in line:
        painter.drawLine(QPointF(*(end - across)), QPointF(*(end + across)))


def _draw_link(painter: QPainter, lines: Lines) -> None:
    """Draw a dotted line between the middles of two lines, so that they are seen to belong together."""
    pen, dotted = painter.pen(), painter.pen()
    dotted.setStyle(Qt.PenStyle.DotLine)
    dotted.setWidthF(1)
    painter.setPen(dotted)
    painter.drawLine(QPointF(*lines[0].mean(axis=0)), QPointF(*lines[1].mean(axis=0)))
    painter.setPen(pen)


def _draw_cross(painter: QPainter, at: QPointF) -> None:
    painter.drawLine(at - QPointF(CROSS_PX, 0), at + QPointF(CROSS_PX, 0))
    painter.drawLine(at - QPointF(0, CROSS_PX), at + QPointF(0, CROSS_PX))


def _draw_handles(painter: QPainter, handles: Sequence[Point], colour: QColor) -> None:
    painter.setPen(QPen(RIM, 1.5))
    painter.setBrush(colour)
    for x, y in handles:
        painter.drawEllipse(QPointF(x, y), HANDLE_PX, HANDLE_PX)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_leader(painter: QPainter, sketch: Sketch, colour: QColor) -> None:
    """Draw a dashed line from the label to the nearest place of the shape."""
    every, middle = np.vstack(sketch.lines), sketch.label.center()
    nearest = every[np.argmin(np.hypot(every[:, 0] - middle.x(), every[:, 1] - middle.y()))]
    box = sketch.label
    x = min(max(float(nearest[0]), box.left()), box.right())
    y = min(max(float(nearest[1]), box.top()), box.bottom())
    painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, y), QPointF(*nearest))


def draw_cursor(painter: QPainter, at: QPointF) -> None:
    """Draw where the keyboard is on the picture."""
    for width, colour in ((RIM_PX, RIM), (LINE_PX, PICKED)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(at, 3 * CROSS_PX, 3 * CROSS_PX)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            step = QPointF(dx, dy)
            painter.drawLine(at + step * 3, at + step * 4 * CROSS_PX)


def _box(area: QRectF) -> Box:
    return area.x(), area.y(), area.width(), area.height()


def _text_size(texts: tuple[str, ...], metrics: QFontMetricsF) -> QSizeF:
    width = max(metrics.horizontalAdvance(text) for text in texts)
    return QSizeF(width + 2, metrics.height() * len(texts))


def _polygon(line: np.ndarray) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in line.tolist()])
