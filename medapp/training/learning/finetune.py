"""Efforts "quick" and "thorough": all layers learn, from the instant solution on. The step, and nothing else."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from medapp.classify.network import Classifier
from medapp.errors import MedappError
from medapp.training.learning.augment import augmented
from medapp.training.learning.checkpoint import Checkpoint, part_of
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.loss import balance_of, draw_order, part_of_loss
from medapp.training.learning.memory import Portion
from medapp.training.learning.pace import Pace
from medapp.training.learning.pictures import PictureCache
from medapp.training.learning.standing import (
    load_optimizer,
    load_state,
    optimizer_tensors,
    random_tensors,
    set_random,
    state_of,
)
from medapp.training.learning.textbook import learning_rate, optimizer_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Material:
    """What is learned from.

    Attributes
    ----------
    pictures : PictureCache
        The network pictures.
    positions : ndarray of int, shape (n,)
        Which of them.
    truth : ndarray of int, shape (n,) or (n, labels)
        The class of each, or what is known of its labels.
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
    pictures : int
        Pictures that this step learned from.
    seconds, waited : float
        Wall time of the step, and the part of it in which its pictures were brought and changed.
    """

    done: int
    share: float
    passes: int
    ends_pass: bool
    loss: float
    pictures: int
    seconds: float
    waited: float


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


class FineTuning:
    """One fine-tuning of all layers, step by step; it can be written down after each, and gone on with.

    Parameters
    ----------
    network : Classifier
        Trained in place.
    average : Average
        Follows it.
    material : Material
        Pictures and classes.
    pace : Pace
        How much of the training is over; the learning rate reaches 0 with 1, and the training ends.
    config : TrainConfig
        Every number.
    portion : Portion
        Pictures at a time; where a step has more, their gradients are added up.
    seed : int
        Order and augmentation.
    scratch : bool
        Whether the convolutions know nothing yet. Otherwise the statistics of batch norm are kept, so that
        the first step starts from what the frozen network could do.

    Notes
    -----
    Written down with `checkpoint` and gone on with `restore` under the same threads, it makes the very same
    weights as without: network, average, optimiser, order, place, share, and the random numbers of order,
    augmentation and dropout are all of it.
    """

    def __init__(
        self,
        network: Classifier,
        average: Average,
        material: Material,
        pace: Pace,
        config: TrainConfig,
        portion: Portion,
        *,
        seed: int,
        scratch: bool,
    ) -> None:
        self.network, self.average, self.pace = network, average, pace
        self.done, self.share = 0, 0.0
        self._material, self._config, self._portion, self._scratch = material, config, portion, scratch
        self._device = next(network.parameters()).device
        self._generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        self._optimizer = optimizer_of(_parameter_groups(network, config, scratch), config)
        self._peaks = [group["lr"] for group in self._optimizer.param_groups]
        self._batch = min(config.batch, len(material.positions))
        self._per_pass = max(1, len(material.positions) // self._batch)
        self._total, self._order = 0.0, torch.empty(0, dtype=torch.int64)
        self._balance = None if config.plain else balance_of(material.truth, config.imbalance)
        self._shift = None if self._balance is None else torch.from_numpy(self._balance.shift).to(self._device)

    def steps(self) -> Iterator[Step]:
        """Train; yields after each step. Whoever iterates looks at the weights, and stops when they like."""
        while self.share < 1:
            began, place = time.perf_counter(), self.done % self._per_pass
            if place == 0:
                size = len(self._material.positions)
                self._total, self._order = 0.0, draw_order(size, self._balance, self._generator)
            for group, peak in zip(self._optimizer.param_groups, self._peaks, strict=True):
                group["lr"] = peak * learning_rate(self.share, self._config.warm_up, self._config.schedule)
            _set_training(self.network, self._scratch)
            images, labels = self._brought(self._order[place * self._batch : (place + 1) * self._batch].numpy())
            waited = time.perf_counter() - began
            self._total += self._learned(images, labels)
            self.average.update(self.network)
            self.done += 1
            self.share = min(1.0, self.pace.share(self.done))
            ends_pass = place == self._per_pass - 1 or self.share >= 1
            passes, loss = self.done // self._per_pass, self._total / (place + 1)
            seconds = time.perf_counter() - began
            yield Step(self.done, self.share, passes, ends_pass, loss, len(labels), seconds, waited)

    def _brought(self, chosen: Ints) -> tuple[Tensor, Tensor]:
        """Return pictures, changed a little, and classes on the device."""
        images = torch.from_numpy(self._material.pictures.take(self._material.positions[chosen])).to(self._device)
        labels = torch.from_numpy(self._material.truth[chosen]).to(self._device)
        return images if self._config.plain else augmented(images, self._config, self._generator), labels

    def _learned(self, images: Tensor, labels: Tensor) -> float:
        """Make one step, and return the loss before it."""
        loss = self._gradients(images, labels)
        if not math.isfinite(loss):
            raise MedappError("train.diverged", rate=f"{max(self._peaks):g}")
        if self._config.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self._config.clip)
        self._optimizer.step()
        return loss

    def _gradients(self, images: Tensor, labels: Tensor) -> float:
        """Leave the gradients of the step's mean loss in the parameters, and return that loss."""
        while True:
            try:
                return self._in_portions(images, labels)
            except (RuntimeError, MemoryError) as error:
                self._portion.shrink(error)

    def _in_portions(self, images: Tensor, labels: Tensor) -> float:
        self._optimizer.zero_grad(set_to_none=True)
        total = 0.0
        size = self._portion.size
        for some, given in zip(torch.split(images, size), torch.split(labels, size), strict=True):
            with torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda"):
                logits = self.network(some)
            loss = part_of_loss(logits.float(), given, labels, self._shift)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total

    def checkpoint(self) -> Checkpoint:
        """Return where the training stands."""
        facts = {"done": self.done, "share": self.share, "total": self._total, "used": self.pace.used}
        tensors = {
            **part_of("network", state_of(self.network)),
            **part_of("average", state_of(self.average)),
            **part_of("optimizer", optimizer_tensors(self._optimizer)),
            **part_of("random", random_tensors(self._generator, self._device)),
            "order": self._order.numpy(),
        }
        return Checkpoint(facts, tensors)

    def restore(self, facts: Mapping[str, Any], kept: Checkpoint) -> None:
        """Go on where `checkpoint` stood."""
        self.done, self.share, self._total = int(facts["done"]), float(facts["share"]), float(facts["total"])
        self.pace.begin(float(facts["used"]))
        load_state(self.network, kept.part("network"))
        load_state(self.average, kept.part("average"))
        load_optimizer(self._optimizer, kept.part("optimizer"))
        set_random(kept.part("random"), self._generator, self._device)
        self._order = torch.from_numpy(np.array(kept.tensors["order"]))


def weights_of(network: Classifier) -> dict[str, Tensor]:
    """Return a copy of the network's weights."""
    return {name: tensor.detach().clone() for name, tensor in network.network.state_dict().items()}


def is_matrix(shape: Sequence[int]) -> bool:
    """Tell a convolution or a matrix from biases, norms, layer scales and class tokens, which are one row of values."""
    return sum(side > 1 for side in shape) > 1


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
        groups.setdefault((id(parameter) in head, is_matrix(parameter.shape)), []).append(parameter)
    return [
        {"params": parameters, "lr": rates[in_head], "weight_decay": config.decay if decays else 0.0}
        for (in_head, decays), parameters in groups.items()
    ]
