"""The networks, as torch modules that take network pictures. One row in `ARCHITECTURES` is one kind of network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision import models

from medapp.classify.package import Package
from medapp.classify.passages import Convolutions, Passage, Patches
from medapp.classify.preprocess import IMAGENET_MEAN, IMAGENET_STD, Triple
from medapp.classify.small_networks import TEXTBOOK_DROPOUT, SmallCnn, TextbookCnn
from medapp.errors import MedappError
from medapp.i18n import listed


def _divided(at: int) -> Callable[[nn.Module], Passage]:
    """Return what divides a network's ``features`` before the layer `at`."""

    def divide(network: nn.Module) -> Passage:
        return Convolutions(*_features(network, at))

    return divide


def _features(network: nn.Module, at: int) -> tuple[nn.Sequential, nn.Sequential]:
    layers = list(network.get_submodule("features").children())
    return nn.Sequential(*layers[:at]), nn.Sequential(*layers[at:])


def _densenet(network: nn.Module) -> Passage:
    # torchvision applies the last ReLU outside ``features``
    middle, deep = _features(network, 8)
    return Convolutions(middle, nn.Sequential(deep, nn.ReLU()))


def _grey_densenet(classes: int) -> nn.Module:
    """Return a DenseNet-121 that takes one grey plane; its tensors have TorchXRayVision's names."""
    network = models.densenet121(num_classes=classes)
    first = network.features.conv0
    network.features.conv0 = nn.Conv2d(
        1, first.out_channels, first.kernel_size, first.stride, first.padding, bias=False
    )
    return cast("nn.Module", network)


def _resnet(network: nn.Module) -> Passage:
    names = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3")
    first = nn.Sequential(*(network.get_submodule(name) for name in names))
    return Convolutions(first, network.get_submodule("layer4"))


def _convnext(network: nn.Module) -> Passage:
    norm = network.get_submodule("classifier.0")
    return Convolutions(*_features(network, 6), nn.Sequential(nn.AdaptiveAvgPool2d(1), norm, nn.Flatten()))


def _vision_transformer(network: nn.Module) -> Passage:
    return Patches(cast("models.VisionTransformer", network), middle=8)


def _textbook(network: nn.Module) -> Passage:
    # the last pooling belongs to what comes after the maps: before it they tell places twice as finely
    middle, last = _features(network, 6)
    return Convolutions(middle, last[:2], nn.Sequential(last[2], network.get_submodule("hidden")))


@dataclass(frozen=True)
class Architecture:
    """A kind of network.

    Attributes
    ----------
    make : callable
        Takes the number of classes and returns an untrained network; its tensors have torchvision's names.
    passage : callable
        Opens such a network at two depths.
    head : str
        Name of the last linear layer.
    dropout : float
        Rate on the pooled features while training.
    least_size, size_step : int
        Rows and columns of the smallest picture that it takes, and what a size must be a multiple of.
    channels : int
        Planes that its first convolution takes: 3, or 1 for grey pictures alone.
    """

    make: Callable[[int], nn.Module]
    passage: Callable[[nn.Module], Passage]
    head: str
    dropout: float = 0.0
    least_size: int = 28
    size_step: int = 1
    channels: int = 3


ARCHITECTURES: dict[str, Architecture] = {
    "mobilenet_v2": Architecture(lambda n: models.mobilenet_v2(num_classes=n), _divided(14), "classifier.1", 0.2),
    "resnet18": Architecture(lambda n: models.resnet18(num_classes=n), _resnet, "fc"),
    "resnet50": Architecture(lambda n: models.resnet50(num_classes=n), _resnet, "fc"),
    "densenet121": Architecture(lambda n: models.densenet121(num_classes=n), _densenet, "classifier", least_size=32),
    "xrv_densenet121": Architecture(_grey_densenet, _densenet, "classifier", least_size=32, channels=1),
    "efficientnet_b0": Architecture(lambda n: models.efficientnet_b0(num_classes=n), _divided(6), "classifier.1", 0.2),
    "convnext_tiny": Architecture(
        lambda n: models.convnext_tiny(num_classes=n), _convnext, "classifier.2", least_size=32
    ),
    "vit_b_16": Architecture(
        lambda n: models.vit_b_16(num_classes=n), _vision_transformer, "heads.head", least_size=32, size_step=16
    ),
    "textbook_cnn": Architecture(TextbookCnn, _textbook, "classifier", TEXTBOOK_DROPOUT, least_size=16),
    "small_cnn": Architecture(SmallCnn, _divided(3), "classifier", least_size=16),
}


