"""The session of the page on which a table is matched with its images: every change is tried out at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from medapp.errors import MedappError, Problem
from medapp.files import write_text
from medapp.i18n import tell, tr
from medapp.jobs import Job, Progress
from medapp.training.cases.survey import ReadsFrames
from medapp.training.cases.tables.columns import Columns, columns_of_json, guess_columns, refuse_unfit
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.image_index import list_images, read_headers
from medapp.training.cases.tables.importing import matched
from medapp.training.cases.tables.left_out import left_out_table
from medapp.training.cases.tables.opening import read_grid
from medapp.ui.teaching_desk import TeachingDesk, as_job
from medapp.ui.teaching_table_view import Looked, table_view
from medapp.ui.widgets.teaching.table_views import TableView


@dataclass(frozen=True)
class Wish:
    """What a person has decided so far; None: not yet, so that it is guessed."""

    table: Path
    images: Path
    sheet: str = ""
    columns: Columns | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


def look(wish: Wish, before: Looked, readers: ReadsFrames) -> Job[Looked]:
    """Read what has changed since `before`, and match; whatever hinders it is in the answer."""
    yield Progress(0, 0, tr("table.reading"))
    seen = Looked()
    try:
        grid = before.grid if before.grid is not None and _is_of(before.grid, wish) else None
        grid = grid or read_grid(wish.table, wish.sheet)
        decided = wish.columns if wish.columns is not None and wish.columns.are_of(grid) else None
        seen = Looked(grid, columns=decided or guess_columns(grid))
        index = before.index if before.index is not None and before.index.root == wish.images else None
        if index is None:
            index = yield from list_images(wish.images)
        columns = decided or guess_columns(grid, index.known())
        seen = replace(seen, index=index, columns=columns)
        if not index.with_headers and (columns.need_headers or not columns.keys):
            index = yield from read_headers(index, readers)
            columns = decided or guess_columns(grid, index.known())
            seen = replace(seen, index=index, columns=columns)
        refuse_unfit(grid, columns)
        return replace(seen, imported=matched(grid, columns, index, wish.answers))
    except MedappError as error:
        return replace(seen, problem=Problem.from_error("", error))


def _is_of(grid: Grid, wish: Wish) -> bool:
    return grid.path == wish.table and wish.sheet in {"", grid.sheet}


class TableDesk(QObject):
    """Holds a table that is being matched: `changed` is what the page shows, `used` the cases that a person took."""

    changed = Signal(object)
    closed = Signal()
    used = Signal(object)

    def __init__(self, desk: TeachingDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._wish: Wish | None = None
        self._looked = Looked()
        self._job: int | None = None
        self.view = TableView()

    def open(self, table: Path, remembered: Mapping[str, Any] | None = None) -> None:
        """Begin with a table: as the project remembers it, else with its images beside it."""
        self._looked = Looked()
        if remembered is None or Path(remembered["table"]) != table.absolute():
            self._try(Wish(table, table.parent))
            return
        answers, sheet = remembered.get("answers", {}), remembered.get("sheet", "")
        columns = columns_of_json(remembered.get("columns", {}))
        self._try(Wish(table, Path(remembered["images"]), sheet, columns, answers))

    @Slot(object)
    def choose_images(self, folder: Path) -> None:
        """Look for the images in another folder."""
        if self._wish is not None:
            self._try(replace(self._wish, images=folder))

    @Slot(str)
    def choose_sheet(self, sheet: str) -> None:
        """Take another sheet of the workbook; its columns are guessed anew."""
        if self._wish is not None:
            self._try(replace(self._wish, sheet=sheet, columns=None))

    @Slot(str, str)
    def choose_meaning(self, header: str, meaning: str) -> None:
        """Say what a column means."""
        if self._wish is not None:
            self._try(replace(self._wish, columns=self._looked.columns.meaning_set(header, meaning)))

    @Slot(str, str)
    def answer(self, value: str, answer: str) -> None:
        """Say what a text means; empty takes the answer back."""
        if self._wish is not None:
            answers = {**self._wish.answers, value: answer}
            self._try(replace(self._wish, answers={text: said for text, said in answers.items() if said}))

    def _try(self, wish: Wish) -> None:
        self._stop()
        self._wish = wish
        job = look(wish, self._looked, self._desk.services.readers)
        self._show(Progress(0, 0, tr("table.reading")))
        jobs = self._desk.session.jobs
        self._job = jobs.start(job, progress=self._show, done=self._take, failed=self._fail)

    def _show(self, reading: Progress | None) -> None:
        if self._wish is not None:
            view = table_view(self._wish.table, self._wish.images, self._looked, reading)
            if view != self.view:
                self.view = view
                self.changed.emit(view)

    def _take(self, looked: Looked) -> None:
        self._job = None
        self._looked = looked
        self._show(None)

    def _fail(self, error: BaseException) -> None:
        self._job = None
        self._desk.session.fail(error)
        self._show(None)

    def _stop(self) -> None:
        if self._job is not None:
            self._desk.session.jobs.cancel(self._job)
            self._job = None

    def export(self, target: Path) -> None:
        """Write the rows and images that are not used to a table of their own."""
        imported = self._looked.imported
        if imported is None:
            return

        def failed(error: BaseException) -> None:
            self._desk.session.notify(tell(Problem.from_error("", error)))

        job = as_job(lambda: write_text(target, left_out_table(imported)))
        self._desk.session.project_jobs.start(job, done=lambda _: self._told(target), failed=failed)

    def _told(self, target: Path) -> None:
        self._desk.session.notify(tr("table.exported", name=target.name))

    @Slot()
    def use(self) -> None:
        """Take the cases; asks for nothing that is still open."""
        if self._looked.imported is not None and self.view.ready:
            imported = self._looked.imported
            self.close()
            self.used.emit(imported)

    @Slot()
    def close(self) -> None:
        """Forget the table."""
        self._stop()
        self._wish = None
        self.view = TableView()
        self.closed.emit()
