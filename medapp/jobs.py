"""Long work as generators: what a job yields, and how long it will take. Knows neither Qt nor threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """How far a job is. An older one may be dropped when a newer one is there.

    Attributes
    ----------
    done, total : int
        Steps done and steps in all; `total` 0 means that it is not known yet.
    text : str
        What is being done, already in the user's language.
    seconds_left : float or None
        An estimate, None while there is none.
    """

    done: int
    total: int
    text: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True)
class Partial:
    """A piece of the result, delivered in order and never dropped."""

    value: Any


Job: TypeAlias = Generator[Progress | Partial, None, T]
"""A job yields `Progress` and `Partial`, may be closed at each yield, and returns its result."""


class TimeLeft:
    """Estimates the seconds left from the steps done since the first one, by a `clock` that may stand still."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or time.monotonic
        self._start: tuple[float, int] | None = None

    def after(self, done: int, total: int) -> float | None:
        """Return the seconds left when `done` of `total` steps are done; None in the first half second."""
        now = self._clock()
        if self._start is None:
            self._start = (now, done)
            return None
        seconds, steps = now - self._start[0], done - self._start[1]
        if seconds < 0.5 or steps <= 0:
            return None
        return max(0.0, (total - done) * seconds / steps)


def run_to_end(job: Job[T]) -> T:
    """Run `job` in this thread to its end, dropping its reports, and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: T = end.value
            return result
