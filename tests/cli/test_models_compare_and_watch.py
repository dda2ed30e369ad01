"""``medapp models compare``, ``watch``, ``watched`` and ``medapp project``, through the real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medapp import schemas
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.cli.main import main
from medapp.folders import user_folders
from medapp.workflows.teaching import Project
from tests.training.trial_cases import write_classes
from tests.trial_packages import backbone
from tests.workflows.answering import model

PATTERN = r"((?:healthy|ill)\d+)_"


@pytest.fixture(autouse=True)
def _no_built_in_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("medapp.classify.registry.resource_path", lambda *_: tmp_path / "builtin")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("Fälle ü"), 8)


@pytest.fixture
def models(tmp_path: Path) -> Registry:
    registry = Registry(user_folders())
    for name in ("old", "new"):
        registry.install(model(tmp_path / "made", name, scope=Scope(("PICTURE",))).path)
    return registry


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0, capsys.readouterr().err
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 3
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    return told.err


@pytest.mark.usefixtures("models")
def test_two_models_are_compared_and_none_is_put_in_use(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["models", "compare", "old", "new", str(cases), "--patient-from", PATTERN, "--device", "cpu"]
    answer = answered(capsys, *asked)
    schemas.check("comparison", answer)
    assert (answer["result"]["cases"], answer["result"]["patients"]) == (16, 16)
    assert answer["models"]["challenger"]["id"] == "new"
    assert answered(capsys, "models", "list")["models"][0]["active"] is False
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "Champion: Old. Challenger: New."
    assert "can detect only a difference of at least" in out


@pytest.mark.usefixtures("models")
def test_what_cannot_be_compared_is_one_line(cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    learned = model(tmp_path / "learned", "learned", [f"patient:ill{n:03}" for n in range(8)])
    seen = write_classes(tmp_path / "seen", 8, part="test")
    assert "nothing to compare" in refused(capsys, "models", "compare", "old", "old", str(cases))
    assert "margin" in refused(capsys, "models", "compare", "old", "new", str(cases), "--margin", "0.9")
    assert "no model called" in refused(capsys, "models", "compare", "old", "absent", str(cases))
    pattern = ["--patient-from", r"test((?:healthy|ill)\d+)_"]
    told = refused(capsys, "models", "compare", "old", str(learned.path), str(seen), *pattern)
    assert "has learned from 8 of the 16 sealed patients" in told


@pytest.mark.parametrize("margin", ["0", "-1", "x", "1.5"])
def test_a_margin_that_is_none_is_a_wrong_argument(margin: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "compare", "a", "b", "c", f"--margin={margin}"]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_model_watches_over_paths_and_is_summed_up(
    models: Registry, cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models.activate("old")
    answer = answered(capsys, "models", "watch", "new", str(cases / "ill"), "--studies", "5")
    schemas.check("watched", answer)
    (summary,) = answer["watched"]
    assert (summary["studies"], summary["wanted"], summary["complete"], summary["compared"]) == (5, 5, True, 5)
    assert answered(capsys, "models", "watched")["watched"][0]["images"] == 5
    assert [m["id"] for m in answered(capsys, "models", "list")["models"] if m["active"]] == ["old"]
    assert main(["models", "watched"]) == 0
    assert "Seen: 5 of 5 studies" in capsys.readouterr().out
    answered(capsys, "models", "activate", "new")
    assert answered(capsys, "models", "watched")["watched"] == []


@pytest.mark.usefixtures("models")
def test_a_watch_is_begun_told_and_ended(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "watch", "new"]) == 0
    assert "the next 50 studies" in capsys.readouterr().out
    assert answered(capsys, "models", "watched", "new")["watched"][0]["watching"] is True
    assert answered(capsys, "models", "watch", "new", "--end")["watched"][0]["watching"] is False
    assert main(["models", "watched"]) == 0
    assert "No model watches silently" in capsys.readouterr().out


def test_what_cannot_watch_is_one_line(models: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from medapp.classify.package import write_package

    models.install(write_package(tmp_path / "base", backbone()).path)
    models.activate("old")
    assert "in use already" in refused(capsys, "models", "watch", "old")
    assert "starting model" in refused(capsys, "models", "watch", "base")
    assert "from 1 to" in refused(capsys, "models", "watch", "new", "--studies", "0")
    assert "no model called" in refused(capsys, "models", "watched", "absent")


def test_a_project_travels_as_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Project.create(user_folders().projects, "Knochen ü")
    path = tmp_path / "für dich.zip"
    assert answered(capsys, "project", "export", "Knochen ü", str(path))["project"]["trainings"] == 0
    assert answered(capsys, "project", "import", str(path))["project"]["title"] == "Knochen ü"
    assert len(answered(capsys, "project", "list")["projects"]) == 2
    assert "2 projects called" in refused(capsys, "project", "export", "Knochen ü", str(path))
    assert "not the ZIP file of a project" in refused(capsys, "project", "import", str(tmp_path / "absent.zip"))
