"""Everything that was done in the project, newest first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import column, label, named

HEIGHT_PX = 112


class LabBook(QWidget):
    """Renders the lines of the lab book."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT_PX)
        self._lines = named(QListWidget(), "lab_book")
        self._lines.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lines.setUniformItemSizes(True)
        layout = column(self, margin=2, spacing=1)
        layout.addWidget(label(tr("ui.lab_book"), "small"))
        layout.addWidget(self._lines, 1)

    def render_lines(self, lines: tuple[str, ...]) -> None:
        """Show the lines, the newest on top."""
        if self._lines.count() == len(lines):
            return
        self._lines.clear()
        self._lines.addItems(list(reversed(lines)))
