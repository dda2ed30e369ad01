"""The short form of the long run, and everything that broke something once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.run import Seed, Tally, damaged, kept, reproduce
from tests.fuzz.targets import ANSWERED, BROKE, TARGETS, Target

pytestmark = [pytest.mark.data, pytest.mark.filterwarnings("ignore")]
SHORT = {"dicom": 400, "pictures": 200, "archives": 24, "packages": 60, "own files": 150}


@pytest.mark.parametrize("kind", TARGETS, ids=lambda kind: kind.name)
def test_damaged_files_are_answered_or_refused_in_words(kind: type[Target], shared_data: Path, tmp_path: Path) -> None:
    target = kind(shared_data, tmp_path)
    stream = damaged(target, 10**9, 1)
    try:
        outcomes: list[str] = []
        while len(outcomes) < SHORT[kind.name]:
            outcomes += target.outcomes([next(stream)[1] for _ in range(target.batch)])
        whole = target.outcomes(list(target.originals[:: max(1, len(target.originals) // 20)]))
    finally:
        target.close()
    assert [outcome for outcome in outcomes if outcome.startswith(BROKE)] == []
    assert len(set(outcomes)) > 1, "the damage did nothing"
    assert ANSWERED in whole


@pytest.mark.parametrize("seed", [pytest.param(s, id=f"{s.target} {s.original} {s.seed}") for s in kept()])
def test_what_broke_once_is_mended(seed: Seed, shared_data: Path, tmp_path: Path) -> None:
    assert not reproduce(seed, shared_data, tmp_path).startswith(BROKE)


def test_damage_is_the_same_for_the_same_seed() -> None:
    content = bytes(range(256)) * 8
    assert mutated(content, 5) == mutated(content, 5)
    assert len({mutated(content, seed) for seed in range(100)}) > 95


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    tally = Tally.at(tmp_path / "tally.json")
    tally.add("dicom", 40, [ANSWERED, BROKE + "x"])
    tally.save()
    again = Tally.at(tmp_path / "tally.json")
    again.add("dicom", 80, [ANSWERED])
    assert again.next == {"dicom": 80}
    assert again.counts["dicom"] == {ANSWERED: 2, BROKE + "x": 1}
