from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.imaging.found import FoundImage
from medapp.imaging.stacks import build_scan, build_studies, folder_of
from medapp.imaging.study import Geometry, Instance, NotImage, Patient, PresentationRef
from medapp.imaging.traits import Traits

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def _slice(source: str, z: float | None, number: int | None = None) -> Instance:
    geometry = Geometry() if z is None else Geometry(position=(0.0, 0.0, z), orientation=AXIAL)
    return Instance(source, "dicom", 4, 4, instance_number=number, geometry=geometry)


def _image(source: str, **changes: object) -> FoundImage:
    found = FoundImage(_slice(source, None), "CT", "series", study_uid="study", patient=Patient("A", "1"))
    return replace(found, **changes)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_in_which_files_are_found_does_not_matter(seed: int) -> None:
    images = [
        _image(f"{i}", instance=_slice(f"{i}", float(i % 3), i), series_uid=f"s{i % 2}", traits=Traits(echo=i % 4))
        for i in range(9)
    ]
    shuffled = images.copy()
    random.Random(seed).shuffle(shuffled)
    assert build_scan(shuffled) == build_scan(images)


def test_stacks_of_a_series_are_display_sets_of_their_own() -> None:
    axial, localiser = Traits(("ORIGINAL", "PRIMARY", "AXIAL")), Traits(("ORIGINAL", "PRIMARY", "LOCALIZER"))
    images = [_image("a", traits=axial), _image("b", traits=localiser), _image("c", traits=axial)]
    (study,) = build_studies(images)
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


def test_a_presentation_state_is_listed_and_belongs_to_the_study_of_its_images() -> None:
    state = PresentationRef("p", "WIDE", refers_to=("1.2.9",))
    image = _image("a", instance=replace(_slice("a", 0.0), sop_instance_uid="1.2.9"))
    found = build_scan([NotImage("p", "presentation_state", state), image, _image("b", study_uid="other")])
    assert {study.uid: study.presentations for study in found.studies} == {"study": (state,), "other": ()}
    assert [other.path for other in found.not_images] == ["p"]


def test_absent_numbers_are_told_with_the_stack_that_the_number_before_is_in() -> None:
    images = [_image(f"{n}", instance=_slice(f"{n}", None, n), traits=Traits(echo=n // 4)) for n in (1, 2, 4, 5)]
    (study,) = build_studies(images)
    assert [[n.code for n in series.notes] for series in study.series] == [["missing_numbers"], []]


def test_several_sizes_in_one_series_are_split_and_told() -> None:
    images = [_image(f"{n}", instance=replace(_slice(f"{n}", float(n), n), rows=4 + 4 * (n // 3))) for n in range(6)]
    (study,) = build_studies(images)
    assert [series.instances[0].rows for series in study.series] == [4, 8]
    assert [[n.code for n in series.notes] for series in study.series] == [["mixed_matrices"]] * 2


def test_a_series_that_is_here_twice_is_two_stacks_and_told_as_the_same_images() -> None:
    images = [
        _image(f"{copy}{n}", instance=replace(_slice(f"{copy}{n}", float(n), n), sop_instance_uid=f"1.{n}"))
        for copy in "ab"
        for n in range(4)
    ]
    (study,) = build_studies(images)
    assert [[i.source for i in series.instances] for series in study.series] == [
        [f"{copy}{n}" for n in range(4)] for copy in "ab"
    ]
    assert [[(n.code, n.params) for n in series.notes] for series in study.series] == [
        [("duplicate_uids", (("count", 4),))]
    ] * 2


def test_numbers_in_the_names_of_pictures_count_as_numbers() -> None:
    sources = ["x/image 10.png", "x/image 9.png", "x/Image 1.png", "x/image.png"]
    (study,) = build_studies([FoundImage(Instance(s, "picture", 1, 1), "PICTURE", "") for s in sources])
    assert [i.source for i in study.series[0].instances] == [sources[2], sources[1], sources[0], sources[3]]
