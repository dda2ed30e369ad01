"""The short form of ``python -m tests.evidence duplicates``: fewer radiographs and copies, fixed seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medapp.jobs import run_to_end
from medapp.training.cases.writing import characters
from medapp.training.checking.check import check
from tests.evidence.copies import PATTERN, originals, plant, plant_text, read
from tests.evidence.duplicates import scored, stamped_found
from tests.training.trial_cases import PlainReaders


@pytest.fixture
def radiographs(shared_data: Path) -> Path:
    return shared_data / "images" / "kermany_cxr_224" / "train"


@pytest.mark.data
def test_planted_copies_leaks_conflicts_and_unreadable_files_are_found(radiographs: Path, tmp_path: Path) -> None:
    planted = plant(radiographs, tmp_path / "cases", 350, (60, 15, 6, 9), seed=3)
    found = scored(run_to_end(check(tmp_path / "cases", PlainReaders(), PATTERN)), planted)
    assert found["recall"] >= 0.95
    assert found["precision"] >= 0.9
    assert (found["across"], found["other_label"], found["unreadable"]) == ("15 of 15", "6 of 6", "9 of 9")
    assert {"label_conflict", "duplicate_across_split", "duplicates", "unreadable"} <= set(found["findings"])


@pytest.mark.data
def test_a_class_that_is_stamped_with_text_is_found(radiographs: Path, tmp_path: Path) -> None:
    plant_text(radiographs, tmp_path / "cases", 80, seed=1)
    told = stamped_found(run_to_end(check(tmp_path / "cases", PlainReaders(), PATTERN)))["text"]
    assert told is not None
    assert (told["name"], told["others"]) == ("PNEUMONIA", 0)
    assert told["percent"] >= 80


@pytest.mark.data
def test_clean_radiographs_seldom_seem_to_have_text(radiographs: Path) -> None:
    chosen = originals(radiographs, 200, np.random.default_rng(0))
    alarms = [characters(read(path).astype(np.float32) / 255)[0] > 0 for path in chosen]
    assert np.mean(alarms) <= 0.05
