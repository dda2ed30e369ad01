"""Measures with the keyboard: a cursor on the picture sets points, arrow keys move what is selected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from medapp.display.measuring.shapes import Point, moved, on_frame
from medapp.ui.measuring_view import MeasureItem
from medapp.ui.measuring_wishes import Reshaped, Selected
from medapp.ui.state import Tool
from medapp.ui.widgets.measure_hands import KINDS, MeasureHands
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
BY_KEYBOARD = frozenset({*KINDS, Tool.MAGNIFIER})
SHIFT_STEPS, CTRL_STEPS = 10, 50
SHAKE_PX = 4.0


class MeasureKeys(QObject):
    """Holds the cursor; what it draws is drawn by the same hands as with the mouse."""

    asked = Signal(object)
    changed = Signal()

    def __init__(self, hands: MeasureHands) -> None:
        super().__init__(hands)
        self._hands = hands
        self.cursor: Point | None = None
        self._pointer: QPointF | None = None

    def begin(self, content: ViewerContent, placed: PictureOnScreen | None, pointer: QPointF | None) -> None:
        """Put the cursor where the pointer is, else in the middle of what is seen, on the middle of a pixel."""
        if placed is None or content.tool not in BY_KEYBOARD:
            return
        middle = QPointF(placed.screen[0] / placed.ratio / 2, placed.screen[1] / placed.ratio / 2)
        x, y = on_frame(placed.source_at(pointer or middle), placed.picture.frame.shape)
        self.cursor = _pixel(x, y, placed)
        self._pointer = None
        self.changed.emit()

    def end(self) -> None:
        """Take the cursor off the picture."""
        if self.cursor is not None:
            self.cursor = None
            self.changed.emit()

    def pointer_at(self, at: QPointF) -> None:
        """Leave the picture to the mouse as soon as it is moved; one that lies on a desk trembles."""
        if self._pointer is None:
            self._pointer = at
        elif (at - self._pointer).manhattanLength() > SHAKE_PX:
            self.end()

    def follow(self, content: ViewerContent, placed: PictureOnScreen | None) -> None:
        """Drop the cursor with the tool, and keep it on the picture."""
        if placed is None or content.tool not in BY_KEYBOARD:
            self.end()
        elif self.cursor is not None:
            x, y = on_frame(self.cursor, placed.picture.frame.shape)
            self.cursor = _pixel(x, y, placed)

    def action(
        self, event: QKeyEvent, content: ViewerContent, placed: PictureOnScreen | None, pointer: QPointF | None
    ) -> Callable[[], object] | None:
        """Return what a key does here; None where it is for the rest of the program."""
        if placed is None:
            return None
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key is Qt.Key.Key_Escape and modifiers == Qt.KeyboardModifier.NoModifier:
            return self._cancelling(content)
        if key in ENTER and modifiers == Qt.KeyboardModifier.NoModifier and content.tool in BY_KEYBOARD:
            return partial(self._enter, content, placed, pointer)
        if key is Qt.Key.Key_Backspace and self._hands.draft is not None:
            return self._take_back
        if key in ARROWS:
            return self._moving(key, modifiers, content, placed)
        return None

    def _cancelling(self, content: ViewerContent) -> Callable[[], object] | None:
        if self._hands.is_busy:
            return self._hands.cancel
        if self.cursor is not None:
            return self.end
        return partial(self.asked.emit, Selected()) if content.measures.selected else None

    def _take_back(self) -> None:
        draft = self._hands.draft
        self._hands.draft = draft.without_last() if draft is not None else None
        self.changed.emit()

    def _enter(self, content: ViewerContent, placed: PictureOnScreen, pointer: QPointF | None) -> None:
        if self.cursor is None:
            self.begin(content, placed, pointer)
        elif content.tool is not Tool.MAGNIFIER:
            self._hands.place(self.cursor, placed)

    def _moving(
        self, key: Qt.Key, modifiers: Qt.KeyboardModifier, content: ViewerContent, placed: PictureOnScreen
    ) -> Callable[[], object] | None:
        times = {
            Qt.KeyboardModifier.NoModifier: 1,
            Qt.KeyboardModifier.ShiftModifier: SHIFT_STEPS,
            Qt.KeyboardModifier.ControlModifier: CTRL_STEPS,
        }.get(modifiers)
        if times is None:
            return None
        step = _step(ARROWS[key], times, placed)
        if self.cursor is not None:
            return partial(self._move_cursor, step, placed)
        selected = next((i for i in content.measures.items if i.measurement.id == content.measures.selected), None)
        return partial(self._nudge, selected, step, placed) if selected is not None else None

    def _move_cursor(self, step: Point, placed: PictureOnScreen) -> None:
        if self.cursor is None:
            return
        x, y = on_frame((self.cursor[0] + step[0], self.cursor[1] + step[1]), placed.picture.frame.shape)
        self.cursor = _pixel(x, y, placed)
        if self._hands.draft is not None:
            self._hands.draft = self._hands.draft.pointing(self.cursor)
        self.changed.emit()

    def _nudge(self, item: MeasureItem, step: Point, placed: PictureOnScreen) -> None:
        shape = moved(item.measurement.shape, *step, placed.picture.frame.shape)
        if shape != item.measurement.shape:
            self.asked.emit(Reshaped(item.measurement.id, shape, nudged=True))


def _step(direction: tuple[int, int], times: int, placed: PictureOnScreen) -> Point:
    """Return a step on the screen in whole source pixels: one, or as many as one pixel of the screen shows."""
    x, y = placed.source_step(*direction)
    one = (_unit(x), _unit(y))
    return one[0] * times, one[1] * times


def _unit(step: float) -> int:
    if abs(step) < 1e-9:
        return 0
    return max(1, round(abs(step))) * (1 if step > 0 else -1)


def _pixel(x: float, y: float, placed: PictureOnScreen) -> Point:
    """Return the nearest middle of a pixel of the frame."""
    rows, columns = placed.picture.frame.shape
    return float(min(max(round(x), 0), columns - 1)), float(min(max(round(y), 0), rows - 1))
