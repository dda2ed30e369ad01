"""Two models on the same cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medapp.errors import MedappError
from medapp.training.figures.comparison import compare, verdict
from medapp.training.figures.evaluate import Answers
from medapp.training.figures.intervals import Estimate
from medapp.training.figures.power import detectable
from medapp.training.figures.ranking import auc


def answers(scores: np.ndarray, ill: np.ndarray, patients: np.ndarray, refused: np.ndarray | None = None) -> Answers:
    p = 1 / (1 + np.exp(-scores))
    out = np.zeros(len(ill), np.bool_) if refused is None else refused
    return Answers(("ill", "well"), np.column_stack([p, 1 - p]), (~ill).astype(np.int64), patients, out, "ill", 0.5)


def pair(n: int = 400, seed: int = 0, images: int = 2) -> tuple[Answers, Answers]:
    """A weak model and a stronger one on `n` patients."""
    rng = np.random.default_rng(seed)
    ill = np.repeat(rng.random(n) < 0.5, images)
    signal = np.where(ill, 1.0, -1.0) + np.repeat(rng.standard_normal(n), images)
    patients = np.repeat(np.arange(n), images)
    weak = signal + 2 * rng.standard_normal(len(ill))
    return answers(weak, ill, patients), answers(signal, ill, patients)


def test_the_stronger_model_is_better_and_the_other_way_round_worse() -> None:
    weak, strong = pair()
    there, back = compare(weak, strong), compare(strong, weak)
    assert verdict(there.auc, 0.02) == "better"
    assert verdict(back.auc, 0.02) == "worse"
    assert there.auc is not None
    assert back.auc is not None
    assert there.auc.value == pytest.approx(-back.auc.value)
    assert (there.mended_patients, there.spoilt_patients) == (back.spoilt_patients, back.mended_patients)
    assert there.mended.tolist() == back.spoilt.tolist()
    assert there.flips_p < 0.001


def test_flipped_cases_are_those_that_one_model_alone_names_rightly() -> None:
    weak, strong = pair(50)
    found = compare(weak, strong)
    right = [one.given() == one.truth for one in (weak, strong)]
    assert found.mended.tolist() == np.flatnonzero(~right[0] & right[1]).tolist()
    assert found.accuracy is not None
    assert found.accuracy.value == pytest.approx(right[1].mean() - right[0].mean())


def test_a_model_against_itself_is_not_worse_and_flips_nothing() -> None:
    weak, _ = pair()
    found = compare(weak, weak)
    assert found.auc == Estimate(0.0, 0.0, 0.0, 800)
    assert verdict(found.auc, 0.02) == "not_worse"
    assert (len(found.mended), len(found.spoilt), found.flips_p) == (0, 0, 1.0)
    assert found.accuracy is not None
    assert found.accuracy.low is not None
    assert found.accuracy.low < 0  # a hundred cases without a flip do not prove that none ever flips


def test_two_perfect_models_on_few_cases_prove_nothing_within_a_small_margin() -> None:
    ill = np.arange(20) < 10
    signal = np.where(ill, 2.0, -2.0)
    one, other = answers(signal, ill, np.arange(20)), answers(signal * 2 + 0.01 * np.arange(20), ill, np.arange(20))
    mixed = answers(np.where(np.arange(20) == 0, -3.0, signal), ill, np.arange(20))
    assert verdict(compare(one, mixed).auc, 0.02) == "cannot_tell"
    found = compare(one, other)
    assert found.auc is not None
    assert found.auc.value == 0


def test_several_images_a_patient_widen_the_intervals() -> None:
    weak, strong = pair(60, images=5)
    alone = compare(*(replace(one, patients=np.arange(300)) for one in (weak, strong)))
    together = compare(weak, strong)
    for name in ("auc", "accuracy"):
        wide, narrow = getattr(together, name), getattr(alone, name)
        assert wide.high - wide.low > narrow.high - narrow.low


def test_cases_that_either_model_refuses_count_for_neither() -> None:
    weak, strong = pair(50, images=1)
    refused = np.arange(50) < 10
    found = compare(weak, answers(np.zeros(50), strong.truth == 0, strong.patients, refused))
    assert found.auc is not None
    assert found.auc.n == 40
    assert found.spoilt.min() >= 10


def test_other_cases_cannot_be_compared() -> None:
    weak, strong = pair(50)
    with pytest.raises(MedappError, match=r"comparison\.different"):
        compare(weak, strong.only(np.arange(100) > 0))


def test_many_classes_are_compared_by_their_mean_area() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 300)
    signal = 2.0 * np.eye(3)[truth]
    both = [
        Answers(("a", "b", "c"), np.exp(s) / np.exp(s).sum(1, keepdims=True), truth, np.arange(300), truth < 0)
        for s in (signal + 3 * rng.standard_normal((300, 3)), signal + rng.standard_normal((300, 3)))
    ]
    found = compare(both[0], both[1])
    assert verdict(found.auc, 0.02) == "better"
    assert found.sensitivity is None
    assert found.to_json()["auc"]["value"] > 0


def test_the_verdict_is_about_the_margin() -> None:
    assert verdict(Estimate(0.01, -0.01, 0.03), 0.02) == "not_worse"
    assert verdict(Estimate(0.01, -0.03, 0.05), 0.02) == "cannot_tell"
    assert verdict(Estimate(-0.01, -0.015, -0.005), 0.02) == "not_worse"
    assert verdict(Estimate(-0.05, -0.08, -0.02), 0.02) == "worse"
    assert verdict(None, 0.02) == "cannot_tell"


def test_a_larger_test_detects_smaller_differences() -> None:
    rng = np.random.default_rng(0)
    told = []
    for n in (40, 4000):
        ill = np.arange(n) % 2 == 0
        told.append(detectable(auc(ill + rng.standard_normal(n), ill, np.arange(n))))
    assert told[0] is not None
    assert told[1] is not None
    assert told[1] < 0.05 < 0.1 < told[0]
    assert detectable(None) is None


def test_the_difference_that_a_test_detects_is_found_four_times_of_five() -> None:
    rng = np.random.default_rng(1)
    ill, patients = np.repeat([True, False], 150), np.arange(300)
    shown, promised = 0, []
    for _ in range(200):
        shared, first, second = rng.standard_normal((3, 300))
        weak, strong = 0.9 * ill + 0.5 * shared + first, 1.75 * ill + 0.5 * shared + second
        found = compare(answers(weak, ill, patients), answers(strong, ill, patients))
        assert found.auc is not None
        assert found.auc.low is not None
        assert found.detectable is not None
        shown += found.auc.low > 0
        promised.append(found.detectable)
    assert np.mean(promised) < 0.16
    assert shown / 200 > 0.7
