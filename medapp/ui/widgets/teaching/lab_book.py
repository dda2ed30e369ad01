"""Everything that was done in the project, newest first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QListWidget, QListWidgetItem, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, label, named

ROWS, ROW_PX = 3, 24
PAGE_MARGIN_PX = 24


class LabBook(QWidget):
    """Renders the lines of the lab book; emits the wish to take them along."""

    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown: tuple[str, ...] = ()
        self._lines = named(QListWidget(), "lab_book")
        self._lines.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lines.setUniformItemSizes(True)
        title = label(tr("ui.lab_book"), "small")
        title.setContentsMargins(3, 0, 0, 0)
        self._export = button("teach.export", self.export_requested.emit, role="link", name="export_lab_book")
        self._grid = QGridLayout(self)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setContentsMargins(PAGE_MARGIN_PX - 3, 8, 8, 8)  # a row begins with 3 pixels: in line with the page
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(title, 0, 0)
        self._grid.addWidget(self._export, 0, 2)
        self.render_room(short=False)

    def render_room(self, *, short: bool) -> None:
        """Show three lines, or the newest one beside the title; the wheel turns through the others."""
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._lines.setVerticalScrollBarPolicy(off if short else needed)
        self._lines.setFixedHeight(ROW_PX if short else ROWS * ROW_PX)
        if short:
            self._grid.addWidget(self._lines, 0, 1)
        else:
            self._grid.addWidget(self._lines, 1, 0, 1, 3)

    def render_lines(self, lines: tuple[str, ...]) -> None:
        """Show the lines, the newest on top."""
        self._export.setVisible(bool(lines))
        if lines == self._shown:
            return
        self._shown = lines
        self._lines.clear()
        for line in reversed(lines):
            item = QListWidgetItem(line, self._lines)
            item.setSizeHint(QSize(0, ROW_PX))
