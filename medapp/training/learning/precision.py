"""Sixteen bits a weight where that changes no answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.classify.contents import Tensors, halved
from medapp.classify.network import Classifier
from medapp.training.learning.features import OnBatch, head_logits, never_stop
from medapp.training.learning.finetune import is_matrix, weights_of
from medapp.training.learning.lesson import Lesson, logits_at, shares_of

PRECISION_PICTURES = 128


def settle_precision(lesson: Lesson, on_batch: OnBatch = never_stop) -> tuple[dict[str, NDArray[Any]], float]:
    """Round the network's weights to 16 bits where that moves no probability by more than the tolerance.

    `on_batch` as in `extract`.

    Returns
    -------
    dict of str to ndarray
        The weights to store; the network has the same.
    float
        The largest change of a probability, measured on up to `PRECISION_PICTURES` pictures.
    """
    network = lesson.network
    everyone = np.concatenate([lesson.development.positions, lesson.sealed.positions])
    sample = everyone[:: max(1, len(everyone) // PRECISION_PICTURES)][:PRECISION_PICTURES]
    full = {name: tensor.cpu().numpy() for name, tensor in weights_of(network).items()}
    before = shares_of(logits_at(lesson, network, sample, on_batch), several=lesson.several)
    half = half_matrices(full)
    _load(network, half)
    difference = float(
        np.abs(shares_of(logits_at(lesson, network, sample, on_batch), several=lesson.several) - before).max()
    )
    if difference <= lesson.config.half_tolerance:
        return half, difference
    _load(network, full)
    return full, difference


def settle_head(lesson: Lesson, deep: NDArray[np.float32]) -> tuple[dict[str, NDArray[Any]], float]:
    """Do what `settle_precision` does where only the head is new: its features are known, no picture is needed.

    Parameters
    ----------
    lesson : Lesson
        Its network has the rounded weights of the starting model, and the new head.
    deep : ndarray of float32, shape (n, features)
        Deep features of that network.
    """
    network = lesson.network
    full = {name: tensor.cpu().numpy() for name, tensor in weights_of(network).items()}
    before = shares_of(head_logits(network, deep), several=lesson.several)
    half = half_matrices(full)
    _load(network, half)
    difference = float(np.abs(shares_of(head_logits(network, deep), several=lesson.several) - before).max())
    if difference <= lesson.config.half_tolerance:
        return half, difference
    _load(network, full)
    return full, difference


def half_matrices(weights: Tensors) -> dict[str, NDArray[Any]]:
    """Round convolutions and matrices to 16 bits; biases, norms and scales, small and sensitive, stay as they are."""
    half = halved(weights)
    return {name: half[name] if is_matrix(tensor.shape) else tensor for name, tensor in weights.items()}


def round_weights(network: Classifier) -> None:
    """Round the weights of a starting model, so that its features are those that the package will give."""
    _load(network, half_matrices({name: tensor.cpu().numpy() for name, tensor in weights_of(network).items()}))


def _load(network: Classifier, weights: dict[str, NDArray[Any]]) -> None:
    network.network.load_state_dict({n: torch.from_numpy(np.array(w, _widened(w.dtype))) for n, w in weights.items()})


def _widened(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float32) if dtype == np.float16 else dtype
