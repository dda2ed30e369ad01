"""The short forms: a GPU whose memory runs out at one step after the other, and updates that were tampered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.updates import TAMPERS, try_updates


@pytest.mark.torch
def test_a_gpu_that_runs_out_of_memory_costs_no_answer(tmp_path: Path) -> None:
    from tests.faults.gpu import out_of_memory_at

    fallen = out_of_memory_at(tmp_path, 40)
    assert fallen.wrong == []
    assert (fallen.tried, fallen.struck, fallen.fell_back) == (40, 40, 40)
    assert fallen.answered >= 160


def test_no_update_that_was_tampered_with_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    updates = try_updates(tmp_path / "station", 60)
    assert updates.refused.total() == 60
    assert (updates.accepted, updates.ran, updates.left_behind, updates.changed) == (0, 0, 0, 0)
    assert len(updates.refused) >= 4
    assert len(TAMPERS) >= 9
