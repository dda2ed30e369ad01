"""Calibration, worth, fixed points, groups and bands: known values, and what few cases make of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from medapp import schemas
from medapp.training.cases.case_traits import age_band
from medapp.training.figures.agreement import brier, calibration_error, slope_and_intercept
from medapp.training.figures.alarm_figures import Circumstance
from medapp.training.figures.decision import decision_curve
from medapp.training.figures.evaluate import Answers, figures
from medapp.training.figures.groups import group_figures
from medapp.training.figures.operating import (
    UnclearBand,
    found_at_specificity,
    operating_curve,
    told_of_band,
    unclear_band,
)
from medapp.training.figures.retrieval import average_precision
from medapp.training.figures.smoothing import smoothed_calibration
from medapp.training.figures.validation import band_of, validation_figures


def honest(n: int, seed: int = 0, spread: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that mean what they say, and the truth."""
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(-0.5, spread, n)))
    return p, rng.random(n) < p


def answers(n: int = 300, seed: int = 0) -> Answers:
    p, ill = honest(n, seed)
    return Answers(
        ("ill", "well"),
        np.column_stack([p, 1 - p]),
        (~ill).astype(np.int64),
        np.arange(n),
        np.zeros(n, bool),
        "ill",
        0.3,
    )


def test_a_model_that_exaggerates_has_a_slope_below_one_within_its_interval() -> None:
    p, ill = honest(2000)
    logit = np.log(p / (1 - p))
    slope, _ = slope_and_intercept(1 / (1 + np.exp(-2 * logit)), ill)
    assert slope is not None
    assert slope.low is not None
    assert slope.high is not None
    assert slope.low < 0.5 < slope.high < 0.7
    _, intercept = slope_and_intercept(1 / (1 + np.exp(-(logit - 0.7))), ill)
    assert intercept is not None
    assert intercept.value == pytest.approx(0.7, abs=0.15)


def test_several_images_a_patient_widen_slope_intercept_and_brier() -> None:
    p, ill = honest(60)
    five = np.repeat(p, 5), np.repeat(ill, 5)
    patients = np.repeat(np.arange(60), 5)
    for together, alone in zip(slope_and_intercept(*five, patients), slope_and_intercept(*five), strict=True):
        assert together is not None
        assert alone is not None
        assert together.high - together.low > 1.5 * (alone.high - alone.low)  # type: ignore[operator]
    wide, narrow = brier(*five, patients), brier(*five, np.arange(300))
    assert wide is not None
    assert narrow is not None
    assert wide.value == pytest.approx(np.mean((p - ill) ** 2))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)  # type: ignore[operator]


def test_the_calibration_error_is_told_from_500_cases_on() -> None:
    p, ill = honest(2000)
    assert calibration_error(p[:499], ill[:499]) is None
    error = calibration_error(p, ill)
    assert error is not None
    assert error < 0.04
    worse = calibration_error(np.clip(p + 0.2, 0, 1), ill)
    assert worse is not None
    assert worse > 0.1


def test_the_smoothed_curve_of_an_honest_model_is_the_diagonal_and_its_band_holds_it() -> None:
    rows = np.array(smoothed_calibration(*honest(3000), np.arange(3000)))
    np.testing.assert_allclose(rows[:, 1], rows[:, 0], atol=0.06)
    assert np.mean((rows[:, 2] <= rows[:, 0]) & (rows[:, 0] <= rows[:, 3])) > 0.8


def test_the_smoothed_curve_follows_a_bend_that_no_slope_can_tell() -> None:
    rng = np.random.default_rng(0)
    told = rng.uniform(0.05, 0.95, 6000)
    real = 0.5 + 0.9 * (told - 0.5) * np.abs(told - 0.5) * 2
    rows = np.array(smoothed_calibration(told, rng.random(6000) < real, np.arange(6000)))
    expected = 0.5 + 0.9 * (rows[:, 0] - 0.5) * np.abs(rows[:, 0] - 0.5) * 2
    np.testing.assert_allclose(rows[:, 1], expected, atol=0.06)


