"""Which thumbnails are taken for the same picture, and how pairs become groups."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.jobs import Progress, run_to_end
from medapp.training.checking.duplicates.contrast import normalised, without_margin
from medapp.training.checking.duplicates.groups import grouped
from medapp.training.checking.duplicates.neighbours import Neighbourhood
from medapp.training.checking.duplicates.registration import correlations
from medapp.training.checking.duplicates.search import look_alikes

Picture = NDArray[np.uint8]


def pictures(count: int, seed: int = 0) -> list[Picture]:
    """Return thumbnails that share half of what is in them, as pictures of one part of the body do."""
    rng = np.random.default_rng(seed)
    common = cv2.GaussianBlur(rng.standard_normal((48, 48)), (0, 0), 4)
    return [_scaled(common + cv2.GaussianBlur(rng.standard_normal((48, 48)), (0, 0), 3)) for _ in range(count)]


def _scaled(values: NDArray[np.float64]) -> Picture:
    return np.rint(255 * (values - values.min()) / np.ptp(values)).astype(np.uint8)


def found(thumbnails: list[Picture]) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in run_to_end(look_alikes(thumbnails))}


@pytest.mark.parametrize("count", [60, 700], ids=["few, each with each", "many, by signature"])
def test_copies_are_found_among_pictures_that_resemble_each_other(count: int) -> None:
    plain = pictures(count)
    darker = (plain[3] * 0.6 + 20).astype(np.uint8)
    cropped = without_margin(plain[7], 0.05, 0, 0.02, 0.03)
    grain = np.random.default_rng(1).normal(0, 3, (48, 48))
    grained = np.clip(plain[11] + grain, 0, 255).astype(np.uint8)
    assert found([*plain, darker, cropped, grained]) == {(3, count), (7, count + 1), (11, count + 2)}


def test_pictures_that_differ_by_less_than_others_do_in_the_set_are_no_copies() -> None:
    rng = np.random.default_rng(5)
    (one,) = pictures(1)
    nearly_the_same = [np.clip(one + rng.normal(0, 4, (48, 48)), 0, 255).astype(np.uint8) for _ in range(40)]
    assert found(nearly_the_same) == set()


@pytest.mark.parametrize("count", [0, 1])
def test_where_there_is_nothing_to_compare_nothing_is_found(count: int) -> None:
    assert found(pictures(count)) == set()


def test_progress_is_told_and_the_search_can_be_left() -> None:
    job = look_alikes(pictures(30))
    assert isinstance(next(job), Progress)
    job.close()


def test_shift_and_stretch_are_found_and_others_stay_apart() -> None:
    first, second = pictures(2)
    moved = without_margin(first, 0.06, 0.0, 0.0, 0.04)
    alike = correlations(np.stack([normalised(first)] * 2), np.stack([normalised(moved), normalised(second)]))
    assert alike[0] > 0.97 > 0.8 > alike[1]


def test_an_even_picture_has_no_correlation() -> None:
    even = np.stack([normalised(np.full((48, 48), 128, np.uint8))])
    assert abs(correlations(even, even)[0]) < 0.1


def test_neighbours_are_found_among_many() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((5000, 16)).astype(np.float32)
    vectors[1000:1200] = vectors[:200] + rng.normal(0, 0.05, (200, 16))
    pairs = {(int(a), int(b)) for a, b in Neighbourhood(vectors).near(vectors, 0, 0.5)}
    assert len(pairs & {(i, 1000 + i) for i in range(200)}) >= 198
    assert len(pairs) < 400


def test_linked_pictures_are_one_group_and_a_long_chain_falls_apart() -> None:
    assert grouped(np.array([[0, 1], [1, 2], [5, 6]])) == [(0, 1, 2), (5, 6)]
    chain = grouped(np.array([[i, i + 1] for i in range(20)]))
    assert max(map(len, chain)) <= 3
    assert len({i for group in chain for i in group}) == sum(map(len, chain))
