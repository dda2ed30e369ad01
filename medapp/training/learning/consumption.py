"""How many pictures a second a training learns from, how long it waits for them, and how much memory it has taken."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

_MEGABYTE = 2**20
SECONDS_BETWEEN = 2.0


@dataclass(frozen=True)
class Pulse:
    """How fast it goes.

    Attributes
    ----------
    images_per_second : float
        Pictures that were learned from.
    data_wait : float
        Share of the steps' time, 0 to 1, in which the network had to wait for its pictures.
    """

    images_per_second: float
    data_wait: float


@dataclass
class _Sum:
    pictures: int = 0
    seconds: float = 0.0
    waited: float = 0.0

    def add(self, pictures: int, seconds: float, waited: float) -> None:
        self.pictures += pictures
        self.seconds += seconds
        self.waited += waited

    @property
    def data_wait(self) -> float:
        return self.waited / self.seconds if self.seconds else 0.0


class Speed:
    """Pictures a second, measured anew every `SECONDS_BETWEEN`, and over all steps.

    Parameters
    ----------
    clock : callable
        Seconds; stands still during a pause.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._since = clock, clock()
        self._recent, self._all = _Sum(), _Sum()

    def after(self, pictures: int, seconds: float = 0.0, waited: float = 0.0) -> Pulse | None:
        """Count a step of so many pictures; return the pulse since the last answer, None in between.

        Parameters
        ----------
        pictures : int
            Pictures of the step.
        seconds, waited : float
            Its time, and the part of it in which its pictures were brought and changed.
        """
        for counted in (self._recent, self._all):
            counted.add(pictures, seconds, waited)
        passed = self._clock() - self._since
        if passed < SECONDS_BETWEEN:
            return None
        pulse = Pulse(self._recent.pictures / passed, self._recent.data_wait)
        self._since, self._recent = self._clock(), _Sum()
        return pulse

    @property
    def overall(self) -> Pulse | None:
        """Of all steps, without what lies between them; None where none was timed."""
        if not self._all.seconds:
            return None
        return Pulse(self._all.pictures / self._all.seconds, self._all.data_wait)


def peak_memory_mb() -> int | None:
    """Return the most memory that this process has taken, in MB of 2**20 bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // _MEGABYTE
