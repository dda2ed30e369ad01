"""What becomes of labels: another reader's list, cases for teaching, a folder, and the order of a model's doubts."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from medapp.classify.prediction import ModelKey, Prediction
from medapp.errors import MedappError
from medapp.jobs import run_to_end
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.split import salt_from_seed, salted
from medapp.training.cases.verdicts import UNSURE, Verdict
from medapp.training.lineage import Lineage
from medapp.workflows.label_agreement import between
from medapp.workflows.label_cases import export_folder, labelled_cases, write_cases
from medapp.workflows.label_lists import take_in
from medapp.workflows.label_plan import LabelPlan
from medapp.workflows.label_ranking import doubt, is_kept
from medapp.workflows.labelling import LabelProject


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Eight files, two of which have the same name in different folders."""
    names = [*(f"a/{n}.png" for n in range(6)), "a/same.png", "b/same.png"]
    for name in names:
        path = tmp_path / "Bilder ü" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return [str(tmp_path / "Bilder ü" / name) for name in names]


@pytest.fixture
def project(tmp_path: Path, files: list[str]) -> LabelProject:
    made = LabelProject.create(tmp_path / "labels", LabelPlan("P", ("normal", "Pneumonie"), paths=(str(tmp_path),)))
    made.say(*(Verdict(file, made.plan.classes[n % 2], "Ann") for n, file in enumerate(files)))
    return made


def write_table(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_another_readers_table_from_another_station_is_matched_by_the_end_of_its_paths(
    project: LabelProject, files: list[str], tmp_path: Path
) -> None:
    table = write_table(
        tmp_path / "Ben.csv",
        ("image", "diagnosis"),
        ("D:\\export\\a\\0.png", "NORMAL"),
        ("1.png", "pneumonie"),
        ("D:\\export\\b\\same.png", "normal"),
        ("same.png", "normal"),
        ("elsewhere.png", "normal"),
        ("2.png", ""),
        ("3.png", "?"),
    )
    found = take_in(project, table, "Ben", files)
    assert (found.readers, found.taken, found.unmatched, found.blank) == (("Ben",), 4, 2, 1)
    by_ben = {v.file: v.label for v in project.verdicts if v.reader == "Ben"}
    assert by_ben == {files[0]: "normal", files[1]: "Pneumonie", files[7]: "normal", files[3]: UNSURE}
    assert between(project, "Ann", "Ben").n == 4


def test_another_readers_label_mode_is_taken_with_its_name_and_its_last_answers(
    project: LabelProject, files: list[str], tmp_path: Path
) -> None:
    other = LabelProject.create(tmp_path / "other", project.plan)
    other.say(Verdict(files[0], "normal", "Cem"), Verdict(files[0], "Pneumonie", "Cem"))
    found = take_in(project, other.table, "", files)
    assert found.readers == ("Cem",)
    assert project.finals()[files[0]].disagreed


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("file", "label"), ("0.png", "tuberculosis"), ("1.png", "normal")], "labels.unknown_class"),
        ([("file", "label"), ("x.png", "normal"), ("y.png", "Pneumonie")], "labels.no_match"),
        ([("file", "effusion", "oedema"), ("0.png", "1", "0"), ("1.png", "0", "1")], "labels.several"),
        ([("file", "label", "reader"), ("0.png", "normal", "Ann")], "labels.same_reader"),
        ([("file", "label")], "table.empty"),
    ],
)
def test_a_list_that_cannot_be_taken_in_is_told_and_changes_nothing(
    project: LabelProject, files: list[str], tmp_path: Path, rows: list[tuple[str, ...]], code: str
) -> None:
    before = project.table.read_bytes()
    with pytest.raises(MedappError) as told:
        take_in(project, write_table(tmp_path / "list.csv", *rows), "Ben", files)
    assert told.value.code == code
    assert project.table.read_bytes() == before


