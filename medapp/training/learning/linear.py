"""Effort "instant": logistic regression on the features of the frozen network, its strength chosen by patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.folds import fold_count, fold_numbers
from medapp.training.cases.truth import is_several
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.label_linear import Row, cross_fit_labels, fit_labels
from medapp.training.learning.logistic import OnStep, fit_logistic, no_step

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_BLOCK_ROWS = 1024


@dataclass(frozen=True, eq=False)
class LinearFit:
    """A linear head for the network.

    Attributes
    ----------
    weight : ndarray of float32, shape (classes, features)
        Standardisation of the features is folded in.
    bias : ndarray of float32, shape (classes,)
        Likewise.
    strength : float
        The inverse regularisation strength that was chosen; of several labels the smallest.
    strengths : tuple of float
        Of several labels that of each.
    """

    weight: Floats
    bias: Floats
    strength: float
    strengths: tuple[float, ...] = ()

    def logits(self, features: Floats) -> NDArray[np.float64]:
        """Return logits, shape (n, classes)."""
        scores: NDArray[np.float64] = features.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias
        return scores


@dataclass(frozen=True, eq=False)
class CrossFit:
    """A fit on all cases, and what fits without a case's patient say about it.

    Attributes
    ----------
    fit : LinearFit
        On all cases.
    out_of_fold : ndarray of float64, shape (n, classes)
        Logits of each case by the fit that had not seen its patient.
    """

    fit: LinearFit
    out_of_fold: NDArray[np.float64]


def cross_fit(
    features: Floats,
    truth: Ints,
    patients: Ints,
    config: TrainConfig,
    seed: int,
    on_fit: Callable[[int, int], None] = lambda done, total: None,
    on_step: OnStep = no_step,
) -> CrossFit:
    """Choose the strength by cross-validation over patients and fit all cases with it.

    Parameters
    ----------
    features : ndarray of float32, shape (n, features)
        Pooled features.
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true of each case; every class needs at least two patients.
    patients : ndarray of int, shape (n,)
        Patient of each.
    config : TrainConfig
        Folds and strengths.
    seed : int
        Decides the folds.
    on_fit : callable
        Told the fits done and in all.
    on_step : callable
        Called after each step of a fit; ends it by raising.

    Returns
    -------
    CrossFit
        The strength, of several labels each one's own, has the lowest out-of-fold cross entropy.
    """
    folds = fold_count(patients, truth, config.folds)
    numbers = fold_numbers(patients, truth, folds, seed)
    if is_several(truth):
        rows, logits = cross_fit_labels(features, truth, numbers, config, on_fit, on_step)
        return CrossFit(_stacked(rows), logits)
    classes = int(truth.max()) + 1
    out_of_fold = {c: np.zeros((len(truth), classes)) for c in config.strengths}
    done, total = 0, folds * len(config.strengths) + 1
    for fold in range(folds):
        held = numbers == fold
        for fit in _path(features[~held], truth[~held], config.strengths, config, on_step):  # a copy, to be changed
            out_of_fold[fit.strength][held] = fit.logits(features[held])
            done += 1
            on_fit(done, total)
    best = min(config.strengths, key=lambda c: _cross_entropy(out_of_fold[c], truth))
    fit = fit_linear(features, truth, best, config, on_step)
    on_fit(total, total)
    return CrossFit(fit, out_of_fold[best])


def fit_again(
    before: LinearFit, features: Floats, truth: Ints, config: TrainConfig, on_step: OnStep = no_step
) -> LinearFit:
    """Fit other cases with the strengths of the fit `before`."""
    if is_several(truth):
        return _stacked(fit_labels(features, truth, before.strengths, config, on_step))
    return fit_linear(features, truth, before.strength, config, on_step)


def _stacked(rows: Sequence[Row]) -> LinearFit:
    bias = np.array([row.bias for row in rows], np.float32)
    strengths = tuple(row.strength for row in rows)
    return LinearFit(np.stack([row.weight for row in rows]), bias, min(strengths), strengths)


def fit_linear(
    features: Floats, truth: Ints, strength: float, config: TrainConfig, on_step: OnStep = no_step
) -> LinearFit:
    """Fit the regression of classes that exclude each other with one strength; `on_step` as in `cross_fit`."""
    (fit,) = _path(features.copy(), truth, (strength,), config, on_step)
    return fit


def _path(
    features: Floats, truth: Ints, strengths: tuple[float, ...], config: TrainConfig, on_step: OnStep
) -> Iterator[LinearFit]:
    """Yield the fit with each strength in turn, each from where the last one ended; `features` are changed."""
    mean = features.mean(axis=0)
    features -= mean
    deviation = _root_mean_square(features)
    deviation = np.where(deviation > 1e-6, deviation, 1).astype(np.float32)
    features /= deviation
    found = None
    for strength in sorted(strengths):
        # the weakest strengths need not be fitted to the end to lose
        found = fit_logistic(features, truth, strength, found, most_steps=config.linear_steps, on_step=on_step)
        weight, bias = _per_class(found[:, :-1], found[:, -1])
        folded = weight / deviation
        yield LinearFit(folded.astype(np.float32), (bias - folded @ mean).astype(np.float32), strength)


def _root_mean_square(features: Floats) -> NDArray[np.float64]:
    """Return that of each column, block by block: the features of many cases are in the memory often enough."""
    blocks = (features[start : start + _BLOCK_ROWS] for start in range(0, len(features), _BLOCK_ROWS))
    squares = sum(np.square(block, dtype=np.float64).sum(axis=0) for block in blocks)
    return np.asarray(np.sqrt(squares / len(features)))


def _per_class(
    weight: NDArray[np.floating], bias: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return a row a class; two classes share one row, half each way."""
    if len(weight) > 1:
        return weight, bias
    return np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2


def _cross_entropy(logits: NDArray[np.float64], truth: Ints) -> float:
    highest = logits.max(axis=1, keepdims=True)
    normaliser = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    return float(np.mean(normaliser - logits[np.arange(len(truth)), truth]))
