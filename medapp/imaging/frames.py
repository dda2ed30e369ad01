"""Decoded frames in memory: what was used last stays, within a budget of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TypeAlias

from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers

Key: TypeAlias = tuple[str, int]


class FrameCache:
    """Frames by source and index (from 0). Safe to use from any thread."""

    def __init__(self, readers: Readers, budget_bytes: int) -> None:
        self._readers = readers
        self._budget = budget_bytes
        self._frames: OrderedDict[Key, Frame] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._loading: dict[Key, threading.Event] = {}

    @property
    def size_bytes(self) -> int:
        """The bytes of the frames that are kept."""
        return self._bytes

    def peek(self, source: str, index: int) -> Frame | None:
        """Return the frame where it is in memory, else None. Never blocks: for the window's thread."""
        with self._lock:
            frame = self._frames.get((source, index))
            if frame is not None:
                self._frames.move_to_end((source, index))
            return frame

    def load(self, source: str, index: int) -> Frame:
        """Return the frame, decoded where it is not in memory. Blocks: for worker threads.

        Two threads that want the same frame decode it once.
        """
        key = source, index
        while (frame := self.peek(source, index)) is None:
            with self._lock:
                others = self._loading.get(key)
                if others is None:
                    self._loading[key] = threading.Event()
            if others is None:
                return self._decode(key)
            others.wait()
        return frame

    def forget(self) -> None:
        """Drop all frames."""
        with self._lock:
            self._frames.clear()
            self._bytes = 0

    def _decode(self, key: Key) -> Frame:
        try:
            frame = self._readers.frame(*key)
            self._keep(key, frame)
        finally:
            with self._lock:
                self._loading.pop(key).set()
        return frame

    def _keep(self, key: Key, frame: Frame) -> None:
        """Keep a frame and drop the ones used longest ago; the newest stays even when it exceeds the budget."""
        with self._lock:
            self._frames[key] = frame
            self._bytes += size_of(frame)
            while self._bytes > self._budget and len(self._frames) > 1:
                _, dropped = self._frames.popitem(last=False)
                self._bytes -= size_of(dropped)


def size_of(frame: Frame) -> int:
    """Return the bytes that a frame takes."""
    return int(frame.stored.nbytes + (0 if frame.valid is None else frame.valid.nbytes))
