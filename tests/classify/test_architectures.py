"""What every network must do: be kept and come back, learn in all its layers, and show where a score came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision import models
from torchvision.ops import StochasticDepth

from medapp.classify.contents import Calibration
from medapp.classify.explain import heat_maps
from medapp.classify.network import ARCHITECTURES, Classifier, build, load
from medapp.classify.package import Package
from medapp.classify.preprocess import PreprocessSpec
from medapp.training.learning.finetune import is_matrix
from medapp.training.learning.precision import half_matrices, round_weights
from tests.trial_packages import contents

pytestmark = pytest.mark.torch
OF_TORCHVISION = sorted(ARCHITECTURES.keys() - {"textbook_cnn", "small_cnn", "xrv_densenet121"})
GRIDS = {"vit_b_16": 4, "textbook_cnn": 16, "small_cnn": 4}
"""Places along a side of the last maps of a picture of 64 pixels; two in the others, which end at a 32nd."""


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)


def pictures(count: int = 2, size: int = 64) -> Tensor:
    return torch.randint(0, 256, (count, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(5))


def made(architecture: str) -> Classifier:
    """Return a network whose head is not of zeros, and whose layer scales let the layers be felt."""
    classifier = build(architecture, 2)
    nn.init.normal_(classifier.head.weight, std=0.1)
    with torch.no_grad():
        for name, parameter in classifier.network.named_parameters():
            if name.endswith("layer_scale"):
                parameter.fill_(0.1)
    return classifier.eval()


@dataclass(frozen=True, eq=False)
class Kept(Package):
    """A package whose weights stay in memory: the files are the same for all networks, and some are large."""

    tensors: Mapping[str, NDArray[Any]]

    def weights(self) -> dict[str, NDArray[Any]]:
        return dict(self.tensors)


def kept(classifier: Classifier) -> Package:
    made = contents()
    weights = {name: tensor.numpy() for name, tensor in classifier.network.state_dict().items()}
    metadata = replace(made.metadata, architecture=classifier.architecture)
    spec, scope = PreprocessSpec(size=64), made.scope
    return Kept(Path("kept"), "", {}, metadata, spec, Calibration(), scope, tensors=half_matrices(weights))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_network_comes_back_learns_in_every_layer_and_shows_where_its_score_came_from(architecture: str) -> None:
    classifier = made(architecture)
    round_weights(classifier)
    again = load(kept(classifier))
    with torch.inference_mode():
        _, deep = again.maps_of(pictures())
        torch.testing.assert_close(again.scores_of(deep), classifier(pictures()), atol=1e-5, rtol=1e-4)
        check_heat_maps(heat_maps(again, deep, torch.tensor([0, 1])), GRIDS.get(architecture, 2))
    check_learning(again)


def check_heat_maps(maps: Tensor, side: int) -> None:
    assert maps.shape == (2, side, side)
    assert torch.isfinite(maps).all()
    assert maps.min() >= 0
    assert float(maps.max()) == pytest.approx(1)


def check_learning(classifier: Classifier) -> None:
    classifier.train()
    for module in classifier.modules():
        if isinstance(module, StochasticDepth):
            module.eval()  # it leaves layers out
    F.cross_entropy(classifier(pictures(4)), torch.tensor([0, 1, 0, 1])).backward()
    untouched = [n for n, p in classifier.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert untouched == []


@pytest.mark.parametrize("architecture", OF_TORCHVISION)
def test_the_tensors_are_those_of_torchvision(architecture: str) -> None:
    with torch.device("meta"):
        ours = build(architecture, 1000).network.state_dict()
        theirs = getattr(models, architecture)().state_dict()
    assert {name: t.shape for name, t in ours.items()} == {name: t.shape for name, t in theirs.items()}


@pytest.mark.parametrize("architecture", ["densenet121", "convnext_tiny", "resnet18", "textbook_cnn", "small_cnn"])
def test_the_smallest_picture_goes_through(architecture: str) -> None:
    size = ARCHITECTURES[architecture].least_size
    with torch.inference_mode():
        assert torch.isfinite(made(architecture)(pictures(2, size))).all()


def test_the_transformer_sees_pictures_of_other_sizes_with_the_same_tensors() -> None:
    classifier = made("vit_b_16")
    with torch.inference_mode():
        for size in (32, 224):
            middle, deep = classifier.maps_of(pictures(1, size))
            assert (
                classifier.grid_of(middle).shape == classifier.grid_of(deep).shape == (1, 768, size // 16, size // 16)
            )
    assert classifier.network.state_dict()["encoder.pos_embedding"].shape == (1, 197, 768)


def test_the_transformers_heat_lies_at_the_place_that_made_the_score() -> None:
    """One place is made to say eight times as much: the class that it speaks for must have its heat there."""
    classifier, place = made("vit_b_16"), 6
    with torch.inference_mode():
        _, deep = classifier.maps_of(pictures(1))
        louder = deep.clone()
        louder[:, -16 + place] *= 8
        before, after = (classifier.scores_of(state)[0] for state in (deep, louder))
    heat = heat_maps(classifier, louder, (after - before).argmax()[None])[0]
    assert int(heat.argmax()) == place


def test_scales_and_tokens_count_as_rows_and_stay_exact() -> None:
    shapes = {"layer_scale": (96, 1, 1), "class_token": (1, 1, 768), "bias": (7,)}
    assert not any(is_matrix(shape) for shape in shapes.values())
    assert is_matrix((2, 1280))
    assert is_matrix((32, 1, 3, 3))
