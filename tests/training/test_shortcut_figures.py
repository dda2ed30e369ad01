"""Pictures of which the body or the frame is covered."""

import numpy as np
import pytest

from medapp.training.learning.shortcut_figures import Covered, without_body, without_frame

pytestmark = pytest.mark.torch


def body(colour: bool = False) -> np.ndarray:
    picture = np.full((100, 100), 20, np.uint8)
    picture[30:70, 20:80] = 200
    picture[0], picture[:, -1] = 120, 130
    return np.repeat(picture[..., None], 3, axis=2) if colour else picture


@pytest.mark.parametrize("colour", [False, True])
def test_without_the_frame_the_body_is_left(colour: bool) -> None:
    covered = without_frame(body(colour))
    np.testing.assert_array_equal(covered[6:94, 6:94], body(colour)[6:94, 6:94])
    assert set(np.unique(covered[:6])) == {20}


@pytest.mark.parametrize("colour", [False, True])
def test_without_the_body_the_frame_is_left(colour: bool) -> None:
    covered = without_body(body(colour))
    assert set(np.unique(covered[30:70, 20:80])) == {20}
    np.testing.assert_array_equal(covered[:6], body(colour)[:6])


def test_where_no_body_is_found_only_the_frame_is_left() -> None:
    dots = np.full((100, 100), 10, np.uint8)
    dots[2, 2] = dots[50, 50] = 255
    covered = without_body(dots)
    assert (covered[2, 2], covered[50, 50]) == (255, 10)


def test_pictures_are_covered_as_they_are_taken() -> None:
    class Pictures:
        def take(self, positions: np.ndarray) -> np.ndarray:
            return np.stack([body() + np.uint8(position) for position in positions])

    taken = Covered(Pictures(), without_frame).take(np.array([0, 2]))
    assert (taken.shape, taken[1, 0, 0]) == ((2, 100, 100), 22)
