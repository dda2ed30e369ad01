"""Networks as ONNX files: they answer the same, say what they need, and are kept only then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from medapp.classify import network, onnx_export
from medapp.classify.contents import Calibration
from medapp.classify.onnx_export import TOLERANCE, export
from medapp.classify.package import Package, write_package
from medapp.errors import MedappError
from tests.trial_packages import backbone, contents, package_at

pytestmark = pytest.mark.torch
PLATT = Calibration((1.5, 1.5), (0.2, -0.4), alarm_class="NODULE", threshold=0.5)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def pictures(count: int = 3, size: int = 64) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (count, size, size), dtype=np.uint8)


def code_of(package: Path, target: Path) -> str:
    with pytest.raises(MedappError) as caught:
        export(package, target, pictures())
    assert not target.exists()
    return caught.value.code


def of(folder: Path, architecture: str) -> Package:
    torch.manual_seed(0)
    made = contents()
    state = network.build(architecture, 2).network.state_dict()
    metadata = replace(made.metadata, architecture=architecture)
    weights = {name: tensor.numpy() for name, tensor in state.items()}
    return write_package(folder, replace(made, metadata=metadata, weights=weights))


def test_the_file_answers_what_the_model_answers_for_any_number_of_pictures(tmp_path: Path) -> None:
    package = package_at(tmp_path / "package", calibration=PLATT)
    check = export(package.path, tmp_path / "Netz ü.onnx", pictures())
    assert check.difference < TOLERANCE
    assert (check.pictures, check.runtime.split()[0]) == (3, "onnxruntime")
    session = onnxruntime.InferenceSession(tmp_path / "Netz ü.onnx", providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(["probabilities"], {"pictures": pictures(5)})
    with torch.inference_mode():
        logits = network.load(package)(torch.from_numpy(pictures(5))).numpy()
    np.testing.assert_allclose(probabilities, PLATT.probabilities(logits), atol=TOLERANCE)
    assert probabilities.std() > 1e-3


def test_labels_that_may_occur_together_are_answered_each_for_itself(tmp_path: Path) -> None:
    made = contents()
    several = Calibration(thresholds=(0.5, 0.3))
    package = package_at(
        tmp_path / "package", metadata=replace(made.metadata, kind="several_labels"), calibration=several
    )
    assert export(package.path, tmp_path / "a.onnx", pictures()).difference < TOLERANCE


@pytest.mark.parametrize("architecture", ["xrv_densenet121", "mobilenet_v2", "resnet18"])
def test_networks_are_written_with_their_normalisation_inside(tmp_path: Path, architecture: str) -> None:
    check = export(of(tmp_path / "package", architecture).path, tmp_path / "a.onnx", pictures())
    assert check.difference < TOLERANCE


def test_the_file_says_how_its_pictures_are_made_and_what_it_is(tmp_path: Path) -> None:
    package = package_at(tmp_path / "package")
    export(package.path, tmp_path / "a.onnx", pictures())
    told = {entry.key: entry.value for entry in onnx.load(tmp_path / "a.onnx").metadata_props}
    assert json.loads(told["medapp.preprocess"]) == {"schema_version": 1, **package.preprocess.to_json()}
    assert json.loads(told["medapp.classes"]) == ["NORMAL", "NODULE"]
    assert told["medapp.manifest_sha256"] == package.manifest_hash
    assert "Research use only" in told["medapp.statement"]


def test_a_starting_model_has_nothing_to_export(tmp_path: Path) -> None:
    assert code_of(write_package(tmp_path / "base", backbone()).path, tmp_path / "a.onnx") == "onnx.backbone"


def test_missing_libraries_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert code_of(package_at(tmp_path / "package").path, tmp_path / "a.onnx") == "onnx.missing"


def test_a_network_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("an operator without a twin")

    monkeypatch.setattr(torch.onnx, "export", refuse)
    assert code_of(package_at(tmp_path / "package").path, tmp_path / "a.onnx") == "onnx.architecture"


def test_a_file_that_answers_otherwise_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = package_at(tmp_path / "other", weights=of(tmp_path / "another", "small_cnn").weights())
    written = onnx_export._written

    def swapped(_: object, package: Package, shown: NDArray[np.uint8]) -> bytes:
        return written(onnx_export._WithProbabilities(network.load(other), package).eval(), package, shown)

    monkeypatch.setattr(onnx_export, "_written", swapped)
    assert code_of(package_at(tmp_path / "package").path, tmp_path / "a.onnx") == "onnx.differs"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    package = package_at(tmp_path / "package").path
    with pytest.raises(MedappError) as caught:
        export(package, tmp_path / "file" / "a.onnx", pictures())
    assert caught.value.code == "package.write"


def test_what_runs_a_file_back_reports_to_nobody_and_gives_the_computer_no_number(tmp_path: Path) -> None:
    asked = {
        name: value for name, value in os.environ.items() if name not in {"ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"}
    }
    code = "import medapp.classify.onnx_export, onnxruntime"
    subprocess.run([sys.executable, "-c", code], env={**asked, "HOME": str(tmp_path)}, check=True)
    assert not list(tmp_path.rglob("*"))
