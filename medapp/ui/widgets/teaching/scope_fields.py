"""What the model may be asked about, as fields to write into."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import StateLineEdit, column, label
from medapp.ui.widgets.teaching.use_views import ScopeView

LISTS = ("modalities", "body_parts", "views", "makers")
AGES = ("age_from", "age_to")
LIST_PX, AGE_PX = 280, 72


class ScopeFields(QWidget):
    """Renders a scope; emits it as it is written."""

    scope_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, StateLineEdit] = {}
        self._problem = label("", "attention", wrap=True, name="scope_problem")
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        for place, name in enumerate(LISTS):
            self._add(grid, name, place, 0, LIST_PX)
            grid.addWidget(label(tr(f"use.scope_example.{name}"), "small"), place, 2)
        for place, name in enumerate(AGES):
            self._add(grid, name, place, 3, AGE_PX)
        grid.setColumnStretch(5, 1)
        layout = column(self)
        layout.addWidget(label(tr("use.scope_intro"), "dim", wrap=True))
        layout.addLayout(grid)
        layout.addWidget(self._problem)

    def _add(self, grid: QGridLayout, name: str, place: int, side: int, width: int) -> None:
        written = StateLineEdit(f"scope_{name}")
        written.setPlaceholderText(tr("use.scope_any"))
        written.setMaximumWidth(width)
        written.setMinimumWidth(width)
        written.editingFinished.connect(self._request)
        caption = label(tr(f"use.scope.{name}"))
        caption.setBuddy(written)
        written.setAccessibleName(tr(f"use.scope.{name}"))
        self._fields[name] = written
        grid.addWidget(caption, place, side)
        grid.addWidget(written, place, side + 1)

    def render_scope(self, view: ScopeView, problem: str, *, enabled: bool) -> None:
        """Show the scope as it was written last, and what is wrong with it."""
        for name, written in self._fields.items():
            written.render_text(getattr(view, name))
            written.setEnabled(enabled)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    @Slot()
    def _request(self) -> None:
        self.scope_requested.emit(ScopeView(**{name: _text(field) for name, field in self._fields.items()}))


def _text(field: QLineEdit) -> str:
    return field.text().strip()
