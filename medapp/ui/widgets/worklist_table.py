"""The rows of the worklist: a table that asks for a row when it is drawn, so that sixty thousand cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.layouts import plain_tooltip
from medapp.ui.worklist_view import RowView

COLUMNS = ("name", "state", "score", "answer", "opinion")
SCORE = COLUMNS.index("score")
SORTED = 3
"""So many columns, from the left, can be sorted by."""
WIDTHS_PX = (236, 180, 214, 84, 90)
ROW_PX = 24
BAR_PX = 48
TRACK_ALPHA = 90
Index = QModelIndex | QPersistentModelIndex


class WorklistModel(QAbstractTableModel):
    """Rows by their place; each is asked for when it is drawn."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = 0
        self._view: Callable[[int], RowView] = lambda _: RowView("", "")
        self._drawn: dict[int, RowView] = {}

    def render(self, count: int, view: Callable[[int], RowView]) -> None:
        """Show `count` rows, the n-th of which is ``view(n)``."""
        if count != self._count:
            self.beginResetModel()
            self._count, self._view, self._drawn = count, view, {}
            self.endResetModel()
            return
        self._view, self._drawn = view, {}
        if count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many rows there are."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def row(self, place: int) -> RowView:
        """Return a row; those on screen are kept until something changes."""
        if place not in self._drawn:
            if len(self._drawn) > 500:
                self._drawn.clear()
            self._drawn[place] = self._view(place)
        return self._drawn[place]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - what Qt asks for
        """Return what is shown in a cell."""
        row = self.row(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return getattr(row, COLUMNS[index.column()])
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(row.hint) if row.hint else None
            case Qt.ItemDataRole.ForegroundRole if row.tone and index.column() != COLUMNS.index("opinion"):
                return QColor(getattr(theme.current(), row.tone))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - what Qt asks for
        """Return the name of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(f"worklist.column.{COLUMNS[section]}")
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class _ScoreBar(QStyledItemDelegate):
    """Draws a score as a bar with its figure."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Shorten a long name of a class in its middle: the figure after it must be seen."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle
        room = option.rect.width() - BAR_PX - 24
        shown = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideMiddle, room)
        option.text = shown

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the figure, and the bar to its right."""
        super().paint(painter, option, index)
        model = index.model()
        row = model.row(index.row()) if isinstance(model, WorklistModel) else None
        if row is None or row.share is None:
            return
        area = option.rect
        track = QRectF(area.right() - BAR_PX - 8, area.center().y() - 2, BAR_PX, 5)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_track())
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(QColor(row.colour))
        painter.drawRoundedRect(QRectF(track.x(), track.y(), BAR_PX * row.share, track.height()), 2, 2)
        painter.restore()


def _track() -> QColor:
    """Return a colour that stands out from a row, and from a chosen one."""
    colour = QColor(theme.current().off)
    colour.setAlpha(TRACK_ALPHA)
    return colour


class WorklistTable(QTableView):
    """Renders rows; emits the row to be opened, and the column to sort by."""

    row_requested = Signal(int)
    sort_requested = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("worklist_table")
        self.setAccessibleName(tr("worklist.title"))
        self._sorted = (0, False)
        self.rows = WorklistModel(self)
        self.setModel(self.rows)
        self.setItemDelegateForColumn(SCORE, _ScoreBar(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self._make_header()
        self.clicked.connect(self._request_row)
        self.activated.connect(self._request_row)

    def _make_header(self) -> None:
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        for column, width in enumerate(WIDTHS_PX):
            self.setColumnWidth(column, width)
        header.sectionClicked.connect(self._request_sort)

    def render_current(self, place: int) -> None:
        """Mark the row of the image on screen."""
        if place < 0:
            self.clearSelection()
        elif place != self.currentIndex().row() or not self.selectionModel().hasSelection():
            self.selectRow(place)

    @Slot(QModelIndex)
    def _request_row(self, index: QModelIndex) -> None:
        self.row_requested.emit(index.row())

    @Slot(int)
    def _request_sort(self, column: int) -> None:
        """Sort by a column: scores from the highest on, others from the first; a second click turns it round."""
        header = self.horizontalHeader()
        if column >= SORTED:
            column, descending = 0, False
        elif self._sorted[0] == column:
            descending = not self._sorted[1]
        else:
            descending = column == SCORE
        self._sorted = column, descending
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, order)
        self.sort_requested.emit(column, descending)
