"""Textbook settings: what they make of the recipe's numbers, and the learning rate as the training goes on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch

from medapp.training.learning.config import TrainConfig
from medapp.training.runs.request import RunRequest

PLAIN_RATES = {"adamw": 1e-3, "adam": 1e-3, "sgd": 1e-2}
_TUNING_RATES = {"adamw": (1e-4, 1e-3), "adam": (1e-4, 1e-3), "sgd": (1e-3, 1e-2)}
_STEP_FACTOR, _STEPS_DOWN = 0.1, 3


def with_settings(config: TrainConfig, request: RunRequest, *, scratch: bool) -> TrainConfig:
    """Return the numbers with the textbook settings of a request.

    Parameters
    ----------
    config : TrainConfig
        The recipe.
    request : RunRequest
        What was asked for; without any textbook setting the recipe stays.
    scratch : bool
        Whether the network knows nothing yet. Then any of the settings makes a plain training.

    Returns
    -------
    TrainConfig
        A plain one has neither warm-up nor clipping, changed pictures or averaged weights, and never ends early.
    """
    if not request.is_textbook:
        return config
    optimiser = request.optimiser or config.optimiser
    body, head = _TUNING_RATES[optimiser]
    asked = replace(
        config,
        optimiser=optimiser,
        schedule=request.schedule or config.schedule,
        epochs=request.epochs,
        batch=request.batch or config.batch,
        body_rate=request.rate or body,
        head_rate=request.rate or head,
    )
    return _plain(asked, request.rate or PLAIN_RATES[optimiser]) if scratch else asked


def _plain(config: TrainConfig, rate: float) -> TrainConfig:
    return replace(
        config,
        plain=True,
        scratch_rate=rate,
        head_rate=rate,
        decay=config.decay if config.optimiser == "adamw" else 0.0,
        warm_up=0.0,
        clip=0.0,
        average_decay=0.0,
    )


def optimizer_of(groups: Iterable[dict[str, Any]], config: TrainConfig) -> torch.optim.Optimizer:
    """Return what makes the steps.

    Parameters
    ----------
    groups : iterable of dict
        Parameters with their learning rate and weight decay.
    config : TrainConfig
        Which.
    """
    if config.optimiser == "sgd":
        return torch.optim.SGD(groups, momentum=config.momentum)
    return (torch.optim.Adam if config.optimiser == "adam" else torch.optim.AdamW)(groups)


def learning_rate(share: float, warm_up: float, schedule: str = "cosine") -> float:
    """Return the part of the full learning rate when `share` of the training is over: a rise, then the schedule."""
    if share < warm_up:
        return (share + 0.01) / (warm_up + 0.01)
    over = (share - warm_up) / (1 - warm_up)
    if schedule == "constant":
        return 1.0
    if schedule == "step":
        return _STEP_FACTOR ** min(int(over * _STEPS_DOWN), _STEPS_DOWN - 1)
    return 0.5 * (1 + math.cos(math.pi * over))
