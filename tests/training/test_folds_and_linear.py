"""Folds by patient, and the linear head."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.training.cases.folds import fold_count, fold_numbers, shares
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.linear import cross_fit


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 40), st.integers(5, 40), st.integers(1, 3), st.integers(0, 99))
def test_folds_keep_patients_together_and_have_every_class(a: int, b: int, images: int, seed: int) -> None:
    patients = np.repeat(np.arange(a + b), images)
    truth = (patients >= a).astype(np.int64)
    folds = fold_numbers(patients, truth, 5, seed)
    assert all(len(set(folds[patients == p])) == 1 for p in range(a + b))
    assert all(set(truth[folds == fold]) == {0, 1} for fold in range(5))


def test_parts_have_about_their_share_of_each_class() -> None:
    patients = np.arange(400)
    truth = (patients < 100).astype(np.int64)
    part = shares(patients, truth, (0.7, 0.15, 0.15), seed=0)
    for label, n in ((0, 300), (1, 100)):
        counts = np.bincount(part[truth == label], minlength=3)
        assert counts == pytest.approx([0.7 * n, 0.15 * n, 0.15 * n], abs=2)


def test_no_more_folds_than_patients_of_the_smallest_class() -> None:
    assert fold_count(np.arange(10), np.array([0] * 7 + [1] * 3), 5) == 3


@pytest.mark.parametrize("classes", [2, 3])
def test_the_linear_head_finds_what_is_there_and_folds_the_scale_in(classes: int) -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(240) % classes
    features = (rng.standard_normal((240, 20)) * 50 + 300).astype(np.float32)
    features[np.arange(240), truth] += 150
    fitted = cross_fit(features, truth, np.arange(240), TrainConfig(), seed=0)
    assert fitted.fit.weight.shape == (classes, 20)
    assert np.mean(fitted.fit.logits(features).argmax(axis=1) == truth) > 0.9
    assert np.mean(fitted.out_of_fold.argmax(axis=1) == truth) > 0.9


def test_out_of_fold_predictions_do_not_see_their_own_patient() -> None:
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(60), 4)
    truth = (patients % 2).astype(np.int64)
    features = rng.standard_normal((60, 200)).astype(np.float32)[patients]  # tells patients apart, not classes
    fitted = cross_fit(features, truth, patients, TrainConfig(), seed=0)
    assert np.mean(fitted.fit.logits(features).argmax(axis=1) == truth) > 0.9
    assert 0.3 < np.mean(fitted.out_of_fold.argmax(axis=1) == truth) < 0.7


def test_a_feature_that_never_moves_is_no_trouble() -> None:
    features = np.zeros((40, 3), np.float32)
    features[:, 0] = np.arange(40) % 2
    fitted = cross_fit(features, np.arange(40) % 2, np.arange(40), TrainConfig(), seed=0)
    assert np.isfinite(fitted.fit.weight).all()
