"""A whole project as one ZIP file: nothing of the machine in it, whole or not at all, and nothing taken on trust."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import Folders, user_folders
from medapp.workflows.project_archive import export_project, find_project, import_project
from medapp.workflows.teaching import Project, list_projects
from medapp.workflows.use import Use
from tests.workflows.test_use import project, registry, train

__all__ = ["project", "registry"]


@pytest.fixture
def theirs(tmp_path: Path) -> Folders:
    return replace(user_folders(), data=tmp_path / "their data", cache=tmp_path / "their cache")


@pytest.fixture
def zipped(project: Project, tmp_path: Path) -> Path:
    train(project, "second", 0.9)
    project.note("run_failed", {"reason": f"The folder {tmp_path} is gone"})
    return export_project(project, tmp_path / "Projekt ü.zip")


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(MedappError) as caught:
        action()
    return caught.value.code


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool = True) -> Path:
    """Change the files in a ZIP, with a manifest that fits where it is to be `honest`."""
    with zipfile.ZipFile(path) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    if honest:
        names = sorted(files.keys() - {"MANIFEST.sha256"})
        files["MANIFEST.sha256"] = "".join(
            f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names
        ).encode()
    made = path.with_name("changed.zip")
    with zipfile.ZipFile(made, "w") as new:
        for name, data in files.items():
            new.writestr(name, data)
    return made


def test_a_project_comes_back_with_its_trainings_and_reports(
    zipped: Path, theirs: Folders, project: Project, tmp_path: Path
) -> None:
    back = import_project(zipped, theirs)
    assert (back.state.title, back.state.openings, back.state.sealed) == ("Knochen ü", 1, project.state.sealed)
    assert back.report() == project.report()
    best, ours = back.best_run(), project.best_run()
    assert best is not None
    assert ours is not None
    assert best.folder.is_relative_to(theirs.runs)
    assert [p.folder for p in list_projects(theirs.projects)] == [back.folder]
    package = Use(back, Registry(theirs, tmp_path / "builtin")).activate("Mine")
    assert package.training_set() is not None
    assert [entry.action for entry in back.state.lab_book][-3:] == ["imported", "named", "activated"]


def test_nothing_in_it_names_this_machine_or_holds_an_image(zipped: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(zipped) as files:
        texts = b"".join(files.read(name) for name in files.namelist() if "safetensors" not in name)
        assert not [name for name in files.namelist() if name.endswith((".png", ".csv", ".html"))]
    assert str(tmp_path).encode() not in texts
    assert b"healthy000" not in texts


def test_the_same_project_gives_the_same_bytes(zipped: Path, project: Project, tmp_path: Path) -> None:
    assert export_project(project, tmp_path / "again.zip").read_bytes() == zipped.read_bytes()


def test_a_project_that_came_back_can_be_passed_on(zipped: Path, theirs: Folders, tmp_path: Path) -> None:
    back = import_project(zipped, theirs)
    again = import_project(export_project(back, tmp_path / "on.zip"), theirs)
    assert again.report() == back.report()
    assert len(list_projects(theirs.projects)) == 2


def test_a_project_without_a_training_travels_too(theirs: Folders, tmp_path: Path) -> None:
    empty = Project.create(user_folders().projects, "leer")
    back = import_project(export_project(empty, tmp_path / "x.zip"), theirs)
    assert (back.state.title, back.finished_runs()) == ("leer", [])


@pytest.mark.parametrize(
    ("name", "data", "honest", "code"),
    [
        ("project.json", b"{}", False, "project.archive_changed"),
        ("project.json", b"{}", True, "project.archive"),
        ("project.json", None, True, "project.archive"),
        ("runs/1/package/LICENSE", b"changed", False, "project.archive_changed"),
        ("runs/1/package/LICENSE", b"changed", True, "package.hash"),
        ("runs/1/package/models/model.safetensors", None, True, "package.incomplete"),
        ("runs/1/events.jsonl", b"", True, "project.archive"),
        ("runs/1/picture.png", b"x", True, "project.archive_extra"),
        ("runs/0/run.json", b"{}", True, "project.archive_extra"),
        ("runs/1/../../evil", b"x", True, "project.archive"),
        ("/evil", b"x", True, "project.archive"),
        ("MANIFEST.sha256", b"", False, "project.archive_changed"),
        ("MANIFEST.sha256", b"\xff\xfe", False, "project.archive"),
    ],
)
def test_what_was_tampered_with_is_refused_and_leaves_nothing(
    zipped: Path, theirs: Folders, name: str, data: bytes | None, honest: bool, code: str
) -> None:
    def change(files: dict[str, bytes]) -> None:
        if data is None:
            del files[name]
        else:
            files[name] = data

    changed = rewritten(zipped, change, honest=honest)
    assert code_of(lambda: import_project(changed, theirs)) == code
    assert list_projects(theirs.projects) == []
    assert not theirs.runs.exists() or not list(theirs.runs.iterdir())
    assert not list(theirs.cache.glob("project-*"))


@pytest.mark.parametrize("content", [None, b"", b"no zip at all"])
def test_what_is_no_project_is_told(theirs: Folders, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.zip"
    if content is not None:
        path.write_bytes(content)
    assert code_of(lambda: import_project(path, theirs)) == "project.archive"


def test_a_project_is_found_by_title_or_folder(project: Project) -> None:
    projects = user_folders().projects
    assert find_project("Knochen ü", projects).folder == project.folder
    assert find_project(project.folder.name, projects).folder == project.folder
    assert code_of(lambda: find_project("nothing", projects)) == "project.unknown"
    Project.create(projects, "Knochen ü")
    assert code_of(lambda: find_project("Knochen ü", projects)) == "project.unknown"
