"""Like the training data or not: p-values that keep their promise, also with few held-out images."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.classify import novelty
from medapp.errors import MedappError

Features = tuple[NDArray[np.float32], NDArray[np.float32]]
MIXING = np.random.default_rng(99).standard_normal((12, 40))


def ordinary(count: int, seed: int) -> Features:
    """Features that live on a plane of 12 dimensions, with a little noise around it."""
    rng = np.random.default_rng(seed)
    hidden = rng.standard_normal((count, 12))
    mid = hidden @ MIXING + 0.1 * rng.standard_normal((count, 40))
    deep = np.maximum(hidden @ MIXING[:, ::-1], 0) + 0.1 * rng.standard_normal((count, 40))
    return mid.astype(np.float32), deep.astype(np.float32)


def fitted(training: int, held_out: int, seed: int = 1) -> dict[str, NDArray[np.generic]]:
    return novelty.fit(*ordinary(training, seed), *ordinary(held_out, seed + 1000))


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_few_ordinary_images_have_a_p_value_below_alpha(alpha: float) -> None:
    p = novelty.p_value(fitted(600, 600), *ordinary(2000, 77))
    assert np.mean(p < alpha) < 1.6 * alpha + 0.002


@pytest.mark.parametrize(("training", "held_out", "least"), [(600, 300, 0.99), (120, 30, 0.95), (40, 10, 0.7)])
def test_the_ordinary_is_kept_and_the_strange_refused(training: int, held_out: int, least: float) -> None:
    kept, refused = [], []
    for seed in range(5):
        tensors = fitted(training, held_out, seed)
        mid, deep = ordinary(300, 5000 + seed)
        kept.append(np.mean(novelty.p_value(tensors, mid, deep) >= 0.01))
        refused.append(np.mean(novelty.p_value(tensors, mid[:, ::-1] * 3, deep[:, ::-1] * 3) < 0.01))
    assert np.mean(kept) > 0.96
    assert np.mean(refused) > least


@pytest.mark.parametrize("strange_at", ["mid", "deep"])
def test_strangeness_at_one_depth_is_enough(strange_at: str) -> None:
    mid, deep = ordinary(50, 3)
    far = {"mid": (mid + 30, deep), "deep": (mid, deep + 30)}[strange_at]
    assert np.all(novelty.p_value(fitted(600, 300), *far) < 1e-3)


def test_a_direction_that_never_moved_in_training_is_strange_when_it_moves() -> None:
    mid, deep = ordinary(50, 3)
    off_plane = np.linalg.svd(MIXING)[2][-1] * 20
    assert np.mean(novelty.p_value(fitted(600, 300), mid + off_plane.astype(np.float32), deep) < 0.01) > 0.9


def test_p_values_fall_as_images_get_stranger() -> None:
    tensors = fitted(200, 50)
    mid, deep = ordinary(1, 9)
    p = [novelty.p_value(tensors, mid + step, deep)[0] for step in range(0, 60, 3)]
    assert all(later <= earlier for earlier, later in pairwise(p))
    assert p[-1] < 1e-3


def test_p_values_lie_between_0_and_1_and_are_numbers() -> None:
    tensors = fitted(100, 20)
    mid, deep = ordinary(100, 4)
    for scale in (0, 1, 1e6):
        p = novelty.p_value(tensors, mid * scale, deep * scale)
        assert np.all((p >= 0) & (p <= 1))


def test_an_image_has_the_same_p_value_alone_and_in_a_batch() -> None:
    tensors = fitted(100, 20)
    mid, deep = ordinary(30, 4)
    alone = [novelty.p_value(tensors, mid[n : n + 1], deep[n : n + 1])[0] for n in range(30)]
    np.testing.assert_allclose(alone, novelty.p_value(tensors, mid, deep))


def test_the_tensors_are_small_and_the_same_for_the_same_features() -> None:
    one, other = fitted(300, 50), fitted(300, 50)
    assert sum(tensor.nbytes for tensor in one.values()) < 20_000
    for name, tensor in one.items():
        np.testing.assert_array_equal(tensor, other[name])


def test_features_that_are_all_the_same_do_not_divide_by_zero() -> None:
    same = np.ones((20, 5), np.float32)
    tensors = novelty.fit(same, same, same[:6], same[:6])
    assert novelty.p_value(tensors, same[:1], same[:1])[0] > 0.5
    assert novelty.p_value(tensors, same[:1] + 5, same[:1])[0] < 0.01


@pytest.mark.parametrize(("training", "held_out"), [(7, 20), (20, 4), (0, 0)])
def test_too_few_images_are_told(training: int, held_out: int) -> None:
    with pytest.raises(MedappError) as caught:
        fitted(training, held_out)
    assert caught.value.code == "novelty.few"
