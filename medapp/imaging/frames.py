"""Decoded frames in memory: what was used last stays, within a budget of bytes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TypeAlias

import numpy as np

from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers

Key: TypeAlias = tuple[str, int]
_RESAMPLED_AS_THEY_ARE = (np.uint8, np.uint16, np.float32)


class FrameCache:
    """Frames by source and index (from 0). Safe to use from any thread."""

    def __init__(self, readers: Readers, budget_bytes: int) -> None:
        self._readers = readers
        self._budget = budget_bytes
        self._frames: OrderedDict[Key, Frame] = OrderedDict()
        self._begun: dict[Key, float] = {}
        self._pinned: frozenset[Key] = frozenset()
        self._bytes = 0
        self._lock = threading.Lock()
        self._loading: dict[Key, threading.Event] = {}

    @property
    def size_bytes(self) -> int:
        """The bytes of the frames that are kept."""
        return self._bytes

    @property
    def budget_bytes(self) -> int:
        """The bytes that frames may take; the newest and the pinned ones stay even beyond."""
        return self._budget

    def __contains__(self, key: Key) -> bool:
        return key in self._frames

    def peek(self, source: str, index: int) -> Frame | None:
        """Return the frame where it is in memory, else None. Never blocks: for the window's thread."""
        with self._lock:
            frame = self._frames.get((source, index))
            if frame is not None:
                self._frames.move_to_end((source, index))
            return frame

    def begun(self, source: str, index: int) -> float | None:
        """Return when the decoding of a frame that is kept began, seconds since 1970; None where it is not kept.

        A file that was changed after that may hold another frame by now.
        """
        with self._lock:
            return self._begun.get((source, index))

    def load(self, source: str, index: int, *, urgent: bool = False) -> Frame:
        """Return the frame, decoded where it is not in memory. Blocks: for worker threads.

        Two threads that want the same frame decode it once. An `urgent` one takes the next free reader.
        """
        key = source, index
        while (frame := self.peek(source, index)) is None:
            with self._lock:
                others = self._loading.get(key)
                if others is None:
                    self._loading[key] = threading.Event()
            if others is None:
                return self._decode(key, urgent=urgent)
            others.wait()
        return frame

    def pin(self, *keys: Key) -> None:
        """Keep these frames, which are on screen, whatever comes; those pinned before may go."""
        with self._lock:
            self._pinned = frozenset(keys)

    def forget(self) -> None:
        """Drop all frames."""
        with self._lock:
            self._frames.clear()
            self._begun.clear()
            self._bytes = 0

    def _decode(self, key: Key, *, urgent: bool) -> Frame:
        began = time.time()
        try:
            frame = self._readers.frame(*key, urgent=urgent)
            self._keep(key, frame, began)
        finally:
            with self._lock:
                self._loading.pop(key).set()
        return frame

    def _keep(self, key: Key, frame: Frame, began: float) -> None:
        """Keep a frame and drop the ones used longest ago."""
        with self._lock:
            self._frames[key], self._begun[key] = frame, began
            self._bytes += size_of(frame)
            while self._bytes > self._budget and (oldest := self._oldest_but(key)) is not None:
                self._bytes -= size_of(self._frames.pop(oldest))
                del self._begun[oldest]

    def _oldest_but(self, newest: Key) -> Key | None:
        """Return the frame that was used longest ago of those that may go; call with the lock held."""
        return next((key for key in self._frames if key != newest and key not in self._pinned), None)


def size_of(frame: Frame) -> int:
    """Return the bytes that a frame takes, with the reduced copies that display makes of it.

    Notes
    -----
    Copies at half, a quarter … of the size are a third of the pixels. Signed and wide values are copied
    once more, as the type that is resampled fast, and so are values between padding.
    """
    own = sum(a.nbytes for a in (frame.stored, frame.valid, frame.overlay) if a is not None)
    is_shared = frame.stored.dtype in _RESAMPLED_AS_THEY_ARE and frame.valid is None and frame.modality_lut is None
    item = frame.stored.dtype.itemsize if is_shared else max(2, min(4, frame.stored.dtype.itemsize))
    pixels = frame.stored.size
    masks = 0 if frame.valid is None else pixels * 4 // 3
    return int(own + pixels * item // 3 + (0 if is_shared else pixels * item) + masks)
