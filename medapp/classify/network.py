"""The networks, as torch modules that take network pictures. One row in `ARCHITECTURES` is one kind of network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision import models

from medapp.classify.package import Package
from medapp.classify.preprocess import IMAGENET_MEAN, IMAGENET_STD, Triple
from medapp.errors import MedappError

Stages: TypeAlias = tuple[nn.Module, nn.Module]


class SmallCnn(nn.Module):
    """A textbook CNN to be trained from scratch: four blocks of convolution, batch norm, ReLU and pooling."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        widths = (3, 16, 32, 64, 128)
        self.features = nn.Sequential(*(_block(i, o) for i, o in pairwise(widths)))
        self.classifier = nn.Linear(widths[-1], num_classes)


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )


def _cut_features(at: int) -> Callable[[nn.Module], Stages]:
    """Return what cuts a network's ``features`` in two before the layer `at`."""

    def cut(network: nn.Module) -> Stages:
        layers = list(network.get_submodule("features").children())
        return nn.Sequential(*layers[:at]), nn.Sequential(*layers[at:])

    return cut


def _cut_densenet(network: nn.Module) -> Stages:
    # torchvision applies the last ReLU outside ``features``
    mid, deep = _cut_features(8)(network)
    return mid, nn.Sequential(deep, nn.ReLU())


def _cut_resnet(network: nn.Module) -> Stages:
    names = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3")
    return nn.Sequential(*(network.get_submodule(n) for n in names)), network.get_submodule("layer4")


@dataclass(frozen=True)
class Architecture:
    """A kind of network.

    Attributes
    ----------
    make : callable
        Takes the number of classes and returns an untrained network; its tensors have torchvision's names.
    cut : callable
        Divides the convolutions into those up to the middle depth and those from there to the last feature map.
    head : str
        Name of the last linear layer.
    dropout : float
        Rate on the pooled features while training.
    """

    make: Callable[[int], nn.Module]
    cut: Callable[[nn.Module], Stages]
    head: str
    dropout: float = 0.0


ARCHITECTURES: dict[str, Architecture] = {
    "mobilenet_v2": Architecture(lambda n: models.mobilenet_v2(num_classes=n), _cut_features(14), "classifier.1", 0.2),
    "resnet18": Architecture(lambda n: models.resnet18(num_classes=n), _cut_resnet, "fc"),
    "resnet50": Architecture(lambda n: models.resnet50(num_classes=n), _cut_resnet, "fc"),
    "densenet121": Architecture(lambda n: models.densenet121(num_classes=n), _cut_densenet, "classifier"),
    "efficientnet_b0": Architecture(
        lambda n: models.efficientnet_b0(num_classes=n), _cut_features(6), "classifier.1", 0.2
    ),
    "small_cnn": Architecture(SmallCnn, _cut_features(3), "classifier"),
}


class Classifier(nn.Module):
    """A network that takes network pictures, with normalisation inside, open at its middle, its end and its head.

    Every method takes a batch of grey levels 0 to 255, uint8 or float, of shape (n, h, w) or (n, h, w, 3).
    `network` holds the weights under torchvision's names: save ``classifier.network.state_dict()``.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, architecture: str, classes: int, mean: Triple, std: Triple) -> None:
        super().__init__()
        row = ARCHITECTURES.get(architecture)
        if row is None:
            raise MedappError("network.unknown", name=architecture, known=", ".join(ARCHITECTURES))
        self.architecture = architecture
        self.network = row.make(classes)
        self._stages = row.cut(self.network)  # a tuple: shared with `network`, not registered twice
        self._head_name = row.head
        self._dropout = row.dropout
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    @property
    def head(self) -> nn.Linear:
        """The last linear layer: pooled deep features to logits."""
        layer = self.network.get_submodule(self._head_name)
        assert isinstance(layer, nn.Linear)
        return layer

    @property
    def feature_width(self) -> int:
        """How many deep features the head takes."""
        return self.head.in_features

    def normalised(self, batch: Tensor) -> Tensor:
        """Return the batch as the convolutions take it: float32, shape (n, 3, h, w)."""
        planes = batch.unsqueeze(1).expand(-1, 3, -1, -1) if batch.ndim == 3 else batch.permute(0, 3, 1, 2)
        scaled = planes.to(torch.float32) / 255
        return ((scaled - self.mean) / self.std).contiguous(memory_format=torch.channels_last)

    def maps_of(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return the feature maps at the middle and at the last depth, each (n, channels, rows, columns)."""
        to_middle, to_end = self._stages
        middle: Tensor = to_middle(self.normalised(batch))
        return middle, to_end(middle)

    def features_of(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return the feature maps of both depths averaged over the picture, each (n, channels), in one pass."""
        middle, deep = self.maps_of(batch)
        return middle.mean((2, 3)), deep.mean((2, 3))

    def logits_of(self, deep_features: Tensor) -> Tensor:
        """Return the logits, shape (n, classes), of pooled deep features."""
        logits: Tensor = self.head(F.dropout(deep_features, self._dropout, self.training))
        return logits

    def forward(self, batch: Tensor) -> Tensor:
        """Return the logits of a batch, shape (n, classes)."""
        return self.logits_of(self.features_of(batch)[1])


def build(architecture: str, classes: int, *, mean: Triple = IMAGENET_MEAN, std: Triple = IMAGENET_STD) -> Classifier:
    """Return an untrained classifier.

    Parameters
    ----------
    architecture : str
        A row of `ARCHITECTURES`.
    classes : int
        Number of classes.
    mean, std : tuple of 3 floats
        Input normalisation on values 0 to 1.

    Raises
    ------
    MedappError
        ``network.unknown`` where there is no such architecture.
    """
    return Classifier(architecture, classes, mean, std)


def load(package: Package, device: torch.device | str = "cpu", *, classes: int | None = None) -> Classifier:
    """Return the network of a package with its weights, in evaluation mode.

    Parameters
    ----------
    package : Package
        A package that `read_package` returned.
    device : torch.device or str, default "cpu"
        Where to put it.
    classes : int, optional
        Make a fresh head for so many classes instead of the package's own, for transfer learning.

    Raises
    ------
    MedappError
        ``package.weights`` where the tensors do not fit the architecture.
    """
    weights = {name: torch.from_numpy(np.array(tensor)) for name, tensor in package.weights().items()}
    head = ARCHITECTURES[package.metadata.architecture].head if package.metadata.architecture in ARCHITECTURES else ""
    own_classes = len(weights[f"{head}.bias"]) if f"{head}.bias" in weights else 1
    spec = package.preprocess
    classifier = build(package.metadata.architecture, classes or own_classes, mean=spec.mean, std=spec.std)
    if classes is not None:
        fresh = classifier.head.state_dict()
        weights |= {f"{head}.{name}": tensor for name, tensor in fresh.items()}
    try:
        classifier.network.load_state_dict(weights)
    except RuntimeError as error:
        raise MedappError("package.weights", id=package.metadata.id) from error
    return classifier.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload,no-any-return]
