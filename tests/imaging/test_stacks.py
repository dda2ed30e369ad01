from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.imaging.found import FoundImage
from medapp.imaging.stacks import along_normal, build_scan, build_studies, folder_of, in_order
from medapp.imaging.study import Geometry, Instance, Patient

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def _slice(source: str, z: float | None, number: int | None = None) -> Instance:
    geometry = Geometry() if z is None else Geometry(position=(0.0, 0.0, z), orientation=AXIAL)
    return Instance(source, "dicom", 4, 4, instance_number=number, geometry=geometry)


def _image(source: str, **changes: object) -> FoundImage:
    found = FoundImage(_slice(source, None), "CT", "series", study_uid="study", patient=Patient("A", "1"))
    return replace(found, **changes)  # type: ignore[arg-type]


def test_slices_are_sorted_by_position_not_by_number() -> None:
    slices = [_slice("a", 10, 1), _slice("b", -5, 2), _slice("c", 2.5, 3)]
    assert [s.source for s in in_order(slices)] == ["b", "c", "a"]


def test_slices_without_positions_are_sorted_by_number_then_by_source() -> None:
    slices = [_slice("b", None, 10), _slice("z", None, 2), _slice("a", None, 10), _slice("c", None)]
    assert [s.source for s in in_order(slices)] == ["z", "a", "b", "c"]


def test_one_slice_without_a_position_makes_the_numbers_count() -> None:
    slices = [_slice("a", 9, 1), _slice("b", None, 2), _slice("c", 1, 3)]
    assert [s.source for s in in_order(slices)] == ["a", "b", "c"]


def test_images_at_the_same_place_keep_the_order_of_their_numbers() -> None:
    slices = [_slice("a", 0, 2), _slice("b", 5, 4), _slice("c", 0, 1), _slice("d", 5, 3)]
    assert [s.source for s in in_order(slices)] == ["c", "a", "d", "b"]


def test_the_normal_of_a_sagittal_image_points_along_x() -> None:
    geometry = Geometry(position=(7.0, 1.0, 2.0), orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))
    assert along_normal(geometry) == -7.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_in_which_files_are_found_does_not_matter(seed: int) -> None:
    images = [
        _image(f"{i}", instance=_slice(f"{i}", float(i % 3), i), series_uid=f"s{i % 2}", stack=f"{i % 4}")
        for i in range(9)
    ]
    shuffled = images.copy()
    random.Random(seed).shuffle(shuffled)
    assert build_scan(shuffled) == build_scan(images)


def test_stacks_of_a_series_are_display_sets_of_their_own() -> None:
    (study,) = build_studies([_image("a", stack="axial"), _image("b", stack="localiser"), _image("c", stack="axial")])
    assert [len(series.instances) for series in study.series] == [2, 1]
    assert {series.uid for series in study.series} == {"series"}


def test_two_patients_with_the_same_study_uid_are_two_studies() -> None:
    studies = build_studies([_image("a"), _image("b", patient=Patient("B", "2"))])
    assert [study.patient.name for study in studies] == ["A", "B"]


def test_the_newest_study_comes_first_and_pictures_last() -> None:
    picture = FoundImage(Instance("x/p.png", "picture", 1, 1), "PICTURE", "")
    old, new = _image("a", study_uid="o", study_date="19990101"), _image("b", study_uid="n", study_date="20200101")
    assert [study.uid for study in build_studies([picture, old, new])] == ["n", "o", ""]


def test_pictures_of_a_folder_are_one_series_sorted_by_name() -> None:
    sources = ["x/b.png", "x/a.png", "y/c.png"]
    (study,) = build_studies([FoundImage(Instance(s, "picture", 1, 1), "PICTURE", "") for s in sources])
    assert [(s.description, [i.source for i in s.instances]) for s in study.series] == [
        ("x", ["x/a.png", "x/b.png"]),
        ("y", ["y/c.png"]),
    ]


def test_the_folder_of_a_member_lies_in_its_archive() -> None:
    assert folder_of("d/a.zip!/in/p.png") == "d/a.zip!/in"
    assert folder_of("d/a.zip!/p.png") == "d/a.zip"
    assert folder_of("C:\\d\\p.png") == "C:/d"
