"""What the network makes of the pictures: features at two depths, and logits, without learning anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.classify.network import Classifier
from medapp.training.learning.memory import Portion
from medapp.training.learning.narration import StoppedEarlyError


class TakesPictures(Protocol):
    """Where network pictures come from."""

    def take(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the pictures at `positions`."""
        ...


OnBatch = Callable[[int, int], bool]
"""Told the pictures done and in all; True ends the pass."""


def never_stop(done: int, total: int) -> bool:
    """Let a pass go on, whatever it tells."""
    return False


@dataclass(frozen=True, eq=False)
class Features:
    """Pooled features of pictures.

    Attributes
    ----------
    mid, deep : ndarray of float32, shapes (n, a) and (n, b)
        At the middle and at the last depth of the network.
    seconds : float
        Wall time of the pass.
    """

    mid: NDArray[np.float32]
    deep: NDArray[np.float32]
    seconds: float

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Features:
        """Return the features of the chosen pictures; of a slice without a copy."""
        return Features(self.mid[chosen], self.deep[chosen], 0.0)


def extract(
    network: Classifier,
    pictures: TakesPictures,
    positions: NDArray[np.int64],
    portion: Portion,
    on_batch: OnBatch = never_stop,
) -> Features:
    """Pass pictures through the network once.

    Parameters
    ----------
    network : Classifier
        Left in evaluation mode.
    pictures : PictureCache
        The network pictures; or anything else that they can be taken from.
    positions : ndarray of int, shape (n,)
        Which of them.
    portion : Portion
        How many at a time; fewer, for good, where the memory does not suffice.
    on_batch : callable
        Told the progress; True stops.

    Raises
    ------
    StoppedEarlyError
        Where `on_batch` asked to stop.
    MedappError
        ``train.memory`` where not even one picture fits.
    """
    network.eval()
    start, done, count = time.monotonic(), 0, len(positions)
    while done < count:
        try:
            mid, deep = _features_at(network, pictures, positions[done : done + portion.size])
        except (RuntimeError, MemoryError) as error:
            portion.shrink(error)
            continue
        if not done:  # known with the first ones; gathered in a list, they would be in the memory twice
            mids, deeps = (np.empty((count, part.shape[1]), np.float32) for part in (mid, deep))
        mids[done : done + len(mid)], deeps[done : done + len(deep)] = mid, deep
        done += len(deep)
        if on_batch(done, count):
            raise StoppedEarlyError
    return Features(mids, deeps, time.monotonic() - start)


def _features_at(
    network: Classifier, pictures: TakesPictures, positions: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    device = next(network.parameters()).device
    with torch.inference_mode():
        mid, deep = network.features_of(torch.from_numpy(pictures.take(positions)).to(device))
        return mid.float().cpu().numpy(), deep.float().cpu().numpy()


def head_logits(network: Classifier, deep: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the logits, shape (n, classes), that the network's head makes of deep features."""
    weight = network.head.weight.detach().double().cpu().numpy()
    bias = network.head.bias.detach().double().cpu().numpy()
    scores: NDArray[np.float64] = deep.astype(np.float64) @ weight.T + bias
    return scores


def set_head(network: Classifier, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Give the network's last layer these weights."""
    with torch.no_grad():
        network.head.weight.copy_(torch.from_numpy(weight))
        network.head.bias.copy_(torch.from_numpy(bias))
