"""The short form: readers and the engine are killed and frozen while they work; nothing is lost, doubled or wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.kills import kill_engine, kill_readers
from tests.trial_packages import package_at

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="children are found through /proc")


def test_readers_that_die_cost_no_file(tmp_path: Path) -> None:
    outcome = kill_readers(tmp_path / "scan ü", kills=15)
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert +outcome.other == {}
    assert outcome.whole > 50
    assert outcome.set_aside < outcome.whole / 5


def test_an_engine_that_dies_costs_no_answer(tmp_path: Path) -> None:
    outcome = kill_engine(package_at(tmp_path / "package"), kills=1)
    assert +outcome.other == {}
    assert outcome.whole > 0
