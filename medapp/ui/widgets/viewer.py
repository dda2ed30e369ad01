"""The image: draws what it is given, and turns movements of the hand into wishes."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from medapp.display.look import Covering
from medapp.display.viewport import ImageShape, Viewport
from medapp.i18n import tr
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window
from medapp.imaging.voi import Voi
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
from medapp.ui.mouse import MouseProfile
from medapp.ui.state import Picture, Tool
from medapp.ui.widgets.annotations import draw_annotations, draw_message
from medapp.ui.widgets.heat_contour import draw_contours
from medapp.ui.widgets.picture_layers import Drawn, HeatMapView, Layers
from medapp.ui.widgets.presentation_drawing import draw_legend, draw_presentation
from medapp.ui.widgets.readout import Readout

LATE_MS = 150
STILL_MS = 120
CORNER_PX = 90
DIMMED = 0.45


@dataclass(frozen=True, eq=False)
class ViewerContent:
    """All that the viewer shows. Texts, window and heat map belong to `picture` and to no other."""

    picture: Picture | None = None
    viewport: Viewport = field(default_factory=Viewport)
    voi: Voi | None = None
    tool: Tool = Tool.WINDOW
    mouse: MouseProfile = field(default_factory=MouseProfile)
    annotations: bool = True
    overlays: bool = True
    shutters: bool = True
    heat_map: HeatMapView | None = None
    loading: bool = False
    message: str = ""


@dataclass
class _Drag:
    button: Qt.MouseButton
    tool: Tool | None
    start: QPointF
    last: QPointF
    moved: bool = False
    scrolled: float = 0.0


class Viewer(QWidget):
    """Renders one picture; emits windows, viewports and steps that a person asks for."""

    window_requested = Signal(object)
    viewport_requested = Signal(object)
    scroll_requested = Signal(int)
    maximise_requested = Signal()
    menu_requested = Signal(QPoint)
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAccessibleName(tr("ui.viewer"))
        self._content = ViewerContent()
        self._layers = Layers()
        self._drag: _Drag | None = None
        self._pointer: QPointF | None = None
        self._readout = Readout(self)
        self._part: QRegion | None = None
        self.setMouseTracking(True)
        self._wheel = WheelSteps()
        self._late = False
        self._late_timer = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late_timer.timeout.connect(self._become_late)
        self._still_timer = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still_timer.timeout.connect(self.update)

    @property
    def content(self) -> ViewerContent:
        """What is shown."""
        return self._content

    def render_content(self, content: ViewerContent) -> None:
        """Show `content`."""
        before, self._content = self._content, content
        if content.picture is not before.picture:
            self._layers.picture_changed()
        if not content.loading:
            self._late = False
            self._late_timer.stop()
        elif not self._late and not self._late_timer.isActive():
            self._late_timer.start()
        self.setCursor(_cursor(content))
        self._tell_values()
        if self._part is not None and _only_window_differs(before, content):
            self.update(self._part)  # a drag of the window changes nothing else
        else:
            self.update()

    def zoom_at_centre(self, factor: float) -> None:
        """Ask for a larger or smaller picture."""
        self._request_zoom(factor, QPointF(self.rect().center()))

    @Slot()
    def _become_late(self) -> None:
        self._late = True
        self.update()

    def _screen(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def shown_image(self) -> QImage | None:
        """Return the picture as it is drawn, without texts and the black around it, valid until the next is."""
        drawn = self._drawn()
        return None if drawn is None else drawn.image

    def _drawn(self) -> Drawn | None:
        """Return the picture as it is drawn, and where; None while there is none.

        While a hand moves it, it is made of fewer pixels: they are all there when it is still.
        """
        content, moving = self._content, self._still_timer.isActive()
        if content.picture is None:
            return None
        covering = Covering(content.overlays, content.shutters, content.picture.segments if content.overlays else ())
        return self._layers.image(
            content.picture.shown, content.viewport, content.voi, self._screen(), covering, moving=moving
        )

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw picture, heat map and texts."""
        content = self._content
        painter = QPainter(self)
        drawn = self._drawn()
        at = QRectF() if drawn is None else drawn.rectangle(self.devicePixelRatioF())
        self._part = None if drawn is None else self._changed_by_window(at)
        for black in [QRectF(self.rect())] if self._late else _around(at, QRectF(self.rect())):
            painter.fillRect(black, Qt.GlobalColor.black)
        if content.picture is not None and drawn is not None:
            painter.setOpacity(DIMMED if self._late else 1.0)
            painter.drawImage(at, drawn.image)
            if content.heat_map is not None:
                overlay = self._layers.heat_map(
                    content.heat_map, content.picture.shown, content.viewport, self._screen()
                )
                painter.drawImage(self.rect(), overlay)
                self._draw_contours(painter, content.heat_map, content.picture.shown)
            painter.setOpacity(1.0)
            self._draw_over(painter, content.picture)
            draw_annotations(
                painter, self.rect(), content.picture, content.viewport, content.voi, full=content.annotations
            )
        if content.message:
            draw_message(painter, self.rect(), content.message)
        elif self._late:
            draw_message(painter, self.rect(), tr("ui.loading"))
        if self.hasFocus() and content.picture is None:
            painter.setPen(QColor("#4aa3ff"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw_contours(self, painter: QPainter, view: HeatMapView, frame: Frame) -> None:
        to_screen = self._content.viewport.source_to_screen(ImageShape.of(frame), self._screen())
        draw_contours(painter, self._layers.contours(view, frame), to_screen, self.devicePixelRatioF())

    def _changed_by_window(self, picture: QRectF) -> QRegion:
        """Return what a change of the window changes: the picture, and the corner that tells the window."""
        corner = QRect(0, 0, round(self.width() * 0.45), CORNER_PX)
        corner.moveBottomRight(self.rect().bottomRight())
        return QRegion(picture.toAlignedRect()).united(QRegion(corner))

    def _draw_over(self, painter: QPainter, picture: Picture) -> None:
        """Draw what belongs to the picture and is no part of it."""
        content = self._content
        if not content.overlays:
            return
        if picture.presented is not None:
            ratio = self.devicePixelRatioF()
            draw_presentation(painter, picture.presented, content.viewport, self._screen(), ratio)
        if content.annotations:
            draw_legend(painter, self.rect(), picture.segments)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew in the new size."""
        super().resizeEvent(event)
        self._readout.place()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        if self._drag is None:
            tool = _tool_of(event, self._content)
            self._drag = _Drag(event.button(), tool, event.position(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag: window, zoom, pan or scroll; tell what lies under the pointer."""
        self._pointer = event.position()
        self._tell_values()
        drag = self._drag
        if drag is None or drag.tool is None or self._content.picture is None:
            return
        if not drag.moved:
            distance = (event.position() - drag.start).manhattanLength()
            if self._has_menu(drag) and distance < QApplication.startDragDistance() / 2:
                return
            drag.moved = True
        delta = event.position() - drag.last
        drag.last = event.position()
        self._dragged(drag, delta, event.modifiers())

    def leaveEvent(self, event: QEvent) -> None:
        """Tell no values any more."""
        super().leaveEvent(event)
        self._pointer = None
        self._tell_values()

    def _tell_values(self) -> None:
        content, at = self._content, self._pointer
        if content.picture is None or not content.annotations:
            at = None
        device = None if at is None else at * self.devicePixelRatioF()
        self._readout.tell(content.picture, content.viewport, self._screen(), device)

    def _dragged(self, drag: _Drag, delta: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        match drag.tool:
            case Tool.WINDOW:
                self._request_window(delta, modifiers)
            case Tool.ZOOM:
                self._still_timer.start()
                self._request_zoom(zoom_factor(delta.y()), drag.start)
            case Tool.PAN:
                self._request_pan(delta)
            case Tool.SCROLL:
                drag.scrolled += delta.y() / SCROLL_PX
                steps = int(drag.scrolled)
                drag.scrolled -= steps
                if steps:
                    self.scroll_requested.emit(steps)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a right click without one asks for the menu."""
        drag, self._drag = self._drag, None
        if drag and self._has_menu(drag) and not drag.moved and self._content.picture:
            self.menu_requested.emit(event.globalPosition().toPoint())

    def _has_menu(self, drag: _Drag) -> bool:
        return opens_menu(drag.button, self._content.mouse)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the whole window; without a picture, for files."""
        if event.button() is Qt.MouseButton.LeftButton:
            (self.maximise_requested if self._content.picture else self.open_requested).emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by the keyboard; the mouse's comes with the button's release."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self._content.picture:
            self.menu_requested.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or zoom at the pointer, as the mouse was set up."""
        turned = event.angleDelta().y()
        tool = wheel_tool(event.modifiers(), self._content.mouse)
        if tool is Tool.ZOOM:
            self._still_timer.start()
            self._request_zoom(ZOOM_PER_NOTCH ** (turned / WHEEL_NOTCH), event.position())
        elif tool is Tool.SCROLL and (steps := self._wheel.after(turned)):
            self.scroll_requested.emit(steps)
        event.accept()

    def _request_window(self, delta: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        picture, voi = self._content.picture, self._content.voi
        if picture is None or picture.automatic is None:
            return
        start = picture.automatic if isinstance(voi, Lut) or voi is None else voi
        speed = FAST if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0
        speed *= FINE if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
        up_is_brighter = -1 if self._shown_inverted(picture) else 1
        window: Window = dragged_window(start, delta.x(), delta.y() * up_is_brighter, picture.automatic.width, speed)
        self.window_requested.emit(window)

    def _shown_inverted(self, picture: Picture) -> bool:
        return picture.shown.inverted != self._content.viewport.inverted

    def _request_zoom(self, factor: float, at: QPointF) -> None:
        if self._content.picture is not None:
            ratio = self.devicePixelRatioF()
            point = (at.x() * ratio, at.y() * ratio)
            shape = ImageShape.of(self._content.picture.shown)
            self.viewport_requested.emit(self._content.viewport.zoomed_at(factor, point, shape, self._screen()))

    def _request_pan(self, delta: QPointF) -> None:
        if self._content.picture is not None:
            self._still_timer.start()
            ratio = self.devicePixelRatioF()
            shape = ImageShape.of(self._content.picture.shown)
            dx, dy = delta.x() * ratio, delta.y() * ratio
            self.viewport_requested.emit(self._content.viewport.panned(dx, dy, shape, self._screen()))


def _only_window_differs(one: ViewerContent, other: ViewerContent) -> bool:
    """Tell whether two contents look alike but for the window of the same picture."""
    if one.picture is not other.picture or one.heat_map is not None or other.heat_map is not None:
        return False
    return _look(one) == _look(other)


def _look(content: ViewerContent) -> tuple[object, ...]:
    """Return what a content looks like, its picture and its window left out."""
    shown = content.annotations, content.overlays, content.shutters
    return content.viewport, content.tool, shown, content.loading, content.message


def _around(inner: QRectF, outer: QRectF) -> list[QRectF]:
    """Return what of `outer` lies above, below, left and right of `inner`."""
    above = QRectF(outer.left(), outer.top(), outer.width(), inner.top() - outer.top())
    below = QRectF(outer.left(), inner.bottom(), outer.width(), outer.bottom() - inner.bottom())
    left = QRectF(outer.left(), inner.top(), inner.left() - outer.left(), inner.height())
    right = QRectF(inner.right(), inner.top(), outer.right() - inner.right(), inner.height())
    return [part for part in (above, below, left, right) if part.width() > 0 and part.height() > 0]


def _tool_of(event: QMouseEvent, content: ViewerContent) -> Tool | None:
    tool = tool_for(event.button(), event.modifiers(), content.tool, content.mouse)
    if tool is Tool.WINDOW and content.voi is None:
        return Tool.PAN  # colour has no window
    return tool


def _cursor(content: ViewerContent) -> Qt.CursorShape:
    if content.picture is None:
        return Qt.CursorShape.ArrowCursor
    return {
        Tool.WINDOW: Qt.CursorShape.CrossCursor,
        Tool.SCROLL: Qt.CursorShape.SizeVerCursor,
        Tool.ZOOM: Qt.CursorShape.PointingHandCursor,
        Tool.PAN: Qt.CursorShape.OpenHandCursor,
    }.get(content.tool, Qt.CursorShape.CrossCursor)
