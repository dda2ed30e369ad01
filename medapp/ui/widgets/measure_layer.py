"""The measurements of a picture as they lie in the widget, computed anew only where something changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from medapp.display.measuring.draft import Draft
from medapp.display.measuring.outlines import Box, Room
from medapp.display.measuring.shapes import Measurement
from medapp.i18n import tr
from medapp.ui.measuring_view import Measures
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
    """Places measurements in a widget and paints them."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._known: tuple[object, tuple[Sketch, ...]] | None = None

    def sketches(self, measures: Measures, placed: PictureOnScreen, held: Measurement | None) -> tuple[Sketch, ...]:
        """Return what is drawn; `held` is the measurement that a hand is changing, as it is now."""
        key = (measures, held, id(placed.picture), placed.viewport, placed.screen, self._widget.font().key())
        if self._known is None or self._known[0] != key:
            self._known = key, self._placed(measures, placed, held)
        return self._known[1]

    def _placed(self, measures: Measures, placed: PictureOnScreen, held: Measurement | None) -> tuple[Sketch, ...]:
        found: list[Sketch] = []
        metrics = QFontMetricsF(self._widget.font())
        for item in measures.items:
            measurement, texts = item.measurement, item.lines
            if held is not None and held.id == measurement.id:
                changed = held.shape != measurement.shape and measures.frame is not None
                texts = texts_of(measures.frame, held.shape) if changed and measures.frame is not None else texts
                measurement = held
            shape, at = measurement.shape, measurement.label_at
            found.append(sketch_of(measurement.id, shape, texts, at, placed, metrics, self._room(found)))
        return tuple(found)

    def _room(self, sketches: Sequence[Sketch]) -> Room:
        taken: tuple[Box, ...] = tuple(
            (s.label.x(), s.label.y(), s.label.width(), s.label.height()) for s in sketches if not s.label.isEmpty()
        )
        return Room(self._widget.width(), self._widget.height(), taken)

    def paint(
        self,
        painter: QPainter,
        sketches: Sequence[Sketch],
        *,
        hovered: str,
        selected: str,
    ) -> None:
        """Paint measurements, the one that is selected last."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for sketch in sorted(sketches, key=lambda sketch: (sketch.id == selected, sketch.id == hovered)):
            draw_sketch(painter, sketch, hovered=sketch.id == hovered, selected=sketch.id == selected)

    def paint_draft(
        self, painter: QPainter, draft: Draft, measures: Measures, placed: PictureOnScreen, others: Sequence[Sketch]
    ) -> None:
        """Paint what is being drawn."""
        if measures.frame is None:
            return
        metrics = QFontMetricsF(self._widget.font())
        sketch = draft_sketch(draft, measures.frame, placed, metrics, self._room(others))
        draw_sketch(painter, sketch, hovered=False, selected=True, unfinished=draft.preview is None)

    def paint_cursor(self, painter: QPainter, at: QPointF) -> None:
        """Paint where the keyboard is, and what its keys do."""
        draw_cursor(painter, at)
        height = painter.fontMetrics().height()
        box = QRectF(0, HINT_TOP_PX, self._widget.width(), height)
        draw_outlined(painter, box, Qt.AlignmentFlag.AlignCenter, tr("measure.cursor_hint"), PICKED)
