"""Figures and their intervals: known values, and how often they cover the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm
from sklearn.metrics import roc_auc_score

from medapp.training.figures.area_limits import binormal_variance
from medapp.training.figures.intervals import Estimate, least_shown, mean_of, modified_wilson, proportion, wilson
from medapp.training.figures.ranking import auc, auc_difference, macro_auc, roc_points

Z_AUC = 0.7602  # Phi(1 / sqrt 2): scores that are one standard deviation apart


def scores_of(rng: np.random.Generator, patients: int, images: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, truth and patients; images of a patient share most of their score."""
    positive = np.repeat(rng.random(patients) < 0.4, images)
    shared = np.repeat(rng.standard_normal(patients), images)
    own = rng.standard_normal(patients * images)
    scores = positive + (shared if images == 1 else 0.9 * shared + np.sqrt(1 - 0.81) * own)
    return scores, positive, np.repeat(np.arange(patients), images)


def test_wilson_gives_published_values() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


@pytest.mark.parametrize("n", range(1, 40))
def test_what_the_check_promises_of_so_many_is_what_the_report_says_of_them(n: int) -> None:
    reported = proportion(np.ones(n, np.bool_), np.arange(n))
    assert reported is not None
    assert reported.low == least_shown(n)


@pytest.mark.parametrize("n", [10, 20, 50, 200])
def test_the_interval_of_a_share_covers_93_of_100_whatever_the_share_is_save_for_a_few(n: int) -> None:
    shares, hits = np.linspace(0.5, 0.995, 100), np.arange(n + 1)
    ends = np.array([modified_wilson(k, n) for k in hits])
    covered = np.array([binom.pmf(hits[(ends[:, 0] <= p) & (p <= ends[:, 1])], n, p).sum() for p in shares])
    assert covered.min() > 0.915  # Wilson's own goes down to .84 near 1
    assert np.mean(covered < 0.93) < 0.1
    assert 0.94 < covered.mean() < 0.965


def test_eight_of_eight_show_68_per_cent_on_the_check_page_as_in_the_report() -> None:
    assert least_shown(8) == pytest.approx(0.6756, abs=1e-4)
    reported = proportion(np.ones(8, np.bool_), np.arange(8))
    assert reported is not None
    assert reported.low == least_shown(8)
    assert least_shown(0) == 0


@pytest.mark.parametrize("images", [1, 4])
def test_the_interval_of_a_proportion_covers_the_truth_with_several_images_a_patient(images: int) -> None:
    rng = np.random.default_rng(images)
    hits = 0
    for _ in range(400):
        easy = np.repeat(rng.beta(4, 1, 60), images)  # mean 0.8, alike within a patient
        found = proportion(rng.random(60 * images) < easy, np.repeat(np.arange(60), images))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.8 <= found.high
    assert hits / 400 > 0.92


def test_images_of_one_patient_widen_the_interval() -> None:
    correct = np.array([True] * 40 + [False] * 10)
    alone = proportion(correct, np.arange(50))
    together = proportion(correct, np.arange(50) // 5)
    assert alone is not None
    assert together is not None
    assert together.low is not None
    assert alone.low is not None
    assert together.low < alone.low


def test_nothing_has_no_proportion() -> None:
    assert proportion(np.array([], bool), np.array([], np.int64)) is None


def test_the_mean_of_perfect_proportions_keeps_a_one_sided_interval() -> None:
    mean = mean_of([Estimate(1.0, 0.8, 1.0, 20), Estimate(1.0, 0.9, 1.0, 40)])
    assert (mean.value, mean.high, mean.n) == (1.0, 1.0, 60)
    assert mean.low == pytest.approx(1 - np.hypot(0.2, 0.1) / 2)


def test_the_area_is_that_of_scikit_learn_with_ties() -> None:
    rng = np.random.default_rng(0)
    scores, positive, patients = scores_of(rng, 200)
    scores = np.round(scores, 1)
    found = auc(scores, positive, patients)
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score(positive, scores))


@pytest.mark.parametrize(("patients", "images"), [(40, 1), (60, 3)])
def test_the_interval_of_the_area_covers_the_truth(patients: int, images: int) -> None:
    rng = np.random.default_rng(patients)
    hits = 0
    for _ in range(300):
        found = auc(*scores_of(rng, patients, images))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= Z_AUC <= found.high
    assert hits / 300 > 0.91


def test_a_perfect_area_still_has_an_interval() -> None:
    found = auc(np.arange(20.0), np.arange(20) >= 10, np.arange(20))
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert 1 - found.low == pytest.approx(1.96 * np.sqrt(binormal_variance(found.low, 10, 10)), abs=1e-3)
    assert found.low == pytest.approx(0.80, abs=0.02)  # Newcombe's method 5 gives .80


def test_one_class_has_no_area() -> None:
    assert auc(np.arange(5.0), np.ones(5, bool), np.arange(5)) is None
    assert macro_auc(np.ones((5, 3)) / 3, np.zeros(5, np.int64), np.arange(5)) is None


def test_the_difference_of_a_score_to_itself_is_nothing() -> None:
    scores, positive, patients = scores_of(np.random.default_rng(1), 100)
    same = auc_difference(scores, scores, positive, patients)
    assert same is not None
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_a_better_score_has_a_difference_above_nothing() -> None:
    rng = np.random.default_rng(1)
    scores, positive, patients = scores_of(rng, 300)
    worse = scores + 3 * rng.standard_normal(300)
    difference = auc_difference(scores, worse, positive, patients)
    assert difference is not None
    assert difference.low is not None
    assert difference.low > 0


@pytest.mark.parametrize(("positives", "low", "high"), [(20, 0.85, 0.9), (20, 0.95, 0.99), (40, 0.99, 0.95)])
def test_the_interval_of_a_difference_covers_the_truth_also_near_an_area_of_one(
    positives: int, low: float, high: float
) -> None:
    rng, hits = np.random.default_rng(positives), 0
    positive, patients = np.arange(3 * positives) < positives, np.arange(3 * positives)
    for _ in range(150):
        shared, own, other = rng.standard_normal((3, 3 * positives))
        apart = [np.sqrt(2) * norm.ppf(area) * positive for area in (low, high)]
        found = auc_difference(
            apart[1] + np.sqrt(0.5) * (shared + own), apart[0] + np.sqrt(0.5) * (shared + other), positive, patients
        )
        assert found is not None
        hits += found.low <= high - low <= found.high  # type: ignore[operator]
    assert hits / 150 > 0.9


def test_the_macro_area_of_two_classes_is_the_area() -> None:
    scores, positive, patients = scores_of(np.random.default_rng(2), 100)
    p = 1 / (1 + np.exp(-scores))
    both = macro_auc(np.column_stack([1 - p, p]), positive.astype(np.int64), patients)
    alone = auc(p, positive, patients)
    assert both is not None
    assert alone is not None
    assert both.value == pytest.approx(alone.value)
    assert both.low == pytest.approx(alone.low, abs=1e-6)


def test_the_curve_runs_from_corner_to_corner_and_never_turns_back() -> None:
    scores, positive, _ = scores_of(np.random.default_rng(3), 3000)
    points = roc_points(scores, positive, most=50)
    false = [p["false_positive_rate"] for p in points]
    true = [p["true_positive_rate"] for p in points]
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert false == sorted(false)
    assert true == sorted(true)
    assert len(points) <= 51
    area = np.trapezoid(true, false)
    assert area == pytest.approx(roc_auc_score(positive, scores), abs=0.01)
