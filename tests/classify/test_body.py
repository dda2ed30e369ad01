"""The body, and how much of a heat map lies outside it."""

from __future__ import annotations

import numpy as np
import pytest

from medapp.classify.areas import body_mask
from medapp.classify.heat import outside_body


def chest() -> np.ndarray:  # type: ignore[type-arg]
    """A bright body with two dark lungs on black air."""
    picture = np.zeros((112, 112), np.uint8)
    picture[16:96, 28:84] = 180
    picture[32:72, 34:52] = picture[32:72, 60:78] = 20
    return picture


def hot(row: int, column: int) -> np.ndarray:  # type: ignore[type-arg]
    heat = np.zeros((7, 7), np.float32)
    heat[row, column] = 1
    return heat


def test_dark_lungs_belong_to_the_body_and_the_air_does_not() -> None:
    mask = body_mask(chest())
    assert mask[50, 40]
    assert not mask[50, 10]
    assert mask.sum() == pytest.approx(80 * 56, rel=0.05)


@pytest.mark.parametrize("level", [0, 90])
def test_where_there_is_no_body_nothing_lies_outside_it(level: int) -> None:
    flat = np.full((64, 64), level, np.uint8)
    assert body_mask(flat).all()
    assert outside_body(hot(0, 0), flat) == 0


def test_heat_in_the_air_is_outside_and_heat_in_the_lung_is_not() -> None:
    assert outside_body(hot(0, 0), chest()) == 1
    assert outside_body(hot(3, 2), chest()) == pytest.approx(0, abs=0.05)
    assert outside_body(hot(0, 0) + hot(3, 3), chest()) == pytest.approx(0.5, abs=0.05)


def test_a_cold_map_is_nowhere_outside_and_colour_is_taken_by_its_brightest_channel() -> None:
    assert outside_body(np.zeros((7, 7), np.float32), chest()) == 0
    assert outside_body(hot(0, 0), np.repeat(chest()[..., None], 3, axis=2)) == 1
