"""``medapp check --remedies`` and ``medapp train --remedies``: decisions from a file, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp import schemas
from medapp.cli.main import main
from medapp.training.arguments import parse, request_of
from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import Taken, write_remedies
from medapp.training.process import main as train
from tests.training.trial_cases import write_classes

PATTERN = r"((?:healthy|ill)\d+)_"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "Fälle", 8)


def first_case(cases: Path) -> str:
    return min(path.relative_to(cases).as_posix() for path in cases.rglob("*.png"))


def test_the_check_is_made_as_if_the_decisions_were_done(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Taken(Remedy("keep", {"because": "eine seltene Krankheit"}), "few", "ill")
    write_remedies(tmp_path / "r.json", (Taken(Remedy("exclude", {"cases": [first_case(cases)]})), kept))
    asked = ["check", str(cases), "--patient-from", PATTERN, "--remedies", str(tmp_path / "r.json")]
    assert main([*asked, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    schemas.check("check", answer)
    assert (answer["excluded"], answer["images"]) == (1, 15)
    assert [f["kept_because"] for f in answer["findings"] if f["code"] == "few"].count("eine seltene Krankheit") == 1
    assert main(asked) == 0
    assert "Kept, because: eine seltene Krankheit" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "{", '{"schema_version": 1, "remedies": [{"code": "burn"}]}'])
def test_a_file_that_is_none_is_one_line_and_status_3(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    file = tmp_path / "r.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert main(["check", str(cases), "--remedies", str(file)]) == 3
    assert train([str(cases), "--remedies", str(file), "--output", str(tmp_path / "run")]) == 3
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert [line.startswith(("r.json", "The file of remedies, r.json")) for line in told.err.splitlines()] == [True] * 2


def test_a_request_names_the_file_from_anywhere(cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_remedies(tmp_path / "r.json", ())
    monkeypatch.chdir(tmp_path)
    request = request_of(parse([str(cases), "--remedies", "r.json"]))
    assert request.remedies == str(tmp_path / "r.json")
    assert f"--remedies={request.remedies}" in request.arguments()
