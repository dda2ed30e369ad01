from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medapp.imaging.prefetch import Wishes, order_of


def test_both_neighbours_come_first_then_the_way_ahead() -> None:
    assert list(order_of(50, 100, 1))[:6] == [51, 49, 52, 53, 54, 55]
    assert list(order_of(50, 100, -1))[:6] == [49, 51, 48, 47, 46, 45]


def test_the_longer_the_way_the_further_ahead_before_anything_behind() -> None:
    def ahead(travelled: int) -> int:
        order = list(order_of(300, 1000, 1, travelled))[2:]
        return next(n for n, index in enumerate(order) if index < 300)

    assert ahead(0) < ahead(40) < ahead(90)
    assert ahead(100) == ahead(500)


@given(st.integers(1, 300), st.data(), st.sampled_from([1, -1]), st.integers(0, 200))
def test_every_other_image_comes_exactly_once(frames: int, data: st.DataObject, direction: int, travelled: int) -> None:
    index = data.draw(st.integers(0, frames - 1))
    order = list(order_of(index, frames, direction, travelled))
    assert sorted(order) == [i for i in range(frames) if i != index]


def test_a_new_plan_replaces_what_was_not_given_out_yet() -> None:
    wishes = Wishes()
    wishes.replace([("a", 0), ("a", 1)])
    assert wishes.next() == ("a", 0)
    wishes.replace([("b", 0)])
    assert wishes.next() == ("b", 0)
    assert wishes.next() is None