def test_only_what_holds_becomes_a_case(project: LabelProject, files: list[str]) -> None:
    project.say(
        Verdict(files[0], UNSURE, "Ann"),
        Verdict(files[1], excluded="quality", reader="Ann"),
        Verdict(files[2], "Pneumonie", "Ben"),
        Verdict(files[3], "Pneumonie", "Ann", seen_ai=True),
        Verdict(files[4], "Pneumonie", "Ann", repeat=True),
    )
    cases = labelled_cases(project)
    assert [file for file, _ in cases.files] == files[4:]
    assert (cases.unsure, cases.excluded, cases.disagreed, cases.seen_ai) == (1, 1, 1, 1)
    table, _ = write_cases(project)
    assert {case.source: case.label for case in list_cases(table).cases} == dict(cases.files)
    assert {case.source: case.label for case in list_cases(project.folder).cases} == dict(cases.files)


def test_a_series_is_as_many_cases_as_it_has_files(project: LabelProject, files: list[str]) -> None:
    series = {files[0]: (files[0], files[2]), files[1]: (files[1], "scan.zip!/a.dcm")}
    cases = labelled_cases(project, series)
    assert cases.files[:3] == ((files[0], "normal"), (files[2], "normal"), (files[1], "Pneumonie"))
    assert cases.in_archives == 1


def test_one_class_alone_is_nothing_to_learn(project: LabelProject, files: list[str]) -> None:
    project.say(*(Verdict(file, "normal", "Ann") for file in files))
    with pytest.raises(MedappError) as told:
        write_cases(project)
    assert told.value.code == "labels.one_class"


@pytest.mark.parametrize("copies", [False, True])
def test_a_folder_of_links_or_copies_can_be_read_as_cases(
    project: LabelProject, files: list[str], tmp_path: Path, *, copies: bool
) -> None:
    target = tmp_path / "für alle"
    run_to_end(export_folder(project, target, copies=copies))
    found = list_cases(target)
    assert set(found.classes) == {"normal", "Pneumonie"}
    assert len(found.cases) == len(files)
    assert {Path(case.source).read_bytes() for case in found.cases} == {Path(file).read_bytes() for file in files}
    if os.name != "nt":
        assert all(Path(case.source).is_symlink() is not copies for case in found.cases)


def test_a_folder_that_holds_something_is_not_filled(project: LabelProject, tmp_path: Path) -> None:
    with pytest.raises(MedappError) as told:
        run_to_end(export_folder(project, tmp_path))
    assert told.value.code == "labels.target"


def answer(probabilities: dict[str, float], **more: object) -> Prediction:
    return Prediction(ModelKey("m", "1", "h"), "i", probabilities, None, **more)  # type: ignore[arg-type]


def test_doubt_is_greatest_at_the_alarm_level() -> None:
    levels = [doubt(answer({"a": 1 - p, "b": p}, alarm_class="b", threshold=0.2)) for p in (0.0, 0.1, 0.2, 0.6, 1.0)]
    assert levels == pytest.approx([0, 0.5, 1, 0.5, 0])
    assert doubt(answer({"a": 0.4, "b": 0.4, "c": 0.2})) == pytest.approx(1)
    assert doubt(answer({"a": 0.9, "b": 0.1}, several=True, thresholds={"a": 0.5, "b": 0.1})) == pytest.approx(1)


def test_a_patient_of_the_sealed_test_is_kept_out_of_the_ranking() -> None:
    salt = salt_from_seed(0)
    sides = {is_kept(f"patient:|{n}", "", Lineage(salt)) for n in range(40)}
    assert sides == {True, False}
    sealed = Lineage(salt, {salted(salt, "patient:|1"): "sealed"})
    assert is_kept("patient:|1", "", sealed)
    learned = Lineage(salt, images={salted(salt, "c"): "development"})
    assert not any(is_kept(f"patient:|{n}", "c", learned) for n in range(40))
