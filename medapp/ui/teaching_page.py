"""The teaching page: the rail of six steps, the step that is open, and the lab book."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from medapp.i18n import tr
from medapp.training.naming import identifier
from medapp.ui.teaching_session import TeachingSession
from medapp.ui.teaching_table_window import TableWindow
from medapp.ui.widgets.layouts import column, line, row
from medapp.ui.widgets.teaching.cases import CasesStep
from medapp.ui.widgets.teaching.check import CheckStep
from medapp.ui.widgets.teaching.lab_book import LabBook
from medapp.ui.widgets.teaching.question import QuestionStep
from medapp.ui.widgets.teaching.rail import StepRail
from medapp.ui.widgets.teaching.sealed_test import SealedTestStep
from medapp.ui.widgets.teaching.train import TrainStep
from medapp.ui.widgets.teaching.use import UseStep
from medapp.ui.widgets.teaching.views import Step, TeachingView

SHORT_PX = 800
"""A page of less height has room for one line of the lab book."""
FILES = {
    "report": ("teach.html_filter", "report.html"),
    "predictions": ("teach.csv_filter", "predictions.csv"),
    "lab_book": ("teach.export_filter", "lab-book.txt"),
}
"""What can be saved: the filter of the dialog, and the name that it suggests."""


class TeachingPage(QWidget):
    """Connects the steps with the teaching session, and renders its view."""

    def __init__(self, session: TeachingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._rendered: dict[Callable[..., None], tuple[object, ...]] = {}
        self.rail = StepRail()
        self.question, self.cases, self.check = QuestionStep(), CasesStep(), CheckStep()
        self.train, self.sealed_test, self.use = TrainStep(), SealedTestStep(), UseStep()
        self._steps: dict[Step, QWidget] = {
            Step.QUESTION: self.question,
            Step.CASES: self.cases,
            Step.CHECK: self.check,
            Step.TRAIN: self.train,
            Step.SEALED_TEST: self.sealed_test,
            Step.USE: self.use,
        }
        self.lab_book = LabBook()
        self._lay_out()
        self._connect()
        self._render(session.view)

    def _lay_out(self) -> None:
        self.steps = QStackedWidget()
        for step in self._steps.values():
            self.steps.addWidget(step)
        right = column(spacing=0)
        right.addWidget(self.steps, 1)
        right.addWidget(line())
        right.addWidget(self.lab_book)
        layout = row(self, spacing=0)
        layout.addWidget(self.rail)
        layout.addLayout(right, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room of a small screen to the step."""
        super().resizeEvent(event)
        self.lab_book.render_room(short=event.size().height() < SHORT_PX)

    def _connect(self) -> None:
        session = self._session
        session.changed.connect(self._render)
        self.rail.step_requested.connect(session.go_to)
        self.rail.new_requested.connect(session.begin_project)
        for step in (self.question, self.cases, self.check, self.train, self.sealed_test):
            step.next_requested.connect(session.go_on)
        self.question.question_requested.connect(session.set_question)
        self.cases.folder_requested.connect(self._ask_for_folder)
        self.cases.table_requested.connect(self._ask_for_table)
        self.cases.uncertain_requested.connect(session.set_uncertain)
        self.cases.pattern_requested.connect(session.set_pattern)
        self.cases.preview_requested.connect(session.preview_pattern)
        self.cases.cancel_requested.connect(session.cancel_check)
        self.check.seal_requested.connect(session.seal)
        self._connect_findings()
        self.train.train_requested.connect(session.trainings.start)
        self.train.stop_requested.connect(session.trainings.stop)
        self.train.pause_requested.connect(session.trainings.pause)
        self.train.go_on_requested.connect(session.trainings.go_on)
        self.sealed_test.open_requested.connect(session.evidence.open_sealed_test)
        self._connect_files()
        self._connect_use()
        self.table_window = TableWindow(session.tables, self)

    def _connect_findings(self) -> None:
        step, findings = self.check, self._session.findings
        step.pattern_requested.connect(self._give_pattern)
        step.fix_requested.connect(findings.fix)
        step.keep_requested.connect(findings.keep)
        step.undo_requested.connect(findings.undo)
        step.page_requested.connect(findings.show_page)
        step.again_requested.connect(self._session.check_again)
        step.cancel_requested.connect(self._session.cancel_check)

    def _connect_use(self) -> None:
        step, using = self.use, self._session.using
        using.changed.connect(step.render_using)
        step.render_using(using.view)
        step.name_requested.connect(self._session.set_name)
        step.activate_requested.connect(using.activate)
        step.back_requested.connect(using.go_back)
        step.scope.scope_requested.connect(using.set_scope)
        step.contest.compare_requested.connect(using.compare)
        step.contest.cancel_requested.connect(using.stop_comparing)
        step.watch_requested.connect(using.watch)
        step.watch.end_requested.connect(using.end_watch)
        step.watch.remove_requested.connect(using.remove)
        step.export_requested.connect(self._export_model)

    @Slot(str)
    def _export_model(self, name: str) -> None:
        suggested = f"{identifier(name)}.zip"
        path, chosen = QFileDialog.getSaveFileName(self, tr("use.export_as"), suggested, tr("use.zip_filter"))
        if path:
            self._session.using.export(name, with_ending(Path(path), chosen))

    def _connect_files(self) -> None:
        evidence = self._session.evidence
        self.train.start_requested.connect(self._session.trainings.choose_start)
        self.train.weights_requested.connect(self._ask_for_weights)
        self.sealed_test.mistakes_requested.connect(evidence.show_mistakes)
        self.sealed_test.report_requested.connect(partial(self._save, "report", evidence.save_report))
        self.sealed_test.predictions_requested.connect(partial(self._save, "predictions", evidence.save_predictions))
        self.lab_book.export_requested.connect(partial(self._save, "lab_book", evidence.export_lab_book))

    def _save(self, what: str, save: Callable[[Path], None]) -> None:
        """Ask where to, and save there; the ending says what kind of file it is to be."""
        filters, suggested = FILES[what]
        name, chosen = QFileDialog.getSaveFileName(self, tr(f"teach.save_{what}_as"), suggested, tr(filters))
        if name:
            save(with_ending(Path(name), chosen))

    @Slot()
    def _ask_for_weights(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("teach.choose_weights_title"), "", tr("teach.weights_filter"))
        if name:
            self._session.trainings.choose_weights(Path(name))

    @Slot()
    def _give_pattern(self) -> None:
        self._session.go_to(Step.CASES)
        self.cases.edit_pattern()

    @Slot()
    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("ui.choose_folder"))
        if name:
            self._session.choose_cases(Path(name))

    @Slot()
    def _ask_for_table(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("teach.choose_table"), "", tr("teach.table_filter"))
        if name:
            self._session.match_table(Path(name))

    @Slot(object)
    def _render(self, view: TeachingView) -> None:
        """Render what has changed: while a training tells how far it is, that is one step and not six."""
        parts: dict[Callable[..., None], tuple[object, ...]] = {
            self.rail.render_steps: (view.title, view.step, view.marks),
            self.question.render_question: (view.question, view.seen),
            self.cases.render_cases: (view.cases,),
            self.check.render_check: (view.check,),
            self.train.render_train: (view.train,),
            self.sealed_test.render_sealed_test: (view.sealed_test,),
            self.use.render_use: (view.use,),
            self.lab_book.render_lines: (view.lab_book,),
        }
        for render, values in parts.items():
            if self._rendered.get(render) != values:
                self._rendered[render] = values
                render(*values)
        self.steps.setCurrentWidget(self._steps[view.step])


def with_ending(path: Path, chosen: str) -> Path:
    """Return `path` with the ending of the filter that was chosen, "Table (*.csv)", where it has none of its own."""
    return path if path.suffix else path.with_suffix(chosen.rpartition("*")[2].rstrip(")"))
