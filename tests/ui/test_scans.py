"""What was opened one after the other is one scan, and images are found again in it."""

from __future__ import annotations

from medapp.errors import Problem
from medapp.imaging.study import Instance, NotImage, Patient, Scan, Series, Study
from medapp.ui.cell_state import Place
from medapp.ui.scans import joined, moved


def series_of(*names: str, uid: str = "1.2", frames: int = 1) -> Series:
    return Series(uid, "CT", tuple(Instance(name, "dicom", 8, 8, frames) for name in names))


def study_of(*series: Series, uid: str = "1", patient: str = "A") -> Study:
    return Study(uid, Patient(name=patient), series)


def test_studies_are_joined() -> None:
    scan = joined(Scan((study_of(series_of("a")),)), Scan((study_of(series_of("b"), uid="2"),)))
    assert [study.uid for study in scan.studies] == ["1", "2"]


def test_the_same_study_opened_in_parts_has_the_series_of_both() -> None:
    scan = joined(Scan((study_of(series_of("a")),)), Scan((study_of(series_of("b", uid="1.3")),)))
    assert [s.uid for s in scan.studies[0].series] == ["1.2", "1.3"]


def test_two_patients_never_share_a_study_even_with_one_uid() -> None:
    scan = joined(Scan((study_of(series_of("a")),)), Scan((study_of(series_of("b"), patient="B"),)))
    assert [study.patient.name for study in scan.studies] == ["A", "B"]


def test_stacks_with_one_uid_are_kept_apart() -> None:
    both = study_of(series_of("a"), series_of("b"))
    assert len(joined(Scan(), Scan((both,))).studies[0].series) == 2


def test_a_part_of_a_series_gives_way_to_the_whole() -> None:
    scan = joined(Scan((study_of(series_of("b", "c")),)), Scan((study_of(series_of("a", "b", "c")),)))
    assert [s.frames for s in scan.studies[0].series] == [3]


def test_a_file_that_was_told_twice_is_listed_once() -> None:
    once = Scan(not_images=(NotImage("x", "text"),), problems=(Problem("y", "unexpected"),))
    assert joined(once, once) == once


def test_an_image_is_found_again_where_its_series_grew() -> None:
    before = Scan((study_of(series_of("b", "c", frames=2)),))
    after = Scan((study_of(series_of("a", "b", "c", frames=2)),))
    assert moved(Place("b", 3), before, after) == Place("a", 5)


def test_an_image_that_is_gone_is_nowhere() -> None:
    assert moved(Place("b", 0), Scan((study_of(series_of("b")),)), Scan()) is None
