"""Step 2: a folder with a sub-folder per class, or a table of labels."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListWidget,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from medapp.i18n import headed, tr
from medapp.ui.widgets.layouts import StateLineEdit, button, give_role, label, named, row
from medapp.ui.widgets.teaching.step_frame import footer_of, framed
from medapp.ui.widgets.teaching.views import CasesView, ClassRow
from medapp.ui.widgets.themed import ChoiceBox
from medapp.ui.widgets.wording import time_left_text

TABLE_PX = 620
COLUMNS = ("ui.class", "ui.images", "ui.patients", "teach.images_without", "teach.images_unknown")
MEANINGS = ("", "unknown", "positive", "negative")
"""What −1 and ? in a table of labels may mean; nothing is guessed."""


class CasesStep(QWidget):
    """Renders the cases; emits the wish for another folder or pattern."""

    folder_requested = Signal()
    table_requested = Signal()
    own_labels_requested = Signal()
    uncertain_requested = Signal(str)
    pattern_requested = Signal(str)
    preview_requested = Signal(str)
    cancel_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = label("", "dim", name="cases_folder")
        self._folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._table = self._make_table()
        self._patients = label("", "", wrap=True, name="cases_patients")
        self._pattern = StateLineEdit("patient_pattern")
        self._pattern.setPlaceholderText(tr("ui.pattern_example"))
        self._pattern.setMaximumWidth(320)
        self._pattern.editingFinished.connect(self._request_pattern)
        self._pattern.textEdited.connect(self.preview_requested)
        self._example = label("", "small", wrap=True, name="pattern_example")
        self._unreadable_title = label("", "attention", name="unreadable_title")
        self._unreadable = named(QListWidget(), "unreadable")
        self._unreadable.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._unreadable.setMaximumHeight(120)
        self._problem = label("", "danger", wrap=True, name="cases_problem")
        self._progress = QProgressBar(textVisible=False)
        self._progress.setMaximumWidth(TABLE_PX)
        self._progress_text = label("", "dim", name="cases_progress")
        self._choose = button("ui.choose_folder", self.folder_requested.emit, role="primary", name="choose_folder")
        self._cancel = button("ui.cancel", self.cancel_requested.emit, name="cases_cancel")
        self._next = button("ui.next", self.next_requested.emit, role="primary", name="cases_next")
        self._uncertain = ChoiceBox("uncertain")
        self._asked = self._make_asked()
        self._lay_out()

    def _make_asked(self) -> QWidget:
        """Return the line that asks what −1 and ? mean."""
        for meaning in MEANINGS:
            self._uncertain.addItem(tr(f"teach.uncertain_{meaning or 'not_said'}"), meaning)
        self._uncertain.activated.connect(self._request_uncertain)
        asked = QWidget()
        layout = row(asked)
        title = label(tr("teach.uncertain"))
        title.setBuddy(self._uncertain)
        layout.addWidget(title)
        layout.addWidget(self._uncertain)
        layout.addStretch(1)
        return asked

    def _make_table(self) -> QTableWidget:
        table = named(QTableWidget(0, len(COLUMNS)), "class_table")
        table.setHorizontalHeaderLabels([tr(key) for key in COLUMNS])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setMaximumWidth(TABLE_PX)
        return table

    def _lay_out(self) -> None:
        layout = framed(self, footer_of(self._next))
        layout.addWidget(label(tr("ui.step_cases"), "title"))
        layout.addWidget(label(tr("ui.cases_intro"), "dim", wrap=True))
        choose = row()
        choose.addWidget(self._choose)
        choose.addWidget(button("teach.choose_table", self.table_requested.emit, name="choose_table"))
        choose.addWidget(button("label.own_labels", self.own_labels_requested.emit, name="own_labels"))
        choose.addWidget(self._folder, 1)
        layout.addLayout(choose)
        reading = row()
        reading.addWidget(self._progress, 1)
        reading.addWidget(self._progress_text)
        reading.addWidget(self._cancel)
        reading.addStretch(1)
        layout.addLayout(reading)
        layout.addWidget(self._problem)
        layout.addWidget(self._asked)
        layout.addWidget(self._table)
        layout.addWidget(self._patients)
        pattern = row()
        pattern.addWidget(label(tr("ui.pattern")))
        pattern.addWidget(self._pattern, 1)
        pattern.addStretch(1)
        layout.addLayout(pattern)
        layout.addWidget(self._example)
        layout.addWidget(self._unreadable_title)
        layout.addWidget(self._unreadable)
        layout.addStretch(1)

    def edit_pattern(self) -> None:
        """Put the keyboard where the pattern is written."""
        self._pattern.setFocus(Qt.FocusReason.OtherFocusReason)
        self._pattern.selectAll()

    def render_cases(self, view: CasesView) -> None:
        """Show the folder, its classes, how patients are told apart, and what could not be read."""
        self._folder.setText(tr("ui.cases_folder", name=view.folder) if view.folder else tr("ui.cases_drop"))
        give_role(self._choose, "" if view.folder else "primary")
        self._fill_table(view.classes)
        self._patients.setText(view.patients)
        self._pattern.render_text(view.pattern)
        self._pattern.setEnabled(bool(view.folder))
        self._example.setText(view.example or tr("ui.pattern_hint"))
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        self._asked.setVisible(view.asks_uncertain)
        self._uncertain.setCurrentIndex(MEANINGS.index(view.uncertain))
        self._render_unreadable(view)
        self._render_progress(view)
        self._next.setEnabled(bool(view.classes) and view.reading is None and not view.problem)

    def _render_unreadable(self, view: CasesView) -> None:
        self._unreadable_title.setVisible(bool(view.unreadable))
        self._unreadable.setVisible(bool(view.unreadable))
        self._unreadable_title.setText(tr("ui.unreadable", count=len(view.unreadable)))
        if self._unreadable.count() != len(view.unreadable):
            self._unreadable.clear()
            self._unreadable.addItems([headed(name, reason) for name, reason in view.unreadable])

    def _render_progress(self, view: CasesView) -> None:
        progress = view.reading
        for widget in (self._progress, self._progress_text, self._cancel):
            widget.setVisible(progress is not None)
        if progress is not None:
            self._progress.setRange(0, progress.total)
            self._progress.setValue(progress.done)
            counted = tr("ui.done_of", done=progress.done, total=progress.total) if progress.total else progress.text
            self._progress_text.setText("  ".join(p for p in (counted, time_left_text(progress.seconds_left)) if p))

    def _fill_table(self, rows: tuple[ClassRow, ...]) -> None:
        table = self._table
        table.setVisible(bool(rows))
        table.setRowCount(len(rows))
        for number, one in enumerate(rows):
            for place, text in enumerate(_cells(one)):
                table.setItem(number, place, QTableWidgetItem(text))
        for place in range(len(COLUMNS)):
            table.setColumnHidden(place, not any(_cells(one)[place] for one in rows))
        shown = min(len(rows), 10)
        table.setFixedHeight(table.horizontalHeader().sizeHint().height() + shown * table.rowHeight(0) + 4)

    @Slot(int)
    def _request_uncertain(self, place: int) -> None:
        self.uncertain_requested.emit(MEANINGS[place])

    @Slot()
    def _request_pattern(self) -> None:
        self.pattern_requested.emit(self._pattern.text().strip())


def _cells(one: ClassRow) -> tuple[str, ...]:
    """Return the texts of a row; empty where a number is not known, or says nothing."""
    numbers = (one.images, one.patients, one.without, one.unknown)
    return one.name, *("" if number is None else f"{number:,}" for number in numbers)
