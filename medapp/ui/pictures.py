"""Brings the wanted image to the screen: frames come from worker threads, neighbours before they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from medapp.errors import MedappError, Problem
from medapp.imaging.frames import Key
from medapp.jobs import Job, Progress
from medapp.ui.answer_state import NoPicture
from medapp.ui.cell_changes import CellChanges, on_screen
from medapp.ui.cell_state import Cell, Picture, Place
from medapp.ui.companions import Companions
from medapp.ui.first_look import first_look
from medapp.ui.linking import Links
from medapp.ui.prefetching import Prefetching
from medapp.ui.prepared import Prepared, PreparedFrames
from medapp.ui.session import Session
from medapp.ui.state import State, all_keys, find_series

SETTLED_MS = 120


@dataclass(frozen=True)
class Travel:
    """Where the hand goes in a stack (1 or -1), and how far it has come in this direction."""

    direction: int = 1
    steps: int = 0

    def after(self, before: Place | None, place: Place) -> Travel:
        """Return the travel that leads on to `place`; in another series it begins anew."""
        if before is None or before.series != place.series:
            return Travel()
        step = place.index - before.index
        direction = self.direction if step == 0 else (1 if step > 0 else -1)
        return Travel(direction, self.steps + abs(step) if direction == self.direction else 0)


class Pictures(QObject):
    """Loads what the session wants on screen, in each cell.

    One load a cell is under way at a time. A frame that comes late is shown where it lies on the way (the
    same series is still wanted) and dropped otherwise; either way the newest wish is loaded next.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._prepared = PreparedFrames(session.services.cache, Companions(session.services.readers))
        # twice as many threads as readers: one prepares a frame while its reader decodes the next
        threads = 2 * session.services.readers.config.processes
        self._ahead = Prefetching(self._prepared, session.picture_jobs, threads)
        self._links = Links()
        self._loading: dict[int, Place] = {}
        self._travels: dict[int, Travel] = {}
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._prefetch_whole)
        self._was_busy = False
        session.changed.connect(self._follow)

    @property
    def prepared(self) -> PreparedFrames:
        """What prepares frames; for jobs that want images that are not on screen."""
        return self._prepared

    @Slot(object)
    def show(self, place: Place | None, cell: int | None = None) -> None:
        """Put the image at `place` on screen as soon as its frame is there: in a cell, or in the active one.

        What is linked with the active cell goes along.
        """
        if place is None:
            return
        state = self._session.state
        number = state.active if cell is None else cell
        partners = self._links.partners(state, place) if number == state.active else {}
        self.show_all({number: place, **partners})

    def show_all(self, wanted: Mapping[int, Place]) -> None:
        """Put images on screen, by the numbers of their cells; those that are at hand at once, and together."""
        changes, late = CellChanges(self._session.state), []
        answer: dict[str, Any] = {}
        for number, place in wanted.items():
            before = self._session.state.cell(number)
            self._travels[number] = self._travels.get(number, Travel()).after(before.place, place)
            known = self._known(place)
            if known is None:
                changes.put(number, place=place, picture_problem=None, loading=True)
                late.append(number)
            elif (shown := self._shown_with(number, place, known)) is not None:
                changes.put(number, place=place, **shown)
                answer |= self._without_answer(number, known)
        self._session.update(**changes.all, **answer)
        self._plan()
        for number in late:
            self._load_wanted(number)

    def foresee(self, upcoming: Callable[[State], Iterable[Place]]) -> None:
        """Decode what `upcoming` names, when the stacks on screen are: what a person may want after them."""
        self._ahead.upcoming = upcoming

    def fill(self) -> None:
        """Load what cells want and do not show yet: their layout is new."""
        state = self._session.state
        for number in on_screen(state):
            cell = state.cell(number)
            if cell.place is not None and (cell.picture is None or cell.picture.place != cell.place):
                self.show(cell.place, number)
        self._plan()

    @property
    def is_busy(self) -> bool:
        """Whether anything is being decoded, or will be in a moment."""
        return bool(self._loading) or self._settled.isActive() or self._ahead.is_busy

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Take what is open and chosen; decode the rest of the stack once no files are being found any more."""
        if self._prepared.companions.follow(state.scan, state.presentation):
            self._renew()
        if self._was_busy and not state.jobs:
            self._settled.start()
        self._was_busy = bool(state.jobs)

    def _renew(self) -> None:
        """Show the pictures on screen anew: something else in their study says how, or no longer does."""
        for number in range(len(self._session.state.cells)):
            place = self._session.state.cell(number).place
            if place is not None and not self._show_known(number, place):
                self._load_wanted(number)

    @Slot()
    def _prefetch_whole(self) -> None:
        self._plan(whole=not self._session.state.jobs)

    def _plan(self, *, whole: bool = False) -> None:
        """Keep what is on screen in memory, and decode what will be wanted next, in each cell."""
        state = self._session.state
        shown = [state.cell(number).picture for number in on_screen(state)]
        self._prepared.cache.pin(*(key for p in shown if p is not None and (key := self._key(p.place)) is not None))
        if state.picture is None or state.picture.place != state.place:
            return
        self._ahead.plan(state, {n: (t.direction, t.steps) for n, t in self._travels.items()}, whole=whole)
        if not whole:
            self._settled.start()

    def scroll(self, steps: int) -> None:
        """Go `steps` images on in the series; it ends at its ends."""
        series, place = self._session.state.series, self._session.state.place
        if series is not None and place is not None:
            self.go_to(place.index + steps)

    def go_to(self, index: int, cell: int | None = None) -> None:
        """Go to an image of the series of a cell, or of the active one; beyond its ends, to the end."""
        state = self._session.state
        number = state.active if cell is None else cell
        shown = state.cell(number)
        located = find_series(state.scan, shown.place.series) if shown.place is not None else None
        if located is None or shown.place is None:
            return
        index = min(max(index, 0), located[1].frames - 1)
        if index != shown.place.index or shown.picture_problem:
            self.show(replace(shown.place, index=index), number)

    def go_to_last(self) -> None:
        """Go to the last image of the series."""
        series = self._session.state.series
        if series is not None:
            self.go_to(series.frames - 1)

    def change_series(self, steps: int) -> None:
        """Go to the next or a previous series."""
        place, keys = self._session.state.place, all_keys(self._session.state.scan)
        if place is None or place.series not in keys:
            return
        number = min(max(keys.index(place.series) + steps, 0), len(keys) - 1)
        if keys[number] != place.series:
            self.show(Place(keys[number], 0))

    def _known(self, place: Place) -> Prepared | None:
        key = self._key(place)
        return self._prepared.peek(key) if key is not None else None

    def _show_known(self, number: int, place: Place) -> bool:
        prepared = self._known(place)
        if prepared is not None:
            self._present(number, place, prepared)
        return prepared is not None

    def _key(self, place: Place) -> Key | None:
        located = find_series(self._session.state.scan, place.series)
        if located is None or not 0 <= place.index < located[1].frames:
            return None
        instance, index = located[1].locate(place.index)
        return instance.source, index

    def _cell(self, number: int) -> Cell:
        """Return a cell; an empty one where the layout has no such cell any more."""
        state = self._session.state
        return state.cell(number) if number < len(state.cells) else Cell()

    def _load_wanted(self, number: int) -> None:
        place = self._cell(number).place
        if number in self._loading or place is None:
            return
        key = self._key(place)
        if key is None:
            return
        self._loading[number] = place
        self._session.picture_jobs.start(
            _prepare(self._prepared, key),
            done=lambda prepared: self._arrived(number, place, key, prepared),
            failed=lambda error: self._failed(number, place, key, error),
            stopped=lambda: self._stopped(number),
        )

    def _stopped(self, number: int) -> None:
        self._loading.pop(number, None)

    def _arrived(self, number: int, place: Place, key: Key, prepared: Prepared) -> None:
        self._loading.pop(number, None)
        cell = self._cell(number)
        wanted, shown = cell.place, cell.picture
        if shown is not None and shown.place == wanted and shown.companion is prepared.companion:
            return  # meanwhile it was at hand
        # the series may have grown meanwhile: the index then names another image than the one that was loaded
        is_still_there = wanted is not None and wanted.series == place.series and self._key(place) == key
        if is_still_there:
            self._present(number, place, prepared)
        is_done = wanted == place and is_still_there and self._prepared.companions.is_ready(key)
        if wanted is not None and not is_done and not self._show_known(number, wanted):
            self._load_wanted(number)

    def _failed(self, number: int, place: Place, key: Key, error: BaseException) -> None:
        self._loading.pop(number, None)
        if self._cell(number).place != place or self._key(place) != key:
            self._load_wanted(number)
            return
        if not isinstance(error, MedappError):
            self._session.fail(error)
        problem = Problem.from_error(key[0], error)
        changes = CellChanges(self._session.state)
        changes.put(number, loading=False, picture=None, picture_problem=problem, cine=False)
        self._session.update(**changes.all)

    def _present(self, number: int, place: Place, prepared: Prepared) -> None:
        """Show a picture that is ready."""
        changes = CellChanges(self._session.state)
        shown = self._shown_with(number, place, prepared)
        if shown is None:
            return
        changes.put(number, **{**shown, "loading": place != self._cell(number).place})
        self._session.update(**changes.all, **self._without_answer(number, prepared))
        self._plan()

    def _shown_with(self, number: int, place: Place, prepared: Prepared) -> dict[str, Any] | None:
        """Return what of a cell changes with a picture; None where the series has no such image any more."""
        state = self._session.state
        located = find_series(state.scan, place.series)
        if located is None or place.index >= located[1].frames:
            return None
        instance, _ = located[1].locate(place.index)
        frame, automatic, companion = prepared.frame, prepared.automatic, prepared.companion
        picture = Picture(place, *located, instance, frame, automatic, companion)
        changes = {"picture": picture, "picture_problem": None, "loading": False}
        return changes | first_look(state, state.cell(number), picture)

    def _without_answer(self, number: int, prepared: Prepared) -> dict[str, Any]:
        """Return the change that lets the model's answer leave with its picture."""
        state = self._session.state
        is_another = state.picture is None or state.picture.frame is not prepared.frame
        if number == state.active and is_another and not isinstance(state.answer, NoPicture):
            return {"answer": NoPicture()}
        return {}


def _prepare(prepared: PreparedFrames, key: Key) -> Job[Prepared]:
    yield Progress(0, 1)
    return prepared.prepare(key, urgent=True)
