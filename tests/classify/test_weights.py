"""Weight files of torchvision as starting models: recognised, checked, and never executed."""

from __future__ import annotations

import hashlib
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from medapp.classify import network
from medapp.classify.package import read_package
from medapp.classify.preprocess import IMAGENET_MEAN
from medapp.classify.weight_files import detect
from medapp.classify.weight_plan import WeightPlan
from medapp.classify.weights import import_weights
from medapp.errors import MedappError

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {name: tensor.contiguous() for name, tensor in network.build("small_cnn", 10).network.state_dict().items()}


def saved_pth(folder: Path, content: Any, name: str | None = None) -> Path:
    path = folder / "weights.pth"
    torch.save(content, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return path.rename(folder / (name or f"small_cnn-{digest[:8]}.pth"))


def refused(path: Path, tmp_path: Path, **options: Any) -> str:
    with pytest.raises(MedappError) as caught:
        import_weights(str(path), str(tmp_path / "target"), WeightPlan(**options))
    assert not (tmp_path / "target").exists()
    return caught.value.code


def test_an_official_file_becomes_a_starting_model(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    path = saved_pth(tmp_path, tensors)
    metadata = import_weights(str(path), str(tmp_path / "target"))
    package = read_package(tmp_path / "target")
    assert (metadata.kind, metadata.architecture) == ("backbone", "small_cnn")
    assert package.metadata.id == path.stem
    assert package.preprocess.mean == IMAGENET_MEAN
    classifier = network.load(package, classes=2)
    torch.testing.assert_close(classifier.network.state_dict()["features.0.0.weight"], tensors["features.0.0.weight"])


def test_a_safetensors_file_brings_its_own_mean_and_deviation(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    says = {"input_mean": "0.5,0.5,0.5", "input_std": "0.25,0.25,0.25", "license": "Apache-2.0"}
    save_file(tensors, tmp_path / "Über Netz.safetensors", says)
    metadata = import_weights(str(tmp_path / "Über Netz.safetensors"), str(tmp_path / "target"))
    package = read_package(tmp_path / "target")
    assert package.preprocess.std == (0.25, 0.25, 0.25)
    assert (metadata.id, metadata.licence) == ("ber-netz", "Apache-2.0")


def test_options_win_over_what_the_file_says(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    save_file(tensors, tmp_path / "w.safetensors", {"input_mean": "0.5,0.5,0.5"})
    import_weights(str(tmp_path / "w.safetensors"), str(tmp_path / "target"), WeightPlan("own", mean=(0.1, 0.2, 0.3)))
    package = read_package(tmp_path / "target")
    assert (package.metadata.id, package.preprocess.mean) == ("own", (0.1, 0.2, 0.3))


def test_a_file_whose_hash_is_not_the_one_in_its_name_is_refused(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    assert refused(saved_pth(tmp_path, tensors, "small_cnn-00000000.pth"), tmp_path) == "weights.hash"


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("executed"),)


def test_a_pickle_that_would_run_something_is_refused_and_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(_Evil()))
    torch.save({"a": _Evil()}, tmp_path / "evil2.pth")
    assert refused(tmp_path / "evil.pth", tmp_path) in {"weights.unsafe", "weights.format"}
    assert refused(tmp_path / "evil2.pth", tmp_path) == "weights.unsafe"
    assert not (tmp_path / "executed").exists()


def test_what_is_no_weight_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(b"not at all")
    (tmp_path / "b.safetensors").write_bytes(b"not at all")
    (tmp_path / "c.txt").write_bytes(b"not at all")
    codes = [refused(tmp_path / name, tmp_path) for name in ("a.pth", "b.safetensors", "c.txt", "nothing.pth")]
    assert codes[1:] == ["package.tensors", "weights.format", "package.unreadable"]
    assert codes[0] in {"weights.unsafe", "weights.format"}


def test_a_mapping_of_something_else_than_tensors_is_refused(tmp_path: Path) -> None:
    assert refused(saved_pth(tmp_path, {"epoch": 3}), tmp_path) == "weights.format"


def test_tensors_of_no_known_network_are_told(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    missing = {name: tensor for name, tensor in tensors.items() if name != "features.0.0.weight"}
    assert refused(saved_pth(tmp_path, missing), tmp_path) == "weights.unknown"
    turned = {**tensors, "features.0.0.weight": tensors["features.0.0.weight"].transpose(0, 1).contiguous()}
    assert refused(saved_pth(tmp_path, turned), tmp_path) == "weights.unknown"


def test_values_that_are_no_numbers_are_refused(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    broken = {**tensors, "classifier.bias": torch.full((10,), float("nan"))}
    assert refused(saved_pth(tmp_path, broken), tmp_path) == "weights.values"
    negative = {**tensors, "features.0.1.running_var": -torch.ones(16)}
    assert refused(saved_pth(tmp_path, negative), tmp_path) == "weights.values"


@pytest.mark.parametrize("figures", [(0.5,), (0.5, 0.5, float("nan")), (0.5, 0.5, 0.0)])
def test_a_deviation_that_is_none_is_refused(
    tmp_path: Path, tensors: dict[str, Tensor], figures: tuple[float, ...]
) -> None:
    assert refused(saved_pth(tmp_path, tensors), tmp_path, std=figures) == "weights.figures"


@pytest.mark.parametrize("architecture", network.ARCHITECTURES)
def test_every_architecture_is_recognised_by_its_tensors(architecture: str) -> None:
    found, _ = detect(network.build(architecture, 7).network.state_dict())
    assert found == architecture


def test_files_without_counters_and_with_densenets_old_names_are_recognised() -> None:
    state = network.build("densenet121", 4).network.state_dict()
    counted = {name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}
    old = {re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", name): tensor for name, tensor in counted.items()}
    assert any(".norm.1." in name for name in old)
    architecture, tensors = detect(old)
    assert architecture == "densenet121"
    assert tensors.keys() == state.keys()
    assert np.array_equal(tensors["classifier.bias"], state["classifier.bias"])


def test_the_transformers_old_names_are_recognised() -> None:
    state = network.build("vit_b_16", 3).network.state_dict()
    numbers = {"mlp.0.": "mlp.linear_1.", "mlp.3.": "mlp.linear_2."}
    old = {re.sub(r"mlp\.[03]\.", lambda found: numbers[found[0]], name): tensor for name, tensor in state.items()}
    architecture, tensors = detect(old)
    assert (architecture, tensors.keys()) == ("vit_b_16", state.keys())


@pytest.mark.parametrize("wrapper", ["state_dict", "model_state_dict", "model"])
def test_the_weights_of_a_training_scripts_checkpoint_are_found(
    tmp_path: Path, tensors: dict[str, Tensor], wrapper: str
) -> None:
    parallel = {f"module.{name}": tensor for name, tensor in tensors.items()}
    path = saved_pth(tmp_path, {wrapper: parallel, "epoch": 3, "optimizer": {"lr": 0.1}})
    assert import_weights(str(path), str(tmp_path / "target")).architecture == "small_cnn"
    assert "classifier.bias" in read_package(tmp_path / "target").weights()
