"""Brings the wanted image to the screen: frames come from worker threads, neighbours before they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from medapp.display.pyramid import pyramid_of
from medapp.display.viewport import Viewport
from medapp.errors import MedappError, Problem
from medapp.imaging.automatic_window import automatic_window
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache
from medapp.imaging.study import Series, Window
from medapp.jobs import Job, Partial, Progress
from medapp.ui.session import Session
from medapp.ui.state import Picture, Place, all_keys, find_series

PREFETCH_BYTES = 256 * 2**20
KNOWN_WINDOWS = 20_000
IMAGE_KEY = tuple[str, int]


class Pictures(QObject):
    """Loads what the session wants on screen.

    One load is under way at a time. A frame that comes late is shown where it lies on the way (the
    same series is still wanted) and dropped otherwise; either way the newest wish is loaded next.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._cache: FrameCache = session.services.cache
        self._windows: OrderedDict[IMAGE_KEY, Window | None] = OrderedDict()
        self._loading: Place | None = None
        self._generation = 0
        self._direction = 1

    @Slot(object)
    def show(self, place: Place | None) -> None:
        """Put the image at `place` on screen as soon as its frame is there."""
        if place is None:
            return
        state = self._session.state
        self._generation += 1
        same_series = state.place is not None and state.place.series == place.series
        if same_series and state.place is not None:
            self._direction = 1 if place.index >= state.place.index else -1
        viewport = state.viewport if same_series else Viewport()
        self._session.update(place=place, viewport=viewport, picture_problem=None)
        if not self._show_known(place):
            self._session.update(loading=True)
            self._load_wanted()

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

    def _show_known(self, place: Place) -> bool:
        key = self._key(place)
        if key is None or key not in self._windows:
            return False
        frame = self._cache.peek(*key)
        if frame is None:
            return False
        self._present(place, frame, self._windows[key])
        return True

    def _key(self, place: Place) -> IMAGE_KEY | None:
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
            _prepare(self._cache, key),
            done=lambda prepared: self._arrived(place, key, *prepared),
            failed=lambda error: self._failed(place, key, error),
            stopped=self._stopped,
        )

    def _arrived(self, place: Place, key: IMAGE_KEY, frame: Frame, automatic: Window | None) -> None:
        self._loading = None
        self._remember(key, automatic)
        wanted = self._session.state.place
        # the series may have grown meanwhile: the index then names another image than the one that was loaded
        is_still_there = wanted is not None and wanted.series == place.series and self._key(place) == key
        if is_still_there:
            self._present(place, frame, automatic)
        if wanted is not None and (wanted != place or not is_still_there) and not self._show_known(wanted):
            self._load_wanted()

    def _failed(self, place: Place, key: IMAGE_KEY, error: BaseException) -> None:
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

    def _present(self, place: Place, frame: Frame, automatic: Window | None) -> None:
        state = self._session.state
        located = state.located
        if located is None or place.index >= located[1].frames:
            return
        study, series = located
        instance, _ = series.locate(place.index)
        picture = Picture(place, study, series, instance, frame, automatic)
        self._session.update(picture=picture, picture_problem=None, loading=place != state.place)
        if place == state.place:
            self._prefetch(series, place.index, frame.stored.nbytes)

    def _remember(self, key: IMAGE_KEY, automatic: Window | None) -> None:
        self._windows[key] = automatic
        while len(self._windows) > KNOWN_WINDOWS:
            self._windows.popitem(last=False)

    def _prefetch(self, series: Series, index: int, frame_bytes: int) -> None:
        room = max(2, PREFETCH_BYTES // max(frame_bytes, 1))
        order = [series.locate(i) for i in _neighbours(index, series.frames, self._direction, room)]
        keys = [(instance.source, i) for instance, i in order]
        missing = [key for key in keys if key not in self._windows or self._cache.peek(*key) is None]
        generation = self._generation
        for part in (missing[0::2], missing[1::2]):
            if part:
                job = _prefetched(self._cache, part, lambda: generation == self._generation)
                self._session.picture_jobs.start(job, part=lambda known: self._remember(*known), failed=_not_wanted_yet)


def _neighbours(index: int, frames: int, direction: int, room: int) -> Iterator[int]:
    """Yield the images to have at hand: both neighbours, then ahead, then behind; `room` of them at most."""
    ahead = range(index + direction, frames if direction > 0 else -1, direction)
    behind = range(index - direction, -1 if direction > 0 else frames, -direction)
    order = [*ahead[:1], *behind[:1], *ahead[1:], *behind[1:]]
    yield from order[:room]


def _not_wanted_yet(_: BaseException) -> None:
    """Leave a failure for the moment when the image is asked for: then it is told."""


def _examined(cache: FrameCache, key: IMAGE_KEY) -> tuple[Frame, Window | None]:
    """Load a frame and what takes long to find out about it: its identity and its automatic window."""
    frame = cache.load(*key)
    frame.identity  # noqa: B018 - a cached property, computed here and not on the window's thread
    pyramid_of(frame)
    return frame, None if frame.is_colour else automatic_window(frame)


def _prepare(cache: FrameCache, key: IMAGE_KEY) -> Job[tuple[Frame, Window | None]]:
    yield Progress(0, 1)
    return _examined(cache, key)


def _prefetched(cache: FrameCache, keys: list[IMAGE_KEY], wanted: Callable[[], bool]) -> Job[None]:
    for key in keys:
        if not wanted():
            return
        yield Partial((key, _examined(cache, key)[1]))
