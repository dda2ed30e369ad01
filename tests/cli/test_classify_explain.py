"""``medapp classify --explain``, and what is said of an unclear answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medapp import schemas
from medapp.__main__ import main
from medapp.classify.explanation import METHODS
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_png
from tests.trial_packages import CLASSES, package_at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture that is answered and a CT slice that no model is for."""
    folder = tmp_path / "Bilder ö"
    write_png(folder / "a.png", PhantomCase(1, nodule=True, size=64))
    write_ct_series(folder / "ct", slices=1, size=64)
    return folder


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    schemas.check("classify", answer)
    return answer


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_is_explained_and_a_refusal_is_not(
    method: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, maps = package_at(tmp_path / "package").path, tmp_path / "maps"
    arguments = ["classify", str(folder), "--model", str(model), "--device", "cpu", "--explain", method]
    assert main([*arguments, "--heatmaps", str(maps), "--json"]) == 0
    by_state = {row["state"]: row for row in document(capsys)["results"]}
    assert set(by_state) == {"answered", "no_model"}
    assert by_state["no_model"]["explanation"] is None
    told = by_state["answered"]["explanation"]
    assert (told["method"], told["label"]) == (method, by_state["answered"]["label"])
    assert told["label"] in CLASSES
    assert 0 <= told["beaten"] <= told["random_masks"] == 100
    corners = [value for line in told["contours"] for point in line for value in point]
    assert corners
    assert all(-0.5 <= value <= 63.5 for value in corners), "in pixels of the image"
    assert len(list(maps.iterdir())) == 1


def test_an_unknown_method_is_a_fault_of_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(folder), "--explain", "magic"]) == 2
    assert "magic" in capsys.readouterr().err


def test_an_unclear_answer_is_told_as_one(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = package_at(tmp_path / "package", report={"sealed": {"unclear": {"low": 0.0, "high": 1.01}}}).path
    arguments = ["classify", str(folder / "a.png"), "--model", str(model), "--device", "cpu"]
    assert main([*arguments, "--json"]) == 0
    (row,) = document(capsys)["results"]
    assert (row["state"], row["unclear"], row["refused"]) == ("unclear", [0.0, 1.01], None)
    assert "unclear" in row["reason"]
    assert main(arguments) == 0
    assert "That is unclear" in capsys.readouterr().out
