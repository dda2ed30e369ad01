"""A moment of trial: what a picture costs a network on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from medapp.classify.network import build
from medapp.training.learning.forecast import Rates
from medapp.training.learning.interruption import interruptible
from medapp.training.learning.rates import READING_SECONDS, key_of, remembered
from medapp.training.plan import Plan

_PICTURES, _CLASSES, _CALLS = 4, 2, 3


def rates_for(plan: Plan, asked: Callable[[], bool] = lambda: False) -> tuple[Rates, str]:
    """Return what a picture costs, as earlier runs remember it or tried out now, and which: "earlier" or "probe".

    Raises
    ------
    StoppedEarlyError
        Where a stop is `asked` for during the trial.
    """
    known = remembered(rate_key(plan))
    return (known, "earlier") if known is not None else (tried_out(plan, asked), "probe")


def rate_key(plan: Plan) -> str:
    """Return under which key the rates of a plan are remembered."""
    return key_of(plan.architecture, plan.device.type, plan.config.threads, plan.spec.size)


def tried_out(plan: Plan, asked: Callable[[], bool]) -> Rates:
    """Return what a few blank pictures cost an untrained network of the plan's kind."""
    torch.set_num_threads(plan.config.threads)
    size = plan.spec.size
    with torch.random.fork_rng(devices=[]):
        network = build(plan.architecture, _CLASSES).to(plan.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        pictures = torch.zeros((_PICTURES, size, size), dtype=torch.uint8, device=plan.device)
        with interruptible(network, asked):
            looking = _seconds(lambda: _look(network, pictures))
            learning = _seconds(lambda: _learn(network, pictures))
    return Rates(READING_SECONDS, looking / _PICTURES, learning / _PICTURES)


def _look(network: nn.Module, pictures: torch.Tensor) -> None:
    network.eval()
    with torch.inference_mode():
        network(pictures).sum().item()


def _learn(network: nn.Module, pictures: torch.Tensor) -> None:
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.0)
    loss = F.cross_entropy(network(pictures), torch.zeros(_PICTURES, dtype=torch.int64, device=pictures.device))
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    loss.item()


def _seconds(work: Callable[[], None]) -> float:
    """Return the wall time of a call: the shortest, for other work makes it longer, and the first one warms up."""
    seconds = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