@pytest.mark.parametrize(("seen", "whose"), [(0.3, 1), (0.7, 1), (0.5, 4)])
def test_the_band_of_the_smoothed_curve_covers_the_truth(seen: float, whose: int) -> None:
    hits, n = 0, 200
    for seed in range(120):
        rng = np.random.default_rng(seed)
        p = np.repeat(1 / (1 + np.exp(-rng.normal(0, 1.5, n))), whose)
        ill = np.repeat(rng.random(n) < p[::whose], whose)
        rows = np.array(smoothed_calibration(p, ill, np.repeat(np.arange(n), whose)))
        at = int(np.argmin(np.abs(rows[:, 0] - seen)))
        hits += rows[at, 2] <= rows[at, 0] <= rows[at, 3]
    assert hits / 120 > 0.9


def test_a_perfect_parting_of_few_cases_has_a_curve_with_a_wide_band_and_no_slope() -> None:
    p = np.concatenate([np.linspace(0.05, 0.3, 8), np.linspace(0.7, 0.95, 8)])
    ill = np.arange(16) >= 8
    assert slope_and_intercept(p, ill)[0] is None
    rows = np.array(smoothed_calibration(p, ill, np.arange(16)))
    assert np.max(rows[:, 3] - rows[:, 2]) > 0.3


def test_average_precision_is_that_of_scikit_learn_with_ties() -> None:
    p, ill = honest(300)
    p = np.round(p, 1)
    found = average_precision(p, ill, np.arange(300))
    assert found is not None
    assert found.value == pytest.approx(average_precision_score(ill, p))


def test_net_benefit_is_that_of_vickers_and_elkin() -> None:
    p, ill = np.array([0.1, 0.2, 0.6, 0.8, 0.9]), np.array([False, False, True, False, True])
    rows = {row[0]: row[1:] for row in decision_curve(p, ill)}
    assert rows[0.5] == pytest.approx([2 / 5 - 1 / 5 * 1, 2 / 5 - 3 / 5 * 1], abs=1e-6)
    assert rows[0.2] == pytest.approx([2 / 5 - 2 / 5 * 0.25, 2 / 5 - 3 / 5 * 0.25], abs=1e-6)


def test_where_the_class_is_rarer_the_decision_curve_is_that_of_moved_probabilities() -> None:
    p, ill = honest(20000)
    rows = {row[0]: row for row in decision_curve(p, ill, 0.05)}
    assert rows[0.5][1] >= -0.003  # an honest model never costs more than treating none
    assert rows[0.01][2] == pytest.approx(0.05 - 0.95 / 99, abs=1e-5)


def test_sensitivity_is_told_at_a_specificity_that_is_really_reached() -> None:
    scores = np.concatenate([np.arange(100) / 100, np.full(10, 0.945), np.full(10, 0.5)])
    ill = np.arange(120) >= 100
    found = found_at_specificity(scores, ill, np.arange(120), 0.9)
    assert found is not None
    assert (found.value, found.n) == (0.5, 20)
    assert found.low is not None
    assert found.low < 0.3


@pytest.mark.parametrize(("positives", "at"), [(20, 0.9), (60, 0.8)])
def test_the_interval_at_a_fixed_specificity_covers_the_truth(positives: int, at: float) -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(positives)
    truth, hits = float(norm.sf(norm.ppf(at) - 1.5)), 0
    for _ in range(400):
        ill = np.arange(3 * positives) < positives
        found = found_at_specificity(1.5 * ill + rng.standard_normal(3 * positives), ill, np.arange(len(ill)), at)
        assert found is not None
        hits += found.low <= truth <= found.high  # type: ignore[operator]
    assert 0.91 < hits / 400 < 0.99


def test_the_slider_begins_with_an_alarm_for_all_and_ends_with_none() -> None:
    rows = operating_curve(*honest(1000))
    assert rows[0] == [0.0, 1.0, 0.0]
    assert rows[-1] == [1.0, 0.0, 1.0]
    assert len(rows) == 200
    assert operating_curve(np.array([0.2, 0.4]), np.array([True, True])) == []


