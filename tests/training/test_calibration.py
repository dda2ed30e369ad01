"""Probabilities that mean what they say, and the operating point."""

from __future__ import annotations

import numpy as np
import pytest

from medapp.training.figures.agreement import slope_and_intercept
from medapp.training.figures.calibration import (
    choose_alarm_class,
    choose_threshold,
    fit_calibration,
    log_loss,
)


def logits_of(n: int, exaggeration: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that say too much, and the truth."""
    rng = np.random.default_rng(seed)
    honest = rng.normal(0.5, 1.5, n)
    truth = (rng.random(n) < 1 / (1 + np.exp(-honest))).astype(np.int64)
    return np.column_stack([np.zeros(n), exaggeration * honest + 1]), truth


def test_platt_scaling_takes_back_an_exaggeration() -> None:
    logits, truth = logits_of(3000, 4)
    fitted = fit_calibration(logits, truth)
    assert fitted.scale[0] == fitted.scale[1] == pytest.approx(0.25, abs=0.03)
    p = fitted.probabilities(logits)
    slope, intercept = slope_and_intercept(p[:, 1], truth == 1)
    assert slope is not None
    assert intercept is not None
    assert slope.value == pytest.approx(1, abs=0.05)
    assert intercept.value == pytest.approx(0, abs=0.1)


def test_a_handful_of_separated_cases_makes_nobody_certain() -> None:
    logits = np.array([[4.0, -4.0]] * 4 + [[-4.0, 4.0]] * 4)
    p = fit_calibration(logits, np.repeat([0, 1], 4)).probabilities(logits)
    assert 0.9 < p.max() < 0.9999999
    extreme = fit_calibration(logits * 1e3, np.repeat([0, 1], 4))
    assert np.isfinite(extreme.probabilities(logits * 1e3)).all()


def test_many_classes_get_a_scale_and_an_offset_each() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 800)
    logits = 3 * np.eye(4)[truth] + 3 * rng.standard_normal((800, 4)) + np.array([2.0, 0, 0, 0])
    fitted = fit_calibration(logits, truth)
    assert len(fitted.scale) == len(fitted.offset) == 4
    raw = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert log_loss(fitted.probabilities(logits), truth) < log_loss(raw, truth)


@pytest.mark.parametrize(
    ("classes", "alarm"),
    [
        (("NORMAL", "PNEUMONIA"), "PNEUMONIA"),
        (("ill", "normal"), "ill"),
        (("fracture", "no fracture"), "fracture"),
        (("covid", "non-covid"), "covid"),
        (("a", "b"), "b"),
        (("healthy left", "normal right"), "normal right"),
        (("a", "b", "c"), None),
    ],
)
def test_the_alarm_class_is_the_one_that_does_not_sound_healthy(classes: tuple[str, ...], alarm: str | None) -> None:
    assert choose_alarm_class(classes) == alarm


def test_a_person_s_alarm_class_wins() -> None:
    assert choose_alarm_class(("NORMAL", "PNEUMONIA"), "NORMAL") == "NORMAL"


@pytest.mark.parametrize("wanted", [0.8, 0.9, 0.99])
def test_the_operating_point_finds_what_was_asked_for(wanted: float) -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(500) < 0.3
    p = 1 / (1 + np.exp(-(positive + rng.standard_normal(500))))
    threshold = choose_threshold(p, positive, wanted)
    assert np.mean(p[positive] >= threshold) >= wanted
    assert not np.isclose(p, threshold).any()


def test_the_operating_point_parts_what_can_be_parted() -> None:
    p = np.array([0.1, 0.2, 0.7, 0.9])
    assert choose_threshold(p, np.array([False, False, True, True]), 0.9) == pytest.approx(0.45)


def test_calibration_figures_need_both_classes_and_the_slope_an_overlap() -> None:
    assert slope_and_intercept(np.array([0.2, 0.3]), np.array([True, True])) == (None, None)
    slope, intercept = slope_and_intercept(np.array([0.1, 0.9] * 20), np.array([False, True] * 20))
    assert slope is None
    assert intercept is not None
