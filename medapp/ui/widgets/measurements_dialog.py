"""The list of an image's measurements, with the histogram of the area that is selected."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from medapp.display.measuring.statistics import Statistics
from medapp.i18n import tr
from medapp.ui.widgets.area_histogram import AreaHistogram
from medapp.ui.widgets.layouts import button, column, label, named, row

FIRST_SIZE, MARGIN = (620, 460), 4


@dataclass(frozen=True)
class MeasurementRow:
    """One measurement in words: in short, and as the sentence of a report."""

    id: str
    kind: str
    told: str
    sentence: str


class MeasurementsDialog(QDialog):
    """Renders rows; emits which is selected, deleted, and that they are to be copied or saved."""

    selected = Signal(str)
    delete_requested = Signal(str)
    copy_requested = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measurements")
        self.setWindowTitle(tr("measure.list_title"))
        self.resize(*FIRST_SIZE)
        self._rows: tuple[MeasurementRow, ...] = ()
        self._list = self._made_list()
        self._none = label(tr("measure.none_yet"), "dim", wrap=True, name="measurements_none")
        self._sentence = label("", wrap=True, name="measurements_sentence")
        self._histogram = AreaHistogram()
        layout = column(self, margin=MARGIN, spacing=2)
        layout.addWidget(self._none)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._sentence)
        layout.addWidget(self._histogram)
        across = row()
        self._delete = button("measure.delete", self._ask_to_delete, name="measurements_delete")
        self._copy = button("measure.copy", self.copy_requested.emit, role="primary", name="measurements_copy")
        self._save = button("measure.save", self.save_requested.emit, name="measurements_save")
        for each in (self._delete, self._copy, self._save):
            each.setAutoDefault(False)
        across.addWidget(self._delete)
        across.addStretch(1)
        across.addWidget(self._save)
        across.addWidget(self._copy)
        layout.addLayout(across)

    def _made_list(self) -> QTreeWidget:
        made = named(QTreeWidget(), "measurements_list")
        made.setAccessibleName(tr("measure.list_title"))
        made.setHeaderLabels([tr("measure.column_kind"), tr("measure.column_told")])
        made.setRootIsDecorated(False)
        made.setUniformRowHeights(True)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        made.header().setStretchLastSection(True)
        made.currentItemChanged.connect(self._select)
        return made

    def render_rows(self, rows: tuple[MeasurementRow, ...], selected: str, counted: Statistics | None) -> None:
        """Show the measurements of an image; `counted` is of the one that is selected, where it is an area."""
        with QSignalBlocker(self._list):
            if rows != self._rows:
                self._fill(rows)
            numbers = [row.id for row in rows]
            place = numbers.index(selected) if selected in numbers else -1
            self._list.setCurrentIndex(self._list.model().index(place, 0))
        self._none.setVisible(not rows)
        self._list.setVisible(bool(rows))
        self._histogram.setVisible(bool(rows))
        self._histogram.render_statistics(counted)
        self._sentence.setText(next((row.sentence for row in rows if row.id == selected), ""))
        self._sentence.setVisible(bool(self._sentence.text()))
        self._delete.setEnabled(bool(selected))
        for each in (self._copy, self._save):
            each.setEnabled(bool(rows))

    def _fill(self, rows: tuple[MeasurementRow, ...]) -> None:
        self._rows = rows
        self._list.clear()
        for number, each in enumerate(rows, start=1):
            item = QTreeWidgetItem([f"{number}  {each.kind}", each.told])
            item.setToolTip(1, each.told)
            item.setData(0, Qt.ItemDataRole.UserRole, each.id)
            self._list.addTopLevelItem(item)

    @Slot()
    def _select(self) -> None:
        self.selected.emit(self._current)

    @property
    def _current(self) -> str:
        item = self._list.currentItem()
        return "" if item is None else str(item.data(0, Qt.ItemDataRole.UserRole))

    def _ask_to_delete(self) -> None:
        if self._current:
            self.delete_requested.emit(self._current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete what is selected."""
        if event.key() == Qt.Key.Key_Delete:
            self._ask_to_delete()
        else:
            super().keyPressEvent(event)
