"""The teaching page's session: one project, its jobs, and the training that goes on without the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Signal, Slot

from medapp.errors import MedappError, Problem
from medapp.i18n import tell, tr
from medapp.jobs import Job, Progress
from medapp.training.check import Checked
from medapp.training.dataset import list_cases
from medapp.training.request import Effort
from medapp.training.run import Run, RunState
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.teaching_facts import class_rows, example_of, listed_rows, snapshot_of
from medapp.ui.teaching_view import Doing, Snapshot, question_of, view_of
from medapp.ui.widgets.teaching.views import ClassRow, QuestionView, Step, TeachingView
from medapp.workflows.teaching import Project, list_projects

STEPS = tuple(Step)


class TeachingSession(QObject):
    """Turns wishes into actions of the project; every one of them runs in a worker, one after the other."""

    changed = Signal(object)
    activated = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._services = session.services
        self._project: Project | None = None
        self._snapshot: Snapshot | None = None
        self._doing = Doing()
        self._check_job: int | None = None
        self._run: Run | None = None
        self.view: TeachingView = view_of(None, self._doing)

    def restore(self) -> None:
        """Take up the project that was changed last, and follow its training where one is going on."""
        self._session.project_jobs.start(_as_job(self._find_latest), done=self._restored)

    def _find_latest(self) -> tuple[Snapshot, Run | None] | None:
        found = list_projects(self._services.folders.projects)
        if not found:
            return None
        self._project = found[0]
        return snapshot_of(found[0], self._services), found[0].current_run()

    def _restored(self, found: tuple[Snapshot, Run | None] | None) -> None:
        if found is None:
            return
        snapshot, run = found
        undone = (step for step in STEPS if not snapshot.marks[step.value].done)
        self._doing = replace(self._doing, step=next(undone, Step.USE))
        self._take(snapshot)
        if run is not None:
            self._follow(run)

    @Slot()
    def begin_project(self) -> None:
        """Begin a new project; the others stay as they are."""
        if self._doing.training:
            self._session.notify(tell(MedappError("project.training")))
            return
        self.cancel_check()
        self._doing = Doing()
        self._act(lambda project: None, begin=True)

    @Slot(object)
    def go_to(self, step: Step) -> None:
        """Open a step."""
        self._do(step=step)

    @Slot()
    def go_on(self) -> None:
        """Open the next step."""
        self._do(step=STEPS[min(STEPS.index(self._doing.step) + 1, len(STEPS) - 1)])

    @Slot(object)
    def set_question(self, view: QuestionView) -> None:
        """Write down the question."""
        if view != self.view.question:
            self._act(lambda project: project.ask(question_of(view)))

    @Slot(object)
    def choose_cases(self, folder: Path) -> None:
        """Take a labelled folder, show its classes, and check it."""
        if not folder.is_dir():
            self._session.notify(tr("ui.folder_missing"))
            return
        self._choose(folder, self.view.cases.pattern)

    @Slot(str)
    def set_pattern(self, pattern: str) -> None:
        """Take another pattern for the patient, and check the cases with it."""
        if self._snapshot is not None and self._snapshot.state.cases and pattern != self._snapshot.state.pattern:
            self._choose(Path(self._snapshot.state.cases), pattern)

    def _choose(self, folder: Path, pattern: str) -> None:
        if self._doing.training:
            self._session.notify(tell(MedappError("project.training")))
            return
        self.cancel_check()
        self._session.show_page(Page.TEACHING)
        self._do(step=Step.CASES, classes=(), cases_problem="", run=None, reading=Progress(0, 0, tr("scan.listing")))

        def act(project: Project) -> tuple[tuple[ClassRow, ...], str]:
            found = list_cases(folder)
            project.choose_cases(folder, pattern)
            return listed_rows(found.cases, found.classes), example_of(found.cases, pattern)

        self._act(act, done=self._chosen, failed=self._cases_failed)

    def _chosen(self, found: tuple[tuple[ClassRow, ...], str]) -> None:
        assert self._project is not None
        classes, example = found
        self._do(classes=classes, example=example)
        job = self._project.check(self._services.readers, self._services.registry)
        self._check_job = self._session.jobs.start(
            job, progress=self._reading, done=self._checked, failed=self._cases_failed, stopped=self._not_checked
        )

    def _reading(self, progress: Progress) -> None:
        self._do(reading=progress)

    def _checked(self, checked: Checked) -> None:
        self._check_job = None
        self._do(reading=None, classes=class_rows(checked))
        self._act(lambda project: None)

    def _not_checked(self) -> None:
        self._check_job = None
        self._do(reading=None)

    def _cases_failed(self, error: BaseException) -> None:
        self._check_job = None
        if not isinstance(error, MedappError):
            self._session.fail(error)
        self._do(reading=None, cases_problem=tell(Problem.from_error("", error)))

    @Slot()
    def cancel_check(self) -> None:
        """Stop reading the cases."""
        if self._check_job is not None:
            self._session.jobs.cancel(self._check_job)

    @Slot(str)
    def preview_pattern(self, pattern: str) -> None:
        """Show what a pattern finds in the name of the first case."""
        if self._snapshot is None or not self._snapshot.state.cases:
            return
        root = Path(self._snapshot.state.cases)
        job = _as_job(lambda: example_of(list_cases(root).cases, pattern))
        self._session.project_jobs.start(
            job,
            done=lambda example: self._do(example=example),
            failed=lambda error: self._do(example=tell(Problem.from_error("", error))),
        )

    @Slot()
    def seal(self) -> None:
        """Put the test set away."""
        self._act(lambda project: project.seal())

    @Slot(str)
    def train(self, effort: str) -> None:
        """Start a training and follow it."""
        if self._doing.training:
            return
        self._do(training=True, stopping=False, run=None, progress=Progress(0, 0, tr("train.phase.starting")))
        runs = self._services.folders.runs
        self._act(
            lambda project: project.start_training(runs, cast("Effort", effort)),
            done=self._follow,
            failed=self._not_started,
        )

    def _not_started(self, error: BaseException) -> None:
        self._do(training=False)
        self._session.fail(error)

    def _follow(self, run: Run) -> None:
        self._run = run
        self._do(training=True, step=Step.TRAIN)
        self._session.jobs.start(
            run.follow(),
            part=lambda state: self._do(run=state),
            progress=lambda progress: self._do(progress=progress),
            done=self._ended,
            failed=self._not_started,
        )

    def _ended(self, state: RunState) -> None:
        run, self._run = self._run, None
        self._do(run=state, training=False, stopping=False)
        self._tell_end(state.end or {})
        if run is not None:
            self._act(lambda project: project.note_end(run))

    def _tell_end(self, end: dict[str, Any]) -> None:
        if end.get("event") != "finished":
            self._session.notify(str(end.get("reason", "")))
        elif self._session.state.page is not Page.TEACHING:
            self._session.notify(tr("ui.training_done"))

    @Slot()
    def stop_training(self) -> None:
        """Ask for the end; the best weights so far are kept."""
        if self._run is not None:
            self._run.stop()
            self._do(stopping=True)

    @Slot(bool)
    def pause_training(self, paused: bool) -> None:
        """Let the training wait, or go on."""
        if self._run is not None:
            self._run.pause(paused)

    @Slot()
    def go_on_training(self) -> None:
        """Go on with the training that did not come to its end."""
        if self._doing.training:
            return
        self._do(training=True, stopping=False, run=None, progress=Progress(0, 0, tr("train.phase.starting")))
        self._act(lambda project: project.go_on_training(), done=self._follow, failed=self._not_started)

    @Slot()
    def open_sealed_test(self) -> None:
        """Open the sealed test: counted, and told in the report."""
        self._act(lambda project: project.open_sealed_test())

    @Slot(str)
    def set_name(self, name: str) -> None:
        """Name what comes out of the project."""
        if name and name != self.view.use.name:
            self._act(lambda project: project.rename(name))

    @Slot(str)
    def activate(self, name: str) -> None:
        """Put the model in use, under `name`."""
        self._act(lambda project: project.activate(self._services.registry, name), done=self._model_changed)

    @Slot()
    def go_back(self) -> None:
        """Put in use what was in use before."""
        self._act(lambda project: project.go_back(self._services.registry), done=self._model_changed)

    def _model_changed(self, _: object) -> None:
        self.activated.emit()

    def _do(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Doing
        self._doing = replace(self._doing, **changes)
        self._render()

    def _render(self) -> None:
        view = view_of(self._snapshot, self._doing)
        if view != self.view:
            self.view = view
            self.changed.emit(view)

    def _take(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._render()

    def _act(
        self,
        action: Callable[[Project], Any],
        *,
        done: Callable[[Any], None] = lambda _: None,
        failed: Callable[[BaseException], None] | None = None,
        begin: bool = False,
    ) -> None:
        """Do something with the project in a worker, then show what the project has become."""

        def work() -> tuple[Any, Snapshot]:
            if self._project is None or begin:
                self._project = Project.create(self._services.folders.projects)
            result = action(self._project)
            return result, snapshot_of(self._project, self._services)

        def take(answer: tuple[Any, Snapshot]) -> None:
            self._take(answer[1])
            done(answer[0])

        self._session.project_jobs.start(_as_job(work), done=take, failed=failed)


def _as_job(work: Callable[[], Any]) -> Job[Any]:
    yield Progress(0, 0)
    return work()
