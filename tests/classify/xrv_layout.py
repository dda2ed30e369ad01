"""The DenseNet-121 of TorchXRayVision, stated again from its layers' names: what its weight files hold.

One grey plane of values from −1024 to 1024 goes in, 18 outputs come out; ``op_threshs`` holds an operating point for
each, NaN for one that was never trained.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROWTH, BOTTLENECK, FIRST, BLOCKS = 32, 4, 64, (6, 12, 24, 16)


class DenseLayer(nn.Sequential):
    def __init__(self, inputs: int) -> None:
        width = BOTTLENECK * GROWTH
        super().__init__(
            OrderedDict(
                norm1=nn.BatchNorm2d(inputs),
                relu1=nn.ReLU(),
                conv1=nn.Conv2d(inputs, width, 1, bias=False),
                norm2=nn.BatchNorm2d(width),
                relu2=nn.ReLU(),
                conv2=nn.Conv2d(width, GROWTH, 3, padding=1, bias=False),
            )
        )

    def forward(self, maps: Tensor) -> Tensor:
        return torch.cat([maps, super().forward(maps)], 1)


def transition(inputs: int) -> nn.Sequential:
    half = inputs // 2
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(inputs),
            relu=nn.ReLU(),
            conv=nn.Conv2d(inputs, half, 1, bias=False),
            pool=nn.AvgPool2d(2),
        )
    )


class XrvDenseNet(nn.Module):
    def __init__(self, outputs: int = 18) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict(
            conv0=nn.Conv2d(1, FIRST, 7, stride=2, padding=3, bias=False),
            norm0=nn.BatchNorm2d(FIRST),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(3, stride=2, padding=1),
        )
        width = FIRST
        for number, count in enumerate(BLOCKS, start=1):
            block = OrderedDict((f"denselayer{n + 1}", DenseLayer(width + n * GROWTH)) for n in range(count))
            layers[f"denseblock{number}"] = nn.Sequential(block)
            width += count * GROWTH
            if number < len(BLOCKS):
                layers[f"transition{number}"] = transition(width)
                width //= 2
        layers["norm5"] = nn.BatchNorm2d(width)
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(width, outputs)
        self.register_buffer("op_threshs", torch.linspace(0.05, 0.6, outputs))

    def logits(self, planes: Tensor) -> Tensor:
        maps = F.relu(self.features(planes))
        logits: Tensor = self.classifier(F.adaptive_avg_pool2d(maps, 1).flatten(1))
        return logits


def xrv_network(seed: int = 0) -> XrvDenseNet:
    """Return an untrained one whose norms have seen something, in evaluation mode."""
    torch.manual_seed(seed)
    network = XrvDenseNet()
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
    network.train()
    with torch.inference_mode():
        network.logits(torch.randn(2, 1, 64, 64) * 300)
    return network.eval()
