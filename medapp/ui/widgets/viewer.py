"""The image: draws what it is given, and hands what a person does on to those who make wishes of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.i18n import tr
from medapp.ui.state import Tool
from medapp.ui.widgets.measuring import Measuring
from medapp.ui.widgets.picture_layers import Drawn
from medapp.ui.widgets.readout import Readout
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent, only_window_differs
from medapp.ui.widgets.viewer_hands import Hands
from medapp.ui.widgets.viewer_painting import Painting, changed_by_window, paint_black, paint_texts

__all__ = ["Viewer", "ViewerContent"]

LATE_MS = 150
STILL_MS = 120


class Viewer(QWidget):
    """Renders one picture; emits windows, viewports and steps that a person asks for."""

    window_requested = Signal(object)
    viewport_requested = Signal(object)
    scroll_requested = Signal(int)
    maximise_requested = Signal()
    menu_requested = Signal(QPoint)
    open_requested = Signal()
    measuring_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAccessibleName(tr("ui.viewer"))
        self.setMouseTracking(True)
        self._content = ViewerContent()
        self._painting = Painting()
        self._pointer: QPointF | None = None
        self._readout = Readout(self)
        self._part: QRegion | None = None
        self._late = False
        self._late_timer = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late_timer.timeout.connect(self._become_late)
        self._still_timer = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still_timer.timeout.connect(self.update)
        self._hands = self._made_hands()
        self.measuring = Measuring(self)
        self.measuring.asked.connect(self.measuring_requested)
        self.measuring.changed.connect(self.update)

    def _made_hands(self) -> Hands:
        hands = Hands(self)
        hands.window_requested.connect(self.window_requested)
        hands.viewport_requested.connect(self.viewport_requested)
        hands.scroll_requested.connect(self.scroll_requested)
        hands.menu_requested.connect(self.menu_requested)
        hands.moving.connect(self._still_timer.start)
        return hands

    @property
    def content(self) -> ViewerContent:
        """What is shown."""
        return self._content

    def render_content(self, content: ViewerContent) -> None:
        """Show `content`."""
        before, self._content = self._content, content
        if content.picture is not before.picture:
            self._painting.picture_changed()
        if not content.loading:
            self._late = False
            self._late_timer.stop()
        elif not self._late and not self._late_timer.isActive():
            self._late_timer.start()
        self.measuring.follow(content, before, self._placed())
        self._show_cursor()
        self._tell_values()
        if self._part is not None and only_window_differs(before, content):
            self.update(self._part)  # a drag of the window changes nothing else
        else:
            self.update()

    def _show_cursor(self) -> None:
        """Show what a press would do here."""
        hand = Qt.CursorShape.SizeAllCursor if self.measuring.hovered else _cursor(self._content)
        if self.cursor().shape() is not hand:
            self.setCursor(hand)

    def zoom_at_centre(self, factor: float) -> None:
        """Ask for a larger or smaller picture."""
        self._hands.zoom(factor, QPointF(self.rect().center()), self._placed())

    @Slot()
    def _become_late(self) -> None:
        self._late = True
        self.update()

    def _screen(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def _placed(self) -> PictureOnScreen | None:
        """Return the picture and where it lies; None while there is none."""
        picture, viewport = self._content.picture, self._content.viewport
        if picture is None:
            return None
        return PictureOnScreen(picture, viewport, self._screen(), self.devicePixelRatioF())

    def shown_image(self) -> QImage | None:
        """Return the picture as it is drawn, without texts and the black around it, valid until the next is."""
        drawn = self._drawn()
        return None if drawn is None else drawn.image

    def _drawn(self) -> Drawn | None:
        placed = self._placed()
        if placed is None:
            return None
        return self._painting.drawn(self._content, placed, moving=self._still_timer.isActive())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw picture, heat map and texts."""
        content, placed, drawn = self._content, self._placed(), self._drawn()
        painter = QPainter(self)
        at = QRectF() if drawn is None else drawn.rectangle(self.devicePixelRatioF())
        self._part = None if drawn is None else changed_by_window(self.rect(), at)
        paint_black(painter, at, late=self._late)
        if placed is not None and drawn is not None:
            self._painting.paint_picture(painter, content, placed, drawn, late=self._late)
            self.measuring.paint(painter, content, placed)
        paint_texts(painter, content, late=self._late, focused=self.hasFocus())
        painter.end()

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
        """Begin a drag, or something that measures."""
        if not self.measuring.press(event, self._content, self._placed()):
            self._hands.press(event, self._content)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag: measure, window, zoom, pan or scroll; tell what lies under the pointer."""
        self._pointer = event.position()
        self._tell_values()
        if not self.measuring.move(event, self._placed()) or self._hands.tool is not None:
            self._hands.move(event, self._content, self._placed())
        self._show_cursor()

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

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a right click without one asks for the menu."""
        if not self.measuring.release(event, self._placed()) or self._hands.tool is not None:
            self._hands.release(event, self._content)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the whole window; without a picture, for files."""
        if self.measuring.double_click(event, self._content, self._placed()):
            return
        if event.button() is Qt.MouseButton.LeftButton:
            (self.maximise_requested if self._content.picture else self.open_requested).emit()

    def event(self, event: QEvent) -> bool:
        """Keep keys that measure from being shortcuts."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._key_action(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Measure with the keyboard."""
        action = self._key_action(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def _key_action(self, event: QKeyEvent) -> Callable[[], object] | None:
        return self.measuring.keys.action(event, self._content, self._placed(), self._pointer)

    def begin_pointing(self) -> None:
        """Take the keyboard for the tool that was chosen; its cursor is where the pointer is, or in the middle."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.measuring.keys.begin(self._content, self._placed(), self._pointer)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by the keyboard; the mouse's comes with the button's release."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self._content.picture:
            self.menu_requested.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or zoom at the pointer, as the mouse was set up."""
        self._hands.turn(event, self._content, self._placed())
        event.accept()


def _cursor(content: ViewerContent) -> Qt.CursorShape:
    if content.picture is None:
        return Qt.CursorShape.ArrowCursor
    return {
        Tool.WINDOW: Qt.CursorShape.CrossCursor,
        Tool.SCROLL: Qt.CursorShape.SizeVerCursor,
        Tool.ZOOM: Qt.CursorShape.PointingHandCursor,
        Tool.PAN: Qt.CursorShape.OpenHandCursor,
    }.get(content.tool, Qt.CursorShape.CrossCursor)
