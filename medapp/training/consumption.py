"""How many pictures a second a training learns from, and how much memory it has taken."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_MEGABYTE = 2**20
SECONDS_BETWEEN = 2.0


class Speed:
    """Pictures a second, measured anew every `SECONDS_BETWEEN`.

    Parameters
    ----------
    clock : callable
        Seconds; stands still during a pause.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._since, self._count = clock, clock(), 0

    def after(self, pictures: int) -> float | None:
        """Count pictures, and return how many there were a second since the last answer; None in between."""
        self._count += pictures
        seconds = self._clock() - self._since
        if seconds < SECONDS_BETWEEN:
            return None
        rate = self._count / seconds
        self._since, self._count = self._clock(), 0
        return rate


def peak_memory_mb() -> int | None:
    """Return the most memory that this process has taken, in MB of 2**20 bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // _MEGABYTE
