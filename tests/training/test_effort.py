"""Which effort pays: said by the check, from the patients that there are to learn from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.cli.main import main
from medapp.training.checking.effort import FEW, which_effort
from tests.training.trial_cases import write_classes


@pytest.mark.parametrize("patients_known", [True, False])
def test_few_are_told_to_train_instantly_and_many_when_more_effort_pays(*, patients_known: bool) -> None:
    few, many = (which_effort("ill", n, patients_known=patients_known) for n in (FEW - 1, FEW))
    unit = "patients" if patients_known else "images"
    assert f'{FEW - 1} {unit} of "ill"' in few
    assert "More cases help more" in few
    assert f'{FEW} {unit} of "ill"' in many
    assert "“Improve” raised" in many
    assert "“Overnight” added" in many


def test_nothing_to_learn_from_needs_no_advice() -> None:
    assert which_effort("ill", 0, patients_known=True) == ""


def test_the_check_says_it_by_the_patients_that_are_not_sealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write_classes(tmp_path / "cases", 10)
    assert main(["check", str(cases), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    n = min(told["split"]["development"].values())
    assert told["effort"].startswith(f"There are {n} ")
    assert main(["check", str(cases)]) == 0
    assert told["effort"] in capsys.readouterr().out
