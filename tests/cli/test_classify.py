"""``medapp classify`` from its arguments to its document, its lines and its exit status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

from medapp import schemas
from medapp.__main__ import main
from medapp.classify.archive import pack
from medapp.classify.package import write_package
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.folders import user_folders
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom, write_png
from tests.trial_packages import CLASSES, backbone, contents, package_at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two radiographs, a CT slice, something broken and something else, under a name of the world."""
    folder = tmp_path / "Bilder ö 日本"
    write_png(folder / "a.png", PhantomCase(1, nodule=True, size=64))
    write_dicom(folder / "b.dcm", PhantomCase(2, nodule=False, size=64))
    write_ct_series(folder / "ct", slices=1, size=64)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "readme.txt").write_text("no image")
    return folder


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    pack(package_at(tmp_path / "package"), tmp_path / "für Dich.zip")
    return tmp_path / "für Dich.zip"


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    schemas.check("classify", answer)
    return answer


def test_a_folder_is_answered_as_one_document(
    folder: Path, zipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heat = tmp_path / "Wärme"
    arguments = ["classify", str(folder), "--model", str(zipped), "--device", "cpu", "--heatmaps", str(heat), "--json"]
    assert main(arguments) == 0
    answer = document(capsys)
    by_name = {Path(row["path"]).name.partition(".")[0]: row for row in answer["results"]}
    told = by_name["a"]
    assert set(told["probabilities"]) == set(CLASSES)
    assert sum(told["probabilities"].values()) == pytest.approx(1)
    expected = "NODULE" if told["probabilities"]["NODULE"] >= 0.5 else "NORMAL"
    assert (told["label"], told["refused"], told["model"]) == (expected, None, {"id": "trial", "version": "1.0"})
    assert (told["frame"], told["sop_instance_uid"], told["device"]) == (1, None, "cpu")
    assert by_name["b"]["sop_instance_uid"]
    refusals = [row["refused"] for row in answer["results"]]
    assert refusals.count("scope.modality") == 1
    assert [Path(row["path"]).name for row in answer["problems"]] == ["broken.png"]
    assert [Path(row["path"]).name for row in answer["not_images"]] == ["readme.txt"]
    assert "Research use only" in answer["research_use"]
    maps = [row["heat_map"] for row in answer["results"] if row["heat_map"]]
    assert sorted(Path(path) for path in maps) == sorted(heat.iterdir())
    assert cv2.imdecode(__import__("numpy").fromfile(maps[0], "uint8"), cv2.IMREAD_COLOR).shape == (64, 64, 3)


def test_the_model_in_use_answers_in_lines(folder: Path, zipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Registry(user_folders()).install(zipped)
    Registry(user_folders()).activate("trial")
    assert main(["classify", str(folder / "a.png"), str(folder / "ct"), str(folder / "broken.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("a.png [1]" in line and "trial 1.0" in line for line in lines)
    assert any("No model for this" in line for line in lines)
    assert "1 answered, 1 refused, 1 problems, 0 files without an image" in lines
    assert "Research use only" in lines[-1]


def test_nothing_that_is_an_image_is_told_with_exit_status_3(
    tmp_path: Path, zipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for paths in ([tmp_path / "empty"], [tmp_path / "does not exist.dcm"]):
        assert main(["classify", *map(str, paths), "--model", str(zipped), "--json"]) == 3
        told = capsys.readouterr()
        answer = json.loads(told.out)
        schemas.check("classify", answer)
        assert answer["results"] == []
        assert len(told.err.strip().splitlines()) == 1


@pytest.mark.parametrize("model", ["nothing", "../../etc/none", "trial@9", "a\nb", "x" * 5000, "a\0b"])
def test_a_model_that_is_not_there_is_told(model: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(folder), "--model", model]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert told.err.strip()


def test_without_a_model_in_use_it_is_told_how_to_get_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("medapp.classify.registry.resource_path", lambda *_: tmp_path / "no built-in models")
    assert main(["classify", str(folder)]) == 3
    assert "medapp models import" in capsys.readouterr().err


def test_a_starting_model_cannot_be_asked(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from medapp.classify.package import write_package

    base = write_package(tmp_path / "base", backbone())
    assert main(["classify", str(folder), "--model", str(base.path)]) == 3
    assert "starting model" in capsys.readouterr().err


def test_a_damaged_package_is_told(zipped: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zipped.write_bytes(zipped.read_bytes()[:-50])
    assert main(["classify", str(folder), "--model", str(zipped)]) == 3
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["x.png", "--device", "tpu"], ["x.png", "--no-such-option"]])
def test_wrong_arguments_end_with_exit_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", *arguments]) == 2
    assert "usage" in capsys.readouterr().err


def test_an_id_wins_over_a_folder_of_that_name(
    folder: Path, zipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Registry(user_folders()).install(zipped)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))  # for the reader, which starts here
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial").mkdir()
    assert main(["classify", str(folder / "ct"), "--model", "trial", "--json"]) == 0
    assert document(capsys)["results"][0]["model"]["id"] == "trial"


def test_a_folder_for_heat_maps_that_cannot_be_made_is_told_before_anything_is_computed(
    folder: Path, zipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["classify", str(folder), "--model", str(zipped), "--heatmaps", str(tmp_path / "file")]) == 3
    assert "heat maps could not be written" in capsys.readouterr().err


def test_a_database_that_was_set_aside_is_told_and_the_answer_given(
    folder: Path, zipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = user_folders().results
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database at all" * 100)
    assert main(["classify", str(folder / "ct"), "--model", str(zipped)]) == 0
    assert "set aside" in capsys.readouterr().err


def test_a_stack_has_one_answer_by_the_rule_of_its_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = contents("stacks", scope=Scope(("CT", "PICTURE")))
    package = write_package(tmp_path / "package", replace(made, metadata=replace(made.metadata, aggregate="mean")))
    write_ct_series(tmp_path / "ct", slices=4, size=64)
    write_png(tmp_path / "ct" / "beside.png", PhantomCase(1, nodule=True, size=64))
    assert main(["classify", str(tmp_path / "ct"), "--model", str(package.path), "--device", "cpu", "--json"]) == 0
    answer = document(capsys)
    (stack,) = answer["stacks"]
    scores = [answer["results"][number]["probabilities"]["NODULE"] for number in stack["results"]]
    assert stack["score"] == pytest.approx(sum(scores) / 4)
    assert (stack["images"], stack["answered"], stack["failed"], stack["about"]) == (4, 4, 0, "NODULE")
    assert answer["results"][stack["highest"]]["probabilities"]["NODULE"] == max(scores)
    assert (stack["aggregate"], stack["state"], stack["threshold"]) == ("mean", "answered", 0.5)


def test_a_stack_that_no_model_is_for_says_so_and_has_no_score(
    zipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ct_series(tmp_path / "ct", slices=2, size=64)
    assert main(["classify", str(tmp_path / "ct"), "--model", str(zipped), "--device", "cpu", "--json"]) == 0
    (stack,) = document(capsys)["stacks"]
    assert (stack["state"], stack["score"], stack["refused"], stack["label"]) == ("no_model", None, 2, None)
