"""A second check of the same cases looks for nothing again, and is not misled when they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.folders import user_folders
from medapp.imaging.found import FoundImage, HeaderReply
from medapp.imaging.frame import Frame
from medapp.jobs import Progress, run_to_end
from medapp.training.cases.check_memory import CheckMemory, key_of
from medapp.training.checking.check import Checked, check
from tests.training.trial_cases import PlainReaders, write_classes, write_picture

PATTERN = r"((?:healthy|ill)\d+)_"


class CountingReaders(PlainReaders):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_headers: list[str] = []
        self.asked_frames: list[str] = []

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        self.asked_headers += sources
        for reply in super().headers(sources):
            assert isinstance(reply.found, FoundImage)
            yield replace(reply, found=replace(reply.found, series_uid=""))  # as the real ones tell of a picture file

    def frame(self, source: str, index: int = 0) -> Frame:
        self.asked_frames.append(source)
        return super().frame(source, index)


def checked_by(readers: CountingReaders, root: Path) -> tuple[Checked, set[str]]:
    """Return the check, and what it said it was doing."""
    told: set[str] = set()
    job = check(root, readers, PATTERN)
    while True:
        try:
            report = next(job)
        except StopIteration as end:
            return end.value, told
        assert isinstance(report, Progress)
        told.add(report.text)


def test_a_second_check_reads_compares_and_probes_nothing_again(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "cases", 30)
    first, _ = checked_by(CountingReaders(), root)
    again = CountingReaders()
    second, told = checked_by(again, root)
    assert (again.asked_headers, again.asked_frames) == ([], [])
    assert told == {"Looking at the files", "Reading the pictures"}
    assert second.to_json() == first.to_json()
    assert first.probes


def test_of_changed_cases_only_what_changed_is_read(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "cases", 10)
    checked_by(CountingReaders(), root)
    added = write_picture(root / "ill" / "ill900_0.png", 9, ill=True)
    (root / "ill" / "ill901_0.png").write_bytes(added.read_bytes())
    again = CountingReaders()
    second, _ = checked_by(again, root)
    assert len(again.asked_headers) == 2
    assert len(second.survey.seen) == 22
    assert [group.kind for group in second.duplicates] == ["exact"]


def test_a_file_that_is_gone_is_told_although_it_was_known(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "cases", 10)
    checked_by(CountingReaders(), root)
    (root / "ill" / "ill000_0.png").unlink()
    second, _ = checked_by(CountingReaders(), root)
    assert len(second.survey.seen) == 19


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"groups": 3}', b'{"groups": [[0, 9999]], "probes": [{}]}'])
def test_damaged_answers_are_looked_for_anew(tmp_path: Path, damage: bytes) -> None:
    root = write_classes(tmp_path / "cases", 10)
    first, _ = checked_by(CountingReaders(), root)
    for path in (user_folders().cache / "check").iterdir():
        path.write_bytes(damage)
    second, _ = checked_by(CountingReaders(), root)
    assert second.to_json() == first.to_json()


def test_where_nothing_can_be_kept_the_check_goes_on(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "cases", 6)
    (user_folders().cache).mkdir(parents=True)
    (user_folders().cache / "check").write_text("a file in the way")
    assert len(run_to_end(check(root, PlainReaders(), PATTERN)).survey.seen) == 12


def test_the_oldest_answers_are_dropped(tmp_path: Path) -> None:
    memory = CheckMemory(tmp_path)
    for number in range(70):
        memory.put(key_of("kind", [number]), number)
    assert len(list(tmp_path.iterdir())) == 60
    assert memory.get(key_of("kind", [69])) == 69
