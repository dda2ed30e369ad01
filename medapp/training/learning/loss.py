"""What a step minimises, and how often each case is drawn: the recipe for classes, labels, blanks and imbalance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from medapp.training.cases.truth import UNKNOWN, Ints, is_several, known


@dataclass(frozen=True, eq=False)
class Balance:
    """How rare classes are drawn more often, without the model taking them for common.

    Attributes
    ----------
    weights : ndarray of float, shape (n,)
        How likely each case is drawn, relative to the others.
    shift : ndarray of float32, shape (classes,)
        By how much that raises the logarithm of each class' odds.
    """

    weights: NDArray[np.float64]
    shift: NDArray[np.float32]


def balance_of(truth: Ints, ratio: float) -> Balance | None:
    """Return square-root sampling where one class is at least `ratio` times as common as another; else None.

    Parameters
    ----------
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true of the cases for learning.
    ratio : float
        Of several labels it is about the cases with and without each.

    Notes
    -----
    A class of n cases is drawn in proportion to √n (Mahajan et al., ECCV 2018). The loss is taken of the logits plus
    the `shift`, so that the logits themselves stay those of the true prevalence (Menon et al., ICLR 2021): the
    correction of the intercept is part of the training, and any weights can be kept at any moment.
    """
    return _of_labels(truth, ratio) if is_several(truth) else _of_classes(truth, ratio)


def _of_classes(truth: Ints, ratio: float) -> Balance | None:
    counts = np.bincount(truth).astype(np.float64)
    present = counts[counts > 0]
    if present.max() < ratio * present.min():
        return None
    gain = np.divide(1.0, np.sqrt(counts), where=counts > 0, out=np.ones_like(counts))
    drawn = gain * counts / float(np.sum(gain * counts))
    shift = np.log(np.where(counts > 0, drawn, 1) / np.where(counts > 0, counts / counts.sum(), 1))
    return Balance(gain[truth], shift.astype(np.float32))


def _of_labels(truth: Ints, ratio: float) -> Balance | None:
    gains = np.zeros(truth.shape)
    for k in range(truth.shape[1]):
        counts = np.array([np.sum(truth[:, k] == mark) for mark in (0, 1)], np.float64)
        if counts.min() and counts.max() >= ratio * counts.min():
            # relative to what is usual: the common side is drawn a little less often, the rare side much more
            gain = counts.sum() / (np.sqrt(counts) * np.sqrt(counts).sum())
            gains[:, k] = np.where(known(truth[:, k]), gain[truth[:, k]], 0)
    if not gains.any():
        return None
    weights = gains.max(axis=1)
    weights[weights == 0] = 1.0
    shift = [
        _log_odds(truth[:, k], weights) - _log_odds(truth[:, k], np.ones(len(truth))) for k in range(truth.shape[1])
    ]
    return Balance(weights, np.array(shift, np.float32))


def _log_odds(marks: Ints, weights: NDArray[np.float64]) -> float:
    positive, negative = float(weights[marks == 1].sum()), float(weights[marks == 0].sum())
    return float(np.log(positive / negative)) if positive and negative else 0.0


def draw_order(size: int, balance: Balance | None, generator: torch.Generator) -> Tensor:
    """Return the order of the cases of one pass: each once, or as many of them by their weights."""
    if balance is None:
        return torch.randperm(size, generator=generator)
    return torch.multinomial(torch.from_numpy(balance.weights), size, replacement=True, generator=generator)


def part_of_loss(logits: Tensor, some: Tensor, whole: Tensor, shift: Tensor | None) -> Tensor:
    """Return what a part of a step's cases adds to the step's mean loss.

    Parameters
    ----------
    logits : Tensor, shape (m, classes)
        Of the part.
    some, whole : Tensor of int, shapes (m,) and (n,), or (m, labels) and (n, labels)
        What is true of the part, and of all cases of the step.
    shift : Tensor or None
        `Balance.shift`.

    Notes
    -----
    Cross entropy; of several labels the binary one, the mean over all that is known. A blank adds exactly nothing.
    """
    raised = logits if shift is None else logits + shift
    if whole.ndim == 1:
        return F.cross_entropy(raised, some) * (len(some) / len(whole))
    there = (some != UNKNOWN).to(raised.dtype)
    losses = F.binary_cross_entropy_with_logits(raised, (some == 1).to(raised.dtype), there, reduction="sum")
    return losses / max(1, int((whole != UNKNOWN).sum()))
