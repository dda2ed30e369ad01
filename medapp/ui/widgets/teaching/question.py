"""Step 1: one sentence to fill."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDoubleSpinBox, QGridLayout, QRadioButton, QSpinBox, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import StateLineEdit, button, column, label, named, row
from medapp.ui.widgets.teaching.case_seen import CaseAsSeen
from medapp.ui.widgets.teaching.step_frame import footer_of, framed
from medapp.ui.widgets.teaching.views import CaseSeen, QuestionView

Spin = TypeVar("Spin", QSpinBox, QDoubleSpinBox)
EDIT_PX, TITLE_PX, CASE_PX = 300, 216, 320
FIELDS = ("pictures", "people", "find", "other", "truth")


class QuestionStep(QWidget):
    """Renders the question; emits it as it is edited."""

    question_requested = Signal(object)
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = QuestionView().image_size
        self._edits = {name: self._make_edit(name) for name in FIELDS}
        self._at_least = self._make_spin(QSpinBox(), "find_at_least", 50, 100)
        self._prevalence = self._make_spin(QDoubleSpinBox(), "prevalence", 0, 100)
        self._prevalence.setDecimals(1)
        self._prevalence.setSpecialValueText(tr("ui.unknown"))
        self._exclude = named(QRadioButton(tr("teach.kind_exclude")), "question_exclude")
        self._together = named(QRadioButton(tr("teach.kind_together")), "question_together")
        self._kinds = QButtonGroup(self)
        for made in (self._exclude, self._together):
            self._kinds.addButton(made)
            made.clicked.connect(self._request)
        self._side = named(QCheckBox(tr("teach.side_matters")), "question_side")
        self._side.clicked.connect(self._request)
        self._case = CaseAsSeen()
        self._case.setFixedWidth(CASE_PX)
        self._case.size_requested.connect(self._request_size)
        self._sentence = label("", "heading", wrap=True, name="question_sentence")
        self._lay_out()

    def _lay_out(self) -> None:
        go_on = button("ui.next", self.next_requested.emit, role="primary", name="question_next")
        layout = framed(self, footer_of(go_on))
        layout.addWidget(label(tr("ui.step_question"), "title"))
        layout.addWidget(label(tr("ui.question_intro"), "dim", wrap=True))
        beside = row(spacing=6)
        fields = column(spacing=3)
        fields.addLayout(self._make_grid())
        fields.addWidget(self._sentence)
        fields.addStretch(1)
        beside.addLayout(fields, 1)
        beside.addWidget(self._case, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(beside)
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
        spin.setSuffix(tr("percent", value=""))
        spin.setFixedWidth(110)
        spin.editingFinished.connect(self._request)
        return spin

    def _make_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        edits = dict(self._edits)
        truth = edits.pop("truth")
        rows: list[tuple[str, QWidget]] = list(edits.items())
        rows += [("kind", self._make_kinds()), ("find_at_least", self._at_least), ("prevalence", self._prevalence)]
        rows += [("side", self._side), ("truth", truth)]
        for number, (name, field) in enumerate(rows):
            title = label(tr(f"ui.question_{name}"), "", wrap=True)
            title.setBuddy(field)
            grid.addWidget(title, number, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field, number, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnMinimumWidth(0, TITLE_PX)
        grid.setColumnStretch(2, 1)
        return grid

    def _make_kinds(self) -> QWidget:
        kinds = QWidget()
        layout = column(kinds, spacing=1)
        layout.addWidget(self._exclude)
        layout.addWidget(self._together)
        return kinds

    def render_question(self, view: QuestionView, seen: CaseSeen | None = None) -> None:
        """Show the question, and a case as the network sees it."""
        self._size = view.image_size
        for name, edit in self._edits.items():
            edit.render_text(getattr(view, name))
        with QSignalBlocker(self._at_least), QSignalBlocker(self._prevalence):
            self._at_least.setValue(view.find_at_least)
            self._prevalence.setValue(view.prevalence)
        (self._together if view.together else self._exclude).setChecked(True)
        self._side.setChecked(view.side_matters)
        for name in ("find", "other"):
            self._edits[name].setEnabled(not view.together)
        self._case.render_case(seen, view.image_size)
        self._show_sentence()

    @Slot()
    def _show_sentence(self) -> None:
        """Show the sentence as it stands in the fields, also while one is being typed."""
        self._sentence.setText(_sentence(self._typed()))

    @Slot(int)
    def _request_size(self, size: int) -> None:
        self._size = size
        self._request()

    @Slot()
    def _request(self) -> None:
        self.question_requested.emit(self._typed())

    def _typed(self) -> QuestionView:
        texts = {name: edit.text().strip() for name, edit in self._edits.items()}
        return QuestionView(
            pictures=texts["pictures"],
            people=texts["people"],
            find=texts["find"],
            other=texts["other"],
            find_at_least=self._at_least.value(),
            prevalence=self._prevalence.value(),
            together=self._together.isChecked(),
            side_matters=self._side.isChecked(),
            truth=texts["truth"],
            image_size=self._size,
        )


def _sentence(view: QuestionView) -> str:
    blank = tr("ui.blank")
    if view.together:
        return tr("teach.sentence_together", pictures=view.pictures or blank, people=view.people or blank)
    texts = {name: getattr(view, name) or blank for name in ("pictures", "people", "find", "other")}
    return tr("ui.question_sentence", **texts)