def test_the_unclear_band_lies_between_what_is_ruled_out_and_what_is_told() -> None:
    p, ill = honest(1000)
    band = unclear_band(p, ill, 0.95, 0.95)
    assert band is not None
    told = told_of_band(band, p, ill, np.arange(1000))
    assert told["missed"]["value"] <= 0.05  # type: ignore[index]
    assert told["false_alarms"]["value"] <= 0.05  # type: ignore[index]
    assert told["cases"] == int(np.sum((p >= band.low) & (p < band.high)))
    assert unclear_band(np.array([0.1, 0.9]), np.array([False, True]), 0.95, 0.95) is None


def test_groups_have_their_figures_and_small_ones_a_warning_in_place_of_an_area() -> None:
    p, ill = honest(400)
    sexes = ["F" if i % 2 else "M" for i in range(400)]
    sites = ["large"] * 390 + ["small"] * 10
    rows = group_figures(p, p > 0.4, ill, np.arange(400), {"sex": sexes, "site": sites, "view": ["PA"] * 400})
    assert [(row["by"], row["group"], row["n"]) for row in rows] == [
        ("sex", "F", 200),
        ("sex", "M", 200),
        ("site", "large", 390),
        ("site", "small", 10),
    ]
    assert rows[0]["auc"]["n"] == 200
    assert rows[0]["warning"] is None
    assert rows[3]["auc"] is None
    assert "20" in rows[3]["warning"]


@pytest.mark.parametrize(
    ("years", "band"), [(0.2, "0"), (1, "1–5"), (17.9, "6–17"), (80, "80+"), (None, ""), (-1, ""), (200, "")]
)
def test_ages_are_told_in_bands(years: float | None, band: str) -> None:
    assert age_band(years) == band


def test_under_100_events_figures_are_told_as_bands() -> None:
    few, many = answers(100), answers(600)
    assert figures(few)["told"] == "bands"
    assert figures(many)["told"] == "digits"
    assert figures(few)["detectable"] > figures(many)["detectable"] > 0


def test_the_report_has_groups_band_and_prevalence_of_those_answered_and_fits_the_schema() -> None:
    all_ = answers(400)
    refused = np.arange(400) < 40
    some = replace(all_, refused=refused)
    sites = ["A" if i < 200 else "B" for i in range(400)]
    told = figures(some, Circumstance(0.07, {"site": sites}, UnclearBand(0.2, 0.6), calibrated_at=0.5))
    assert told["at_prevalence"]["meanings"][2] == [0.5, pytest.approx(0.07)]
    assert sum(row["n"] for row in told["groups"]) == told["answered"] == 360
    assert told["at_prevalence"]["prevalence"] == 0.07
    assert 0 < told["at_prevalence"]["alarms_per_100"]["value"] < 100
    assert told["unclear"]["low"] == 0.2
    schema = schemas.schema("report")
    __import__("jsonschema").validate(told, {**schema["$defs"]["figures"], "$defs": schema["$defs"]})


def test_validation_tells_the_curve_the_areas_of_the_parts_and_their_spread() -> None:
    development = answers(300)
    folds = np.arange(300) % 5
    told = validation_figures(development, folds)
    assert len(told["folds"]) == 5
    assert told["spread"] == pytest.approx(np.std(told["folds"], ddof=1), abs=1e-5)
    assert told["cross_validated"] is True
    assert told["curve"][0][1:] == [1.0, 0.0]
    band = band_of(development)
    assert band is not None
    assert told["unclear"]["low"] == pytest.approx(band.low, abs=1e-6)
    once = validation_figures(development, None)
    assert (once["folds"], once["spread"], once["cross_validated"]) == ([], None, False)
    schema = schemas.schema("report")
    __import__("jsonschema").validate(told, {**schema["properties"]["validation"], "$defs": schema["$defs"]})


def test_many_classes_have_validation_areas_and_no_slider() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 150)
    p = np.exp(2.0 * np.eye(3)[truth] + rng.standard_normal((150, 3)))
    many = Answers(("a", "b", "c"), p / p.sum(1, keepdims=True), truth, np.arange(150), truth < 0)
    told = validation_figures(many, np.arange(150) % 3)
    assert told["curve"] == []
    assert told["unclear"] is None
    assert len(told["folds"]) == 3
