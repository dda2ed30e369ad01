"""A teaching project through its six steps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from medapp.classify.package import write_package
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.files import write_json
from medapp.folders import Folders, user_folders
from medapp.jobs import run_to_end
from medapp.training.cases.decided import read_decided
from medapp.training.runs.events import EVENTS_FILE, REQUEST_FILE, read_events
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run import Run, unfinished
from medapp.workflows.project_runs import request_of
from medapp.workflows.project_state import STEPS, Question
from medapp.workflows.teaching import Project, list_projects
from medapp.workflows.use import Use
from tests.training.trial_cases import PlainReaders, write_classes
from tests.trial_packages import backbone, package_at

PATTERN = r"((?:healthy|ill)\d+)_"


@pytest.fixture
def folders() -> Folders:
    return user_folders()


@pytest.fixture
def registry(folders: Folders, tmp_path: Path) -> Registry:
    return Registry(folders, builtin=tmp_path / "builtin")


@pytest.fixture
def project(folders: Folders, tmp_path: Path, registry: Registry) -> Project:
    """A project that is sealed and ready to train."""
    made = Project.create(folders.projects, "Knochen ü")
    made.ask(Question(pictures="radiographs", find="ill", other="healthy", prevalence=0.1))
    made.choose_cases(write_classes(tmp_path / "cases", 12), PATTERN)
    run_to_end(made.check(PlainReaders(), registry))
    made.seal()
    return made


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(MedappError) as caught:
        action()
    return caught.value.code


def finished_run(project: Project, folders: Folders, area: float, name: str = "run") -> Run:
    """A run folder as a training of this project leaves it, without the training."""
    folder = folders.runs / name
    report = {"development": {"auc": {"value": area}}, "sealed": {"in_people": "Of 100 …"}}
    package_at(folder / "package", report=report)
    write_json(folder / REQUEST_FILE, {"schema_version": 1, "cases": project.state.cases})
    end = {"event": "finished", "seconds": 1.0, "package": str(folder / "package"), "report": report}
    (folder / EVENTS_FILE).write_text(json.dumps(end) + "\n", encoding="utf-8")
    project._record("training", {"effort": "instant"}, runs=(*project.state.runs, str(folder)))
    return Run(folder)


def test_every_change_is_on_the_disk_at_once(project: Project, folders: Folders) -> None:
    again = Project.open(project.folder)
    assert again.state == project.state
    assert [entry.action for entry in again.state.lab_book] == ["created", "question", "cases", "checked", "sealed"]
    assert all(not entry.text.startswith("lab.") for entry in again.state.lab_book)
    assert [p.folder for p in list_projects(folders.projects)] == [project.folder]


def test_steps_are_done_one_after_the_other(project: Project, folders: Folders) -> None:
    assert tuple(project.steps()) == STEPS
    assert [mark.done for mark in project.steps().values()] == [True, True, True, False, False, False]
    finished_run(project, folders, 0.9)
    project.open_sealed_test()
    assert [mark.done for mark in project.steps().values()] == [True] * 5 + [False]


def test_nothing_is_trained_before_the_test_is_sealed(folders: Folders, tmp_path: Path, registry: Registry) -> None:
    project = Project.create(folders.projects)
    assert code_of(lambda: run_to_end(project.check(PlainReaders(), registry))) == "project.no_cases"
    assert code_of(project.seal) == "project.not_checked"
    project.choose_cases(write_classes(tmp_path / "cases", 12))
    assert code_of(lambda: project.start_training(folders.runs, "instant")) == "project.not_sealed"


def test_what_blocks_a_training_blocks_the_seal(folders: Folders, tmp_path: Path, registry: Registry) -> None:
    project = Project.create(folders.projects)
    project.choose_cases(write_classes(tmp_path / "cases", 2))
    run_to_end(project.check(PlainReaders(), registry))
    assert code_of(project.seal) == "project.blocked"


def test_other_cases_break_the_seal_and_the_lab_book_remembers(project: Project, tmp_path: Path) -> None:
    project.choose_cases(write_classes(tmp_path / "other", 6))
    assert (project.state.sealed, project.state.checked) == (None, None)
    assert [entry.action for entry in project.state.lab_book][-2:] == ["sealed", "cases"]


def test_the_request_carries_the_question(project: Project) -> None:
    request = request_of(project.folder, project.state, "instant", "", "")
    assert (request.alarm, request.prevalence, request.pattern, request.name) == ("ill", 0.1, PATTERN, "Knochen ü")


def test_the_figures_are_hidden_until_the_test_is_opened_and_each_opening_counts(
    project: Project, folders: Folders
) -> None:
    assert code_of(project.open_sealed_test) == "project.not_trained"
    finished_run(project, folders, 0.9)
    assert project.report() is None
    assert project.rule() == "Alarm level for NODULE: score ≥ 50 %."
    assert project.open_sealed_test()["openings"] == 1
    assert project.open_sealed_test()["openings"] == 2
    report = project.report()
    assert report is not None
    assert report["sealed"]["in_people"] == "Of 100 …"


def test_runs_are_compared_on_cases_for_learning_only(project: Project, folders: Folders) -> None:
    finished_run(project, folders, 0.9, "a better one")
    finished_run(project, folders, 0.8, "a later one")
    best = project.best_run()
    assert best is not None
    assert best.folder.name == "a better one"


def test_the_named_model_is_used_at_once_and_one_can_go_back(
    project: Project, folders: Folders, registry: Registry
) -> None:
    finished_run(project, folders, 0.9)
    project.open_sealed_test()
    assert code_of(lambda: Use(project, registry).activate("  ")) == "project.no_name"
    package = Use(project, registry).activate("Mein Modell")
    assert (package.metadata.id, package.metadata.name) == ("mein-modell", "Mein Modell")
    active = registry.active("DX")
    assert active is not None
    assert active.manifest_hash == package.manifest_hash
    report = active.report()
    assert report is not None
    assert report["openings"] == 1
    assert project.steps()["use"].done
    Use(project, registry).go_back()
    assert registry.active("DX") is None
    assert not project.steps()["use"].done


def test_a_damaged_project_is_told_and_hides_no_other(project: Project, folders: Folders) -> None:
    broken = Project.create(folders.projects, "broken")
    (broken.folder / "project.json").write_text("{", encoding="utf-8")
    assert code_of(lambda: Project.open(broken.folder)) == "project.damaged"
    assert [p.folder for p in list_projects(folders.projects)] == [project.folder]


def test_a_training_runs_on_its_own_and_is_found_again(project: Project, folders: Folders, tmp_path: Path) -> None:
    base = write_package(tmp_path / "base", backbone()).path
    run = project.start_training(folders.runs, "instant", base=str(base))
    assert code_of(lambda: project.start_training(folders.runs, "quick")) == "project.training"
    assert [found.folder for found in unfinished(folders.runs)] == [run.folder]
    found = Project.open(project.folder).current_run()
    assert found is not None
    state = run_to_end(run.follow())
    end = state.end
    assert end is not None
    assert end["event"] == "finished", end
    assert state.checked
    project.note_end(run)
    project.note_end(run)
    assert [entry.action for entry in project.state.lab_book].count("run_finished") == 1
    assert project.best_run() is not None
    assert unfinished(folders.runs) == []


def test_a_training_that_was_killed_is_seen_as_dead_at_once_and_gone_on_with(
    project: Project, folders: Folders, tmp_path: Path
) -> None:
    base = write_package(tmp_path / "base", backbone()).path
    assert code_of(project.go_on_training) == "project.nothing_to_go_on"
    run = project.start_training(folders.runs, "instant", base=str(base))
    while not read_events(run.folder)[0]:
        assert run.alive
    run.kill()
    assert project.current_run() is None
    end = run.state().end
    assert end is not None
    assert end["code"] == "run.died"
    project.note_end(run)
    again = project.go_on_training()
    assert again.folder == run.folder
    assert code_of(project.go_on_training) == "project.nothing_to_go_on"
    assert project.current_run() is not None
    state = run_to_end(again.follow())
    assert state.end is not None
    assert state.end["event"] == "finished", state.end
    project.note_end(again)
    actions = [entry.action for entry in project.state.lab_book]
    assert actions[-4:] == ["training", "run_failed", "gone_on", "run_finished"]


def test_a_run_whose_process_died_has_failed(folders: Folders) -> None:
    run = Run.start(folders.runs, RunRequest(cases="absent"))
    run.kill()
    shutil.rmtree(run.folder / EVENTS_FILE, ignore_errors=True)
    end = run.state().end
    assert end is not None
    assert end["event"] == "failed"


def test_edits_of_the_question_that_follow_each_other_are_one_line_of_the_lab_book(tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    for find in ("n", "no", "nodule"):
        project.ask(Question(find=find))
    assert [entry.action for entry in project.state.lab_book].count("question") == 1
    assert project.state.question.find == "nodule"


def test_every_training_is_given_the_sides_that_the_check_decided(project: Project) -> None:
    request = request_of(project.folder, project.state, "quick", "", "small_cnn")
    assert read_decided(Path(request.split)).sides
    assert f"--split={request.split}" in request.arguments()
