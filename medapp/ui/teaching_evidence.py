"""What the teaching page shows of cases and of the sealed test, and the files that people take along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import Mistake
from medapp.ui.teaching_desk import TeachingDesk, as_job
from medapp.ui.widgets.teaching.views import CaseSeen, MistakeView
from medapp.workflows.lab_book import export_lab_book
from medapp.workflows.report_pages import write_report_page
from medapp.workflows.sealed_cases import Picture, example_picture, save_predictions, worst_mistakes
from medapp.workflows.teaching import Project


class Evidence(QObject):
    """Reads pictures, opens the sealed test and saves files, all in workers."""

    def __init__(self, desk: TeachingDesk) -> None:
        super().__init__(desk)
        self._desk = desk

    def show_case(self) -> None:
        """Show a real case as the network sees it, at the size that was asked for."""
        desk = self._desk
        if desk.snapshot is None or not desk.snapshot.state.cases:
            return
        state, readers = desk.snapshot.state, desk.services.readers
        cases, size = Path(state.cases), state.question.image_size
        desk.session.jobs.start(
            as_job(lambda: example_picture(cases, state.question.find, size, readers, state.remedies)),
            done=lambda picture: self._take_case(picture, size),
            failed=_without,
        )

    def _take_case(self, picture: Picture | None, size: int) -> None:
        seen = None if picture is None else CaseSeen(picture.pixels, size, picture.label)
        self._desk.do(seen=seen)

    @Slot()
    def open_sealed_test(self) -> None:
        """Open the sealed test: counted, and told in the report."""
        self._desk.act(lambda project: project.open_sealed_test())

    @Slot()
    def show_mistakes(self) -> None:
        """Show the sealed cases that were answered wrongly; they are read once an opening."""
        desk, project = self._desk, self._desk.project
        if project is None or desk.snapshot is None or not desk.snapshot.report:
            return
        wanted = desk.snapshot.state.openings, len(desk.snapshot.runs)
        if wanted == desk.doing.mistakes_of:
            return
        desk.do(mistakes=None, mistakes_of=wanted)
        readers = desk.services.readers
        desk.session.jobs.start(
            as_job(lambda: worst_mistakes(project, readers)),
            title=tr("teach.reading_mistakes"),
            done=self._take_mistakes,
        )

    def _take_mistakes(self, found: Sequence[Mistake]) -> None:
        self._desk.do(mistakes=tuple(MistakeView(m.picture, m.truth, m.given, m.certainty) for m in found))

    @Slot(object)
    def save_report(self, target: Path) -> None:
        """Save the report as one page, with the pictures of the worst mistakes."""
        self._save(lambda project: write_report_page(project, target, self._desk.services.readers), target)

    @Slot(object)
    def save_predictions(self, target: Path) -> None:
        """Save what the model said about each sealed case."""
        self._save(lambda project: save_predictions(project, target), target)

    @Slot(object)
    def export_lab_book(self, target: Path) -> None:
        """Save the lab book."""
        self._save(lambda project: export_lab_book(project.state, target), target)

    def _save(self, write: Callable[[Project], object], target: Path) -> None:
        project = self._desk.project
        if project is None:
            return
        session = self._desk.session
        session.jobs.start(
            as_job(lambda: write(project)),
            title=tr("teach.saving", file=target.name),
            done=lambda _: session.notify(tr("teach.saved", file=target.name)),
        )


def _without(_: BaseException) -> None:
    """A case that cannot be shown is no failure of the question; the next step tells about the folder."""
