"""The measurements of a picture as they lie in the widget: placed and painted anew only where something changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from medapp.display.measuring.draft import Draft
from medapp.display.measuring.outlines import lines_of
from medapp.display.measuring.room import Room
from medapp.display.measuring.shapes import Kind, Measurement
from medapp.i18n import tr
from medapp.ui.measuring_view import MeasureItem, Measures
from medapp.ui.widgets.measure_drawing import (
    PICKED,
    Sketch,
    draft_sketch,
    draw_cursor,
    draw_sketch,
    sketch_of,
    texts_of,
)
from medapp.ui.widgets.outlined_text import draw_outlined
from medapp.ui.widgets.viewer_content import PictureOnScreen

HINT_TOP_PX = 34


class MeasureLayer:
    """Places measurements in a widget and paints them; those that lie still are painted once."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._known: tuple[object, tuple[Sketch, ...]] | None = None
        self._still: tuple[object, QPixmap] | None = None

    def sketches(self, measures: Measures, placed: PictureOnScreen) -> tuple[Sketch, ...]:
        """Return what is drawn."""
        key = (measures, placed.picture, placed.viewport, placed.screen, self._widget.font().key())
        if self._known is None or self._known[0] != key:
            self._known = key, sketches_of(measures, placed, self._widget.font())
        return self._known[1]

    def paint(self, painter: QPainter, sketches: Sequence[Sketch], held: str, hovered: str, selected: str) -> None:
        """Paint measurements but the one that a hand holds."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        still = [sketch for sketch in sketches if sketch.id != held]
        if not still:
            return
        ratio = self._widget.devicePixelRatioF()
        key = (tuple(sketches), held, hovered, selected, self._widget.size().toTuple(), ratio)
        if self._still is None or self._still[0] != key:
            self._still = key, self._painted(still, hovered, selected, ratio)
        painter.drawPixmap(0, 0, self._still[1])

    def _painted(self, sketches: Sequence[Sketch], hovered: str, selected: str, ratio: float) -> QPixmap:
        """Return measurements on nothing, the one that is selected over the others."""
        pixmap = QPixmap(round(self._widget.width() * ratio), round(self._widget.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setFont(self._widget.font())
        draw_sketches(painter, sketches, hovered, selected)
        painter.end()
        return pixmap

    def paint_held(self, painter: QPainter, held: Measurement, measures: Measures, placed: PictureOnScreen) -> None:
        """Paint the measurement that a hand holds, with what it comes to now."""
        item = next((item for item in measures.items if item.measurement.id == held.id), None)
        if item is None or measures.frame is None:
            return
        is_changed = held.shape != item.measurement.shape
        texts = texts_of(measures.frame, held.shape) if is_changed else item.lines
        metrics = QFontMetricsF(self._widget.font())
        sketch = _sketch(MeasureItem(held, texts), placed, metrics, _room(placed))
        draw_sketch(painter, sketch, hovered=True, selected=held.id == measures.selected)

    def paint_draft(self, painter: QPainter, draft: Draft, measures: Measures, placed: PictureOnScreen) -> None:
        """Paint what is being drawn."""
        if measures.frame is not None:
            metrics = QFontMetricsF(self._widget.font())
            sketch = draft_sketch(draft, measures.frame, placed, metrics, _room(placed))
            draw_sketch(painter, sketch, hovered=False, selected=True, unfinished=draft.preview is None)

    def paint_cursor(self, painter: QPainter, at: QPointF) -> None:
        """Paint where the keyboard is, and what its keys do."""
        draw_cursor(painter, at)
        height = painter.fontMetrics().height()
        box = QRectF(0, HINT_TOP_PX, self._widget.width(), height)
        draw_outlined(painter, box, Qt.AlignmentFlag.AlignCenter, tr("measure.cursor_hint"), PICKED)


def sketches_of(measures: Measures, placed: PictureOnScreen, font: QFont) -> tuple[Sketch, ...]:
    """Return where measurements lie, their labels where there is room; those with a place of their own come first."""
    if not measures.items:
        return ()
    metrics = QFontMetricsF(font)
    shapes = [item.measurement.shape for item in measures.items]
    room = _room(placed, (placed.in_widget(line) for shape in shapes for line in lines_of(shape)))
    fixed_first = sorted(measures.items, key=lambda item: not _has_place(item.measurement))
    found = {item.measurement.id: _sketch(item, placed, metrics, room) for item in fixed_first}
    return tuple(found[item.measurement.id] for item in measures.items)


def draw_sketches(painter: QPainter, sketches: Sequence[Sketch], hovered: str = "", selected: str = "") -> None:
    """Draw measurements, the one that is selected over the others. In any thread, where the painter may be."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for sketch in sorted(sketches, key=lambda sketch: (sketch.id == selected, sketch.id == hovered)):
        draw_sketch(painter, sketch, hovered=sketch.id == hovered, selected=sketch.id == selected)


def _room(placed: PictureOnScreen, lines: Iterable[NDArray[np.float64]] = ()) -> Room:
    return Room(placed.screen[0] / placed.ratio, placed.screen[1] / placed.ratio, lines)


def _sketch(item: MeasureItem, placed: PictureOnScreen, metrics: QFontMetricsF, room: Room) -> Sketch:
    measurement = item.measurement
    return sketch_of(measurement.id, measurement.shape, item.lines, measurement.label_at, placed, metrics, room)


def _has_place(measurement: Measurement) -> bool:
    """Tell whether a label stands where it was put, so that others have to make room."""
    return measurement.label_at is not None or measurement.shape.kind is Kind.TEXT
