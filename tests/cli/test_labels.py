"""``medapp labels`` from its arguments to its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.cli.main import ANSWERED, NOTHING_ANSWERED, main
from medapp.folders import user_folders
from medapp.training.cases.verdicts import Verdict
from medapp.workflows.label_plan import LabelPlan
from medapp.workflows.labelling import LabelProject


@pytest.fixture
def project(tmp_path: Path) -> LabelProject:
    files = [tmp_path / "ü" / f"{n}.png" for n in range(6)]
    files[0].parent.mkdir()
    for file in files:
        file.write_bytes(file.name.encode())
    plan = LabelPlan("Lungen", ("normal", "ill"), paths=(str(tmp_path / "ü"),))
    made = LabelProject.create(user_folders().data / "labels", plan)
    made.say(*(Verdict(str(file), plan.classes[n % 2], "Ann") for n, file in enumerate(files)))
    return made


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["labels", *arguments, "--json"]) == ANSWERED
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_projects_are_listed(project: LabelProject, capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "list")["projects"]
    assert [(r["name"], r["answered"], r["classes"]) for r in rows] == [  # type: ignore[attr-defined]
        (project.folder.name, 6, {"normal": 3, "ill": 3})
    ]


def test_another_readers_list_is_taken_in_and_compared(
    project: LabelProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "ben.csv"
    table.write_text("file;label\n0.png;ill\n1.png;ill\n2.png;normal\nx.png;ill\n", encoding="utf-8")
    taken = answer(capsys, "take-in", project.folder.name, str(table), "--reader", "Ben")["taken_in"]
    assert taken == {"readers": ["Ben"], "taken": 3, "unmatched": 1, "blank": 0}
    shown = answer(capsys, "show", str(project.folder))
    assert shown["project"]["disagreements"] == 1  # type: ignore[index]
    assert [(b["readers"], b["n"], b["same"]) for b in shown["between"]] == [  # type: ignore[attr-defined]
        (["Ann", "Ben"], 3, 2)
    ]
    assert main(["labels", "show", str(project.folder)]) == ANSWERED
    assert "Ann and Ben: 2 of 3 the same" in capsys.readouterr().out


def test_cases_and_folders_are_made(project: LabelProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "cases", project.folder.name)["cases"] == 6
    assert answer(capsys, "export", project.folder.name, str(tmp_path / "out"))["files"] == 6
    assert sorted(path.name for path in (tmp_path / "out" / "ill").iterdir()) == ["1.png", "3.png", "5.png"]


@pytest.mark.parametrize("arguments", [("show", "nothing"), ("export", "nothing", "here"), ("cases", "/nowhere")])
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", *arguments]) == NOTHING_ANSWERED
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_project_of_series_is_exported_by_the_window(
    project: LabelProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = LabelPlan("CT", ("normal", "ill"), "series", project.plan.paths)
    made = LabelProject.create(user_folders().data / "labels", plan)
    assert main(["labels", "export", made.folder.name, str(tmp_path / "out")]) == NOTHING_ANSWERED
    assert "series" in capsys.readouterr().err
