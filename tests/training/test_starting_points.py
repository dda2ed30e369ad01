"""What a training may start from: an own model with other classes, torchvision's weights as they are downloaded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from medapp.classify.network import build
from medapp.classify.package import read_package, write_package
from medapp.classify.preprocess import PreprocessSpec
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.training.starting_model import check_wanted, starting_model
from tests.evidence.figures import accuracy_of, train
from tests.training.trial_cases import write_classes
from tests.trial_packages import CLASSES, contents

pytestmark = pytest.mark.torch
QUIET = ("--threads=1",)


def weights_file(folder: Path, architecture: str, name: str) -> Path:
    """Write random weights with torchvision's names and its name of the file, which holds the start of the hash."""
    torch.manual_seed(0)
    path = folder / "weights.pth"
    torch.save(build(architecture, 1000).network.state_dict(), path)
    return path.rename(folder / name.format(hashlib.sha256(path.read_bytes()).hexdigest()[:8]))


def test_an_own_model_gives_its_network_and_gets_a_new_head(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = build("textbook_cnn", 2).network.state_dict()
    made = contents("own")
    own = write_package(
        tmp_path / "own",
        replace(
            made,
            metadata=replace(made.metadata, architecture="textbook_cnn"),
            preprocess=PreprocessSpec(size=32),
            weights={name: tensor.numpy() for name, tensor in state.items()},
        ),
    )
    assert own.metadata.classes == CLASSES
    report = train(write_classes(tmp_path / "cases", 10), tmp_path / "run", f"--base={own.path}", *QUIET)
    package = read_package(tmp_path / "run" / "package")
    assert (package.metadata.architecture, package.metadata.base) == ("textbook_cnn", "own 1.0")
    assert package.metadata.classes == ("healthy", "ill")
    assert package.preprocess.size == 32
    assert report["training"]["effort"] == "instant"
    assert accuracy_of(report)["n"] == report["sealed"]["n_cases"]


def test_a_downloaded_weights_file_is_started_from_as_it_is(tmp_path: Path) -> None:
    weights = weights_file(tmp_path, "resnet18", "resnet18-{}.pth")
    options = (f"--base={weights}", "--architecture=resnet18", "--image-size=64", *QUIET)
    report = train(write_classes(tmp_path / "cases", 10), tmp_path / "run", *options)
    package = read_package(tmp_path / "run" / "package")
    assert report["training"]["architecture"] == package.metadata.architecture == "resnet18"
    assert package.metadata.base.startswith("resnet18-")
    assert package.preprocess.size == 64


def test_a_weights_file_that_was_damaged_on_the_way_is_told(tmp_path: Path) -> None:
    weights = weights_file(tmp_path, "small_cnn", "small_cnn-00000000.pth")
    registry = Registry(user_folders())
    check_wanted(str(weights), "", registry)
    with pytest.raises(MedappError) as caught, starting_model(str(weights), registry, tmp_path):
        pass
    assert caught.value.code == "weights.hash"
    assert list(tmp_path.glob("base-*")) == []


def test_a_folder_or_a_name_that_leads_nowhere_is_told_before_anything_slow() -> None:
    with pytest.raises(MedappError) as caught:
        check_wanted("nothing.pt", "", Registry(user_folders()))
    assert caught.value.code == "train.base_missing"
