"""The page on which a table is matched with its images: columns, rows without an image, questions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QScrollArea,
    QWidget,
)

from medapp.i18n import tr
from medapp.ui.theme import STEP
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.teaching.table_preview import TablePreview
from medapp.ui.widgets.teaching.table_views import QuestionRow, TableView
from medapp.ui.widgets.themed import ChoiceBox
from medapp.ui.widgets.wording import time_left_text

WIDTH_PX, HEIGHT_PX, LIST_PX, MARGIN = 1040, 780, 108, 5


class TablePage(QDialog):
    """Renders a table and what came of it; emits what a person decides."""

    images_requested = Signal()
    sheet_requested = Signal(str)
    meaning_requested = Signal(str, str)
    answer_requested = Signal(str, str)
    export_requested = Signal()
    use_requested = Signal()

    def __init__(self, meanings: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("table_page")
        self.setWindowTitle(tr("table.page_title"))
        self.resize(WIDTH_PX, HEIGHT_PX)
        self._name = label("", "heading", name="table_name")
        self._images = label("", "dim", name="table_images")
        self._sheet = ChoiceBox("table_sheet")
        self._sheet.activated.connect(self._request_sheet)
        self._sheet.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self._sheets: tuple[str, ...] = ()
        self._sheet_title = label(tr("table.sheet"))
        self._sheet_title.setBuddy(self._sheet)
        self.preview = TablePreview(meanings)
        self.preview.meaning_requested.connect(self.meaning_requested)
        self._counts = label("", "heading", wrap=True, name="table_counts")
        self._problem = label("", "danger", wrap=True, name="table_problem")
        self._left_out_title = label(tr("table.left_out"), "attention", name="left_out_title")
        self._left_out = _text_list("left_out")
        self._export = button("table.export", self.export_requested.emit, name="export_left_out")
        self._told_title = label(tr("table.told"), "dim", name="told_title")
        self._told = label("", "small", wrap=True, name="table_told")
        self._asked_title = label(tr("table.asked"), "attention", wrap=True, name="asked_title")
        self._asked = QWidget()
        self._asked_grid = QGridLayout(self._asked)
        self._asked_grid.setContentsMargins(0, 0, 0, 0)
        self._asked_grid.setVerticalSpacing(2 * STEP)
        self._asked_grid.setColumnStretch(0, 1)
        self._questions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
        self._boxes: dict[str, ChoiceBox] = {}
        self._progress = QProgressBar(textVisible=False)
        self._progress_text = label("", "dim", name="table_progress")
        self._use = button("table.use", self.use_requested.emit, role="primary", name="table_use")
        self._lay_out()

    def _lay_out(self) -> None:
        outer = column(self, margin=MARGIN, spacing=3)
        outer.addWidget(self._name)
        outer.addLayout(self._top())
        inner = named(QWidget(), "scrolled")
        body = column(inner, spacing=3)
        body.addWidget(label(tr("table.page_intro"), "dim", wrap=True))
        body.addWidget(self.preview.table)
        body.addWidget(self._counts)
        body.addWidget(self._problem)
        title = row()
        title.addWidget(self._left_out_title, 1)
        title.addWidget(self._export)
        body.addLayout(title)
        body.addWidget(self._left_out)
        body.addWidget(self._asked_title)
        body.addWidget(self._asked)
        body.addWidget(self._told_title)
        body.addWidget(self._told)
        body.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer.addWidget(area, 1)
        outer.addLayout(self._bottom())

    def _top(self) -> QHBoxLayout:
        across = row()
        across.addWidget(button("table.choose_images", self.images_requested.emit, name="choose_images"))
        across.addWidget(self._images, 1)
        across.addWidget(self._sheet_title)
        across.addWidget(self._sheet)
        return across

    def _bottom(self) -> QHBoxLayout:
        across = row()
        across.addWidget(self._progress, 1)
        across.addWidget(self._progress_text, 1)
        across.addStretch(1)
        across.addWidget(button("ui.cancel", self.reject, name="table_cancel"))
        across.addWidget(self._use)
        return across

    def render_table(self, view: TableView) -> None:
        """Show a table, its images, and what came of them."""
        self._name.setText(view.name)
        self._images.setText(tr("table.images_in", folder=view.images) if view.images else tr("table.no_images"))
        self._render_sheets(view)
        self.preview.table.setVisible(bool(view.columns))
        self.preview.render_rows(view.columns, view.rows)
        self._counts.setText(view.counts)
        self._counts.setVisible(bool(view.counts))
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        self._render_left_out(view)
        self._told.setText("\n".join(view.told))
        for widget in (self._told, self._told_title):
            widget.setVisible(bool(view.told))
        self._render_questions(view.questions)
        self._render_progress(view)
        self._use.setEnabled(view.ready)

    def _render_sheets(self, view: TableView) -> None:
        for widget in (self._sheet, self._sheet_title):
            widget.setVisible(len(view.sheets) > 1)
        if view.sheets != self._sheets:
            self._sheets = view.sheets
            self._sheet.clear()
            self._sheet.addItems(list(view.sheets))
        if view.sheet in view.sheets:
            self._sheet.setCurrentIndex(view.sheets.index(view.sheet))

    def _render_left_out(self, view: TableView) -> None:
        for widget in (self._left_out, self._left_out_title, self._export):
            widget.setVisible(bool(view.left_out))
        if [self._left_out.item(k).text() for k in range(self._left_out.count())] != list(view.left_out):
            self._left_out.clear()
            self._left_out.addItems(list(view.left_out))

    def _render_questions(self, questions: tuple[QuestionRow, ...]) -> None:
        self._asked_title.setVisible(bool(questions))
        self._asked.setVisible(bool(questions))
        asked = tuple((one.value, one.text, one.options) for one in questions)
        if asked != self._questions:
            self._questions = asked
            self._ask_anew(questions)
        for one in questions:
            self._boxes[one.value].setCurrentIndex(("", *one.options).index(one.answer))

    def _ask_anew(self, questions: tuple[QuestionRow, ...]) -> None:
        while (item := self._asked_grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._boxes = {}
        for place, one in enumerate(questions):
            box = ChoiceBox(f"answer_{place}")
            for option in ("", *one.options):
                box.addItem(tr(f"table.answer_{option or 'not_said'}"), option)
            box.activated.connect(partial(self._request_answer, one))
            text = label(one.text, wrap=True)
            text.setBuddy(box)
            self._asked_grid.addWidget(text, place, 0)
            self._asked_grid.addWidget(box, place, 1)
            self._boxes[one.value] = box

    def _render_progress(self, view: TableView) -> None:
        progress = view.reading
        for widget in (self._progress, self._progress_text):
            widget.setVisible(progress is not None)
        if progress is not None:
            self._progress.setRange(0, progress.total)
            self._progress.setValue(progress.done)
            self._progress_text.setText("  ".join(filter(None, (progress.text, time_left_text(progress.seconds_left)))))

    def _request_sheet(self, place: int) -> None:
        self.sheet_requested.emit(self._sheets[place])

    def _request_answer(self, question: QuestionRow, place: int) -> None:
        self.answer_requested.emit(question.value, ("", *question.options)[place])


def _text_list(name: str) -> QListWidget:
    made = named(QListWidget(), name)
    made.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    made.setFixedHeight(LIST_PX)
    made.setUniformItemSizes(True)
    return made
