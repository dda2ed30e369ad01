"""The way of a picture through a network, open at its middle, at its end, and before its head."""

from __future__ import annotations

import math
from typing import Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import VisionTransformer


class Passage(Protocol):
    """Four parts that make up a network without its head.

    What is between them is feature maps, (n, channels, rows, columns), or tokens, (n, tokens, channels).
    """

    def to_middle(self, planes: Tensor) -> Tensor:
        """Go from normalised planes, (n, 3, h, w), to the middle depth."""
        ...

    def to_deep(self, middle: Tensor) -> Tensor:
        """Go on to the last depth that still has places in the picture."""
        ...

    def pooled(self, deep: Tensor) -> Tensor:
        """Go on to what the head takes, (n, features)."""
        ...

    def grid(self, state: Tensor) -> Tensor:
        """Return what is at a depth as maps, (n, channels, rows, columns)."""
        ...


class AveragePool(nn.Module):
    """The mean of each map: (n, channels, rows, columns) to (n, channels)."""

    def forward(self, maps: Tensor) -> Tensor:
        """Return the means."""
        return maps.mean((2, 3))


class Convolutions:
    """The passage of a convolutional network.

    Parameters
    ----------
    first, last : Module
        Up to the middle, and on to the last feature map; their layers are the network's own.
    pool : Module, optional
        From the last feature map to what the head takes; by default the mean of each map.
    """

    def __init__(self, first: nn.Module, last: nn.Module, pool: nn.Module | None = None) -> None:
        self._first, self._last, self._pool = first, last, pool or AveragePool()

    def to_middle(self, planes: Tensor) -> Tensor:
        """See `Passage`."""
        return cast("Tensor", self._first(planes))

    def to_deep(self, middle: Tensor) -> Tensor:
        """See `Passage`."""
        return cast("Tensor", self._last(middle))

    def pooled(self, deep: Tensor) -> Tensor:
        """See `Passage`."""
        return cast("Tensor", self._pool(deep))

    def grid(self, state: Tensor) -> Tensor:
        """See `Passage`."""
        return state


class Patches:
    """The passage of torchvision's vision transformer; the first token is the class token, the others are places.

    Its place embeddings are for one size of picture; for another they are interpolated, as torchvision's
    ``interpolate_embeddings`` does once, so that the tensors stay those of the file.

    Parameters
    ----------
    network : VisionTransformer
        The network.
    middle : int
        Number of encoder layers up to the middle.

    Notes
    -----
    Behind the last layer the head sees the class token alone, and no place has a say any more: the last depth
    with places is what its attention takes. That is behind its norm: before it, a place could grow without any
    effect, and the slope along it would always be 0. The class token as it was goes along in front, for the sum.
    """

    def __init__(self, network: VisionTransformer, middle: int) -> None:
        self._network, self._layers, self._middle = network, list(network.encoder.layers), middle

    def to_middle(self, planes: Tensor) -> Tensor:
        """See `Passage`."""
        places = self._network.conv_proj(planes)
        embeddings = self._embeddings(places.shape[2])
        tokens = torch.cat(
            [self._network.class_token.expand(len(planes), -1, -1), places.flatten(2).transpose(1, 2)], dim=1
        )
        return self._through(tokens + embeddings, 0, self._middle)

    def to_deep(self, middle: Tensor) -> Tensor:
        """See `Passage`."""
        tokens = self._through(middle, self._middle, len(self._layers) - 1)
        return torch.cat([tokens[:, :1], self._layers[-1].ln_1(tokens)], dim=1)

    def pooled(self, deep: Tensor) -> Tensor:
        """See `Passage`."""
        layer, before, tokens = self._layers[-1], deep[:, :1], deep[:, 1:]
        seen, _ = layer.self_attention(tokens[:, :1], tokens, tokens, need_weights=False)
        token = before + layer.dropout(seen)
        return cast("Tensor", self._network.encoder.ln(token + layer.mlp(layer.ln_2(token)))[:, 0])

    def grid(self, state: Tensor) -> Tensor:
        """See `Passage`."""
        side = _side(state)
        return state[:, -side * side :].transpose(1, 2).reshape(len(state), -1, side, side)

    def _through(self, tokens: Tensor, start: int, end: int) -> Tensor:
        for layer in self._layers[start:end]:
            tokens = layer(tokens)
        return tokens

    def _embeddings(self, side: int) -> Tensor:
        own = cast("Tensor", self._network.encoder.pos_embedding)
        if _side(own) == side:
            return own
        maps = F.interpolate(self.grid(own), (side, side), mode="bicubic", align_corners=True)
        return torch.cat([own[:, :1], maps.flatten(2).transpose(1, 2)], dim=1)


def _side(tokens: Tensor) -> int:
    return math.isqrt(tokens.shape[1] - 1)
