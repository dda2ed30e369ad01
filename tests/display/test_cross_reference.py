"""Lines and linked stacks are where independently computed truth has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medapp.display.cross_reference import CrossLine, ImagePlane, cross_reference, plane_of
from medapp.display.linked_view import linked_viewport
from medapp.display.stack_places import bond_between, index_at_same_offset, index_at_same_place, stack_places
from medapp.display.viewport import Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.study import Geometry, Instance, Series

AXIAL = (1.0, 0, 0, 0, 1, 0)
SAGITTAL = (0.0, 1, 0, 0, 0, -1)
CORONAL = (1.0, 0, 0, 0, 0, -1)
SPACE = "1.2.3"


def geometry(
    orientation: tuple[float, ...], position: tuple[float, ...], spacing: tuple[float, float] = (1.0, 1.0)
) -> Geometry:
    return Geometry(position, orientation, SPACE, spacing, "patient")  # type: ignore[arg-type]


def plane(made: Geometry, rows: int, columns: int) -> ImagePlane:
    found = plane_of(made, rows, columns)
    assert found is not None
    return found


def turned(seed: int) -> tuple[float, ...]:
    """Return direction cosines of a random orientation."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return (*q[:, 0], *q[:, 1])


def stack(
    orientation: tuple[float, ...], starts: NDArray[np.float64], space: str = SPACE, spacing: float = 1.0
) -> Series:
    instances = tuple(
        Instance(
            f"{space}{n}", "dicom", 10, 20,
            geometry=Geometry(tuple(map(float, at)), orientation, space, (spacing, spacing), "patient"),  # type: ignore[arg-type]
        )
        for n, at in enumerate(starts)
    )  # fmt: skip
    return Series("1", "CT", instances)


def axial_stack(heights: list[float], space: str = SPACE) -> Series:
    return stack(AXIAL, np.array([(0.0, 0.0, z) for z in heights]), space)


def test_an_axial_slice_is_a_horizontal_line_on_a_sagittal_image() -> None:
    axial = plane(geometry(AXIAL, (-100, -120, 35.0), (0.5, 0.5)), 512, 400)
    sagittal = plane(geometry(SAGITTAL, (0, -150, 185.0), (1.5, 1.0)), 200, 300)
    line = cross_reference(axial, sagittal)
    # (185 - 35) / 1.5 = row 100; from y = -120.25 to y = 135.75 of the patient: columns 29.75 to 285.75
    assert line is not None
    np.testing.assert_allclose([line.start, line.end], [(29.75, 100), (285.75, 100)])


def test_a_line_ends_where_the_image_it_is_drawn_on_ends() -> None:
    axial = plane(geometry(AXIAL, (-500, -500, 0.0)), 1000, 1000)
    coronal = plane(geometry(CORONAL, (-10, 0, 7.0), (2.0, 1.0)), 9, 21)
    line = cross_reference(axial, coronal)
    assert line == CrossLine((-0.5, 3.5), (20.5, 3.5))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(geometry(AXIAL, (0, 0, 10)), id="parallel"),
        pytest.param(geometry((1.0, 0, 0, 0, np.cos(0.06), np.sin(0.06)), (0, 0, 10)), id="3.4 degrees"),
        pytest.param(geometry(SAGITTAL, (500, 0, 0)), id="beside it"),
        pytest.param(geometry(SAGITTAL, (5, 0, -50)), id="below it"),
    ],
)
def test_images_that_do_not_meet_or_are_nearly_parallel_have_no_line(other: Geometry) -> None:
    assert cross_reference(plane(geometry(AXIAL, (0, 0, 0)), 64, 64), plane(other, 32, 32)) is None


def test_an_image_without_a_place_has_no_plane() -> None:
    assert plane_of(Geometry(orientation=AXIAL, spacing_mm=(1, 1)), 10, 10) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_line_of_oblique_images_is_where_sampling_the_image_finds_it(seed: int) -> None:
    chance = np.random.default_rng(seed)
    one, other = (
        plane(
            geometry(turned(seed + n), tuple(chance.normal(scale=20, size=3)), tuple(chance.uniform(0.4, 3, 2))), 90, 70
        )
        for n in (0, 1)
    )
    line = cross_reference(one, other)
    found = sampled(one, other)
    if line is None:
        assert len(found) < 3, "sampling finds places where they meet"
        return
    ends = np.array([line.start, line.end])
    for end in ends:  # each end lies in both images, and in both planes
        there = other.at(*end)
        assert abs((there - one.origin) @ one.normal) < 1e-6
        x, y = one.source_of(there)
        assert -0.5 - 1e-6 <= x <= 69.5 + 1e-6
        assert -0.5 - 1e-6 <= y <= 89.5 + 1e-6
    direction = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    along = (found - ends[0]) @ direction
    across = (found - ends[0]) @ np.array([-direction[1], direction[0]])
    assert np.abs(across).max(initial=0) < 1e-6
    if len(along):  # the line is as long as what sampling finds, and not much longer
        assert along.min() >= -1e-6
        assert along.max() <= np.linalg.norm(ends[1] - ends[0]) + 1e-6


