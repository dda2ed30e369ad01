"""``medapp check`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp import schemas
from medapp.cli.main import main
from tests.training.trial_cases import write_classes

PATTERN = r"((?:healthy|ill)\d+)_"


def test_the_answer_is_one_document_of_its_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = write_classes(tmp_path / "Fälle", 8)
    (cases / "ill" / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    assert main(["check", str(cases), "--patient-from", PATTERN, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    schemas.check("check", answer)
    assert (answer["classes"], answer["patients"]) == ({"healthy": 8, "ill": 8}, 16)
    assert [Path(problem["path"]).name for problem in answer["unreadable"]] == ["damaged.png"]


def test_without_json_people_read_what_the_numbers_prove_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(write_classes(tmp_path, 6))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "that shows only that at least" in lines[0]
    assert any(line.startswith(" SERIOUS  Patients are not known") for line in lines)
    assert lines[-1].startswith("Research use only")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["absent"], 3), ([], 2), ([".", "--patient-from", "("], 2), ([".", "--patient-from", "nothing"], 3)],
)
def test_what_cannot_be_answered_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
) -> None:
    write_classes(tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    assert main(["check", *arguments]) == status
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.strip()
    assert status == 2 or told.err.count("\n") == 1


@pytest.mark.data
def test_kermany_patients_are_recognised(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = shared_data / "images" / "kermany_cxr_224" / "train"
    for name in ("NORMAL", "PNEUMONIA"):
        (tmp_path / name).mkdir()
        for path in sorted((train / name).iterdir())[:20]:
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
    assert main(["check", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["patients_from"] == "names"
    assert answer["patients"] < 40
