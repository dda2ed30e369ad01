"""The cells of a window: viewers side by side, one of them marked as the active one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QGridLayout, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.series_tree import SERIES_MIME
from medapp.ui.widgets.viewer import Viewer
from medapp.ui.widgets.viewer_content import ViewerContent, is_alike

GAP_PX = 4
MARK_PX = 2
LEAST_CELL = (120, 90)
_TAKES_OVER = frozenset(
    (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.FocusIn)
)  # what a hand does in a viewer makes its cell the active one before the viewer knows of it
_HANDS = frozenset((QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.ShortcutOverride))


class CellGrid(QWidget):
    """Renders contents in rows and columns; emits the cell that a hand or the keyboard has come to.

    Cells are counted from 0 within this grid, in reading order.
    """

    activated = Signal(int)
    series_dropped = Signal(int, str)
    touched = Signal()
    viewer_made = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cells")
        self.viewers: list[Viewer] = []
        self._shown: tuple[int, ...] = ()
        self._columns = 0
        self._active: int | None = None
        self._aimed: int | None = None
        self.setAcceptDrops(True)
        self._layout = QGridLayout(self)
        self._add_viewer()
        self.render_cells([ViewerContent()], columns=1, shown=(0,), active=0)

    @property
    def active_viewer(self) -> Viewer:
        """The viewer of the active cell; of the first, where another window has the active one."""
        return self.viewers[self._active or 0]

    def _add_viewer(self) -> None:
        viewer = Viewer(self)
        number = len(self.viewers)
        if number:
            viewer.setObjectName(f"viewer_{number + 1}")
        viewer.installEventFilter(self)
        self.viewers.append(viewer)
        self.viewer_made.emit(viewer)

    def render_cells(
        self, contents: Sequence[ViewerContent], *, columns: int, shown: Sequence[int], active: int | None
    ) -> None:
        """Show the cells that are `shown`, in `columns`; None is active where the active cell is another window's."""
        while len(self.viewers) < len(contents):
            self._add_viewer()
        if (tuple(shown), columns) != (self._shown, self._columns):
            self._arrange(tuple(shown), columns)
        for number, viewer in enumerate(self.viewers):
            content = contents[number] if number in self._shown else ViewerContent()
            if not is_alike(viewer.content, content):
                viewer.render_content(content)
        self._mark(active)

    def _arrange(self, shown: tuple[int, ...], columns: int) -> None:
        self._shown, self._columns = shown, columns
        gap = GAP_PX if len(shown) > 1 else 0
        self._layout.setContentsMargins(gap, gap, gap, gap)
        self._layout.setSpacing(gap)
        rows = -(-len(shown) // columns)
        for number, viewer in enumerate(self.viewers):
            self._layout.removeWidget(viewer)
            viewer.setVisible(number in shown)
            if len(shown) > 1:
                viewer.setMinimumSize(*LEAST_CELL)
                viewer.setAccessibleName(tr("ui.viewer_number", number=number + 1, count=len(shown)))
            else:
                viewer.setMinimumSize(240, 200)
                viewer.setAccessibleName(tr("ui.viewer"))
        for at, number in enumerate(shown):
            self._layout.addWidget(self.viewers[number], *divmod(at, columns))
        for line in range(3):
            self._layout.setRowStretch(line, int(line < rows))
            self._layout.setColumnStretch(line, int(line < columns))

    def _mark(self, active: int | None) -> None:
        before, self._active = self._active, active
        if active is None or active == before:
            self.update()
            return
        if any(viewer.hasFocus() for viewer in self.viewers):
            self.viewers[active].setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell that a cell is used, before its viewer is told how."""
        if event.type() in _TAKES_OVER and isinstance(watched, Viewer) and watched in self.viewers:
            self.activated.emit(self.viewers.index(watched))
        if event.type() in _HANDS and isinstance(watched, Viewer):
            self.touched.emit()
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a series; files are the window's."""
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Mark the cell that the series would go to."""
        self._aim(self._cell_at(event.position().toPoint()))
        event.setAccepted(self._aimed is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Mark no cell any more."""
        super().dragLeaveEvent(event)
        self._aim(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the series in the cell that it was dropped on."""
        number = self._cell_at(event.position().toPoint())
        self._aim(None)
        if number is not None and event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()
            self.series_dropped.emit(number, bytes(event.mimeData().data(SERIES_MIME).data()).decode())

    def _cell_at(self, point: QPoint) -> int | None:
        return next((number for number in self._shown if self.viewers[number].geometry().contains(point)), None)

    def _aim(self, number: int | None) -> None:
        self._aimed = number
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw a line around each cell, where there are several; the active one, or the one aimed at, stands out."""
        if len(self._shown) < 2:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.current().line))
        for number in self._shown:
            painter.drawRect(self.viewers[number].geometry().adjusted(-1, -1, 0, 0))
        marked = self._active if self._aimed is None else self._aimed
        if marked is not None:
            style = Qt.PenStyle.SolidLine if self._aimed is None else Qt.PenStyle.DashLine
            painter.setPen(QPen(QColor(theme.current().accent), MARK_PX, style, j=Qt.PenJoinStyle.MiterJoin))
            around = self.viewers[marked].geometry()
            painter.drawRect(around.adjusted(-MARK_PX, -MARK_PX, MARK_PX, MARK_PX))
        painter.end()
