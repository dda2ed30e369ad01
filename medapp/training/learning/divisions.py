"""What another division of the patients would have changed: the cross-validation again, with other seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.ranking import macro_auc
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.linear import CrossFit, Floats, Ints, cross_fit
from medapp.training.learning.logistic import OnStep, no_step

TIMES = 4
"""Divisions beside the first."""


def areas_of_divisions(
    features: Floats,
    truth: Ints,
    patients: Ints,
    first: CrossFit,
    config: TrainConfig,
    seed: int,
    on_step: OnStep = no_step,
) -> list[float]:
    """Return the out-of-fold area of the instant solution for each of several divisions, the first one's first.

    Parameters
    ----------
    features : ndarray of float32, shape (n, features)
        Of the development cases.
    truth, patients : ndarray of int, shape (n,)
        Class and patient of each; classes exclude each other.
    first : CrossFit
        With the division that `seed` makes. Its strength is kept.
    config : TrainConfig
        Folds.
    seed : int
        The following ones decide the other divisions.
    on_step : callable
        As in `cross_fit`.
    """
    alone = replace(config, strengths=(first.fit.strength,))
    others = (cross_fit(features, truth, patients, alone, seed + turn, on_step=on_step) for turn in range(1, TIMES + 1))
    found = [macro_auc(_shares(one.out_of_fold), truth, patients) for one in (first, *others)]
    return [round(one.value, 6) for one in found if one is not None]


def _shares(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares
