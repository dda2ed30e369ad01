"""What must hold of every figure, whatever the cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.training.figures.agreement import brier, slope_and_intercept
from medapp.training.figures.comparison import compare
from medapp.training.figures.decision import decision_curve
from medapp.training.figures.evaluate import Answers, figures
from medapp.training.figures.intervals import Estimate, modified_wilson, proportion
from medapp.training.figures.operating import found_at_specificity, operating_curve, unclear_band
from medapp.training.figures.predictive import at_prevalence, moved_probability, predictive_values
from medapp.training.figures.ranking import auc, auc_difference
from medapp.training.figures.retrieval import average_precision
from medapp.training.figures.smoothing import smoothed_calibration

Cases = tuple[np.ndarray, np.ndarray, np.ndarray]
SHARES = st.floats(0.001, 0.999)


@st.composite
def cases(draw: Any) -> Cases:
    """Probabilities (with ties), truth of both classes, patients with one or several images."""
    n = draw(st.integers(4, 60))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    digits = draw(st.sampled_from([1, 2, 6]))
    positive = rng.random(n) < draw(st.floats(0.1, 0.9))
    positive[:2] = True, False
    noise = draw(st.sampled_from([0.0, 0.3, 2.0]))
    scores = 1 / (1 + np.exp(-(2 * positive - 1 + noise * rng.standard_normal(n))))
    patients = rng.integers(0, draw(st.integers(2, n)), n)
    return np.clip(np.round(scores, digits), 0.0, 1.0), positive, patients


def holds_itself(estimate: Estimate | None) -> bool:
    if estimate is None or estimate.low is None or estimate.high is None:
        return True
    return estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_interval_holds_its_figure_and_stays_within_bounds(drawn: Cases) -> None:
    scores, positive, patients = drawn
    told = [
        auc(scores, positive, patients),
        proportion(positive, patients),
        average_precision(scores, positive, patients),
        found_at_specificity(scores, positive, patients, 0.9),
        brier(scores, positive, patients),
    ]
    for one in told:
        assert one is not None
        assert holds_itself(one)
        assert 0 <= (one.low or 0) <= (1 if one.high is None else one.high) <= 1
    for one in slope_and_intercept(scores, positive, patients):
        assert holds_itself(one)


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from([np.log1p, np.sqrt, lambda s: 7 * s - 3, lambda s: s**3]))
def test_the_area_knows_the_order_only(drawn: Cases, rising: Any) -> None:
    scores, positive, patients = drawn
    assert auc(rising(scores), positive, patients) == auc(scores, positive, patients)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_area_of_the_other_class_is_the_rest(drawn: Cases) -> None:
    scores, positive, patients = drawn
    one, other = auc(scores, positive, patients), auc(-scores, positive, patients)
    swapped = auc(-scores, ~positive, patients)
    assert one is not None
    assert other is not None
    assert swapped is not None
    assert one.value == pytest.approx(1 - other.value)
    assert one.value == pytest.approx(swapped.value)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_with_one_image_a_patient_the_interval_does_not_depend_on_which_class_is_asked_for(drawn: Cases) -> None:
    scores, positive, _ = drawn
    patients = np.arange(len(scores))
    one, swapped = auc(scores, positive, patients), auc(-scores, ~positive, patients)
    assert one is not None
    assert swapped is not None
    assert (one.low, one.high) == pytest.approx((swapped.low, swapped.high), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.data())
def test_the_interval_of_a_share_mirrors_that_of_its_rest(n: int, data: Any) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = modified_wilson(hits, n)
    rest = modified_wilson(n - hits, n)
    assert (low, high) == pytest.approx((1 - rest[1], 1 - rest[0]), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(0, 100))
def test_the_order_of_the_cases_and_the_names_of_the_patients_do_not_matter(drawn: Cases, seed: int) -> None:
    scores, positive, patients = drawn
    order = np.random.default_rng(seed).permutation(len(scores))
    renamed = 1000 - patients
    for figure in (auc, average_precision, brier):
        one, other = figure(scores, positive, patients), figure(scores[order], positive[order], renamed[order])
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(other.value)
        assert one.low == pytest.approx(other.low, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(0, 100))
def test_the_difference_of_two_models_turns_its_sign_with_them(drawn: Cases, seed: int) -> None:
    scores, positive, patients = drawn
    other = np.random.default_rng(seed).permutation(scores)
    there, back = auc_difference(scores, other, positive, patients), auc_difference(other, scores, positive, patients)
    assert there is not None
    assert back is not None
    assert holds_itself(there)
    assert there.low is not None
    assert there.high is not None
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SHARES, SHARES, SHARES, SHARES)
def test_an_alarm_means_more_where_the_class_is_commoner(found: float, spared: float, rare: float, more: float) -> None:
    both = Estimate(found, found / 2, (1 + found) / 2, 40), Estimate(spared, spared / 2, (1 + spared) / 2, 40)
    low, high = (predictive_values(*both, prevalence) for prevalence in sorted((rare, more)))
    assert low["ppv"]["value"] <= high["ppv"]["value"] + 1e-9
    assert low["npv"]["value"] + 1e-9 >= high["npv"]["value"]
    for told in (low, high):
        for name in ("ppv", "npv"):
            assert told[name]["low"] - 1e-6 <= told[name]["value"] <= told[name]["high"] + 1e-6


@settings(max_examples=40, deadline=None)
@given(SHARES, SHARES, SHARES)
def test_of_100_patients_as_many_get_an_alarm_as_are_found_and_falsely_alarmed(a: float, b: float, p: float) -> None:
    told = at_prevalence(Estimate(a, a / 2, (1 + a) / 2, 9), Estimate(b, b / 2, (1 + b) / 2, 9), p)
    alarms = told["alarms_per_100"]
    assert alarms["value"] == pytest.approx(100 * (a * p + (1 - b) * (1 - p)), abs=1e-6)
    assert alarms["low"] - 1e-6 <= alarms["value"] <= alarms["high"] + 1e-6


@settings(max_examples=60, deadline=None)
@given(SHARES, SHARES, SHARES)
def test_a_probability_that_is_moved_and_moved_back_is_the_same(p: float, tested: float, asked: float) -> None:
    there = moved_probability(p, tested, asked)
    assert 0 < there < 1
    assert moved_probability(there, asked, tested) == pytest.approx(p, abs=1e-6)
    assert (there > p) == (asked > tested) or there == pytest.approx(p)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_along_the_slider_alarms_only_become_fewer(drawn: Cases) -> None:
    scores, positive, _ = drawn
    rows = np.array(operating_curve(scores, positive))
    assert (np.diff(rows[:, 0]) > 0).all()
    assert (np.diff(rows[:, 1]) <= 0).all()
    assert (np.diff(rows[:, 2]) >= 0).all()
    for threshold, found, spared in rows:
        assert found == pytest.approx(np.mean(scores[positive] >= threshold), abs=1e-6) or threshold in (0.0, 1.0)
        assert spared == pytest.approx(np.mean(scores[~positive] < threshold), abs=1e-6) or threshold in (0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_outside_the_unclear_band_both_classes_are_told_as_surely_as_asked(drawn: Cases) -> None:
    scores, positive, _ = drawn
    band = unclear_band(scores, positive, 0.9, 0.8)
    if band is not None:
        assert np.mean(scores[positive] >= band.low) >= 0.9 - 1e-9
        assert np.mean(scores[~positive] < band.high) >= 0.8 - 1e-9
        assert band.low < band.high


@settings(max_examples=40, deadline=None)
@given(cases(), SHARES)
def test_no_model_brings_more_than_knowing_and_treating_all_costs_what_it_costs(drawn: Cases, asked: float) -> None:
    scores, positive, _ = drawn
    for threshold, benefit, everybody in decision_curve(scores, positive, asked):
        assert benefit <= asked + 1e-6
        assert everybody == pytest.approx(asked - (1 - asked) * threshold / (1 - threshold), abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_smoothed_curve_lies_within_its_band(drawn: Cases) -> None:
    rows = np.array(smoothed_calibration(*drawn)).reshape(-1, 4)
    assert ((rows >= 0) & (rows <= 1)).all()
    assert (rows[:, 2] <= rows[:, 1] + 1e-6).all()
    assert (rows[:, 1] <= rows[:, 3] + 1e-6).all()
    assert (np.diff(rows[:, 0]) >= 0).all()


@settings(max_examples=30, deadline=None)
@given(cases(), st.floats(0, 1))
def test_whatever_the_cases_the_figures_can_be_told_and_compared(drawn: Cases, threshold: float) -> None:
    scores, positive, patients = drawn
    p = np.column_stack([scores, 1 - scores])
    refused = np.arange(len(scores)) % 5 == 0
    answers = Answers(("ill", "well"), p, (~positive).astype(np.int64), patients, refused, "ill", threshold)
    told = figures(answers)
    assert told["n_cases"] == len(scores)
    assert told["answered"] == int((~refused).sum())
    assert compare(answers, answers).flips_p == 1
