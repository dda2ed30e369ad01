from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from medapp.display.pyramid import pyramid_of
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache, size_of

SIZE = size_of(Frame(np.zeros((10, 10), np.uint8)))


class FakeReaders:
    """Makes frames of 100 bytes and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.gate: threading.Event | None = None

    def frame(self, source: str, index: int, *, urgent: bool = False) -> Frame:
        self.asked.append((source, index))
        if self.gate is not None:
            self.gate.wait(10)
        if source == "bad":
            raise MedappError("picture.damaged", kind="test")
        return Frame(np.zeros((10, 10), np.uint8), number=index + 1)


def _cache(budget: int) -> tuple[FrameCache, FakeReaders]:
    readers = FakeReaders()
    return FrameCache(readers, budget), readers  # type: ignore[arg-type]


def test_when_a_frame_was_decoded_is_known_as_long_as_it_is_kept() -> None:
    cache, _ = _cache(SIZE)
    before = time.time()
    cache.load("a", 0)
    began = cache.begun("a", 0)
    assert began is not None
    assert before <= began <= time.time()
    cache.load("b", 0)
    assert cache.begun("a", 0) is None, "dropped with its frame"


def test_a_frame_is_decoded_once() -> None:
    cache, readers = _cache(10 * SIZE)
    assert cache.load("a", 0) is cache.load("a", 0)
    assert cache.peek("a", 0) is not None
    assert readers.asked == [("a", 0)]


def test_what_was_used_longest_ago_is_dropped_first() -> None:
    cache, _ = _cache(2 * SIZE)
    cache.load("a", 0)
    cache.load("b", 0)
    cache.peek("a", 0)
    cache.load("c", 0)
    assert cache.peek("b", 0) is None
    assert cache.peek("a", 0) is not None
    assert cache.size_bytes == 2 * SIZE


def test_a_frame_larger_than_the_budget_is_kept_alone() -> None:
    cache, _ = _cache(10)
    cache.load("a", 0)
    cache.load("b", 0)
    assert cache.peek("a", 0) is None
    assert cache.peek("b", 0) is not None


def test_peek_does_not_decode() -> None:
    cache, readers = _cache(10 * SIZE)
    assert cache.peek("a", 0) is None
    assert readers.asked == []


def test_a_failure_is_raised_and_the_frame_can_be_asked_for_again() -> None:
    cache, readers = _cache(10 * SIZE)
    for _ in range(2):
        with pytest.raises(MedappError):
            cache.load("bad", 0)
    assert len(readers.asked) == 2


def test_two_threads_that_want_the_same_frame_decode_it_once() -> None:
    cache, readers = _cache(10 * SIZE)
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
    cache, _ = _cache(10 * SIZE)
    cache.load("a", 0)
    cache.forget()
    assert cache.peek("a", 0) is None
    assert cache.size_bytes == 0


def test_what_is_on_screen_is_not_dropped_and_goes_when_it_is_not_any_more() -> None:
    cache, _ = _cache(2 * SIZE)
    cache.load("shown", 0)
    cache.pin(("shown", 0))
    for source in "abc":
        cache.load(source, 0)
    assert ("shown", 0) in cache
    cache.pin()
    for source in "de":
        cache.load(source, 0)
    assert ("shown", 0) not in cache
    assert cache.size_bytes <= cache.budget_bytes


def test_the_copies_that_display_makes_are_counted() -> None:
    pyramids = {
        dtype: pyramid_of(frame)
        for dtype in (np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64)
        for frame in [Frame(np.zeros((256, 200), dtype))]
    }
    for dtype, pyramid in pyramids.items():
        frame = Frame(np.zeros((256, 200), dtype))
        copies = sum(level.nbytes for level in pyramid.levels[1:])
        copies += 0 if pyramid.levels[0].dtype == frame.stored.dtype else pyramid.levels[0].nbytes
        assert size_of(frame) == pytest.approx(frame.stored.nbytes + copies, rel=0.02)


def test_the_copies_of_a_frame_with_padding_are_counted() -> None:
    valid = np.ones((256, 200), np.bool_)
    valid[:10] = False
    frame = Frame(np.zeros((256, 200), np.uint16), valid=valid)
    pyramid = pyramid_of(frame)
    copies = sum(a.nbytes for a in (*pyramid.levels, *pyramid.masks))
    assert size_of(frame) == pytest.approx(frame.stored.nbytes + valid.nbytes + copies, rel=0.02)
