"""Frames that were looked at beforehand and are not read again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from medapp.imaging.found import HeaderReply
from medapp.imaging.frame import Frame
from medapp.training.cases.survey import ReadsFrames

MOST_BYTES = 128 * 2**20


class ReadsOnce:
    """Readers that keep the frames of a sample, and hand each of them out once more.

    Parameters
    ----------
    readers : Readers
        What reads.
    most_bytes : int
        No more is kept; a frame that finds no room is read again.
    """

    def __init__(self, readers: ReadsFrames, most_bytes: int = MOST_BYTES) -> None:
        self._readers, self._room = readers, most_bytes
        self._kept: dict[str, Frame] = {}
        self._before: Callable[[], None] | None = None
        self._lock = threading.Lock()

    @contextmanager
    def sampling(self, before: Callable[[], None]) -> Iterator[None]:
        """Keep the frames that are read meanwhile; `before` each of them is called, and may end it by raising."""
        self._before = before
        try:
            yield
        finally:
            self._before = None

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        """Yield what each source is, in order."""
        return self._readers.headers(sources)

    def frame(self, source: str, index: int = 0) -> Frame:
        """Return one frame; of a first one that was kept, without reading."""
        if self._before is not None:
            self._before()
            return self._sampled(source, index)
        with self._lock:
            kept = self._kept.pop(source, None) if index == 0 else None
        return kept if kept is not None else self._readers.frame(source, index)

    def _sampled(self, source: str, index: int) -> Frame:
        frame = self._readers.frame(source, index)
        if index == 0 and frame.stored.nbytes <= self._room:
            self._room -= frame.stored.nbytes
            self._kept[source] = frame
        return frame
