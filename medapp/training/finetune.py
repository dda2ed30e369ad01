"""Effort "quick": all layers of the network learn, from the instant solution on. The loop, and nothing else."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

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
TRIAL_STEPS = 4


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
    done, total : int
        Steps.
    passes : int
        Passes that are complete.
    ends_pass : bool
        Whether this step completed one.
    loss : float
        Mean training loss of the current pass.
    """

    done: int
    total: int
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
    steps: int,
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
    steps : int
        How many; the learning rate reaches 0 with the last.
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
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps, config.warm_up))
    size, batch = len(material.positions), min(config.batch, len(material.positions))
    per_pass = max(1, size // batch)
    total, order = 0.0, torch.empty(0, dtype=torch.int64)
    for step in range(steps):
        place = step % per_pass
        if place == 0:
            total, order = 0.0, torch.randperm(size, generator=generator)
        _set_training(network, scratch)
        chosen = order[place * batch : (place + 1) * batch].numpy()
        images = torch.from_numpy(material.pictures.take(material.positions[chosen])).to(device)
        labels = torch.from_numpy(material.truth[chosen]).to(device)
        loss = F.cross_entropy(network(augmented(images, config, generator)), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        optimizer.step()
        schedule.step()
        average.update(network)
        total += float(loss.detach())
        ends_pass = place == per_pass - 1 or step == steps - 1
        yield Step(step + 1, steps, (step + 1) // per_pass, ends_pass, total / (place + 1))


def seconds_a_step(network: Classifier, material: Material, config: TrainConfig, *, scratch: bool) -> float:
    """Measure a training step on a copy of the network: the fastest, as other work on the machine comes and goes."""
    trial = copy.deepcopy(network)
    average = Average(trial, config.average_decay)
    steps = fine_tune(trial, average, material, TRIAL_STEPS, config, seed=0, scratch=scratch)
    times = [time.monotonic() for _ in steps]
    return float(np.diff(times).min())


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


def _rate(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the learning rate: a linear rise, then half a cosine down to 0."""
    rise = max(1, round(steps * warm_up))
    if step < rise:
        return (step + 1) / (rise + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))
