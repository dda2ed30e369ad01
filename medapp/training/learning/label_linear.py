"""One regularised logistic regression a label, each on the cases of which the label is known."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.truth import UNKNOWN, Ints, known
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.logistic import OnStep, fit_logistic, no_step

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Row:
    """The regression of one label.

    Attributes
    ----------
    weight : ndarray of float32, shape (features,)
        Standardisation of the features is folded in.
    bias : float
        Likewise.
    strength : float
        Inverse regularisation strength.
    """

    weight: Floats
    bias: float
    strength: float

    def logits(self, features: Floats) -> NDArray[np.float64]:
        """Return logits, shape (n,)."""
        scores: NDArray[np.float64] = features.astype(np.float64) @ self.weight.astype(np.float64) + self.bias
        return scores


def cross_fit_labels(
    features: Floats,
    truth: Ints,
    folds: Ints,
    config: TrainConfig,
    on_fit: Callable[[int, int], None] = lambda done, total: None,
    on_step: OnStep = no_step,
) -> tuple[list[Row], NDArray[np.float64]]:
    """Choose each label's strength by cross-validation over patients and fit all of its cases with it.

    Parameters
    ----------
    features : ndarray of float32, shape (n, features)
        Pooled features.
    truth : ndarray of int, shape (n, labels)
        1, 0 or unknown; what is unknown plays no part in the label's weights.
    folds : ndarray of int, shape (n,)
        Number of each case's fold.
    config : TrainConfig
        Strengths.
    on_fit, on_step : callable
        As in `linear.cross_fit`.

    Returns
    -------
    list of Row
        One a label.
    ndarray of float64, shape (n, labels)
        Logits of every case, unknown ones too, by fits that had not seen its patient.
    """
    labels = truth.shape[1]
    total = labels * (len(np.unique(folds)) * len(config.strengths) + 1)
    fits = itertools.count(1)
    made = [
        _cross_fit(features, truth[:, k], folds, config, lambda: on_fit(next(fits), total), on_step)
        for k in range(labels)
    ]
    return [row for row, _ in made], np.column_stack([logits for _, logits in made])


def fit_labels(
    features: Floats, truth: Ints, strengths: Sequence[float], config: TrainConfig, on_step: OnStep = no_step
) -> list[Row]:
    """Fit the regression of each label with its strength."""
    return [next(_path(features, truth[:, k], (strength,), config, on_step)) for k, strength in enumerate(strengths)]


def _cross_fit(
    features: Floats, marks: Ints, folds: Ints, config: TrainConfig, on_fit: Callable[[], None], on_step: OnStep
) -> tuple[Row, NDArray[np.float64]]:
    out_of_fold = {strength: np.zeros(len(marks)) for strength in config.strengths}
    for fold in np.unique(folds):
        held = folds == fold
        for row in _path(features, np.where(held, UNKNOWN, marks), config.strengths, config, on_step):
            out_of_fold[row.strength][held] = row.logits(features[held])
            on_fit()
    best = min(config.strengths, key=lambda strength: _cross_entropy(out_of_fold[strength], marks))
    row = next(_path(features, marks, (best,), config, on_step))
    on_fit()
    return row, out_of_fold[best]


def _path(
    features: Floats, marks: Ints, strengths: Sequence[float], config: TrainConfig, on_step: OnStep
) -> Iterator[Row]:
    """Yield the fit with each strength in turn, each from where the last one ended."""
    there = known(marks)
    learned, wanted = features[there], marks[there]
    if len(np.unique(wanted)) < 2:
        # a fold may lack a rare label: then only how common it is can be said
        odds = (float(np.sum(wanted == 1)) + 0.5) / (float(np.sum(wanted == 0)) + 0.5)
        yield from (Row(np.zeros(features.shape[1], np.float32), float(np.log(odds)), s) for s in sorted(strengths))
        return
    mean, deviation = learned.mean(axis=0), learned.std(axis=0)
    deviation = np.where(deviation > 1e-6, deviation, 1).astype(np.float32)
    learned -= mean
    learned /= deviation
    found = None
    for strength in sorted(strengths):
        found = fit_logistic(learned, wanted, strength, found, most_steps=config.linear_steps, on_step=on_step)
        folded = found[0, :-1] / deviation
        yield Row(folded.astype(np.float32), float(found[0, -1] - folded @ mean), strength)


def _cross_entropy(logits: NDArray[np.float64], marks: Ints) -> float:
    there = known(marks)
    return float(np.mean(np.logaddexp(0, logits[there]) - marks[there] * logits[there]))
