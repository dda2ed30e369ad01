"""Decodes what will be wanted next, as long as it is wanted and there is room for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from medapp.errors import MedappError
from medapp.imaging.frames import Key, size_of
from medapp.imaging.prefetch import Wishes, order_of, reach_after
from medapp.imaging.study import Series
from medapp.jobs import Job, Progress
from medapp.ui.job_list import JobList
from medapp.ui.prepared import PreparedFrames
from medapp.ui.state import State, all_keys, find_series

SHARE = 0.75
"""The part of the cache that one stack may fill: what was on screen before is still there when it is wanted again."""


class Prefetching:
    """Keeps the reader processes busy with one plan, which every movement replaces."""

    def __init__(self, prepared: PreparedFrames, jobs: JobList, threads: int) -> None:
        self._prepared = prepared
        self._jobs = jobs
        self._threads = threads
        self._running = 0
        self._wishes = Wishes()

    @property
    def is_busy(self) -> bool:
        """Whether the plan is still being worked on."""
        return self._running > 0

    def plan(self, state: State, direction: int, travelled: int, *, whole: bool) -> None:
        """Want what may follow the picture on screen: what is near, or the `whole` stack and its neighbours."""
        picture, series, place = state.picture, state.series, state.place
        if picture is None or series is None or place is None:
            self._wishes.replace(())
            return
        room = max(2, int(SHARE * self._prepared.cache.budget_bytes / size_of(picture.frame)) - 1)
        order = order_of(place.index, series.frames, direction, travelled)
        wanted: Iterator[Key] = (_key(series, index) for index in islice(order, 2 + reach_after(travelled)))
        if whole:
            wanted = chain(wanted, _next_doors(state, place.series), (_key(series, index) for index in order))
        wanted = chain(_next_cases(state), wanted)
        self._wishes.replace(islice(wanted, room))
        while self._running < self._threads:
            self._running += 1
            self._jobs.start(self._work(), done=self._ended, failed=self._ended, stopped=lambda: self._ended(None))

    def _ended(self, _: object) -> None:
        self._running -= 1

    def _work(self) -> Job[None]:
        while (key := self._wishes.next()) is not None:
            if key not in self._prepared:
                self._prepare(key)
                yield Progress(0, 0)

    def _prepare(self, key: Key) -> None:
        """Prepare a frame; one that cannot be decoded is told when it is asked for."""
        try:
            self._prepared.prepare(key)
        except MedappError:
            return


def _key(series: Series, index: int) -> Key:
    instance, frame = series.locate(index)
    return instance.source, frame


def _next_cases(state: State) -> Iterator[Key]:
    """Yield what label mode shows next."""
    for place in state.labelling.upcoming if state.labelling is not None else ():
        located = find_series(state.scan, place.series)
        if located is not None and place.index < located[1].frames:
            yield _key(located[1], place.index)


def _next_doors(state: State, shown: str) -> Iterator[Key]:
    """Yield the first images of the next and of the previous series."""
    keys = all_keys(state.scan)
    here = keys.index(shown) if shown in keys else 0
    for number in (here + 1, here - 1):
        if 0 <= number < len(keys) and (located := find_series(state.scan, keys[number])) is not None:
            yield _key(located[1], 0)
