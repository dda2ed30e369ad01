"""The short form of ``python -m tests.evidence statistics``: fewer draws, fixed seeds, wider bounds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evidence.coverage import calibration_coverage, coverage
from tests.evidence.draws import CELLS, Cell
from tests.evidence.shuffled import invented, shuffled_areas, summary

DRAWS = 150
FEWEST_HELD = 0.90
"""With 150 draws of an interval that holds the truth 95 times of 100, 90 is 2.8 standard errors below."""


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_intervals_hold_the_truth(cell: Cell) -> None:
    rows = coverage(cell, DRAWS, seed=1)
    missed = {name: row["coverage"] for name, row in rows.items() if row["coverage"] < FEWEST_HELD}
    assert not missed


@pytest.mark.parametrize("cell", [c for c in CELLS if c.positives in (20, 50) and c.area == 0.85], ids=str)
def test_slope_and_intercept_are_recovered(cell: Cell) -> None:
    rows = calibration_coverage(cell, 60, seed=2)
    assert rows["slope"]["coverage"] > 0.86
    assert rows["intercept"]["coverage"] > 0.86
    assert rows["slope"]["mean"] == pytest.approx(1, abs=0.15)
    assert rows["intercept"]["mean"] == pytest.approx(0.5, abs=0.2)


def test_labels_shuffled_by_patient_are_learned_by_an_image_level_split_only() -> None:
    areas = shuffled_areas(invented(patients=60), times=10)
    told = {split: summary(of_split) for split, of_split in areas.items()}
    assert abs(told["by patient"]["from_half"]) < 2
    assert told["by image"]["mean"] > 0.6
    assert np.mean(areas["by image"]) > np.mean(areas["by patient"]) + 0.1
