"""The sixth step: the best model is named, compared, watched, put in use, taken back and passed on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.folders import user_folders
from medapp.jobs import run_to_end
from medapp.training.runs.events import EVENTS_FILE, REQUEST_FILE
from medapp.workflows.project_state import Question
from medapp.workflows.teaching import Project
from medapp.workflows.use import Use
from tests.training.trial_cases import PlainReaders, write_classes
from tests.workflows.answering import AnsweringEngine, model

PATTERN = r"((?:healthy|ill)\d+)_"
CHEST = Scope(("DX",), body_parts=("CHEST",))


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(user_folders(), tmp_path / "builtin")


@pytest.fixture
def project(tmp_path: Path, registry: Registry) -> Project:
    """A project with one training, whose sealed test was opened once."""
    made = Project.create(user_folders().projects, "Knochen ü")
    made.ask(Question(find="ill", other="healthy"))
    made.choose_cases(write_classes(tmp_path / "cases", 20), PATTERN)
    run_to_end(made.check(PlainReaders(), registry))
    made.seal()
    train(made, "first", 0.8)
    made.open_sealed_test()
    return made


@pytest.fixture
def use(project: Project, registry: Registry) -> Use:
    return Use(project, registry)


def train(project: Project, name: str, area: float) -> None:
    """Leave a run as a training of the project does, without the training."""
    folder = user_folders().runs / name
    folder.mkdir(parents=True)
    auc = {"value": area, "low": None, "high": None, "n": 9}
    report = {
        "development": {"auc": auc},
        "sealed": {"in_people": "Of 100 …"},
        "cases": {"patients_known": True},
        "alarm_class": "ill",
        "threshold": 0.5,
    }
    package = model(folder, name, report=report)
    package.path.rename(folder / "package")
    write_json(folder / REQUEST_FILE, {"schema_version": 1, "cases": project.state.cases})
    end = {"event": "finished", "seconds": 1.0, "package": str(folder / "package"), "report": report}
    (folder / EVENTS_FILE).write_text(json.dumps(end) + "\n", encoding="utf-8")
    project.note("training", {"effort": "instant"}, runs=(*project.state.runs, str(folder)))


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(MedappError) as caught:
        action()
    return caught.value.code


def lab(project: Project) -> list[str]:
    assert all(not entry.text.startswith("lab.") for entry in project.state.lab_book)
    return [entry.action for entry in project.state.lab_book]


def test_activating_again_as_it_is_makes_no_other_version(use: Use, registry: Registry) -> None:
    first = use.activate("Mine")
    assert use.activate("Mine").manifest_hash == first.manifest_hash
    use.go_back()
    assert registry.in_use() == ()
    assert code_of(registry.rollback) == "registry.no_history"


def test_another_scope_is_another_version_and_is_respected(use: Use, registry: Registry) -> None:
    first = use.activate("Mine")
    second = use.activate("Mine", CHEST)
    assert (first.metadata.version, second.metadata.version) == ("1.0", "1.0.1")
    active = registry.active("DX", "CHEST")
    assert active is not None
    assert (active.manifest_hash, use.scope()) == (second.manifest_hash, CHEST)
    elsewhere = registry.active("DX", "KNEE")
    assert elsewhere is not None
    assert elsewhere.manifest_hash == first.manifest_hash


def test_a_better_training_takes_the_place_of_the_named_one(use: Use, project: Project) -> None:
    first = use.activate("Mine")
    train(project, "second", 0.9)
    second = use.activate("Mine")
    assert second.hashes["models/model.safetensors"] != first.hashes["models/model.safetensors"]


def test_a_named_model_is_outdated_by_a_better_training_or_where_it_is_used_no_more(
    use: Use, registry: Registry, project: Project
) -> None:
    assert not use.is_outdated(), "nothing is named yet"
    named = use.activate("Knochen")
    assert not use.is_outdated()
    registry.deactivate(f"{named.metadata.id}@{named.metadata.version}")
    assert use.is_outdated()
    use.activate("Knochen")
    assert not use.is_outdated()
    train(project, "second", 0.9)
    assert use.is_outdated()


def test_each_opening_of_the_test_travels_with_the_model(use: Use, project: Project) -> None:
    use.install("Mine")
    project.open_sealed_test()
    report = use.install("Mine").report()
    assert report is not None
    assert report["openings"] == 2


def test_going_back_to_a_model_of_the_same_project_says_so(use: Use, project: Project) -> None:
    use.activate("Mine")
    use.activate("Mine", CHEST)
    use.go_back()
    assert lab(project)[-1] == "rolled_back"
    assert project.state.named is not None


def test_the_watch_is_begun_ended_and_in_the_lab_book(use: Use, registry: Registry, project: Project) -> None:
    use.watch("Mine", 7, CHEST)
    assert [(package.scope, n) for package, n in registry.watching()] == [(CHEST, 7)]
    use.end_watch()
    assert registry.watching() == ()
    assert lab(project)[-3:] == ["named", "watching", "watch_ended"]


def test_a_removed_model_is_gone_from_the_station_and_can_be_named_anew(use: Use, registry: Registry) -> None:
    use.watch("Mine", 7)
    use.remove()
    assert registry.list().entries == ()
    assert use.activate("Mine").metadata.version == "1.0"


def test_a_model_without_a_name_goes_nowhere(use: Use, tmp_path: Path) -> None:
    for action in (use.install, use.activate, lambda name: use.export(name, tmp_path / "x.zip")):
        assert code_of(lambda action=action: action("  ")) == "project.no_name"  # type: ignore[misc]


def test_an_untrained_project_has_nothing_to_use(registry: Registry) -> None:
    use = Use(Project.create(user_folders().projects), registry)
    assert (use.scope(), use.champion(), use.named()) == (None, None, None)
    assert code_of(lambda: use.activate("Mine")) == "project.not_trained"


def test_a_colleague_imports_the_same_model(use: Use, tmp_path: Path) -> None:
    path = use.export("Mine ü", tmp_path / "für dich.zip", CHEST)
    again = use.export("Mine ü", tmp_path / "again.zip")
    assert path.read_bytes() == again.read_bytes()
    theirs = Registry(replace(user_folders(), data=tmp_path / "theirs"), tmp_path / "builtin")
    package = theirs.install(path)
    named = use.named()
    assert named is not None
    assert package.manifest_hash == named.manifest_hash
    assert package.training_set() is not None
    report = package.report()
    assert report is not None
    assert (report["openings"], package.scope) == (1, CHEST)


def test_the_comparison_with_the_model_in_use_is_another_opening(
    use: Use, registry: Registry, project: Project, tmp_path: Path
) -> None:
    engine = AnsweringEngine()
    assert code_of(lambda: run_to_end(use.compare(PlainReaders(), engine, 0.02))) == "project.no_champion"
    registry.install(model(tmp_path, "old").path)
    registry.activate("old")
    engine.noise = {"old": 20.0}
    contest = run_to_end(use.compare(PlainReaders(), engine, 0.02))
    assert contest.champion.metadata.id == "old"
    best = project.best_run()
    assert best is not None
    assert read_json(best.folder / "eval" / "comparison.json") == json.loads(json.dumps(contest.to_json()))
    assert contest.comparison.counts["gained"] > 0
    assert (project.state.openings, lab(project)[-1]) == (2, "compared")
    assert [package.metadata.id for package in registry.in_use()] == ["old"], "nothing is activated without a person"


def test_nothing_is_compared_before_the_test_was_opened(
    use: Use, registry: Registry, project: Project, tmp_path: Path
) -> None:
    registry.install(model(tmp_path, "old").path)
    registry.activate("old")
    project.note("opened", {"n": 0}, openings=0)
    assert code_of(lambda: run_to_end(use.compare(PlainReaders(), AnsweringEngine(), 0.02))) == "project.still_sealed"


def test_a_model_is_not_compared_with_itself(use: Use) -> None:
    use.activate("Mine")
    assert use.champion() is None
