"""How much of a training is over: by its steps, or by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Ends a training after so many steps, or after a time where that comes first.

    Parameters
    ----------
    most_steps : int
        Steps after which it is over at the latest. Alone, they make a training that can be repeated.
    seconds : float, optional
        Time after which it is over. It adapts to a machine that has other work.
    clock : callable
        Seconds; stands still during a pause.
    """

    def __init__(
        self, most_steps: int, seconds: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most_steps, self.seconds, self._clock = most_steps, seconds, clock
        self._start = clock()

    def begin(self, used: float) -> None:
        """Go on after `used` seconds of a process that died."""
        self._start = self._clock() - used

    @property
    def used(self) -> float:
        """Seconds since the training began, without those between the death of a process and the next one."""
        return self._clock() - self._start

    def share(self, done: int) -> float:
        """Return how much is over after `done` steps; 1 or more is the end."""
        by_steps = done / self.most_steps
        return by_steps if self.seconds is None else max(by_steps, self.used / max(self.seconds, 1e-3))