def sampled(one: ImagePlane, other: ImagePlane) -> NDArray[np.float64]:
    """Return where lines of pixels of `one` go through the plane of `other`, where it has pixels."""
    found = []
    ys = np.linspace(-0.5, one.rows - 0.5, 400)
    for x in np.linspace(-0.5, one.columns - 0.5, 60):
        points = one.origin + x * one.step_x + ys[:, None] * one.step_y
        heights = (points - other.origin) @ other.normal
        for n in np.flatnonzero(heights[:-1] * heights[1:] < 0):
            share = heights[n] / (heights[n] - heights[n + 1])
            at = other.source_of(points[n] + share * (points[n + 1] - points[n]))
            if -0.5 <= at[0] <= other.columns - 0.5 and -0.5 <= at[1] <= other.rows - 0.5:
                found.append(at)
    return np.array(found).reshape(-1, 2)


def test_the_image_at_the_same_place_is_the_nearest_one() -> None:
    thin, thick = stack_places(axial_stack([0, 1, 2, 3, 4, 5, 6])), stack_places(axial_stack([6, 3, 0]))
    assert thin is not None
    assert thick is not None
    assert bond_between(thin, thick) == "position"
    assert [index_at_same_place(thin, n, thick, 0) for n in range(7)] == [2, 2, 1, 1, 1, 0, 0]


def test_of_several_phases_at_a_place_the_nearest_in_the_stack_is_taken() -> None:
    one, phases = stack_places(axial_stack([0, 5, 10])), stack_places(axial_stack([0, 5, 10, 0, 5, 10]))
    assert one is not None
    assert phases is not None
    assert (index_at_same_place(one, 1, phases, 0), index_at_same_place(one, 1, phases, 5)) == (1, 4)


def test_oblique_stacks_of_one_space_are_linked_by_position() -> None:
    orientation = turned(3)
    normal = np.cross(orientation[:3], orientation[3:])
    starts = np.array([5.0, -7, 3]) + np.outer(np.arange(12) * 2.5, normal)
    other = np.array([-40.0, 12, 8]) + np.outer(np.arange(30), normal)
    one, two = stack_places(stack(orientation, starts)), stack_places(stack(orientation, other, spacing=0.7))
    assert one is not None
    assert two is not None
    wanted = [int(np.argmin(np.abs((other - start) @ normal))) for start in starts]
    assert [index_at_same_place(one, n, two, 0) for n in range(12)] == wanted


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(axial_stack([0, 1, 2], "9.9"), id="another space"),
        pytest.param(axial_stack([0, 1, 2], ""), id="no space"),
        pytest.param(Series("1", "CT", (Instance("x", "dicom", 5, 5),)), id="no place"),
    ],
)
def test_stacks_without_a_common_space_are_linked_by_offset(other: Series) -> None:
    assert bond_between(stack_places(axial_stack([0, 1, 2])), stack_places(other)) == "offset"


def test_stacks_of_one_space_whose_planes_cross_are_not_scrolled_together() -> None:
    coronal = stack(CORONAL, np.array([(0.0, y, 0) for y in range(5)]))
    assert bond_between(stack_places(axial_stack([0, 1, 2])), stack_places(coronal)) is None


def test_by_offset_two_examinations_go_as_many_millimetres() -> None:
    now, prior = stack_places(axial_stack([0, 5, 10, 15])), stack_places(axial_stack([107, 104, 101, 98, 95], "9.9"))
    # beside each other: 5 and 101; ten millimetres up leads to 15, and to 111: the end of the prior
    assert [index_at_same_offset(now, n, prior, (1, 2), 5) for n in range(4)] == [4, 2, 0, 0]


def test_by_offset_a_stack_that_is_told_the_other_way_round_goes_the_same_way_in_the_patient() -> None:
    up = stack_places(axial_stack([0, 1, 2, 3]))
    down = stack_places(stack((0.0, 1, 0, 1, 0, 0), np.array([(0.0, 0, z) for z in (0, 1, 2, 3)]), "9.9"))
    assert [index_at_same_offset(up, n, down, (0, 0), 4) for n in range(4)] == [0, 1, 2, 3]


def test_without_places_stacks_go_as_many_images_and_stop_at_their_ends() -> None:
    assert [index_at_same_offset(None, n, None, (3, 1), 4) for n in range(8)] == [0, 0, 0, 1, 2, 3, 3, 3]


def frame(columns: int, rows: int, spacing: float, x_mm: float) -> Frame:
    return Frame(np.zeros((rows, columns), np.uint8), geometry=geometry(AXIAL, (x_mm, 0, 0), (spacing, spacing)))


def test_a_linked_view_shows_the_same_point_of_the_patient_as_large() -> None:
    fine, coarse = frame(400, 400, 0.5, 0.0), frame(100, 100, 2.0, -10.0)
    linked = linked_viewport(Viewport(zoom=3.0, centre=(40.0, 80.0)), fine, coarse, Viewport(quarter_turns=1))
    # 20 mm right and 40 mm down of the patient; as many screen pixels a millimetre
    assert linked == Viewport(zoom=12.0, centre=(15.0, 20.0), quarter_turns=1)


def test_a_linked_view_of_another_space_shows_the_same_share_of_the_way() -> None:
    one, other = Frame(np.zeros((100, 200), np.uint8)), Frame(np.zeros((50, 100), np.uint8))
    assert linked_viewport(Viewport(zoom=1.0, centre=(99.5, 24.5)), one, other, Viewport()) == Viewport(
        zoom=2.0, centre=(49.5, 12.0)
    )


def test_what_is_fitted_is_fitted_in_both() -> None:
    before = Viewport(zoom=4.0, centre=(1.0, 1.0), flipped=True)
    assert linked_viewport(Viewport(), frame(9, 9, 1, 0), frame(5, 5, 1, 0), before) == Viewport(flipped=True)
