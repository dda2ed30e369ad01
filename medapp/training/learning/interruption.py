"""A stop that is asked for is taken within a layer: a step of a large network on a busy machine takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from medapp.training.learning.narration import StoppedEarlyError

_SLOW = (nn.Conv2d, nn.Linear)


@contextmanager
def interruptible(network: nn.Module, asked: Callable[[], bool]) -> Iterator[None]:
    """Let `network`, and copies that are made of it meanwhile, raise StoppedEarlyError where a stop was asked for.

    Parameters
    ----------
    network : nn.Module
        Looks after each convolution and each matrix, forwards and backwards. The numbers are the same.
    asked : callable
        Whether a stop is asked for; called often.

    Notes
    -----
    A step that is left in the middle has changed no weight: the optimiser comes last.
    """

    def look() -> None:
        if asked():
            raise StoppedEarlyError

    def look_backwards(_: Tensor) -> None:
        look()

    # functions, not methods: a copy of the network shares them
    def after(_module: nn.Module, _inputs: object, output: object) -> None:
        look()
        if isinstance(output, Tensor) and output.requires_grad:
            output.register_hook(look_backwards)  # type: ignore[no-untyped-call]

    handles = [module.register_forward_hook(after) for module in network.modules() if isinstance(module, _SLOW)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
