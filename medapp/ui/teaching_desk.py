"""Where the teaching session works: the open project, what is going on now, and the workers that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from medapp.errors import MedappError
from medapp.i18n import tell
from medapp.jobs import Job, Progress
from medapp.ui.session import Session
from medapp.ui.teaching_facts import snapshot_of
from medapp.ui.teaching_state import Doing, Snapshot
from medapp.ui.teaching_view import view_of
from medapp.ui.widgets.teaching.views import TeachingView
from medapp.workflows.teaching import Project


class TeachingDesk(QObject):
    """Holds the project and the view of it; every change is made in a worker, one after the other."""

    changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.services = session.services
        self.project: Project | None = None
        self.snapshot: Snapshot | None = None
        self.doing = Doing()
        self.view: TeachingView = view_of(None, self.doing)

    def do(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Doing
        """Note what is going on, and show it."""
        self.doing = replace(self.doing, **changes)
        self._render()

    def take(self, snapshot: Snapshot) -> None:
        """Show what the project has become."""
        self.snapshot = snapshot
        self._render()

    def _render(self) -> None:
        view = view_of(self.snapshot, self.doing)
        if view != self.view:
            self.view = view
            self.changed.emit(view)

    def tell_anew(self) -> None:
        """Say everything in the language that is spoken now."""
        self._render()
        self.refresh()

    def refresh(self) -> None:
        """Read the project again, where there is one: the models of this station are others."""
        if self.project is not None:
            self.act(lambda project: None)

    @property
    def training(self) -> bool:
        """Whether a training is going on; the person is told, for it keeps the cases from being changed."""
        if self.doing.training:
            self.session.notify(tell(MedappError("project.training")))
        return self.doing.training

    def act(
        self,
        action: Callable[[Project], Any],
        *,
        done: Callable[[Any], None] = lambda _: None,
        failed: Callable[[BaseException], None] | None = None,
        begin: bool = False,
    ) -> None:
        """Do something with the project in a worker, then show what the project has become."""

        def work() -> tuple[Any, Snapshot]:
            if self.project is None or begin:
                self.project = Project.create(self.services.folders.projects)
            result = action(self.project)
            return result, snapshot_of(self.project, self.services)

        def take(answer: tuple[Any, Snapshot]) -> None:
            self.take(answer[1])
            done(answer[0])

        self.session.project_jobs.start(as_job(work), done=take, failed=failed)


def as_job(work: Callable[[], Any]) -> Job[Any]:
    """Return a job of one piece of work."""
    yield Progress(0, 0)
    return work()
