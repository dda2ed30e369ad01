"""Shapes while they are drawn, their handles, what a hand is at, and where labels find room."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.display.measuring.draft import Draft
from medapp.display.measuring.outlines import (
    ARC_SHARE,
    HANDLES_MOST,
    angle_arc,
    arrow_head,
    distance_to,
    handles_of,
    lines_of,
    with_handle,
)
from medapp.display.measuring.room import Room
from medapp.display.measuring.shapes import POINTS, Kind, Shape

SOME = ((1.0, 2.0), (30.0, 4.0), (25.0, 40.0), (3.0, 37.0))
places = st.tuples(st.floats(0, 400), st.floats(0, 300))


@pytest.mark.parametrize("kind", list(POINTS))
def test_a_shape_is_whole_when_its_last_point_is_set(kind: Kind) -> None:
    draft = Draft.begun(kind, SOME[0])
    for number in range(1, POINTS[kind]):
        assert draft.shape is None
        draft = draft.pointing((9.0, 9.0)).placing(SOME[number])
    assert draft.shape == Shape(kind, SOME[: POINTS[kind]])


def test_what_a_point_would_make_is_seen_before_it_is_set() -> None:
    draft = Draft.begun(Kind.ANGLE, SOME[0]).pointing(SOME[1])
    assert draft.preview is None
    assert draft.lines == ((SOME[0], SOME[1]),)
    assert draft.placing(SOME[1]).pointing(SOME[2]).preview == Shape(Kind.ANGLE, SOME[:3])


def test_the_two_lines_of_a_cobb_angle_are_apart_from_the_start() -> None:
    draft = Draft.begun(Kind.COBB, SOME[0]).placing(SOME[1])
    assert draft.pointing(SOME[2]).lines == (SOME[:2], (SOME[2],))


def test_an_outline_ends_on_its_first_corner_or_on_its_last_again() -> None:
    draft = Draft.begun(Kind.FREEHAND, SOME[0]).placing(SOME[1])
    assert draft.outline is None
    assert not draft.closes_at(SOME[0], 2)
    draft = draft.placing(SOME[2])
    assert draft.closes_at((1.5, 2.5), 2)
    assert draft.closes_at(SOME[2], 2)
    assert not draft.closes_at((15.0, 15.0), 2)
    assert draft.outline == Shape(Kind.FREEHAND, SOME[:3])


def test_a_traced_outline_has_corners_apart() -> None:
    draft = Draft.begun(Kind.FREEHAND, (0.0, 0.0))
    for x in range(1, 101):
        draft = draft.tracing((x / 10, 0.0), 2.0)
    assert draft.points == ((0, 0), (2, 0), (4, 0), (6, 0), (8, 0), (10, 0))


def test_points_are_taken_back_one_by_one() -> None:
    draft = Draft.begun(Kind.ANGLE, SOME[0]).placing(SOME[1])
    once = draft.without_last()
    assert once is not None
    assert once.points == SOME[:1]
    assert once.without_last() is None


@pytest.mark.parametrize("kind", [Kind.RECTANGLE, Kind.ELLIPSE])
@pytest.mark.parametrize("number", range(4))
def test_every_corner_of_a_box_moves_and_the_one_across_stays(kind: Kind, number: int) -> None:
    shape = Shape(kind, ((10.0, 20.0), (30.0, 50.0)))
    across = {0: 1, 1: 0, 2: 3, 3: 2}[number]
    changed = with_handle(shape, number, (14.0, 26.0))
    assert handles_of(changed)[number] == (14.0, 26.0)
    assert handles_of(changed)[across] == handles_of(shape)[across]


def test_every_point_of_another_shape_is_a_handle_but_of_a_long_outline() -> None:
    angle = Shape(Kind.ANGLE, SOME[:3])
    assert handles_of(angle) == SOME[:3]
    assert with_handle(angle, 2, (5.0, 5.0)).points == (*SOME[:2], (5.0, 5.0))
    long = Shape(Kind.FREEHAND, tuple((float(x), float(x % 3)) for x in range(HANDLES_MOST + 1)))
    assert handles_of(long) == ()


@given(places, places, places)
def test_the_distance_to_a_line_is_that_to_its_nearest_place(
    start: tuple[float, float], end: tuple[float, float], at: tuple[float, float]
) -> None:
    along = np.linspace(start, end, 4001)
    truth = float(np.hypot(*(along - at).T).min())
    found = distance_to(lines_of(Shape(Kind.LENGTH, (start, end))), at)
    assert found <= truth + 1e-9
    assert found == pytest.approx(truth, abs=math.dist(start, end) / 4000)


def test_an_ellipse_lies_in_its_box_and_is_closed() -> None:
    (line,) = lines_of(Shape(Kind.ELLIPSE, ((10, 20), (30, 50))))
    np.testing.assert_allclose(line[0], line[-1])
    np.testing.assert_allclose([line.min(axis=0), line.max(axis=0)], [(10, 20), (30, 50)], atol=0.05)


def test_the_head_of_an_arrow_is_at_its_tip() -> None:
    head = arrow_head(np.array([(0.0, 0.0), (50.0, 0.0)]), 10)
    np.testing.assert_allclose(head[1], (50, 0))
    assert (head[[0, 2], 0] == 40).all()
    assert np.isfinite(arrow_head(np.array([(5.0, 5.0), (5.0, 5.0)]))).all()


@pytest.mark.parametrize(("end", "degrees"), [((60, 0), 0), ((60, 60), 45), ((0, -60), 90), ((-60, 60), 135)])
def test_the_arc_of_an_angle_goes_from_arm_to_arm_the_shorter_way(end: tuple[int, int], degrees: float) -> None:
    arms = np.array([(60.0, 0.0), (0.0, 0.0), end])
    arc = angle_arc(arms, 20)
    np.testing.assert_allclose(np.hypot(*arc.T), 20)
    np.testing.assert_allclose(arc[0], (20, 0))
    np.testing.assert_allclose(arc[-1], np.array(end) * 20 / math.hypot(*end), atol=1e-9)
    assert np.hypot(*np.diff(arc, axis=0).T).sum() == pytest.approx(math.radians(degrees) * 20, rel=0.01)
    short = angle_arc(np.array([(60.0, 0.0), (0.0, 0.0), (0.0, 10.0)]), 20)
    np.testing.assert_allclose(np.hypot(*short.T), ARC_SHARE * 10)
    assert not len(angle_arc(np.array([(5.0, 5.0), (5.0, 5.0), (9.0, 5.0)])))


@given(st.sampled_from([Kind.LENGTH, Kind.RECTANGLE, Kind.ELLIPSE, Kind.ARROW]), places, places)
def test_a_label_stays_in_the_widget_and_off_the_line(
    kind: Kind, start: tuple[float, float], end: tuple[float, float]
) -> None:
    room, lines = Room(400, 300), lines_of(Shape(kind, (start, end)))
    left, top, width, height = room.place(lines, (80, 30), 8)
    assert left >= 0
    assert top >= 0
    assert left + width <= 400
    assert top + height <= 300
    # a shape that fills the widget leaves no room beside it, but inside it a label fits or the lines leave a corner
    every = np.vstack([np.linspace(a, b, 50) for line in lines for a, b in itertools.pairwise(line)])
    inside = (every[:, 0] > left) & (every[:, 0] < left + width) & (every[:, 1] > top) & (every[:, 1] < top + height)
    assert not inside.any() or np.ptp(every, axis=0).max() > 150


def test_two_labels_of_the_same_line_stand_apart() -> None:
    lines = lines_of(Shape(Kind.LENGTH, ((100, 100), (200, 100))))
    room = Room(400, 300)
    first, second = (room.place(lines, (80, 30), 8) for _ in range(2))
    assert abs(first[0] - second[0]) >= 80 or abs(first[1] - second[1]) >= 30


def test_a_label_keeps_off_the_lines_of_others_where_it_can() -> None:
    line, other = (lines_of(Shape(Kind.LENGTH, ends)) for ends in (((50, 100), (150, 100)), ((200, 60), (200, 140))))
    assert Room(400, 300, line).place(line, (80, 30), 8)[:2] == (158, 85)
    left, _, width, _ = Room(400, 300, (*line, *other)).place(line, (80, 30), 8)
    assert left + width < 200