class Classifier(nn.Module):
    """A network that takes network pictures, with normalisation inside, open at its middle, its end and its head.

    Every method takes a batch of grey levels 0 to 255, uint8 or float, of shape (n, h, w) or (n, h, w, 3).
    `network` holds the weights under torchvision's names: save ``classifier.network.state_dict()``.
    `half_type` is the type of 16 bits that its layers compute with, where `precision.settle` found that this changes
    no answer; None for 32 bits.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, architecture: str, classes: int, mean: Triple, std: Triple) -> None:
        super().__init__()
        row = ARCHITECTURES.get(architecture)
        if row is None:
            raise MedappError("network.unknown", name=architecture, known=listed(ARCHITECTURES))
        self.architecture = architecture
        self.network = row.make(classes)
        self._passage = row.passage(self.network)  # no module: its layers are the network's, not registered twice
        self._head_name = row.head
        self._dropout = row.dropout
        self._channels = row.channels
        self.half_type: torch.dtype | None = None
        self.register_buffer("mean", torch.tensor(mean[: row.channels]).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std[: row.channels]).view(1, -1, 1, 1), persistent=False)

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
        """Return the batch as the convolutions take it: float32, shape (n, 3, h, w), or (n, 1, h, w) of grey alone."""
        planes = batch.unsqueeze(1) if batch.ndim == 3 else batch.permute(0, 3, 1, 2)[:, : self._channels]
        planes = planes.expand(-1, self._channels, -1, -1)
        scaled = planes.to(torch.float32) / 255
        return ((scaled - self.mean) / self.std).contiguous(memory_format=torch.channels_last)

    def maps_of(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is at the middle and at the last depth: feature maps, or a transformer's tokens."""
        planes = self.normalised(batch)
        with torch.autocast(planes.device.type, self.half_type) if self.half_type else nullcontext():
            middle = self._passage.to_middle(planes)
            deep = self._passage.to_deep(middle)
        return middle.float(), deep.float()

    def grid_of(self, maps: Tensor) -> Tensor:
        """Return what `maps_of` gave at one depth as maps, (n, channels, rows, columns), for transformers too."""
        return self._passage.grid(maps)

    def pooled_of(self, middle: Tensor, deep: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features, each (n, channels), of what `maps_of` gave; the second are what the head takes."""
        return self.grid_of(middle).mean((2, 3)), self._passage.pooled(deep)

    def features_of(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features of both depths, each (n, channels), in one pass."""
        return self.pooled_of(*self.maps_of(batch))

    def scores_of(self, deep: Tensor) -> Tensor:
        """Return the logits, (n, classes), of what `maps_of` gave at the last depth."""
        return self.logits_of(self._passage.pooled(deep))

    def logits_of(self, deep_features: Tensor) -> Tensor:
        """Return the logits, shape (n, classes), of pooled deep features."""
        logits: Tensor = self.head(F.dropout(deep_features, self._dropout, self.training))
        return logits

    def forward(self, batch: Tensor) -> Tensor:
        """Return the logits of a batch, shape (n, classes)."""
        return self.scores_of(self.maps_of(batch)[1])


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
    except torch.OutOfMemoryError:
        raise  # no fault of the package
    except RuntimeError as error:
        raise MedappError("package.weights", id=package.metadata.id) from error
    return classifier.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload,no-any-return]
