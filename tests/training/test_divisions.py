"""The cross-validation again with other divisions of the patients."""

from __future__ import annotations

import numpy as np
import pytest

from medapp.training.learning.config import TrainConfig
from medapp.training.learning.divisions import TIMES, areas_of_divisions
from medapp.training.learning.linear import cross_fit
from medapp.training.learning.narration import StoppedEarlyError


def test_each_division_has_an_area_near_the_first() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(120) % 2
    features = (rng.standard_normal((120, 8)) + 0.8 * truth[:, None]).astype(np.float32)
    patients, config = np.arange(120) // 2 * 2 + truth, TrainConfig()
    first = cross_fit(features, truth, patients, config, 3)
    areas = areas_of_divisions(features, truth, patients, first, config, 3)
    assert len(areas) == TIMES + 1
    assert len(set(areas)) > 1
    assert np.ptp(areas) < 0.05
    assert areas == areas_of_divisions(features, truth, patients, first, config, 3)


def test_a_stop_is_taken_within_it() -> None:
    def stop() -> None:
        raise StoppedEarlyError

    rng = np.random.default_rng(0)
    truth, features = np.arange(40) % 2, rng.standard_normal((40, 4)).astype(np.float32)
    first = cross_fit(features, truth, np.arange(40), TrainConfig(), 0)
    with pytest.raises(StoppedEarlyError):
        areas_of_divisions(features, truth, np.arange(40), first, TrainConfig(), 0, stop)
