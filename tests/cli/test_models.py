"""``medapp models``: every action, as lines and as documents."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from medapp import schemas
from medapp.__main__ import main
from medapp.classify.package import write_package
from medapp.folders import user_folders
from tests.trial_packages import backbone, contents, package_at, weights


@pytest.fixture(autouse=True)
def _no_built_in_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("medapp.classify.registry.resource_path", lambda *_: tmp_path / "builtin")


@pytest.fixture
def source(tmp_path: Path) -> str:
    return str(package_at(tmp_path / "Modell ü").path)


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["models", *arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["schema_version"] == 1
    return document


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["models", *arguments]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    return told.err


def test_a_model_goes_through_its_whole_life(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "import", source)["id"] == "trial"
    listing = answered(capsys, "list")
    schemas.check("models_list", listing)
    assert [(m["id"], m["active"], m["builtin"]) for m in listing["models"]] == [("trial", False, False)]
    answered(capsys, "activate", "trial")
    assert answered(capsys, "list")["models"][0]["active"] is True
    shown = answered(capsys, "show", "trial@1.0")["model"]
    assert shown["card"] == "# Trial\n"
    assert shown["calibration"]["threshold"] == 0.5
    answered(capsys, "export", "trial", str(tmp_path / "out ü.zip"))
    assert answered(capsys, "rollback")["in_use"] == []
    answered(capsys, "remove", "trial")
    assert answered(capsys, "list")["models"] == []
    assert answered(capsys, "import", str(tmp_path / "out ü.zip"))["version"] == "1.0"


def test_a_model_is_activated_for_some_images_only_as_another_version_of_it(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(capsys, "import", source)
    told = answered(capsys, "activate", "trial", "--modality", "dx", "--body-part", "CHEST", "--view", "pa, ap")
    assert (told["version"], told["scope"]) == ("1.0.1", "DX · CHEST · PA, AP")
    assert (
        answered(capsys, "activate", "trial@1.0", "--modality", "DX", "--body-part", "CHEST", "--view", "PA,AP")[
            "version"
        ]
        == "1.0.1"
    )
    listed = {m["version"]: (m["active"], m["views"]) for m in answered(capsys, "list")["models"]}
    assert listed == {"1.0": (False, []), "1.0.1": (True, ["PA", "AP"])}
    assert "no word of a DICOM header" in refused(capsys, "activate", "trial", "--modality", "§")


def test_which_of_two_models_for_the_same_images_is_asked_is_told(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(capsys, "import", source)
    answered(capsys, "activate", "trial@1.0", "--view", "PA")
    (sentence,) = answered(capsys, "activate", "trial@1.0")["shared_images"]
    assert "the one that is more specific about an image answers it" in sentence
    (sentence,) = answered(capsys, "activate", "trial@1.0", "--view", "PA,AP")["shared_images"][:1]
    assert "fits some of the same images" in sentence


def test_a_model_in_use_is_taken_out_of_use_before_it_is_removed(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(capsys, "import", source)
    assert "is not in use" in refused(capsys, "deactivate", "trial")
    answered(capsys, "activate", "trial")
    assert "models deactivate trial@1.0" in refused(capsys, "remove", "trial")
    assert answered(capsys, "deactivate", "trial")["version"] == "1.0"
    answered(capsys, "remove", "trial")


def test_lines_for_people_name_the_model(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    assert "no models yet" in capsys.readouterr().out
    for arguments in (["import", source], ["activate", "trial"], ["list"], ["show", "trial"], ["rollback"]):
        assert main(["models", *arguments]) == 0
    out = capsys.readouterr().out
    assert "* trial 1.0  Trial  [classifier, small_cnn]  NORMAL, NODULE" in out
    assert "# Trial" in out


def test_a_broken_model_is_listed_with_its_reason(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    answered(capsys, "import", source)
    (user_folders().models / "trial" / "1.0" / "LICENSE").write_text("changed")
    listing = answered(capsys, "list")
    schemas.check("models_list", listing)
    assert [problem["code"] for problem in listing["problems"]] == ["package.hash"]
    assert main(["models", "list"]) == 0
    assert "cannot be used" in capsys.readouterr().out


def test_a_weight_file_becomes_a_starting_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Gewichte ü.safetensors"
    save_file(weights(), path)
    told = answered(capsys, "import", str(path), "--id", "own-base", "--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5")
    assert (told["id"], told["kind"]) == ("own-base", "backbone")
    assert answered(capsys, "show", "own-base")["model"]["preprocess"]["mean"] == [0.5, 0.5, 0.5]
    assert "starting model" in refused(capsys, "activate", "own-base")


def test_a_weight_file_becomes_a_classifier_that_says_that_it_is_not_calibrated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file(weights(), tmp_path / "w.safetensors")
    options = ["--classes", "ill,well", "--architecture", "small_cnn", "--preprocess", "medapp", "--modality", "DX"]
    told = answered(capsys, "import", str(tmp_path / "w.safetensors"), *options)
    assert (told["id"], told["version"], told["classes"], told["calibrated"]) == ("w", "1", ["ill", "well"], False)
    answered(capsys, "activate", "w")
    listed = answered(capsys, "list")
    schemas.check("models_list", listed)
    assert [(m["calibrated"], m["modalities"]) for m in listed["models"]] == [(False, ["DX"])]
    assert main(["models", "show", "w"]) == 0
    assert "not probabilities" in capsys.readouterr().out
    assert answered(capsys, "import", str(tmp_path / "w.safetensors"), *options)["version"] == "2"


def test_a_weight_file_is_looked_into_and_nothing_is_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file(weights(), tmp_path / "w.safetensors")
    told = answered(capsys, "import", str(tmp_path / "w.safetensors"), "--look")
    assert (told["file"]["architecture"], told["file"]["outputs"]) == ("small_cnn", 2)
    assert told["guessed"] == {"classes": [], "preprocess": "imagenet"}
    assert answered(capsys, "list")["models"] == []


@pytest.mark.torch
def test_a_file_that_swells_is_not_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    with torch.serialization.skip_data():  # room for the zeros, which nobody writes
        torch.save({"classifier.bias": torch.zeros(180 * 2**20)}, tmp_path / "wide.pth")
    with zipfile.ZipFile(tmp_path / "wide.pth") as wide, zipfile.ZipFile(tmp_path / "bomb.pth", "w") as bomb:
        for info in wide.infolist():
            content = bytes(info.file_size) if info.filename.endswith("data/0") else wide.read(info)
            bomb.writestr(info.filename, content, zipfile.ZIP_DEFLATED, compresslevel=1)
    assert (tmp_path / "bomb.pth").stat().st_size < 2**22
    assert "more memory than weights" in refused(capsys, "import", str(tmp_path / "bomb.pth"))


def test_a_file_of_torch_home_is_found_by_its_networks_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoints = tmp_path / "torch" / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (checkpoints / "small_cnn-00000000.pth").write_bytes(b"downloaded in part")
    (checkpoints / "resnet18-f37072fd.pth").write_bytes(b"another")
    assert "SHA-256" in refused(capsys, "import", "--from-torch-home", "small_cnn")
    assert "resnet18-f37072fd.pth" in refused(capsys, "import", "--from-torch-home", "densenet121")


def test_torch_home_without_a_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "nothing"))
    assert "mobilenet_v2" in refused(capsys, "import", "--from-torch-home", "mobilenet_v2")


def test_weights_of_no_network_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_file({"a": np.zeros(3, np.float32)}, tmp_path / "x.safetensors")
    assert "none of the networks" in refused(capsys, "import", str(tmp_path / "x.safetensors"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "nothing"],
        ["activate", "nothing"],
        ["remove", "nothing"],
        ["export", "nothing", "x.zip"],
        ["rollback"],
        ["import", "does/not/exist"],
        ["import", "does/not/exist.pth"],
        ["import"],
        ["import", "x", "--from-torch-home", "y"],
        ["import", "x.safetensors", "--mean", "a,b,c"],
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_status_3(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.safetensors").write_bytes(b"")
    refused(capsys, *arguments)


@pytest.mark.parametrize("arguments", [[], ["dance"], ["show"], ["export", "x"]])
def test_wrong_arguments_end_with_exit_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", *arguments]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_built_in_model_cannot_be_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_package(tmp_path / "builtin" / "starter", contents("starter"))
    write_package(tmp_path / "builtin" / "base", backbone("base"))
    listing = answered(capsys, "list")
    assert [(m["id"], m["builtin"], m["active"]) for m in listing["models"]] == [
        ("base", True, False),
        ("starter", True, True),
    ]
    assert "comes with medapp" in refused(capsys, "remove", "starter")
