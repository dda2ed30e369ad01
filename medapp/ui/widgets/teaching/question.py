"""Step 1: one sentence to fill."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QSpinBox, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import StateLineEdit, button, column, label, row
from medapp.ui.widgets.teaching.views import QuestionView

Spin = TypeVar("Spin", QSpinBox, QDoubleSpinBox)
EDIT_PX, TITLE_PX = 340, 230
FIELDS = ("pictures", "people", "find", "other")


class QuestionStep(QWidget):
    """Renders the question; emits it as it is edited."""

    question_requested = Signal(object)
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits = {name: self._make_edit(name) for name in FIELDS}
        self._at_least = self._make_spin(QSpinBox(), "find_at_least", 50, 100)
        self._prevalence = self._make_spin(QDoubleSpinBox(), "prevalence", 0, 100)
        self._prevalence.setDecimals(1)
        self._prevalence.setSpecialValueText(tr("ui.unknown"))
        layout = column(self, spacing=3)
        layout.addWidget(label(tr("ui.step_question"), "title"))
        layout.addWidget(label(tr("ui.question_intro"), "dim", wrap=True))
        layout.addLayout(self._make_grid())
        self._sentence = label("", "heading", wrap=True, name="question_sentence")
        layout.addWidget(self._sentence)
        across = row()
        across.addWidget(button("ui.next", self.next_requested.emit, role="primary", name="question_next"))
        across.addStretch(1)
        layout.addLayout(across)
        layout.addStretch(1)

    def _make_edit(self, name: str) -> StateLineEdit:
        edit = StateLineEdit(f"question_{name}")
        edit.setPlaceholderText(tr(f"ui.question_{name}_example"))
        edit.setFixedWidth(EDIT_PX)
        edit.editingFinished.connect(self._request)
        edit.textEdited.connect(self._show_sentence)
        return edit

    def _make_spin(self, spin: Spin, name: str, low: int, high: int) -> Spin:
        spin.setObjectName(name)
        spin.setRange(low, high)
        spin.setSuffix(" %")
        spin.setFixedWidth(110)
        spin.editingFinished.connect(self._request)
        return spin

    def _make_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        rows: list[tuple[str, QWidget]] = [(name, edit) for name, edit in self._edits.items()]
        rows += [("find_at_least", self._at_least), ("prevalence", self._prevalence)]
        for number, (name, field) in enumerate(rows):
            title = label(tr(f"ui.question_{name}"), "", wrap=True)
            title.setBuddy(field)
            grid.addWidget(title, number, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field, number, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnMinimumWidth(0, TITLE_PX)
        grid.setColumnStretch(2, 1)
        return grid

    def render_question(self, view: QuestionView) -> None:
        """Show the question."""
        for name, edit in self._edits.items():
            edit.render_text(getattr(view, name))
        with QSignalBlocker(self._at_least), QSignalBlocker(self._prevalence):
            self._at_least.setValue(view.find_at_least)
            self._prevalence.setValue(view.prevalence)
        self._show_sentence()

    @Slot()
    def _show_sentence(self) -> None:
        """Show the sentence as it stands in the fields, also while one is being typed."""
        self._sentence.setText(_sentence(self._typed()))

    @Slot()
    def _request(self) -> None:
        self.question_requested.emit(self._typed())

    def _typed(self) -> QuestionView:
        texts = {name: edit.text().strip() for name, edit in self._edits.items()}
        return QuestionView(**texts, find_at_least=self._at_least.value(), prevalence=self._prevalence.value())


def _sentence(view: QuestionView) -> str:
    blank = tr("ui.blank")
    texts = {name: getattr(view, name) or blank for name in FIELDS}
    return tr("ui.question_sentence", **texts)
