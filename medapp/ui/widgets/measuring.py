"""All that measures in one viewer: mouse, keys, the line for texts, and how it is painted."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from medapp.display.measuring.shapes import Kind, Point, Shape
from medapp.i18n import clauses
from medapp.ui.measuring_wishes import Drawn, Reshaped
from medapp.ui.state import Tool
from medapp.ui.widgets.loupe import Loupe
from medapp.ui.widgets.measure_drawing import Sketch
from medapp.ui.widgets.measure_hands import MeasureHands
from medapp.ui.widgets.measure_keys import MeasureKeys
from medapp.ui.widgets.measure_layer import MeasureLayer
from medapp.ui.widgets.text_entry import TextEntry
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent


class Measuring(QObject):
    """Hands events of a viewer to whoever they are for; emits wishes, and that there is something else to paint."""

    asked = Signal(object)
    changed = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._hands = MeasureHands(self)
        self.keys = MeasureKeys(self._hands)
        self._layer, self._loupe = MeasureLayer(widget), Loupe()
        self._entry = TextEntry(widget)
        self._text_at: Point = (0.0, 0.0)
        self._text_of = ""
        self._content = ViewerContent()
        self._placed: PictureOnScreen | None = None
        for part in (self._hands, self.keys):
            part.asked.connect(self.asked)
            part.changed.connect(self.changed)
        self._hands.text_asked.connect(self._ask_for_text)
        self._entry.written.connect(self._take_text)

    @property
    def hovered(self) -> str:
        """The measurement under the pointer, or empty."""
        return self._hands.hovered

    def follow(self, content: ViewerContent, before: ViewerContent, placed: PictureOnScreen | None) -> None:
        """Take what is shown now."""
        self._content, self._placed = content, placed
        if content.measures.items != before.measures.items:
            told = clauses(line for item in content.measures.items[-1:] for line in item.lines)
            self._widget.setAccessibleDescription(told)
        self._hands.follow(content, before)
        self.keys.follow(content, placed)
        if content.picture is not before.picture:
            self._entry.hide()

    def _sketches(self, placed: PictureOnScreen) -> tuple[Sketch, ...]:
        self._placed = placed
        return self._layer.sketches(self._content.measures, placed)

    def paint(self, painter: QPainter, content: ViewerContent, placed: PictureOnScreen) -> None:
        """Paint measurements, what is being drawn, the cursor and the loupe."""
        hands, cursor = self._hands, self._cursor_in(placed)
        sketches = self._sketches(placed)
        painter.save()
        held = hands.held
        self._layer.paint(painter, sketches, held.id if held else "", hands.hovered, content.measures.selected)
        if held is not None:
            self._layer.paint_held(painter, held, content.measures, placed)
        if hands.draft is not None:
            self._layer.paint_draft(painter, hands.draft, content.measures, placed)
        loupe = cursor if content.tool is Tool.MAGNIFIER and cursor is not None else hands.loupe
        if loupe is not None:
            self._loupe.paint(painter, content, placed, loupe)
        if cursor is not None:
            self._layer.paint_cursor(painter, cursor)
        painter.restore()

    def _cursor_in(self, placed: PictureOnScreen) -> QPointF | None:
        if self.keys.cursor is None:
            return None
        (x, y), *_ = placed.in_widget(np.array([self.keys.cursor])).tolist()
        return QPointF(x, y)

    def press(self, event: QMouseEvent, content: ViewerContent, placed: PictureOnScreen | None) -> bool:
        """Take a press that is about measurements; tell whether it was."""
        self.keys.end()
        return placed is not None and self._hands.press(event, content, placed, self._sketches(placed))

    def move(self, event: QMouseEvent, placed: PictureOnScreen | None) -> bool:
        """Follow the pointer; tell whether that is about measurements."""
        self.keys.pointer_at(event.position())
        return placed is not None and self._hands.move(event, placed, self._sketches(placed))

    def release(self, event: QMouseEvent, placed: PictureOnScreen | None) -> bool:
        """End a drag; tell whether it was about measurements."""
        return placed is not None and self._hands.release(event, placed)

    def double_click(self, event: QMouseEvent, content: ViewerContent, placed: PictureOnScreen | None) -> bool:
        """Take a double click that is about measurements; tell whether it was."""
        return placed is not None and self._hands.double_click(event, content, placed)

    @Slot(object, str)
    def _ask_for_text(self, at: Point, name: str) -> None:
        if self._placed is None:
            return
        self._text_at, self._text_of = at, name
        (x, y), *_ = self._placed.in_widget(np.array([at])).tolist()
        known = (item.measurement for item in self._content.measures.items if item.measurement.id == name)
        text = next((measurement.shape.text for measurement in known), "")
        self._entry.ask(QPoint(round(x), round(y)), text)

    @Slot(str)
    def _take_text(self, text: str) -> None:
        shape = Shape(Kind.TEXT, (self._text_at,), text)
        self.asked.emit(Reshaped(self._text_of, shape) if self._text_of else Drawn(shape))
