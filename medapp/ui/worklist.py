"""The worklist of the window: everything that is open, answered in the background, kept, and taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medapp.errors import MedappError, Problem
from medapp.i18n import tell, tr
from medapp.imaging.study import Scan
from medapp.jobs import Job, Partial, Progress
from medapp.storage.opinions import Opinion, Said
from medapp.ui.cell_state import Place
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import Page, State
from medapp.ui.teaching_desk import as_job
from medapp.ui.worklist_rows import WorklistRows
from medapp.ui.worklist_view import WorklistView
from medapp.workflows.batches import Wanted
from medapp.workflows.working import Means, look_up, work_through
from medapp.workflows.worklist import Entry, Key, Stage, Standing, entries_of
from medapp.workflows.worklist_file import Note, read_note, write_note, write_table

LIST_MS, LIST_OPENING_MS = 150, 1000
SORT_MS = 1000


class Worklist(QObject):
    """Makes rows of what is open, has them answered, and keeps how far it came.

    Attributes
    ----------
    rows : WorklistRows
        In the order that they are shown in.
    """

    rows_changed = Signal()

    def __init__(self, session: Session, opening: Opening, pictures: Pictures) -> None:
        super().__init__(session)
        self._session, self._opening, self._pictures = session, opening, pictures
        self._means = session.services.quiet
        self.rows = WorklistRows()
        self._scan: Scan | None = None
        self._place: Place | None = None
        self._job: int | None = None
        self._starts_when_listed = False
        self._note = Note()
        self._list_soon = QTimer(self, singleShot=True)
        self._list_soon.timeout.connect(self._list)
        self._sort_soon = QTimer(self, singleShot=True, interval=SORT_MS)
        self._sort_soon.timeout.connect(self._sort_again)
        session.changed.connect(self._follow)

    @property
    def view(self) -> WorklistView:
        """What the panel shows."""
        return self._session.state.worklist

    def toggle(self) -> None:
        """Open or close the panel; a run goes on behind a closed one."""
        self._update(shown=not self.view.shown)
        if self.view.shown:
            self._session.show_page(Page.READING)

    def open_folder(self, folder: Path) -> None:
        """Open a folder, and work through all that is open once it is listed."""
        self._update(shown=True, unfinished=0)
        self._starts_when_listed = True
        self._opening.open([folder])

    def start(self) -> None:
        """Have every row answered that the model in use has not answered."""
        if self._job is not None or not self.rows.entries:
            return
        self._note = Note(self._opening.paths, len(self.rows))
        self._write_note()
        self._update(running=True, unfinished=0, progress=Progress(0, 0))
        self._job = self._session.quiet_jobs.start(
            work_through(self.rows.entries, self._means),
            part=self._take,
            progress=lambda progress: self._update(progress=progress),
            done=lambda _: self._end(),
            failed=self._failed,
            stopped=self._end,
        )

    def stop(self) -> None:
        """Stop the run; what was answered stays, and the next run goes on there."""
        if self._job is not None:
            self._session.quiet_jobs.cancel(self._job)

    def take_up(self) -> None:
        """Open what the last worklist was about and go on with it."""
        self._update(unfinished=0)
        self._starts_when_listed = True
        wanted = [path for path in self._note.paths if path not in self._opening.paths]
        if wanted:
            self._opening.open(wanted)
        else:
            self._list_soon.start(LIST_MS)

    def remember(self) -> None:
        """Tell of a worklist that was not worked through to its end, and take what was said of answers."""
        services = self._session.services
        read, said = as_job(lambda: read_note(services.folders.worklist)), as_job(services.opinions.all_holding)
        self._session.note_jobs.start(read, done=self._take_note)
        self._session.note_jobs.start(said, done=self.take_opinions)

    def ask_again(self) -> None:
        """Tell anew who said what, because the models changed: an older one's answer must not pass for this one's."""
        self.rows.forget()
        self._tell_rows()
        self._scan = None
        self._follow(self._session.state)

    @Slot(int)
    def open_row(self, place: int) -> None:
        """Show the image of a row; of a stack, the one with the highest score."""
        entry = self.rows.entry(place)
        index = entry.first + self.rows.standing(entry).index
        self._pictures.show(Place(entry.series, index))

    @Slot(int, bool)
    def sort(self, column: int, descending: bool) -> None:
        """Sort the rows."""
        self.rows.sort(column, descending=descending)
        self._tell_rows()

    @Slot(str)
    def say(self, said: str) -> None:
        """Keep what the reader says of the answer of the row on screen, whose score stands in the table."""
        current = self.view.current
        if current < 0:
            return
        standing = self.rows.standing(self.rows.entry(current))
        if standing.model is not None and standing.stage in {Stage.ANSWERED, Stage.UNCLEAR}:
            self.keep(Opinion(standing.identity, standing.model.manifest_hash, Said(said), ai_visible=True))

    def keep(self, opinion: Opinion) -> None:
        """Keep an opinion of an answer, and show it."""
        opinions = self._session.services.opinions
        self.take_opinions({(opinion.identity, opinion.manifest_hash): opinion})
        self._session.note_jobs.start(as_job(lambda: opinions.put(opinion)), failed=self._session.fail)

    def take_opinions(self, opinions: Mapping[tuple[str, str], Opinion]) -> None:
        """Show what was said of answers."""
        self.rows.take_opinions(opinions)
        self._session.update(opinions={**self._session.state.opinions, **opinions})
        self._tell_rows()

    def export(self, path: Path, *, named: bool) -> None:
        """Write the rows as they are sorted to a CSV file; `named`: with the names of the files."""
        rows = self.rows.copied()
        self._session.note_jobs.start(
            as_job(lambda: _write(path, rows, named=named)),
            done=lambda _: self._session.notify(tr("worklist.exported", rows=len(rows))),
            failed=self._session.fail,
        )

    @Slot(object)
    def _follow(self, state: State) -> None:
        if state.worklist.shown and state.scan is not self._scan and not self._list_soon.isActive():
            self._list_soon.start(LIST_MS)
        if state.worklist.shown and state.place != self._place:
            self._mark_current(state)

    @Slot()
    def _list(self) -> None:
        """Make rows of what is open; while files are being found, only what is there already."""
        if self.view.running or self.view.listing:
            self._list_soon.start(LIST_OPENING_MS)
            return
        state = self._session.state
        self._scan = scan = state.scan
        self._update(listing=True)
        self._session.quiet_jobs.start(
            _listed(scan, None if state.jobs else self._means),
            part=self._take_listed,
            done=lambda _: self._end_listing(is_whole=not state.jobs),
            failed=self._failed_listing,
            stopped=lambda: self._end_listing(is_whole=False),
        )

    def _take_listed(self, part: tuple[Entry, ...] | dict[Key, Standing]) -> None:
        if isinstance(part, tuple):
            self.rows.replace(part)
            self._tell_rows()
        else:
            self._take(part)

    def _end_listing(self, *, is_whole: bool) -> None:
        self._update(listing=False)
        self._tell_rows(sort=True)
        if not is_whole:
            self._scan = None  # once more, when more files are known
            self._list_soon.start(LIST_OPENING_MS)
        elif self._starts_when_listed and len(self.rows):
            self._starts_when_listed = False
            self.start()

    def _failed_listing(self, error: BaseException) -> None:
        self._starts_when_listed = False
        self._update(listing=False)
        self._session.fail(error)

    def _take(self, changes: dict[Key, Standing]) -> None:
        self.rows.take(changes)
        self._tell_rows()
        if not self._sort_soon.isActive():
            self._sort_soon.start()

    @Slot()
    def _sort_again(self) -> None:
        """Sort by what has come in, and note how far the run is: the window may be killed."""
        self._tell_rows(sort=True)
        if self._job is not None:
            self._note_left()

    def _tell_rows(self, *, sort: bool = False) -> None:
        if sort:
            self.rows.sort_again()
        self._update(rows=len(self.rows), counts=self.rows.counts(), older=self.rows.older)
        self._mark_current(self._session.state)
        self.rows_changed.emit()

    def _mark_current(self, state: State) -> None:
        self._place = state.place
        current, said, judged = self._current(state), "", ""
        if current >= 0:
            standing = self.rows.standing(self.rows.entry(current))
            opinion = self.rows.opinion(standing)
            said = str(opinion.said) if opinion else ""
            judged = standing.identity if standing.stage in {Stage.ANSWERED, Stage.UNCLEAR} else ""
        self._update(current=current, opinion=said, judged=judged)

    def _current(self, state: State) -> int:
        series, place = state.series, state.place
        if series is None or place is None or place.index >= series.frames:
            return -1
        instance, index = series.locate(place.index)
        return self.rows.place_of(place.series, place.index, Wanted(instance.source, index))

    def _end(self) -> None:
        self._job = None
        self._tell_rows(sort=True)
        self._note_left()
        self._update(running=False, progress=None)

    def _failed(self, error: BaseException) -> None:
        self._end()
        if not isinstance(error, MedappError):
            self._session.fail(error)
            return
        self._session.notify(tr("worklist.failed", reason=tell(Problem.from_error("", error))))

    def _take_note(self, note: Note) -> None:
        self._note = note
        if note.left and self._job is None:
            self._update(unfinished=note.left)
            self._session.notify(tr("worklist.unfinished_told", rows=note.left))

    def _note_left(self) -> None:
        left = self.rows.counts().get(str(Stage.WAITING), 0)
        if left != self._note.left:
            self._note = replace(self._note, left=left)
            self._write_note()

    def _write_note(self) -> None:
        path, note = self._session.services.folders.worklist, self._note
        self._session.note_jobs.start(as_job(lambda: write_note(path, note)), failed=self._session.fail)

    def _update(self, **changes: Any) -> None:  # noqa: ANN401 - fields of WorklistView
        view = replace(self.view, **changes)
        if view != self.view:
            self._session.update(worklist=view)


def _write(path: Path, rows: WorklistRows, *, named: bool) -> None:
    """Write rows as they were when that was asked for; sixty thousand take their time."""
    entries = [rows.entry(place) for place in range(len(rows))]
    table = [(entry, rows.standing(entry)) for entry in entries]
    write_table(path, table, [rows.opinion(standing) for _, standing in table], named=named)


def _listed(scan: Scan, means: Means | None) -> Job[None]:
    """Tell the rows of what is open, and what is known of them."""
    yield Progress(0, 0)
    entries = entries_of(scan)
    yield Partial(entries)
    if means is not None:
        yield from look_up(entries, means)
