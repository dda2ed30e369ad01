"""What is decoded before it is asked for, and in which order: a plan that the next movement of the hand replaces."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from medapp.imaging.frames import Key

LEAST_AHEAD, MOST_AHEAD = 10, 100


def order_of(index: int, frames: int, direction: int, travelled: int = 0) -> Iterator[int]:
    """Yield the other images of a stack in the order in which they will be wanted.

    Parameters
    ----------
    index : int
        The image on screen, from 0.
    frames : int
        Images in the stack.
    direction : int
        1 or -1: where the hand goes.
    travelled : int
        Steps made in this direction; the longer the way, the further ahead.

    Yields
    ------
    int
        Both neighbours, then ten to a hundred images ahead, then all others, near ones first.
    """
    ahead = range(index + direction, frames if direction > 0 else -1, direction)
    behind = range(index - direction, -1 if direction > 0 else frames, -direction)
    reach = reach_after(travelled)
    rest = chain.from_iterable(zip_longest(ahead[reach:], behind[1:]))
    yield from (*ahead[:1], *behind[:1], *ahead[1:reach])
    yield from (other for other in rest if other is not None)


def reach_after(travelled: int) -> int:
    """Return how many images ahead are wanted before any other, after so many steps in one direction."""
    return min(max(LEAST_AHEAD, travelled), MOST_AHEAD)


class Wishes:
    """The images to be decoded next, for several threads at once. A new plan takes the place of the old one."""

    def __init__(self) -> None:
        self._keys: Iterator[Key] = iter(())
        self._lock = threading.Lock()

    def replace(self, keys: Iterable[Key]) -> None:
        """Want `keys`, in this order, and nothing else any more."""
        with self._lock:
            self._keys = iter(keys)

    def next(self) -> Key | None:
        """Return what is wanted most and has not been given out; None where nothing is."""
        with self._lock:
            return next(self._keys, None)
