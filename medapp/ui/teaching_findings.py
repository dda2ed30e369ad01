"""The third step's session: findings are acted on, the check is made anew, and what was decided can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from medapp.jobs import Job
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.dataset import list_cases
from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import KEEP
from medapp.ui.teaching_desk import TeachingDesk
from medapp.ui.widgets.teaching.check_views import PageView, PictureView
from medapp.ui.widgets.teaching.finding_pictures import PAGE
from medapp.workflows.deciding import decide, undo
from medapp.workflows.finding_pictures import CasePicture, case_pictures
from medapp.workflows.offers import found, offered, pictures_of
from medapp.workflows.project_state import State
from medapp.workflows.teaching import Project


class Findings(QObject):
    """Turns what is wanted about findings into decisions of the project; `check_again` starts the check anew."""

    def __init__(self, desk: TeachingDesk, check_again: Callable[[], None]) -> None:
        super().__init__(desk)
        self._desk = desk
        self._check_again = check_again
        self._listing: tuple[tuple[str, str], CaseFolder] | None = None
        self._reading: dict[str, int] = {}

    @Slot(str, int)
    def fix(self, key: str, number: int) -> None:
        """Do what is offered at that place about a finding, and check again."""

        def act(project: Project) -> None:
            checked = project.state.checked
            finding = None if checked is None else found(checked, key)
            if checked is not None and finding is not None:
                decide(project, finding, offered(finding, checked)[number])

        self._desk.act(act, done=lambda _: self._check_if_stale())

    @Slot(str, str)
    def keep(self, key: str, because: str) -> None:
        """Keep a finding, with the reason."""

        def act(project: Project) -> None:
            finding = None if project.state.checked is None else found(project.state.checked, key)
            if finding is not None:
                decide(project, finding, Remedy(KEEP, {"because": because}))

        self._desk.act(act)

    @Slot(int)
    def undo(self, number: int) -> None:
        """Take back a decision, and check again where it changed more than a sentence."""
        snapshot = self._desk.snapshot
        if snapshot is None or number >= len(snapshot.state.remedies):
            return
        taken = snapshot.state.remedies[number]
        self._desk.act(lambda project: undo(project, taken), done=lambda _: self._check_if_stale())

    def _check_if_stale(self) -> None:
        snapshot = self._desk.snapshot
        if snapshot is not None and snapshot.state.stale:
            self._check_again()

    def forget_pictures(self) -> None:
        """Let go of pictures of findings that are no more."""
        for job in self._reading.values():
            self._desk.session.jobs.cancel(job)
        self._reading.clear()
        self._listing = None
        self._desk.do(pages={})

    @Slot(str, int)
    def show_page(self, key: str, number: int) -> None:
        """Read the pictures of a page of a finding, and show them as they come."""
        snapshot = self._desk.snapshot
        checked = None if snapshot is None else snapshot.state.checked
        finding = None if checked is None else found(checked, key)
        if snapshot is None or checked is None or finding is None:
            return
        if (before := self._reading.pop(key, None)) is not None:
            self._desk.session.jobs.cancel(before)
        names = pictures_of(finding, checked)[number * PAGE : (number + 1) * PAGE]

        def take(pictures: Sequence[CasePicture]) -> None:
            views = tuple(PictureView(one.name, one.label, one.pixels) for one in pictures)
            self._desk.do(pages={**self._desk.doing.pages, key: PageView(number, views)})

        job = self._pictures(snapshot.state, names)
        self._reading[key] = self._desk.session.jobs.start(job, part=take, done=take, failed=lambda _: None)

    def _pictures(self, state: State, names: Sequence[str]) -> Job[tuple[CasePicture, ...]]:
        """Read the pictures; the folder is listed once for all pages."""
        wanted = (state.cases, state.uncertain)
        if self._listing is None or self._listing[0] != wanted:
            self._listing = (wanted, list_cases(Path(state.cases), state.uncertain))
        return (yield from case_pictures(self._listing[1], names, self._desk.services.readers))
