"""Whether more cases would help: on curves that are known, and on cases that cannot tell."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from medapp.schemas import schema
from medapp.training.figures.growth import expected_gain
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.linear import cross_fit
from medapp.training.learning.more_cases import HALVINGS, REPEATS, LearningCurve, learning_curve, shares_to_try

CONFIG = TrainConfig()
SIZES = np.array([40.0, 80, 160, 320])


class EndedError(Exception):
    """Ends the work from within."""


def cases(n: int, signal: float, *, classes: int = 2, images: int = 1, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Return features, truth and patients; the patients look alike, more cases average that out."""
    rng = np.random.default_rng(seed)
    patients = np.repeat(np.arange(n // images), images)
    truth = (patients % classes).astype(np.int64)
    own = rng.normal(size=(n // images, 60))[patients]
    features = (0.8 * own + 0.6 * rng.normal(size=(n, 60))).astype(np.float32)
    for label in range(classes):
        features[truth == label, 15 * label : 15 * (label + 1)] += np.float32(signal)
    return features, truth, patients


def curve_of(n: int, signal: float, *, shuffled: bool = False, **more: int) -> LearningCurve:
    features, truth, patients = cases(n, signal, **more)
    if shuffled:
        truth = np.random.default_rng(7).permutation(truth)
    fit = cross_fit(features, truth, patients, CONFIG, seed=0)
    return learning_curve(features, truth, patients, fit, CONFIG, seed=0)


@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_a_curve_without_noise_is_gone_on_with_exactly(exponent: float) -> None:
    values = 0.95 - 0.9 * SIZES**-exponent
    wanted = 0.9 * (400**-exponent - 450**-exponent)
    gain = expected_gain(SIZES, values, 1e-12 * np.eye(4), 400, 50)
    assert gain.value == pytest.approx(wanted, rel=1e-3)


def test_the_interval_holds_the_gain_that_is_known() -> None:
    rng, held = np.random.default_rng(0), 0
    covariance = np.diag([0.02, 0.014, 0.01, 0.007]) ** 2
    wanted = 0.9 * (400**-0.5 - 450**-0.5)
    for draw in range(200):
        values = rng.multivariate_normal(0.95 - 0.9 * SIZES**-0.5, covariance)
        gain = expected_gain(SIZES, values, covariance, 400, 50, seed=draw)
        held += gain.low <= wanted <= gain.high
    assert held >= 180


def test_a_figure_that_does_not_grow_gains_nothing() -> None:
    gain = expected_gain(SIZES, np.full(4, 0.8), 1e-12 * np.eye(4), 400, 50)
    assert gain.value == pytest.approx(0, abs=1e-6)


def test_where_the_figure_has_reached_one_nothing_is_promised() -> None:
    gain = expected_gain(SIZES, np.array([0.65, 0.85, 0.92, 1.0]), np.diag([0.07, 0.05, 0.04, 0.03]) ** 2, 48, 50)
    assert (gain.value, gain.low) == (0, 0)
    assert gain.high > 0


def test_few_cases_of_a_task_that_can_be_learned_want_more() -> None:
    curve = curve_of(120, 0.3)
    assert [point.value for point in curve.points] == sorted(point.value for point in curve.points)
    assert [point.cases for point in curve.points] == [12, 24, 48, 96]
    assert curve.more is not None
    assert curve.more.value > 0.004
    assert curve.text_code in {"more_cases.helps", "more_cases.cannot_tell"}


def test_many_cases_of_an_easy_task_want_no_more() -> None:
    curve = curve_of(800, 1.2)
    assert curve.text_code == "more_cases.little"
    assert curve.points[-1].value > 0.98


def test_where_nothing_can_be_learned_no_gain_is_promised() -> None:
    assert curve_of(200, 0.0, shuffled=True).text_code != "more_cases.helps"


def test_many_classes_are_told_by_balanced_accuracy() -> None:
    curve = curve_of(300, 1.0, classes=4)
    assert curve.figure == "balanced_accuracy"
    assert 0.5 < curve.points[-1].value <= 1
    assert all(point.low <= point.value <= point.high for point in curve.points)


def test_a_share_is_one_of_patients_and_the_last_point_is_the_instant_solution() -> None:
    features, truth, patients = cases(240, 0.6, images=4)
    fit = cross_fit(features, truth, patients, CONFIG, seed=0)
    curve = learning_curve(features, truth, patients, fit, CONFIG, seed=0)
    assert all(point.cases == pytest.approx(4 * point.patients, abs=3) for point in curve.points)
    assert (curve.points[-1].patients, curve.points[-1].cases) == (48, 192)


def test_too_few_patients_get_no_curve() -> None:
    curve = curve_of(12, 1.0)
    assert (curve.points, curve.more, curve.text_code) == ((), None, "more_cases.too_few")
    assert "Collect more" in curve.text


def test_large_folders_are_learned_from_in_parts_that_take_seconds() -> None:
    truth = np.arange(60_000) % 2
    parts = shares_to_try(truth, np.arange(60_000), 5)
    assert len(parts) == HALVINGS
    assert max(parts) * 48_000 == pytest.approx(3000)


def test_it_can_be_stopped_at_each_step_of_each_fit_and_tells_each_fit() -> None:
    features, truth, patients = cases(100, 0.6)
    fit = cross_fit(features, truth, patients, CONFIG, seed=0)
    told: list[tuple[int, int]] = []
    learning_curve(features, truth, patients, fit, CONFIG, 0, lambda *done: told.append(done))
    assert told == [(n, HALVINGS * REPEATS * 5) for n in range(1, HALVINGS * REPEATS * 5 + 1)]

    def end() -> None:
        raise EndedError

    with pytest.raises(EndedError):
        learning_curve(features, truth, patients, fit, CONFIG, 0, on_step=end)


@pytest.mark.parametrize(("n", "signal"), [(12, 1.0), (120, 0.6), (800, 1.2)])
def test_it_is_told_as_the_report_defines_it(n: int, signal: float) -> None:
    told = json.loads(json.dumps(curve_of(n, signal).to_json()))
    jsonschema.validate(told, schema("report")["properties"]["learning_curve"])
