"""A project that takes its cases from a table: what was decided is kept, and does not leave the station."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.training.cases.dataset import list_cases
from medapp.workflows.project_archive import export_project
from medapp.workflows.teaching import Project
from tests.training.tables.made import csv_file, matched_with, named

TEXT = "file,label\na.png,ill\nb.png,well\nc.png,?\n"


def test_a_table_with_open_questions_is_refused(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "projects")
    with pytest.raises(MedappError) as refused:
        project.choose_table(matched_with(csv_file(tmp_path, TEXT), named("a.png", "b.png", "c.png")))
    assert refused.value.code == "table.asked"
    assert not project.state.cases


def test_cases_answers_and_columns_are_kept_with_the_project(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "projects")
    path = csv_file(tmp_path, TEXT)
    project.choose_table(matched_with(path, named("a.png", "b.png", "c.png"), {"?": "unknown"}))
    state = Project.open(project.folder).state
    assert state.table is not None
    assert (state.table["table"], state.table["answers"]) == (str(path), {"?": "unknown"})
    assert state.table["columns"]["classes"] == "label"
    assert [case.label for case in list_cases(Path(state.cases)).cases] == ["ill", "well"]
    assert state.lab_book[-1].text == "Cases chosen from a table: 3 rows about 2 images"


def test_another_folder_of_cases_forgets_the_table(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "projects")
    path = csv_file(tmp_path, TEXT)
    project.choose_table(matched_with(path, named("a.png", "b.png", "c.png"), {"?": "unknown"}))
    project.choose_cases(Path(project.state.cases), r"(\w)\.png")
    assert project.state.table is not None
    project.choose_cases(tmp_path)
    assert project.state.table is None


def test_a_project_that_is_passed_on_holds_no_row_of_its_table(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "projects")
    path = csv_file(tmp_path, f"{TEXT}accession4711.png,ill\n")
    imported = matched_with(path, named("a.png", "b.png", "c.png"), {"?": "unknown"})
    project.choose_table(imported)
    answer = {"classes": {}, "findings": [], "split": {"sealed": {}}, "unreadable": [], "table": imported.to_json()}
    project.note("checked", {"n": 2}, checked=answer)
    with zipfile.ZipFile(export_project(project, tmp_path / "p.zip")) as packed:
        told = b"".join(packed.read(name) for name in packed.namelist())
    assert b"rows" in told
    assert b"4711" not in told
    assert b"Liste.csv" not in told
