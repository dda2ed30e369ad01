"""The first rows of a table, with a choice above each column of what it means."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import named, plain_tooltip
from medapp.ui.widgets.teaching.table_views import ColumnChoice
from medapp.ui.widgets.themed import ChoiceBox

COLUMN_PX, ROW_PX, CHOICE_PX = 168, 26, 34
FEW_COLUMNS = 6
"""Columns that fit beside each other."""
LONGEST = 60


class TablePreview(QWidget):
    """Renders columns and rows; emits the meaning that a person gives a column."""

    meaning_requested = Signal(str, str)

    def __init__(self, meanings: tuple[str, ...], table: QTableWidget | None = None) -> None:
        super().__init__()
        self._meanings = meanings
        self._table = table or named(QTableWidget(), "table_preview")
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._table.verticalHeader().hide()
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._shown: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] = ((), ())
        self._boxes: dict[str, ChoiceBox] = {}

    @property
    def table(self) -> QTableWidget:
        """The table itself."""
        return self._table

    def render_rows(self, columns: tuple[ColumnChoice, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        """Show the columns with their meanings, and the rows."""
        headers = tuple(column.header for column in columns)
        if (headers, rows) != self._shown:
            self._shown = headers, rows
            self._fill(headers, rows)
        for one in columns:
            self._boxes[one.header].setCurrentIndex(self._meanings.index(one.meaning))

    def _fill(self, headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        table = self._table
        table.clear()
        table.setColumnCount(len(headers))
        table.setRowCount(len(rows) + 1)
        table.setHorizontalHeaderLabels([_short(header) for header in headers])
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        few = len(headers) <= FEW_COLUMNS
        resize = QHeaderView.ResizeMode.Stretch if few else QHeaderView.ResizeMode.Interactive
        table.horizontalHeader().setSectionResizeMode(resize)
        self._boxes = {}
        for place, header in enumerate(headers):
            self._boxes[header] = self._box(header, place)
            table.setCellWidget(0, place, self._boxes[header])
            table.setColumnWidth(place, COLUMN_PX)
            for number, cells in enumerate(rows, start=1):
                item = QTableWidgetItem(_short(cells[place]))
                item.setToolTip(plain_tooltip(cells[place][:500]))
                table.setItem(number, place, item)
        table.setRowHeight(0, CHOICE_PX)
        for number in range(1, len(rows) + 1):
            table.setRowHeight(number, ROW_PX)
        frame = 2 * table.frameWidth() + table.horizontalHeader().sizeHint().height()
        bar = 0 if few else table.horizontalScrollBar().sizeHint().height()
        table.setFixedHeight(frame + CHOICE_PX + len(rows) * ROW_PX + bar)

    def _box(self, header: str, place: int) -> ChoiceBox:
        box = ChoiceBox(f"meaning_{place}")
        box.setAccessibleName(tr("table.meaning_of", column=header))
        for meaning in self._meanings:
            box.addItem(tr(f"table.meaning_{meaning}"), meaning)
        box.activated.connect(partial(self._request, header))
        return box

    def _request(self, header: str, place: int) -> None:
        self.meaning_requested.emit(header, self._meanings[place])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
