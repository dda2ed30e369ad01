from __future__ import annotations

import threading

import numpy as np
import pytest

from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache


class FakeReaders:
    """Makes frames of 100 bytes and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.gate: threading.Event | None = None

    def frame(self, source: str, index: int) -> Frame:
        self.asked.append((source, index))
        if self.gate is not None:
            self.gate.wait(10)
        if source == "bad":
            raise MedappError("picture.damaged", kind="test")
        return Frame(np.zeros((10, 10), np.uint8), number=index + 1)


def _cache(budget: int) -> tuple[FrameCache, FakeReaders]:
    readers = FakeReaders()
    return FrameCache(readers, budget), readers  # type: ignore[arg-type]


def test_a_frame_is_decoded_once() -> None:
    cache, readers = _cache(1000)
    assert cache.load("a", 0) is cache.load("a", 0)
    assert cache.peek("a", 0) is not None
    assert readers.asked == [("a", 0)]


def test_what_was_used_longest_ago_is_dropped_first() -> None:
    cache, _ = _cache(200)
    cache.load("a", 0)
    cache.load("b", 0)
    cache.peek("a", 0)
    cache.load("c", 0)
    assert cache.peek("b", 0) is None
    assert cache.peek("a", 0) is not None
    assert cache.size_bytes == 200


def test_a_frame_larger_than_the_budget_is_kept_alone() -> None:
    cache, _ = _cache(10)
    cache.load("a", 0)
    cache.load("b", 0)
    assert cache.peek("a", 0) is None
    assert cache.peek("b", 0) is not None


def test_peek_does_not_decode() -> None:
    cache, readers = _cache(1000)
    assert cache.peek("a", 0) is None
    assert readers.asked == []


def test_a_failure_is_raised_and_the_frame_can_be_asked_for_again() -> None:
    cache, readers = _cache(1000)
    for _ in range(2):
        with pytest.raises(MedappError):
            cache.load("bad", 0)
    assert len(readers.asked) == 2


def test_two_threads_that_want_the_same_frame_decode_it_once() -> None:
    cache, readers = _cache(1000)
    readers.gate = threading.Event()
    frames: list[Frame] = []
    threads = [threading.Thread(target=lambda: frames.append(cache.load("a", 3))) for _ in range(4)]
    for thread in threads:
        thread.start()
    readers.gate.set()
    for thread in threads:
        thread.join()
    assert len({id(frame) for frame in frames}) == 1
    assert readers.asked == [("a", 3)]


def test_forgetting_frees_everything() -> None:
    cache, _ = _cache(1000)
    cache.load("a", 0)
    cache.forget()
    assert cache.peek("a", 0) is None
    assert cache.size_bytes == 0
