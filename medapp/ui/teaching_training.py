"""Trainings of the open project: started, followed (also after a restart), paused, stopped, gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Slot

from medapp.i18n import tr
from medapp.jobs import Progress
from medapp.training.runs.request import Effort
from medapp.training.runs.run import Run, RunState
from medapp.ui.state import Page
from medapp.ui.teaching_desk import TeachingDesk
from medapp.ui.teaching_state import StartWish
from medapp.ui.widgets.teaching.views import Step
from medapp.workflows.teaching import Project


class Trainings(QObject):
    """Starts one training at a time and tells the desk how far it is."""

    def __init__(self, desk: TeachingDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._run: Run | None = None

    @property
    def run(self) -> Run | None:
        """The training that is followed."""
        return self._run

    @Slot(str)
    def start(self, effort: str) -> None:
        """Start a training from the chosen starting model, and follow it."""
        runs, start = self._desk.services.folders.runs, self._desk.doing.start
        self._begin(
            lambda project: project.start_training(
                runs, cast("Effort", effort), base=start.base, architecture=start.architecture
            )
        )

    @Slot()
    def go_on(self) -> None:
        """Go on with the training that did not come to its end."""
        self._begin(lambda project: project.go_on_training())

    def _begin(self, action: Callable[[Project], Run]) -> None:
        if self._desk.doing.training:
            return
        self._desk.do(
            training=True, followed=False, stopping=False, run=None, progress=Progress(0, 0, tr("train.phase.starting"))
        )
        self._desk.act(action, done=self.follow, failed=self._not_started)

    def _not_started(self, error: BaseException) -> None:
        self._desk.do(training=False)
        self._desk.session.fail(error)

    def follow(self, run: Run) -> None:
        """Show a training until it ends."""
        self._run = run
        desk = self._desk
        desk.do(training=True, followed=True, step=Step.TRAIN)
        desk.session.jobs.start(
            run.follow(),
            part=lambda state: desk.do(run=state),
            progress=lambda progress: desk.do(progress=progress),
            done=self._ended,
            failed=self._not_started,
        )

    def _ended(self, state: RunState) -> None:
        run, self._run = self._run, None
        self._desk.do(run=state, training=False, stopping=False)
        self._tell_end(state.end or {})
        if run is not None:
            self._desk.act(lambda project: project.note_end(run))

    def _tell_end(self, end: dict[str, Any]) -> None:
        session = self._desk.session
        if end.get("event") != "finished":
            session.notify(str(end.get("reason", "")))
        elif session.state.page is not Page.TEACHING:
            session.notify(tr("ui.training_done"))

    @Slot()
    def stop(self) -> None:
        """Ask for the end; the best weights so far are kept."""
        if self._run is not None:
            self._run.stop()
            self._desk.do(stopping=True)

    @Slot(bool)
    def pause(self, paused: bool) -> None:
        """Let the training wait, or go on."""
        if self._run is not None:
            self._run.pause(paused)

    @Slot(str, str)
    def choose_start(self, base: str, architecture: str) -> None:
        """Choose what the next training starts from: a model, a weights file, or a new network."""
        self._desk.do(start=StartWish(base, architecture))

    @Slot(object)
    def choose_weights(self, file: Path) -> None:
        """Start the next training from a file of weights."""
        self._desk.do(start=StartWish(str(file)))
