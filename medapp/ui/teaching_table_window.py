"""Opens the page of a table over the teaching page, and asks for folders and names of files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.i18n import tr
from medapp.training.cases.tables.columns import MEANINGS
from medapp.ui.teaching_table import TableDesk
from medapp.ui.widgets.teaching.table_page import TablePage
from medapp.ui.widgets.teaching.table_views import TableView


class TableWindow(QObject):
    """Shows the page as long as there is a table to be matched."""

    def __init__(self, tables: TableDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._tables, self._parent = tables, parent
        self._page: TablePage | None = None
        tables.changed.connect(self._render)
        tables.closed.connect(self._close)

    @Slot(object)
    def _render(self, view: TableView) -> None:
        if self._page is None:
            self._page = self._open()
        self._page.render_table(view)

    def _open(self) -> TablePage:
        page, tables = TablePage(MEANINGS, self._parent), self._tables
        page.images_requested.connect(self._ask_for_images)
        page.sheet_requested.connect(tables.choose_sheet)
        page.meaning_requested.connect(tables.choose_meaning)
        page.answer_requested.connect(tables.answer)
        page.export_requested.connect(self._ask_for_target)
        page.use_requested.connect(tables.use)
        page.rejected.connect(tables.close)
        page.open()
        return page

    @Slot()
    def _close(self) -> None:
        if self._page is not None:
            page, self._page = self._page, None
            page.hide()
            page.deleteLater()

    @Slot()
    def _ask_for_images(self) -> None:
        name = QFileDialog.getExistingDirectory(self._page, tr("table.choose_images"))
        if name:
            self._tables.choose_images(Path(name))

    @Slot()
    def _ask_for_target(self) -> None:
        suggested = f"{tr('table.left_out')}.csv"
        name, _ = QFileDialog.getSaveFileName(self._page, tr("table.export_as"), suggested, tr("teach.csv_filter"))
        if name:
            path = Path(name)
            self._tables.export(path if path.suffix else path.with_suffix(".csv"))
