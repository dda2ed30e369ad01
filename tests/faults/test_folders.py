"""Folders that are read-only, gone, renamed meanwhile, or named in a way that few have thought of.

Root may write anywhere, so a folder that cannot be written to is one below a plain file: that holds on every system.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.folders import Folders
from medapp.imaging.phantom import PhantomCase, write_dicom
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.jobs import run_to_end
from medapp.processes import own_command
from medapp.training.checking.check import check
from medapp.workflows.project_state import Question
from medapp.workflows.teaching import Project, find_projects
from tests.faults.injection import Faults, injected
from tests.faults.operations import registry, told_by
from tests.training.trial_cases import PlainReaders, write_classes

NAMES = ("Fälle Ü 図像 🩻", " lead and trail ", "dots..", "quote'\"s", "percent%20%s", "-rf", "a!", "x.zip")
LINUX = sys.platform.startswith("linux")
PATTERN = r"((?:healthy|ill)\d+)_"


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = own_command(*map(str, arguments))
    named = {"encoding": "utf-8", "errors": "surrogateescape", "env": {**os.environ, **environment}}
    return subprocess.run(command, capture_output=True, check=False, timeout=300, **named)  # type: ignore[call-overload,no-any-return]


def scans(folder: Path, count: int = 2) -> Path:
    for number in range(count):
        write_dicom(folder / f"{number}.dcm", PhantomCase(number, nodule=False, size=32))
    return folder


def plain_file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("no folder")
    return tmp_path / "file"


@pytest.mark.parametrize("name", NAMES[::2] if LINUX else NAMES[:1])
def test_a_folder_of_any_name_is_scanned_checked_and_taught_from(name: str, tmp_path: Path) -> None:
    folder = scans(tmp_path / name / "scans", 3)
    with Readers(ReaderConfig(processes=1)) as readers:
        found = run_to_end(scan([tmp_path / name], readers))
        assert sum(len(series.instances) for study in found.studies for series in study.series) == 3
        assert found.problems == ()
        assert readers.frame(str(folder / "0.dcm")).shape == (32, 32)
    project = Project.create(tmp_path / name / "projects", name)
    project.choose_cases(write_classes(tmp_path / name / "cases", 6), PATTERN)
    assert run_to_end(project.check(PlainReaders(), registry(tmp_path / name))).survey.unreadable == ()
    assert Project.open(project.folder).state.title == name


@pytest.mark.skipif(not LINUX, reason="names that are no text exist on Linux only")
def test_a_folder_whose_name_is_no_text_is_read_and_its_name_survives_every_file(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"F\xe4lle \xff")
    folder = scans(root / "scans")
    told = json.loads(run("info", root, "--json").stdout)
    assert sum(series["instances"] for study in told["studies"] for series in study["series"]) == 2
    out = tmp_path / os.fsdecode(b"out\xfe.png")
    assert run("render", folder / "0.dcm", "-o", out).returncode == 0
    assert out.is_file()
    cases = write_classes(root / "cases", 6)
    project = Project.create(root / "projects", "trial")
    project.choose_cases(cases, PATTERN)
    run_to_end(project.check(PlainReaders(), registry(root)))
    assert Path(Project.open(project.folder).state.cases) == cases
    trained = run("train", cases, "--effort=instant", "--output", root / "run", "--patient-from", PATTERN, "--json")
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout.splitlines()[-1])["event"] == "finished"


def test_nothing_is_ever_written_beside_scans_or_cases(tmp_path: Path) -> None:
    given = tmp_path / "given"
    folder, cases = scans(given / "scans"), write_classes(given / "cases", 6)
    with injected(Faults(given, 1, lasting=True)) as faults, Readers(ReaderConfig(processes=1)) as readers:
        found = run_to_end(scan([folder], readers))
        run_to_end(check(cases, PlainReaders(), None, "a salt", {}))
    assert len(found.studies) == 2
    assert faults.what == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("render", "{scan}", "-o", "{file}/out.png"),
        ("render", "{scan}", "-o", "{long}"),
        ("classify", "{scans}", "--heatmaps", "{file}/maps"),
        ("train", "{cases}", "--output", "{file}/run"),
        ("train", "{cases}", "--output", "{long}"),
        ("train", "{file}"),
        ("check", "{file}"),
        ("check", "{long}"),
        ("check", "{scans}/gone"),
        ("info", "{long}"),
        ("train", "--resume={long}"),
        ("models", "import", "{long}"),
        ("models", "export", "nothing", "{file}/x.zip"),
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_what_cannot_be_written_or_found_is_told_in_a_sentence(arguments: tuple[str, ...], tmp_path: Path) -> None:
    places = {
        "file": plain_file(tmp_path),
        "scan": scans(tmp_path / "scans") / "0.dcm",
        "scans": tmp_path / "scans",
        "cases": write_classes(tmp_path / "cases", 6),
        "long": tmp_path.joinpath(*["n" * 50] * 100),
    }
    told = run(*(argument.format(**places) for argument in arguments))
    assert told.returncode == 3, told.stderr
    assert "Traceback" not in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert len(told.stderr.strip()) > 20


@pytest.mark.parametrize("arguments", [("models", "list"), ("info", "{scans}")])
def test_a_home_that_cannot_be_written_to_ends_in_an_answer_or_a_sentence(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    scans(tmp_path / "scans")
    home = plain_file(tmp_path) / "home"
    told = run(*(argument.format(scans=tmp_path / "scans") for argument in arguments), MEDAPP_HOME=str(home))
    assert told.returncode in {0, 3}
    assert "Traceback" not in told.stderr


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(MedappError) as caught:
        action()
    return caught.value.code


def test_a_scan_folder_that_vanishes_is_told_for_each_file(tmp_path: Path) -> None:
    folder = scans(tmp_path / "scans", 3)
    with Readers(ReaderConfig(processes=1)) as readers:
        found = run_to_end(scan([folder], readers))
        shutil.rmtree(folder)
        sources = [i.source for study in found.studies for series in study.series for i in series.instances]
        assert {_code(lambda source=source: readers.frame(source)) for source in sources} == {"file.missing"}
        assert [p.code for p in run_to_end(scan([folder], readers)).problems] == ["file.missing"]


def test_a_project_folder_that_vanishes_while_open_is_written_anew_with_all_that_is_known(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "data", tmp_path / "cache", tmp_path / "config")
    project = Project.create(folders.projects, "trial")
    project.ask(Question(find="ill"))
    shutil.rmtree(folders.projects)
    project.rename("another")
    (again,), problems = find_projects(folders.projects)
    assert (again.state.title, again.state.question.find, problems) == ("another", "ill", [])


def test_a_project_folder_in_whose_place_a_file_lies_is_told(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "projects", "trial")
    shutil.rmtree(project.folder)
    project.folder.write_text("a file")
    assert _code(lambda: project.rename("another")) == "project.save"
    assert project.state.title == "trial"


def test_cases_that_vanish_while_they_are_checked_are_told(tmp_path: Path) -> None:
    cases = write_classes(tmp_path / "cases", 6)
    job, seen = check(cases, PlainReaders(), PATTERN, "a salt", {}), []
    next(job)
    shutil.rmtree(cases)
    told = told_by(lambda: seen.append(run_to_end(job)))
    assert told.code.startswith("cases.") if told else seen[0].survey.unreadable
