"""The teaching page's session: what a person asks for becomes an action of the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import Slot

from medapp.errors import MedappError, Problem
from medapp.i18n import tell, tr
from medapp.jobs import Progress
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.table_cases import Uncertain
from medapp.training.cases.tables.importing import Imported
from medapp.training.cases.tables.opening import WORKBOOKS, is_table
from medapp.training.checking.check import Checked
from medapp.training.runs.run import Run
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.teaching_desk import TeachingDesk, as_job
from medapp.ui.teaching_evidence import Evidence
from medapp.ui.teaching_facts import class_rows, example_of, listed_rows, snapshot_of
from medapp.ui.teaching_findings import Findings
from medapp.ui.teaching_state import Doing, Snapshot
from medapp.ui.teaching_table import TableDesk
from medapp.ui.teaching_training import Trainings
from medapp.ui.teaching_use import Using
from medapp.ui.teaching_view import question_of
from medapp.ui.widgets.teaching.views import ClassRow, QuestionView, Step
from medapp.workflows.teaching import Project, find_projects

STEPS = tuple(Step)
MATCHED = frozenset(
    {"table.no_file_column", "table.no_labels", "table.encoding", "table.row", "table.header_twice", "table.unmatched"}
)
"""What a plain list of files is refused for, and what the page for tables can help with."""


class TeachingSession(TeachingDesk):
    """Turns wishes into actions of the project; every one of them runs in a worker, one after the other."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._check_job: int | None = None
        self.trainings = Trainings(self)
        self.evidence = Evidence(self)
        self.findings = Findings(self, self.check_again)
        self.using = Using(self)
        self.tables = TableDesk(self)
        self.tables.used.connect(self._choose_matched)

    def restore(self) -> None:
        """Take up the project that was changed last, and follow its training where one is going on."""
        self.session.project_jobs.start(as_job(self._find_latest), done=self._restored)

    def _find_latest(self) -> tuple[tuple[Snapshot, Run | None] | None, list[Problem]]:
        found, problems = find_projects(self.services.folders.projects)
        if not found:
            return None, problems
        self.project = found[0]
        return (snapshot_of(found[0], self.services), found[0].current_run()), problems

    def _restored(self, answer: tuple[tuple[Snapshot, Run | None] | None, list[Problem]]) -> None:
        found, problems = answer
        for problem in problems:
            self.session.notify(tell(problem))
        if found is None:
            return
        snapshot, run = found
        undone = (step for step in STEPS if not snapshot.marks[step.value].done)
        cases = Path(snapshot.state.cases) if snapshot.state.cases else None
        self.do(step=next(undone, Step.USE), cases_wanted=cases, uncertain=snapshot.state.uncertain)
        self.take(snapshot)
        self.evidence.show_case()
        if run is not None:
            self.trainings.follow(run)

    @Slot()
    def begin_project(self) -> None:
        """Begin a new project; the others stay as they are."""
        if self.training:
            return
        self.cancel_check()
        self.doing = Doing()
        self.act(lambda project: None, begin=True)

    @Slot(object)
    def go_to(self, step: Step) -> None:
        """Open a step."""
        self.do(step=step)

    @Slot()
    def go_on(self) -> None:
        """Open the next step."""
        self.do(step=STEPS[min(STEPS.index(self.doing.step) + 1, len(STEPS) - 1)])

    @Slot(object)
    def set_question(self, view: QuestionView) -> None:
        """Write down the question; another size of the network's picture is shown at once."""
        if view != self.view.question:
            resized = view.image_size != self.view.question.image_size
            self.act(
                lambda project: project.ask(question_of(view)),
                done=lambda _: self.evidence.show_case() if resized else None,
            )

    @Slot(object)
    def choose_cases(self, cases: Path, *, pattern: str | None = None) -> None:
        """Take a labelled folder or a table of labels, show its classes, and check it; a workbook is shown first."""
        if not can_be_cases(cases):
            self.session.notify(tr("ui.folder_missing"))
            return
        if cases.suffix.casefold() in WORKBOOKS and not cases.is_dir():
            self.match_table(cases)
            return
        self._choose(cases, self.view.cases.pattern if pattern is None else pattern, "")

    @Slot(object)
    def match_table(self, table: Path) -> None:
        """Show a table, what its columns mean, and which row is about which image."""
        if not self.training:
            self.session.show_page(Page.TEACHING)
            self.do(step=Step.CASES, cases_problem=None)
            self.tables.open(table, self.snapshot.state.table if self.snapshot is not None else None)

    @Slot(str)
    def set_pattern(self, pattern: str) -> None:
        """Take another pattern for the patient, and check the cases with it."""
        if self.snapshot is not None and self.snapshot.state.cases and pattern != self.snapshot.state.pattern:
            self._choose(Path(self.snapshot.state.cases), pattern, self.snapshot.state.uncertain)

    @Slot(str)
    def set_uncertain(self, uncertain: str) -> None:
        """Say what −1 and ? mean in the table of labels, and check the cases with it."""
        if self.doing.cases_wanted is not None:
            self._choose(self.doing.cases_wanted, self.view.cases.pattern, cast("Uncertain", uncertain))

    def _choose(self, cases: Path, pattern: str, uncertain: Uncertain) -> None:
        def act(project: Project) -> tuple[tuple[ClassRow, ...], str]:
            found = list_cases(cases, uncertain)
            project.choose_cases(cases, pattern, uncertain)
            return listed_rows(found), example_of(found.cases, pattern)

        if not self.training:
            self._begin_cases(cases, uncertain)
            self.act(act, done=self._chosen, failed=self._cases_failed)

    @Slot(object)
    def _choose_matched(self, imported: Imported) -> None:
        """Take the cases of a table that was matched with its images, and check them."""
        pattern = self.view.cases.pattern

        def act(project: Project) -> tuple[tuple[ClassRow, ...], str]:
            project.choose_table(imported, pattern)
            found = imported.to_folder()
            return listed_rows(found), example_of(found.cases, pattern)

        if not self.training:
            self._begin_cases(imported.grid.path, "")
            self.act(act, done=self._chosen, failed=self._cases_failed)

    def _begin_cases(self, wanted: Path, uncertain: Uncertain) -> None:
        """Show that other cases are being looked at."""
        self.cancel_check()
        self.session.show_page(Page.TEACHING)
        listing = Progress(0, 0, tr("scan.listing"))
        self.do(step=Step.CASES, classes=(), cases_problem=None, run=None, reading=listing, seen=None, mistakes=None)
        self.do(cases_wanted=wanted, uncertain=uncertain)
        self.findings.forget_pictures()

    def _chosen(self, found: tuple[tuple[ClassRow, ...], str]) -> None:
        assert self.project is not None
        classes, example = found
        self.do(classes=classes, example=example)
        self._start_check(self._cases_failed)
        self.evidence.show_case()

    def _start_check(self, failed: Callable[[BaseException], None]) -> None:
        assert self.project is not None
        job = self.project.check(self.services.readers, self.services.registry)
        self._check_job = self.session.jobs.start(
            job, progress=self._reading, done=self._checked, failed=failed, stopped=self._not_checked
        )

    @Slot()
    def check_again(self) -> None:
        """Check the cases with what was decided; what was read of them is known, and takes seconds."""
        if self.project is not None and not self.training:
            self.cancel_check()
            self.do(reading=Progress(0, 0, tr("remedy.checking")))
            self._start_check(self._check_again_failed)
            self.evidence.show_case()

    def _check_again_failed(self, error: BaseException) -> None:
        self._not_checked()
        self.session.fail(error)

    def _reading(self, progress: Progress) -> None:
        self.do(reading=progress)

    def _checked(self, checked: Checked) -> None:
        self._check_job = None
        self.do(reading=None, classes=class_rows(checked))
        self.findings.forget_pictures()
        self.act(lambda project: None)

    def _not_checked(self) -> None:
        self._check_job = None
        self.do(reading=None)

    def _cases_failed(self, error: BaseException) -> None:
        self._check_job = None
        if not isinstance(error, MedappError):
            self.session.fail(error)
        self.do(reading=None, cases_problem=Problem.from_error("", error))
        wanted = self.doing.cases_wanted
        if isinstance(error, MedappError) and error.code in MATCHED and wanted is not None:
            self.match_table(wanted)

    @Slot()
    def cancel_check(self) -> None:
        """Stop reading the cases."""
        if self._check_job is not None:
            self.session.jobs.cancel(self._check_job)

    @Slot(str)
    def preview_pattern(self, pattern: str) -> None:
        """Show what a pattern finds in the name of the first case."""
        if self.snapshot is None or not self.snapshot.state.cases:
            return
        root, uncertain = Path(self.snapshot.state.cases), self.snapshot.state.uncertain
        job = as_job(lambda: example_of(list_cases(root, uncertain).cases, pattern))
        self.session.project_jobs.start(
            job,
            done=lambda example: self.do(example=example),
            failed=lambda error: self.do(example=tell(Problem.from_error("", error))),
        )

    @Slot()
    def seal(self) -> None:
        """Put the test set away."""
        self.act(lambda project: project.seal())

    @Slot(str)
    def set_name(self, name: str) -> None:
        """Name what comes out of the project."""
        if name and name != self.view.use.name:
            self.act(lambda project: project.rename(name))


def can_be_cases(path: Path) -> bool:
    """Tell whether a path is a folder, or a file that may be a table of labels."""
    return path.is_dir() or is_table(path)
