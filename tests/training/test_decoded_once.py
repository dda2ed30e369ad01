"""Each picture is read once, whatever is learned from it; and what a sample has read is not read again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medapp.imaging.frame import Frame
from medapp.training.cases.sample import ReadsOnce
from tests.faults.refusals import NearReaders, in_this_process, request_for, teach
from tests.training.trial_cases import write_classes

pytestmark = pytest.mark.torch


class Counting:
    """Readers that count."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()

    def headers(self, sources: object) -> Iterator[object]:
        return iter(())

    def frame(self, source: str, index: int = 0) -> Frame:
        self.reads[f"{source}{index}"] += 1
        return Frame(np.zeros((10, 10), np.uint8))


def nothing() -> None:
    """Let it go on."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()
    lock = threading.Lock()

    def count(source: str) -> None:
        with lock:
            counted[Path(source).name] += 1

    with in_this_process():
        monkeypatch.setattr(NearReaders, "on_frame", staticmethod(count))
        yield counted


@pytest.mark.parametrize("effort", ["instant", "quick"])
def test_a_training_reads_each_picture_once(tmp_path: Path, reads: Counter[str], effort: str) -> None:
    cases = write_classes(tmp_path / "cases", 12)
    assert teach(tmp_path / "run", request_for(cases, effort=effort)) == 0
    assert len(reads) == 24
    assert set(reads.values()) == {1}


def test_a_training_that_goes_on_reads_each_picture_once_more(
    tmp_path: Path, reads: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, run = write_classes(tmp_path / "cases", 12), tmp_path / "run"

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("medapp.training.course.write_product", refuse)
        assert teach(run, request_for(cases)) == 3
    assert set(reads.values()) == {1}
    assert teach(run, request_for(cases)) == 0
    assert set(reads.values()) == {2}


def test_a_sample_that_finds_no_room_is_read_again() -> None:
    counting = Counting()
    readers = ReadsOnce(counting, most_bytes=150)  # type: ignore[arg-type]
    with readers.sampling(nothing):
        readers.frame("a"), readers.frame("b")
    for name in ("a", "b", "c"):
        readers.frame(name)
    assert counting.reads == {"a0": 1, "b0": 2, "c0": 1}


def test_a_sample_is_handed_out_once_and_other_frames_are_read() -> None:
    counting = Counting()
    readers = ReadsOnce(counting)  # type: ignore[arg-type]
    with readers.sampling(nothing):
        readers.frame("a")
    readers.frame("a", 1), readers.frame("a"), readers.frame("a")
    assert counting.reads == {"a0": 2, "a1": 1}


def test_a_sample_can_be_stopped_before_each_frame() -> None:
    counting = Counting()
    readers = ReadsOnce(counting)  # type: ignore[arg-type]

    def end() -> None:
        raise KeyError

    with pytest.raises(KeyError), readers.sampling(end):
        readers.frame("a")
    assert not counting.reads
