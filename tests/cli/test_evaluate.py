"""``medapp evaluate``: figures through the engine process, without what the model has learned from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from medapp import schemas
from medapp.classify.contents import Metadata, TrainingSet
from medapp.classify.package import write_package
from medapp.cli.main import main
from medapp.training.cases.split import salted
from tests.training.trial_cases import write_classes
from tests.trial_packages import backbone, contents

PATTERN = r"((?:healthy|ill)\d+)_"
SALT = "a salt of tests"


def model(folder: Path, learned: int = 0) -> Path:
    """A package that tells healthy from ill (badly) and has learned from the first patients of each."""
    made = contents("trial")
    metadata: Metadata = replace(made.metadata, classes=("healthy", "ill"))
    kept = {salted(SALT, f"patient:{name}{n:03}"): "train" for name in metadata.classes for n in range(learned)}
    calibration = replace(made.calibration, alarm_class="ill")
    changes: dict[str, Any] = {
        "metadata": metadata,
        "calibration": calibration,
        "training_set": TrainingSet(SALT, kept),
    }
    return write_package(folder, replace(made, **changes)).path


def evaluated(cases: Path, package: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(
        ["evaluate", str(cases), "--model", str(package), "--device", "cpu", "--patient-from", PATTERN, "--json"]
    )
    assert status == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    schemas.check("evaluate", answer)
    return answer


def test_cases_that_the_model_has_learned_from_are_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = evaluated(write_classes(tmp_path / "Fälle", 6), model(tmp_path / "model", learned=4), capsys)
    assert (answer["evaluated"], answer["seen"], answer["figures"]["n_cases"]) == ("unseen", 8, 4)
    assert [warning["code"] for warning in answer["warnings"]] == ["some_seen"]
    assert answer["figures"]["sensitivity"]["n"] == 2


def test_figures_on_nothing_but_learned_cases_carry_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = evaluated(write_classes(tmp_path / "cases", 3), model(tmp_path / "model", learned=3), capsys)
    assert (answer["evaluated"], answer["figures"]["n_cases"]) == ("all", 6)
    assert answer["warnings"][0]["code"] == "all_seen"


def test_people_read_the_sentence_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases, package = write_classes(tmp_path / "cases", 3), model(tmp_path / "model")
    assert main(["evaluate", str(cases), "--model", str(package), "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    assert " of 3 ill cases found (95 % interval " in out.splitlines()[2]
    assert "6 images; patients are not known" in out
    assert "Research use only" in out


@pytest.mark.parametrize(
    ("folder", "package", "says"),
    [
        ("absent", "model", "no folder"),
        ("cases", "absent", "absent"),
        ("strange", "model", "healthy, ill"),
        ("cases", "backbone", "base"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str, package: str, says: str
) -> None:
    model(tmp_path / "model")
    write_package(tmp_path / "backbone", backbone())
    write_classes(tmp_path / "cases", 1)
    write_classes(tmp_path / "strange", 1)
    (tmp_path / "strange" / "ill").rename(tmp_path / "strange" / "other")
    name = "absent" if package == "absent" else str(tmp_path / package)
    assert main(["evaluate", str(tmp_path / folder), "--model", name]) == 3
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert says in told.err
