"""Effort "quick": all layers of the network learn, from the instant solution on. The loop, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from medapp.classify.network import Classifier
from medapp.training.augment import augmented
from medapp.training.config import TrainConfig
from medapp.training.pictures import PictureCache

Ints = NDArray[np.int64]
Spent: TypeAlias = Callable[[int], float]


@dataclass(frozen=True, eq=False)
class Material:
    """What is learned from.

    Attributes
    ----------
    pictures : PictureCache
        The network pictures.
    positions, truth : ndarray of int, shape (n,)
        Which of them, and the class of each.
    """

    pictures: PictureCache
    positions: Ints
    truth: Ints


@dataclass(frozen=True)
class Step:
    """One step that was made.

    Attributes
    ----------
    done : int
        Steps so far.
    share : float
        How much of the training is over, 0 to 1.
    passes : int
        Passes that are complete.
    ends_pass : bool
        Whether this step completed one, or is the last.
    loss : float
        Mean training loss of the current pass.
    """

    done: int
    share: float
    passes: int
    ends_pass: bool
    loss: float


class Average(nn.Module):
    """An exponential moving average of a network's weights; `network` has it."""

    def __init__(self, network: Classifier, decay: float) -> None:
        super().__init__()
        follow = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self._average = AveragedModel(network, multi_avg_fn=follow, use_buffers=True)

    @property
    def network(self) -> Classifier:
        """The network with the averaged weights."""
        module = self._average.module
        assert isinstance(module, Classifier)
        return module

    def update(self, network: Classifier) -> None:
        """Take the weights of `network` in."""
        self._average.update_parameters(network)


def fine_tune(
    network: Classifier,
    average: Average,
    material: Material,
    spent: Spent,
    config: TrainConfig,
    *,
    seed: int,
    scratch: bool,
) -> Iterator[Step]:
    """Train all layers; yields after each step. Whoever iterates looks at the weights, and stops when they like.

    Parameters
    ----------
    network : Classifier
        Trained in place.
    average : Average
        Follows it.
    material : Material
        Pictures and classes.
    spent : callable
        Takes the steps made and returns how much of the training is over; the learning rate reaches 0 with 1, and
        the training ends. By time, it adapts to a machine that has other work; by steps, it can be repeated.
    config : TrainConfig
        Every number.
    seed : int
        Order and augmentation.
    scratch : bool
        Whether the convolutions know nothing yet. Otherwise the statistics of batch norm are kept, so that
        the first step starts from what the frozen network could do.
    """
    device = next(network.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(_parameter_groups(network, config, scratch))
    peaks = [group["lr"] for group in optimizer.param_groups]
    size, batch = len(material.positions), min(config.batch, len(material.positions))
    per_pass = max(1, size // batch)
    total, order = 0.0, torch.empty(0, dtype=torch.int64)
    done, share = 0, 0.0
    while share < 1:
        place = done % per_pass
        if place == 0:
            total, order = 0.0, torch.randperm(size, generator=generator)
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * learning_rate(share, config.warm_up)
        _set_training(network, scratch)
        chosen = order[place * batch : (place + 1) * batch].numpy()
        images = torch.from_numpy(material.pictures.take(material.positions[chosen])).to(device)
        labels = torch.from_numpy(material.truth[chosen]).to(device)
        loss = F.cross_entropy(network(augmented(images, config, generator)), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        optimizer.step()
        average.update(network)
        total += float(loss.detach())
        done += 1
        share = spent(done)
        ends_pass = place == per_pass - 1 or share >= 1
        yield Step(done, min(1.0, share), done // per_pass, ends_pass, total / (place + 1))


def by_steps(steps: int) -> Spent:
    """Return what ends a training after so many steps."""
    return lambda done: done / steps


def by_time(seconds: float, most_steps: int, clock: Callable[[], float]) -> Spent:
    """Return what ends a training `seconds` from now by `clock`, or after `most_steps`."""
    start = clock()
    return lambda done: max(done / most_steps, (clock() - start) / max(seconds, 1e-3))


def weights_of(network: Classifier) -> dict[str, Tensor]:
    """Return a copy of the network's weights."""
    return {name: tensor.detach().clone() for name, tensor in network.network.state_dict().items()}


def _set_training(network: Classifier, scratch: bool) -> None:
    network.train()
    if not scratch:
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()


def _parameter_groups(network: Classifier, config: TrainConfig, scratch: bool) -> list[dict[str, object]]:
    """Divide head from body, and what decays from norms and biases, which do not."""
    head = {id(parameter) for parameter in network.head.parameters()}
    rates = (config.scratch_rate if scratch else config.body_rate, config.head_rate)
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for parameter in network.parameters():
        groups.setdefault((id(parameter) in head, parameter.ndim > 1), []).append(parameter)
    return [
        {"params": parameters, "lr": rates[in_head], "weight_decay": config.decay if decays else 0.0}
        for (in_head, decays), parameters in groups.items()
    ]


def learning_rate(share: float, warm_up: float) -> float:
    """Return the part of the full learning rate when `share` of the training is over: a rise, then half a cosine."""
    if share < warm_up:
        return (share + 0.01) / (warm_up + 0.01)
    return 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))
