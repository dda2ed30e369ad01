"""Brings the wanted image to the screen: frames come from worker threads, neighbours before they are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from medapp.errors import MedappError, Problem
from medapp.imaging.frames import Key
from medapp.imaging.study import PresentationRef
from medapp.jobs import Job, Progress
from medapp.ui.companions import Companions
from medapp.ui.prefetching import Prefetching
from medapp.ui.prepared import Prepared, PreparedFrames
from medapp.ui.session import Session
from medapp.ui.state import NoPicture, Picture, Place, State, all_keys, find_series

SETTLED_MS = 120


class Pictures(QObject):
    """Loads what the session wants on screen.

    One load is under way at a time. A frame that comes late is shown where it lies on the way (the
    same series is still wanted) and dropped otherwise; either way the newest wish is loaded next.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._prepared = PreparedFrames(session.services.cache, Companions(session.services.readers))
        # twice as many threads as readers: one prepares a frame while its reader decodes the next
        threads = 2 * session.services.readers.config.processes
        self._ahead = Prefetching(self._prepared, session.picture_jobs, threads)
        self._loading: Place | None = None
        self._direction, self._travelled = 1, 0
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._prefetch_whole)
        self._was_busy = False
        session.changed.connect(self._follow)

    @Slot(object)
    def show(self, place: Place | None) -> None:
        """Put the image at `place` on screen as soon as its frame is there."""
        if place is None:
            return
        state = self._session.state
        same_series = state.place is not None and state.place.series == place.series
        self._travel(state.place if same_series else None, place)
        wish = {"place": place, "picture_problem": None}
        if not self._show_known(place, wish):
            self._session.update(**wish, loading=True)
            self._load_wanted()

    def _travel(self, before: Place | None, place: Place) -> None:
        """Note where the hand goes, and how far it has come in this direction."""
        step = place.index - before.index if before else 0
        direction = self._direction if step == 0 else (1 if step > 0 else -1)
        self._travelled = self._travelled + abs(step) if before and direction == self._direction else 0
        self._direction = direction if before else 1

    @property
    def is_busy(self) -> bool:
        """Whether anything is being decoded, or will be in a moment."""
        return self._loading is not None or self._settled.isActive() or self._ahead.is_busy

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Take what is open and chosen; decode the rest of the stack once no files are being found any more."""
        if self._prepared.companions.follow(state.scan, state.presentation):
            self._renew()
        if self._was_busy and not state.jobs:
            self._settled.start()
        self._was_busy = bool(state.jobs)

    def _renew(self) -> None:
        """Show the picture on screen anew: something else in its study says how, or no longer does."""
        place = self._session.state.place
        if place is not None and not self._show_known(place):
            self._load_wanted()

    @Slot()
    def _prefetch_whole(self) -> None:
        self._ahead.plan(self._session.state, self._direction, self._travelled, whole=not self._session.state.jobs)

    def scroll(self, steps: int) -> None:
        """Go `steps` images on in the series; it ends at its ends."""
        series, place = self._session.state.series, self._session.state.place
        if series is not None and place is not None:
            self.go_to(place.index + steps)

    def go_to(self, index: int) -> None:
        """Go to an image of the series; beyond its ends, to the end."""
        series, place = self._session.state.series, self._session.state.place
        if series is None or place is None:
            return
        index = min(max(index, 0), series.frames - 1)
        if index != place.index or self._session.state.picture_problem:
            self.show(replace(place, index=index))

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

    def _show_known(self, place: Place, wish: dict[str, Any] | None = None) -> bool:
        key = self._key(place)
        prepared = self._prepared.peek(key) if key is not None else None
        if prepared is None:
            return False
        self._present(place, prepared, wish)
        return True

    def _key(self, place: Place) -> Key | None:
        located = find_series(self._session.state.scan, place.series)
        if located is None or not 0 <= place.index < located[1].frames:
            return None
        instance, index = located[1].locate(place.index)
        return instance.source, index

    def _load_wanted(self) -> None:
        place = self._session.state.place
        if self._loading is not None or place is None:
            return
        key = self._key(place)
        if key is None:
            return
        self._loading = place
        self._session.picture_jobs.start(
            _prepare(self._prepared, key),
            done=lambda prepared: self._arrived(place, key, prepared),
            failed=lambda error: self._failed(place, key, error),
            stopped=self._stopped,
        )

    def _arrived(self, place: Place, key: Key, prepared: Prepared) -> None:
        self._loading = None
        wanted, shown = self._session.state.place, self._session.state.picture
        if shown is not None and shown.place == wanted and shown.companion is prepared.companion:
            return  # meanwhile it was at hand
        # the series may have grown meanwhile: the index then names another image than the one that was loaded
        is_still_there = wanted is not None and wanted.series == place.series and self._key(place) == key
        if is_still_there:
            self._present(place, prepared)
        is_done = wanted == place and is_still_there and self._prepared.companions.is_ready(key)
        if wanted is not None and not is_done and not self._show_known(wanted):
            self._load_wanted()

    def _failed(self, place: Place, key: Key, error: BaseException) -> None:
        self._loading = None
        if self._session.state.place != place or self._key(place) != key:
            self._load_wanted()
            return
        if not isinstance(error, MedappError):
            self._session.fail(error)
        problem = Problem.from_error(key[0], error)
        self._session.update(loading=False, picture=None, picture_problem=problem, cine=False)

    def _stopped(self) -> None:
        self._loading = None

    def _present(self, place: Place, prepared: Prepared, wish: dict[str, Any] | None = None) -> None:
        """Show a picture that is ready; `wish` is what else changes with it, so that all is drawn once."""
        state = self._session.state
        wanted = wish["place"] if wish else state.place
        located = find_series(state.scan, place.series)
        if located is None or place.index >= located[1].frames:
            return
        study, series = located
        instance, index = series.locate(place.index)
        picture = Picture(place, study, series, instance, prepared.frame, prepared.automatic, prepared.companion)
        changes = {**(wish or {}), "picture": picture, "picture_problem": None, "loading": place != wanted}
        changes |= _first_look(state, picture)
        is_another = state.picture is None or state.picture.frame is not prepared.frame
        if is_another and not isinstance(state.answer, NoPicture):
            changes["answer"] = NoPicture()  # it belongs to the picture that leaves
        self._prepared.cache.pin((instance.source, index))
        self._session.update(**changes)
        if place == self._session.state.place:
            self._ahead.plan(self._session.state, self._direction, self._travelled, whole=False)
            self._settled.start()


def _first_look(state: State, picture: Picture) -> dict[str, Any]:
    """Return the viewport of a picture of another series, or with another presentation state; that one has its window.

    Else what a person has set stays.
    """
    before, series = state.picture, picture.place.series
    if before is None or before.place.series != series:
        return {"viewport": picture.first_viewport}
    if _applied_to(before) == _applied_to(picture):
        return {}
    return {"viewport": picture.first_viewport, "voi": {k: v for k, v in state.voi.items() if k != series}}


def _applied_to(picture: Picture) -> PresentationRef | None:
    return picture.companion.applied if picture.companion is not None else None


def _prepare(prepared: PreparedFrames, key: Key) -> Job[Prepared]:
    yield Progress(0, 1)
    return prepared.prepare(key, urgent=True)
