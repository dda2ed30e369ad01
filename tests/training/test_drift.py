"""Drift of scores: a different share of ill people is none, other scores are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from medapp.classify.contents import unclear_band
from medapp.training.figures.drift import refuses_more, score_drift
from medapp.training.figures.ranking import roc_points


def report(seed: int = 0, n: int = 600) -> dict[str, Any]:
    scores, ill = drawn(np.random.default_rng(seed), n, 0.5)
    return {"sealed": {"roc": roc_points(scores, ill), "answered": n}}


def drawn(rng: np.random.Generator, n: int, share: float, shift: float = 0.0) -> tuple[Any, Any]:
    ill = rng.random(n) < share
    logits = np.where(ill, 1.5, -1.5) + rng.standard_normal(n) + shift
    return 1 / (1 + np.exp(-logits)), ill


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_another_share_of_ill_people_is_no_drift(share: float) -> None:
    rng = np.random.default_rng(1)
    told = [score_drift(drawn(rng, 100, share)[0], 100, report(seed)) for seed in range(40)]
    outcomes = [one.outcome for one in told if one is not None]
    assert len(outcomes) == 40
    assert outcomes.count("different") <= 3


def test_the_share_that_fits_best_is_that_of_the_images() -> None:
    drift = score_drift(drawn(np.random.default_rng(2), 3000, 0.2)[0], 3000, report(n=3000))
    assert drift is not None
    assert drift.share == pytest.approx(0.2, abs=0.06)


def test_other_scores_are_drift() -> None:
    uncertain = np.random.default_rng(3).uniform(0.4, 0.6, 100)
    drift = score_drift(uncertain, 100, report())
    assert drift is not None
    assert drift.outcome == "different"
    assert drift.distance > drift.allowed


def test_few_studies_tell_nothing_however_many_images_they_have() -> None:
    drift = score_drift([0.5] * 500, 19, report())
    assert drift is not None
    assert drift.outcome == "too_few"


@pytest.mark.parametrize("told", [None, {}, {"sealed": None}, {"sealed": {"roc": [], "answered": 9}}])
def test_without_a_curve_nothing_is_claimed(told: dict[str, Any] | None) -> None:
    assert score_drift([0.5] * 50, 50, told) is None
    assert unclear_band(told) is None
    assert not refuses_more(50, 50, told)


def test_without_scores_nothing_is_claimed() -> None:
    assert score_drift([], 0, report()) is None


def test_more_refusals_than_the_sealed_test_allows_are_told() -> None:
    sealed = {"sealed": {"refused": {"value": 0.02, "low": 0.0, "high": 0.05}, "unclear": {"low": 0.3, "high": 0.6}}}
    assert refuses_more(20, 100, sealed)
    assert not refuses_more(2, 100, sealed)
    assert unclear_band(sealed) == (0.3, 0.6)
