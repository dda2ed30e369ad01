from __future__ import annotations

import random

import pytest
from pydicom.dataset import Dataset

from medapp.imaging.frame_order import SORTED_FRAMES, frame_order, frame_positions
from medapp.imaging.study import Instance, Series
from tests.imaging.synthetic import item, sequence

AXIAL = [1, 0, 0, 0, 1, 0]
MR = "1.2.840.10008.5.1.4.1.1.4.1"


def _frame(z: float | None = None, dimensions: tuple[int, ...] = (), time: int | None = None) -> Dataset:
    content = item()
    if dimensions:
        content.DimensionIndexValues = list(dimensions)
    if time is not None:
        content.TemporalPositionIndex = time
    made = item(FrameContentSequence=sequence(content))
    if z is not None:
        made.PlanePositionSequence = sequence(item(ImagePositionPatient=[0, 0, z]))
    return made


def _dataset(*frames: Dataset) -> Dataset:
    shared = item(PlaneOrientationSequence=sequence(item(ImageOrientationPatient=AXIAL)))
    return item(SharedFunctionalGroupsSequence=sequence(shared), PerFrameFunctionalGroupsSequence=sequence(*frames))


def _order(*frames: Dataset) -> tuple[int, ...]:
    return frame_order(_dataset(*frames), len(frames), MR)[0]


def test_frames_are_sorted_by_their_positions_whatever_their_number() -> None:
    assert _order(_frame(10, (3,)), _frame(0, (2,)), _frame(5, (1,))) == (1, 2, 0)
    assert _order(_frame(0), _frame(5), _frame(10)) == ()


def test_frames_without_positions_follow_their_dimension_indices() -> None:
    assert _order(_frame(dimensions=(1, 2)), _frame(dimensions=(2, 1)), _frame(dimensions=(1, 1))) == (2, 0, 1)


def test_volumes_follow_each_other_in_time_and_are_told() -> None:
    frames = [_frame(z, time=t) for z in (0, 5, 10) for t in (2, 1)]
    order, notes = frame_order(_dataset(*frames), 6, MR)
    assert order == (1, 3, 5, 0, 2, 4)
    assert [(n.code, n.params) for n in notes] == [("frame_volumes", (("volumes", 2),))]


def test_a_gap_between_frames_is_told() -> None:
    _, notes = frame_order(_dataset(*[_frame(z) for z in (0, 5, 10, 25)]), 4, MR)
    assert [n.code for n in notes] == ["gap"]


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.77.1.6"])
def test_segments_and_tiles_stay_as_they_are_stored(sop_class: str) -> None:
    assert frame_order(_dataset(_frame(5), _frame(0)), 2, sop_class) == ((), ())


def test_groups_that_are_fewer_than_the_frames_sort_nothing() -> None:
    assert frame_order(_dataset(_frame(5), _frame(0)), 3, MR) == ((), ())
    assert frame_order(item(), 3, MR) == ((), ())
    assert frame_order(_dataset(_frame(5), _frame(0)), SORTED_FRAMES + 1, MR) == ((), ())


def test_every_frame_is_scrolled_once_whatever_the_groups_say() -> None:
    chance = random.Random(1)
    for _ in range(30):
        frames = [_frame(chance.choice((0.0, 5.0, 10.0, None)), time=chance.choice((1, 2, None))) for _ in range(9)]
        order = _order(*frames) or tuple(range(9))
        assert sorted(order) == list(range(9))


def test_a_place_in_the_stack_leads_to_the_stored_frame() -> None:
    sorted_one = Instance("a", "dicom", 4, 4, frames=3, frame_order=(2, 0, 1))
    series = Series("", "MR", (sorted_one, Instance("b", "dicom", 4, 4, frames=2)))
    located = [(instance.source, frame) for instance, frame in map(series.locate, range(5))]
    assert located == [("a", 2), ("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    with pytest.raises(IndexError):
        series.locate(5)


def test_positions_are_told_frame_by_frame_as_they_are_stored() -> None:
    assert frame_positions(_dataset(_frame(10), _frame(0)), 2) == ((0.0, 0.0, 10.0), (0.0, 0.0, 0.0))


def test_without_a_position_of_each_frame_in_one_orientation_none_is_told() -> None:
    turned = _frame(5)
    turned.PlaneOrientationSequence = sequence(item(ImageOrientationPatient=[0, 1, 0, 0, 0, -1]))
    assert frame_positions(_dataset(_frame(0), _frame()), 2) == ()
    assert frame_positions(_dataset(_frame(0), turned), 2) == ()
    assert frame_positions(_dataset(_frame(0)), 1) == ()
