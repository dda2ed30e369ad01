"""Small networks of our own, to be trained from scratch."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F

TEXTBOOK_DROPOUT = 0.5
_GRID = 4


class SmallCnn(nn.Module):
    """Four blocks of convolution, batch norm, ReLU and pooling; the head takes the mean of each map."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        widths = (3, 16, 32, 64, 128)
        self.features = nn.Sequential(*(_normed_block(i, o) for i, o in pairwise(widths)))
        self.classifier = nn.Linear(widths[-1], num_classes)

    def forward(self, planes: Tensor) -> Tensor:
        """Return the logits, (n, classes), of normalised planes, (n, 3, h, w)."""
        return cast("Tensor", self.classifier(self.features(planes).mean((2, 3))))


class TextbookCnn(nn.Module):
    """The network of textbooks: three times convolution, ReLU and pooling, then two linear layers.

    It takes pictures of any size from 16 pixels on: what the linear layers see is brought to a grid of 4 × 4.
    Dropout stands before the last layer.
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        widths, hidden = (3, 32, 64, 64), 128
        layers = [layer for i, o in pairwise(widths) for layer in _plain_block(i, o)]
        self.features = nn.Sequential(*layers)
        self.hidden = nn.Sequential(
            nn.AdaptiveAvgPool2d(_GRID), nn.Flatten(), nn.Linear(widths[-1] * _GRID**2, hidden), nn.ReLU()
        )
        self.classifier = nn.Linear(hidden, num_classes)
        for layer in (*self.features, *self.hidden):
            if isinstance(layer, nn.Conv2d | nn.Linear):
                # He et al. 2015: without batch norm torch's smaller weights cost SGD most of its first passes
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, planes: Tensor) -> Tensor:
        """Return the logits, (n, classes), of normalised planes, (n, 3, h, w)."""
        hidden = F.dropout(self.hidden(self.features(planes)), TEXTBOOK_DROPOUT, self.training)
        return cast("Tensor", self.classifier(hidden))


def _normed_block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )


def _plain_block(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)
