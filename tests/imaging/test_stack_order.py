from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.imaging.slices import Slice
from medapp.imaging.stack_order import in_order, missing_numbers, notes_on
from medapp.imaging.study import Geometry, Note

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def _slice(key: int, z: float | None, number: float = math.inf, *, y: float = 0.0) -> Slice:
    geometry = Geometry() if z is None else Geometry(position=(0.0, y, z), orientation=AXIAL)
    return Slice(key, f"{key}", (4, 4), number=number, geometry=geometry)


def _keys(*slices: Slice) -> list[int]:
    return [one.key for one in in_order(slices)]


def _stack(*places: float) -> list[Slice]:
    return [_slice(key, z) for key, z in enumerate(places)]


def _told(*slices: Slice) -> dict[str, dict[str, object]]:
    return {note.code: dict(note.params) for note in notes_on(in_order(slices))}


def test_slices_are_sorted_by_position_not_by_number() -> None:
    assert _keys(_slice(0, 10, 1), _slice(1, -5, 2), _slice(2, 2.5, 3)) == [1, 2, 0]


def test_slices_without_positions_are_sorted_by_number_then_by_name() -> None:
    assert _keys(_slice(2, None, 10), _slice(0, None, 2), _slice(1, None, 10), _slice(3, None)) == [0, 1, 2, 3]


def test_one_slice_without_a_position_makes_the_numbers_count() -> None:
    assert _keys(_slice(0, 9, 1), _slice(1, None, 2), _slice(2, 1, 3)) == [0, 1, 2]


def test_images_at_the_same_place_keep_the_order_of_their_numbers() -> None:
    assert _keys(_slice(0, 0, 2), _slice(1, 5, 4), _slice(2, 0, 1), _slice(3, 5.001, 3)) == [2, 0, 3, 1]


def test_a_sagittal_stack_goes_along_its_normal() -> None:
    sagittal = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)  # normal −x
    slices = [replace(_slice(k, 0), geometry=Geometry((x, 0, 0), sagittal)) for k, x in enumerate((1.0, 3.0, 2.0))]
    assert _keys(*slices) == [1, 2, 0]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_does_not_depend_on_the_order_of_the_files(seed: int) -> None:
    chance = random.Random(seed)
    slices = [_slice(k, chance.choice((0.0, 1.0, 2.0, None)), chance.choice((1.0, 2.0, math.inf))) for k in range(9)]
    shuffled = slices.copy()
    chance.shuffle(shuffled)
    assert in_order(shuffled) == in_order(slices)
    assert notes_on(in_order(shuffled)) == notes_on(in_order(slices))


def test_an_even_stack_needs_no_note() -> None:
    assert notes_on(_stack(0, 5, 10, 15)) == ()
    assert notes_on(_stack(0)) == ()


def test_gaps_are_told_with_their_place_and_number() -> None:
    assert _told(*_stack(0, 5, 10, 25, 30, 40)) == {"gap": {"missing": 3, "after": "3–4, 5–6", "step_mm": 5.0}}


def test_steps_that_differ_are_told() -> None:
    assert _told(*_stack(0, 5, 10, 16, 21)) == {"unequal_steps": {"smallest": 5.0, "largest": 6.0}}
    assert _told(*_stack(0, 5.001, 10, 14.999)) == {}


def test_a_tilted_gantry_is_told_in_degrees() -> None:
    tilted = [_slice(z, z, y=z * math.tan(math.radians(14))) for z in range(0, 20, 5)]
    assert _told(*tilted) == {"tilt": {"degrees": 14.0}}


def test_doubles_are_told_by_place_and_by_uid() -> None:
    one, two = replace(_slice(0, 0), uid="1.2"), replace(_slice(1, 5), uid="1.3")
    assert _told(one, two, replace(one, key=2)) == {"duplicate_uids": {"count": 1}, "duplicate_positions": {"count": 1}}
    assert _told(one, replace(two, uid="1.2")) == {"conflicting_uids": {"count": 1}}


def test_positions_that_give_no_order_are_told() -> None:
    turned = replace(_slice(1, 5), geometry=Geometry((0, 0, 5), (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)))
    assert notes_on([_slice(0, 0), turned]) == (Note("no_positions"),)


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([1, 2, 4, 5], [3]),
        ([2, 4, 8], [6]),
        ([1, 2, 3], []),
        ([1, 2], []),
        ([1, 2, 100], []),
        ([1, 1, 2, math.inf], []),
    ],
)
def test_absent_numbers_are_found_where_most_are_there(numbers: list[float], missing: list[int]) -> None:
    assert missing_numbers(numbers) == missing
