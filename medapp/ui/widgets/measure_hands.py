"""Draws and changes measurements with the mouse: a drag or clicks, handles, whole shapes, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from medapp.display.measuring.draft import Draft
from medapp.display.measuring.outlines import with_handle
from medapp.display.measuring.shapes import Kind, Measurement, Point, Shape, moved, on_frame
from medapp.ui.measuring_view import Measures
from medapp.ui.measuring_wishes import CalibrationDrawn, Drawn, Relabelled, Reshaped, Selected
from medapp.ui.state import Tool
from medapp.ui.widgets.measure_drawing import Sketch
from medapp.ui.widgets.measure_hits import LABEL, WHOLE, Hit, hit_at
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent
from medapp.ui.widgets.viewer_hands import tool_of

DRAG_PX, NEAR_PX, TRACE_PX = 4.0, 6.0, 3.0
KINDS = {Tool(kind.value): kind for kind in Kind} | {Tool.CALIBRATE: Kind.LENGTH}
"""What each tool draws."""


@dataclass(frozen=True)
class Grab:
    """A measurement that a hand has taken: which part, where, its label's corner, and how it was then and is now."""

    hit: Hit
    start: QPointF
    label: QPointF
    before: Measurement
    now: Measurement
    moved: bool = False


class MeasureHands(QObject):
    """Holds what is half done: a draft, a measurement in the hand, the one under the pointer."""

    asked = Signal(object)
    text_asked = Signal(object, str)
    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.draft: Draft | None = None
        self.grab: Grab | None = None
        self.hovered = ""
        self.loupe: QPointF | None = None
        self._tool = Tool.WINDOW
        self._pressed: QPointF | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is half done."""
        return self.draft is not None or self.grab is not None or self.loupe is not None

    @property
    def held(self) -> Measurement | None:
        """The measurement in the hand, as it is now."""
        return self.grab.now if self.grab is not None else None

    def follow(self, content: ViewerContent, before: ViewerContent) -> None:
        """Drop what was half done on another picture or with another tool."""
        self._tool = content.tool
        if content.picture is not before.picture or content.tool is not before.tool:
            self.cancel()
        if self.hovered and all(item.measurement.id != self.hovered for item in content.measures.items):
            self.hovered = ""

    def cancel(self) -> bool:
        """Drop what is half done; tell whether there was anything."""
        was_busy = self.is_busy
        self.draft = self.grab = self.loupe = self._pressed = None
        if was_busy:
            self.changed.emit()
        return was_busy

    def press(
        self, event: QMouseEvent, content: ViewerContent, placed: PictureOnScreen, sketches: Sequence[Sketch]
    ) -> bool:
        """Take a press that is about measurements; tell whether it was."""
        tool, at = tool_of(event, content), event.position()
        if self.draft is not None and tool is content.tool:
            self._pressed = at
            self.place(placed.source_at(at), placed)
            return True
        if self.is_busy:
            return False
        hit = self._hit(event, tool, sketches)
        if hit is not None:
            measurement = _measurement(content.measures, hit.id)
            corner = next(sketch.label.topLeft() for sketch in sketches if sketch.id == hit.id)
            self.grab = Grab(hit, at, corner, measurement, measurement)
            self.changed.emit()
            return True
        if content.measures.selected and event.button() is Qt.MouseButton.LeftButton:
            self.asked.emit(Selected())
        if tool is Tool.MAGNIFIER:
            self.loupe = at
            self.changed.emit()
            return True
        if tool not in KINDS:
            return False
        self._pressed = at
        self.place(placed.source_at(at), placed)
        return True

    @staticmethod
    def _hit(event: QMouseEvent, tool: Tool | None, sketches: Sequence[Sketch]) -> Hit | None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier and event.button() is Qt.MouseButton.LeftButton
        if not plain or tool is Tool.MAGNIFIER:
            return None
        return hit_at(sketches, event.position(), drawing=tool in KINDS)

    def place(self, at: Point, placed: PictureOnScreen) -> None:
        """Set a point: begin a shape, go on with it, or end it."""
        at = on_frame(at, placed.picture.frame.shape)
        near = NEAR_PX / max(placed.pixel_px, 1e-9)
        if self.draft is None:
            self._begin(at)
        elif self.draft.kind is Kind.FREEHAND and self.draft.closes_at(at, near):
            self._finish(self.draft.outline)
        elif at != self.draft.points[-1]:
            self.draft = self.draft.placing(at)
            self._finish(self.draft.shape)
        self.changed.emit()

    def _begin(self, at: Point) -> None:
        kind = KINDS[self._tool]
        if kind is Kind.TEXT:
            self._pressed = None
            self.text_asked.emit(at, "")
        elif kind is Kind.PROBE:
            self._pressed = None
            self.asked.emit(Drawn(Shape(kind, (at,))))
        else:
            self.draft = Draft.begun(kind, at)

    def _finish(self, shape: Shape | None) -> None:
        """End the drawing, where the shape is whole."""
        if shape is None:
            return
        self.draft = self._pressed = None
        self.asked.emit(CalibrationDrawn(*shape.points) if self._tool is Tool.CALIBRATE else Drawn(shape))

    def move(self, event: QMouseEvent, placed: PictureOnScreen, sketches: Sequence[Sketch]) -> bool:
        """Follow the pointer; tell whether it is about measurements."""
        at = event.position()
        if self.loupe is not None:
            self.loupe = at
        elif self.grab is not None:
            self._pull(self.grab, at, placed)
        elif self.draft is not None:
            self._lead(self.draft, at, placed)
        else:
            free = not event.buttons() and self._tool is not Tool.MAGNIFIER
            hit = hit_at(sketches, at, drawing=self._tool in KINDS) if free else None
            name = hit.id if hit is not None else ""
            if name == self.hovered:
                return False
            self.hovered = name
        self.changed.emit()
        return self.is_busy

    def _lead(self, draft: Draft, at: QPointF, placed: PictureOnScreen) -> None:
        """Let the loose point follow; with the button held, an outline is traced."""
        point = on_frame(placed.source_at(at), placed.picture.frame.shape)
        traces = draft.kind is Kind.FREEHAND and self._pressed is not None
        if traces and (draft.traced or _is_far(self._pressed, at)):
            self.draft = draft.tracing(point, TRACE_PX / max(placed.pixel_px, 1e-9))
        else:
            self.draft = draft.pointing(point)

    def _pull(self, grab: Grab, at: QPointF, placed: PictureOnScreen) -> None:
        if not (grab.moved or _is_far(grab.start, at)):
            return
        size, before = placed.picture.frame.shape, grab.before
        (x0, y0), (x, y) = placed.source_at(grab.start), placed.source_at(at)
        if grab.hit.part == WHOLE:
            now = replace(before, shape=moved(before.shape, x - x0, y - y0, size))
        elif grab.hit.part == LABEL:
            now = replace(before, label_at=placed.source_at(grab.label + (at - grab.start)))
        else:
            now = replace(before, shape=with_handle(before.shape, grab.hit.part, on_frame((x, y), size)))
        self.grab = replace(grab, now=now, moved=True)

    def release(self, event: QMouseEvent, placed: PictureOnScreen) -> bool:
        """End a drag: the point is set where the hand lets go; tell whether it was about measurements."""
        pressed, self._pressed = self._pressed, None
        if self.loupe is not None:
            self.loupe = None
        elif self.grab is not None:
            self._let_go(self.grab)
        elif self.draft is not None and self.draft.traced:
            outline = self.draft.outline
            self.draft = None
            self._finish(outline)
        elif self.draft is not None and pressed is not None and _is_far(pressed, event.position()):
            self.place(placed.source_at(event.position()), placed)
        else:
            return self.draft is not None or pressed is not None
        self.changed.emit()
        return True

    def _let_go(self, grab: Grab) -> None:
        self.grab = None
        if not grab.moved:
            self.asked.emit(Selected(grab.hit.id))
        elif grab.now.shape != grab.before.shape:
            self.asked.emit(Reshaped(grab.hit.id, grab.now.shape))
        elif grab.now.label_at != grab.before.label_at:
            self.asked.emit(Relabelled(grab.hit.id, grab.now.label_at))

    def double_click(self, event: QMouseEvent, content: ViewerContent, placed: PictureOnScreen) -> bool:
        """Take a double click that is about measurements: change a text, or set another point."""
        edited = self._text_under(content.measures)
        if edited is not None and self.draft is None:
            self.grab = None
            self.text_asked.emit(edited.shape.points[0], edited.id)
            return True
        if tool_of(event, content) not in KINDS:
            return False
        if self.draft is not None:
            self.place(placed.source_at(event.position()), placed)
        return True

    def _text_under(self, measures: Measures) -> Measurement | None:
        found = (item.measurement for item in measures.items if item.measurement.id == self.hovered)
        return next((each for each in found if each.shape.kind is Kind.TEXT), None)


def _measurement(measures: Measures, name: str) -> Measurement:
    return next(item.measurement for item in measures.items if item.measurement.id == name)


def _is_far(start: QPointF | None, at: QPointF) -> bool:
    return start is not None and (at - start).manhattanLength() >= DRAG_PX
