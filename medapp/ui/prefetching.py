"""Decodes what will be wanted next, as long as it is wanted and there is room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import TypeAlias

from medapp.errors import MedappError
from medapp.imaging.frames import Key, size_of
from medapp.imaging.prefetch import Wishes, order_of, reach_after
from medapp.imaging.study import Series
from medapp.jobs import Job, Progress
from medapp.ui.cell_changes import on_screen
from medapp.ui.cell_state import Place
from medapp.ui.job_list import JobList
from medapp.ui.prepared import PreparedFrames
from medapp.ui.state import State, all_keys, find_series

SHARE = 0.75
"""The part of the cache that one stack may fill: what was on screen before is still there when it is wanted again."""

Wish: TypeAlias = tuple[Key, int]
"""A frame and the bytes that it will take."""


class Prefetching:
    """Keeps the reader processes busy with one plan, which every movement replaces."""

    def __init__(self, prepared: PreparedFrames, jobs: JobList, threads: int) -> None:
        self._prepared = prepared
        self._jobs = jobs
        self._threads = threads
        self._running = 0
        self._wishes = Wishes()
        self.upcoming: Callable[[State], Iterable[Place]] = lambda _: ()

    @property
    def is_busy(self) -> bool:
        """Whether the plan is still being worked on."""
        return self._running > 0

    def plan(self, state: State, travels: Mapping[int, tuple[int, int]], *, whole: bool) -> None:
        """Want what may follow the pictures on screen: what is near, or the `whole` stacks and their neighbours.

        `travels`: direction and steps of the hand, by the numbers of cells. Cells take turns, the active one begins;
        together they may fill the share of the cache that one stack may.
        """
        stacks = [_Stack.of(state, number, travels.get(number, (1, 0))) for number in on_screen(state)]
        known = [stack for stack in stacks if stack is not None]
        wanted = chain(_next_cases(state), _in_turn([stack.near() for stack in known]))
        if whole:
            doors = _next_doors(state, state.place.series) if state.place is not None else iter(())
            later = chain(doors, _wishes(state, self.upcoming(state)))
            wanted = chain(wanted, later, _in_turn([stack.whole() for stack in known]))
        self._wishes.replace(_within(self._room(known), wanted))
        while known and self._running < self._threads:
            self._running += 1
            self._jobs.start(self._work(), done=self._ended, failed=self._ended, stopped=lambda: self._ended(None))

    def _room(self, stacks: Sequence[_Stack]) -> int:
        """Return how many bytes may be wanted beside what is on screen; never less than a frame for each stack."""
        shown = sum(stack.frame_bytes for stack in stacks)
        return max(2 * shown, int(SHARE * self._prepared.cache.budget_bytes) - shown)

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


@dataclass(frozen=True)
class _Stack:
    """The stack of a cell, and where the hand goes in it."""

    series: Series
    index: int
    direction: int
    steps: int
    frame_bytes: int

    @classmethod
    def of(cls, state: State, number: int, travel: tuple[int, int]) -> _Stack | None:
        cell = state.cell(number)
        located = find_series(state.scan, cell.place.series) if cell.place is not None else None
        if located is None or cell.place is None or cell.picture is None:
            return None
        return cls(located[1], cell.place.index, *travel, size_of(cell.picture.frame))

    def near(self) -> Iterator[Wish]:
        return islice(self.whole(), 2 + reach_after(self.steps))

    def whole(self) -> Iterator[Wish]:
        order = order_of(self.index, self.series.frames, self.direction, self.steps)
        return ((_key(self.series, index), self.frame_bytes) for index in order)


def _in_turn(wishes: Sequence[Iterator[Wish]]) -> Iterator[Wish]:
    """Yield the first wish of each, then the second of each …"""
    return (wish for turn in zip_longest(*wishes) for wish in turn if wish is not None)


def _within(room: int, wishes: Iterator[Wish]) -> Iterator[Key]:
    """Yield what there is room for, in bytes; what is wanted twice is counted once."""
    counted: set[Key] = set()
    for key, frame_bytes in wishes:
        if key in counted:
            continue
        counted.add(key)
        room -= frame_bytes
        if room < 0:
            return
        yield key


def _key(series: Series, index: int) -> Key:
    instance, frame = series.locate(index)
    return instance.source, frame


def _next_cases(state: State) -> Iterator[Wish]:
    """Return what label mode shows next."""
    return _wishes(state, state.labelling.upcoming if state.labelling is not None else ())


def _wishes(state: State, places: Iterable[Place]) -> Iterator[Wish]:
    for place in places:
        located = find_series(state.scan, place.series)
        if located is not None and place.index < located[1].frames:
            yield _key(located[1], place.index), _usual_bytes(state)


def _next_doors(state: State, shown: str) -> Iterator[Wish]:
    """Yield the first images of the next and of the previous series."""
    keys = all_keys(state.scan)
    here = keys.index(shown) if shown in keys else 0
    for number in (here + 1, here - 1):
        if 0 <= number < len(keys) and (located := find_series(state.scan, keys[number])) is not None:
            yield _key(located[1], 0), _usual_bytes(state)


def _usual_bytes(state: State) -> int:
    """Return what a frame that is not known yet is supposed to take: as much as the one on screen."""
    return 0 if state.picture is None else size_of(state.picture.frame)
