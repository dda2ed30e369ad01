"""How many pictures go through the network at a time; fewer where the memory does not suffice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from medapp.errors import MedappError
from medapp.training.learning.config import TrainConfig

OnLess = Callable[[int, int], None]
"""Told the pictures at a time before and from now on."""


def lacks_memory(error: BaseException) -> bool:
    """Tell whether an error says that the memory did not suffice; some devices say it in words only."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and ("out of memory" in str(error) or "not enough memory" in str(error))


@dataclass
class Portion:
    """Pictures at a time.

    Attributes
    ----------
    size : int
        How many.
    on_less : callable
        Told when they become fewer.
    """

    size: int
    on_less: OnLess = field(default=lambda before, now: None)

    def shrink(self, error: Exception) -> None:
        """Halve the portion because of `error`; one that has another reason is raised again.

        Raises
        ------
        MedappError
            ``train.memory`` where not even one picture fits.
        """
        if not lacks_memory(error):
            raise error
        if self.size == 1:
            raise MedappError("train.memory") from error
        before, self.size = self.size, max(1, self.size // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.on_less(before, self.size)


@dataclass(frozen=True, eq=False)
class Portions:
    """The portions of a run.

    Attributes
    ----------
    looking, learning : Portion
        Where nothing is learned, and of a step; the step itself keeps its size.
    """

    looking: Portion
    learning: Portion

    @classmethod
    def of(cls, config: TrainConfig, on_less: OnLess = lambda before, now: None) -> Portions:
        """Return the portions that a configuration asks for."""
        return cls(Portion(config.feature_batch, on_less), Portion(config.batch, on_less))
