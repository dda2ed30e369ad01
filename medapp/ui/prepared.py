"""Frames with what takes too long to find out on the window's thread: reduced copies and the automatic window."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from medapp.display.pyramid import pyramid_of
from medapp.imaging.automatic_window import automatic_window
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache, Key
from medapp.imaging.study import Window
from medapp.ui.companions import Companion, Companions

KNOWN_WINDOWS = 20_000


@dataclass(frozen=True, eq=False)
class Prepared:
    """A frame that can be drawn at once; no automatic window where it is in colour."""

    frame: Frame
    automatic: Window | None
    companion: Companion | None = None


class PreparedFrames:
    """Prepares frames in worker threads, and hands them to the window's thread without waiting."""

    def __init__(self, cache: FrameCache, companions: Companions) -> None:
        self.cache = cache
        self.companions = companions
        self._windows: OrderedDict[Key, Window | None] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: Key) -> bool:
        return key in self._windows and key in self.cache

    def peek(self, key: Key) -> Prepared | None:
        """Return the frame where all is ready, else None. Never blocks: for the window's thread."""
        if key not in self._windows or (frame := self.cache.peek(*key)) is None or not self.companions.is_ready(key):
            return None
        return Prepared(frame, self._windows.get(key), self.companions.peek(key))

    def prepare(self, key: Key, *, urgent: bool = False) -> Prepared:
        """Load a frame and find out what takes long about it. Blocks: for worker threads."""
        frame = self.cache.load(*key, urgent=urgent)
        pyramid_of(frame)
        automatic = None if frame.is_colour else automatic_window(frame)
        with self._lock:
            self._windows[key] = automatic
            while len(self._windows) > KNOWN_WINDOWS:
                self._windows.popitem(last=False)
        return Prepared(frame, automatic, self.companions.prepare(key, frame))
