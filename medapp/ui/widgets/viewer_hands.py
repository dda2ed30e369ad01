"""Turns drags and the wheel over a picture into wishes: window, zoom, pan, scroll."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from medapp.imaging.frame import Lut
from medapp.imaging.study import Window
from medapp.ui.gestures import (
    FAST,
    FINE,
    SCROLL_PX,
    WHEEL_NOTCH,
    ZOOM_PER_NOTCH,
    WheelSteps,
    dragged_window,
    opens_menu,
    tool_for,
    wheel_tool,
    zoom_factor,
)
from medapp.ui.state import Tool
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent


@dataclass
class _Drag:
    button: Qt.MouseButton
    tool: Tool | None
    start: QPointF
    last: QPointF
    moved: bool = False
    scrolled: float = 0.0


class Hands(QObject):
    """Follows one drag at a time; `moving` tells that the picture is on the way to another place or size."""

    window_requested = Signal(object)
    viewport_requested = Signal(object)
    scroll_requested = Signal(int)
    menu_requested = Signal(QPoint)
    moving = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._drag: _Drag | None = None
        self._wheel = WheelSteps()

    @property
    def tool(self) -> Tool | None:
        """What the drag that is under way does."""
        return self._drag.tool if self._drag is not None else None

    def press(self, event: QMouseEvent, content: ViewerContent) -> None:
        """Begin a drag."""
        if self._drag is None:
            self._drag = _Drag(event.button(), tool_of(event, content), event.position(), event.position())

    def move(self, event: QMouseEvent, content: ViewerContent, placed: PictureOnScreen | None) -> None:
        """Go on with the drag."""
        drag = self._drag
        if drag is None or drag.tool is None or placed is None:
            return
        if not drag.moved:
            distance = (event.position() - drag.start).manhattanLength()
            if opens_menu(drag.button, content.mouse) and distance < QApplication.startDragDistance() / 2:
                return
            drag.moved = True
        delta = event.position() - drag.last
        drag.last = event.position()
        self._dragged(drag, delta, event.modifiers(), content, placed)

    def release(self, event: QMouseEvent, content: ViewerContent) -> None:
        """End the drag; a click without one asks for the menu where the button does."""
        drag, self._drag = self._drag, None
        if drag and not drag.moved and content.picture and opens_menu(drag.button, content.mouse):
            self.menu_requested.emit(event.globalPosition().toPoint())

    def turn(self, event: QWheelEvent, content: ViewerContent, placed: PictureOnScreen | None) -> None:
        """Scroll, or zoom at the pointer, as the mouse was set up."""
        turned = event.angleDelta().y()
        tool = wheel_tool(event.modifiers(), content.mouse)
        if tool is Tool.ZOOM:
            self.moving.emit()
            self.zoom(ZOOM_PER_NOTCH ** (turned / WHEEL_NOTCH), event.position(), placed)
        elif tool is Tool.SCROLL and (steps := self._wheel.after(turned)):
            self.scroll_requested.emit(steps)

    def zoom(self, factor: float, at: QPointF, placed: PictureOnScreen | None) -> None:
        """Ask for a larger or smaller picture; what is at `at` stays there."""
        if placed is not None:
            point = (at.x() * placed.ratio, at.y() * placed.ratio)
            self.viewport_requested.emit(placed.viewport.zoomed_at(factor, point, placed.shape, placed.screen))

    def _dragged(
        self,
        drag: _Drag,
        delta: QPointF,
        modifiers: Qt.KeyboardModifier,
        content: ViewerContent,
        placed: PictureOnScreen,
    ) -> None:
        match drag.tool:
            case Tool.WINDOW:
                self._request_window(delta, modifiers, content)
            case Tool.ZOOM:
                self.moving.emit()
                self.zoom(zoom_factor(delta.y()), drag.start, placed)
            case Tool.PAN:
                self.moving.emit()
                dx, dy = delta.x() * placed.ratio, delta.y() * placed.ratio
                self.viewport_requested.emit(placed.viewport.panned(dx, dy, placed.shape, placed.screen))
            case Tool.SCROLL:
                drag.scrolled += delta.y() / SCROLL_PX
                steps = int(drag.scrolled)
                drag.scrolled -= steps
                if steps:
                    self.scroll_requested.emit(steps)

    def _request_window(self, delta: QPointF, modifiers: Qt.KeyboardModifier, content: ViewerContent) -> None:
        picture, voi = content.picture, content.voi
        if picture is None or picture.automatic is None:
            return
        start = picture.automatic if isinstance(voi, Lut) or voi is None else voi
        speed = FAST if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0
        speed *= FINE if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
        up_is_brighter = -1 if picture.shown.inverted != content.viewport.inverted else 1
        window: Window = dragged_window(start, delta.x(), delta.y() * up_is_brighter, picture.automatic.width, speed)
        self.window_requested.emit(window)


def tool_of(event: QMouseEvent, content: ViewerContent) -> Tool | None:
    """Return what the button that is pressed does on this picture."""
    tool = tool_for(event.button(), event.modifiers(), content.tool, content.mouse)
    if tool is Tool.WINDOW and content.voi is None:
        return Tool.PAN  # colour has no window
    return tool
