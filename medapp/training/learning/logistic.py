"""Regularised logistic regression by L-BFGS, which can be stopped at every one of its steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import fmin_l_bfgs_b
from scipy.special import expit

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
OnStep = Callable[[], None]
"""Called after each step of a fit; ends it by raising."""

GRADIENT_TOLERANCE = 1e-3
LOSS_TOLERANCE = 64.0  # in roundings of the loss


def no_step() -> None:
    """Let a fit go on."""


def fit_logistic(
    features: Floats,
    truth: Ints,
    strength: float,
    start: NDArray[np.float64] | None = None,
    *,
    most_steps: int,
    on_step: OnStep = no_step,
) -> NDArray[np.float64]:
    """Return weights and, in the last column, biases: shape (rows, features + 1).

    Parameters
    ----------
    features : ndarray of float32, shape (n, features)
        Standardised.
    truth : ndarray of int, shape (n,)
        Class of each case, from 0; at least two classes.
    strength : float
        Inverse of the regularisation: the penalty on the weights, not on the biases, is ``|w|² / (2 strength)``.
    start : ndarray, optional
        What an earlier fit returned, to begin with.
    most_steps : int
        Most steps.
    on_step : callable
        Called after each of them.

    Returns
    -------
    ndarray of float64
        Two classes have one row, for the second class against the first; more have a row each.

    Notes
    -----
    Liu and Nocedal, Math Programming 1989. The products with the features, nearly all of the work, are made with
    single precision: the mean loss is exact to about 1e-6, the tolerance of its gradient is 1e-3.
    """
    classes = int(truth.max()) + 1
    rows = 1 if classes == 2 else classes
    shape = (rows, features.shape[1] + 1)
    wanted = np.eye(classes, dtype=np.float64)[truth][:, -rows:]

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = parameters.reshape(shape)
        scores = np.add(features @ weights[:, :-1].T.astype(np.float32), weights[:, -1], dtype=np.float64)
        mean_loss, residuals = _binary(scores, wanted) if rows == 1 else _multinomial(scores, wanted)
        gradient = np.empty(shape)
        gradient[:, :-1] = (residuals.astype(np.float32).T @ features) + weights[:, :-1] / (strength * len(truth))
        gradient[:, -1] = residuals.sum(axis=0)
        penalty = float(np.sum(weights[:, :-1] ** 2)) / (2 * strength * len(truth))
        return mean_loss + penalty, gradient.ravel()

    found, _, _ = fmin_l_bfgs_b(
        loss,
        (np.zeros(shape) if start is None else start).ravel(),
        callback=lambda _: on_step(),
        maxiter=most_steps,
        maxls=50,
        pgtol=GRADIENT_TOLERANCE,
        factr=LOSS_TOLERANCE,
    )
    return np.asarray(found, np.float64).reshape(shape)


def _binary(scores: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the mean loss and its derivative by each score."""
    losses = np.logaddexp(0, scores) - wanted * scores
    return float(losses.mean()), (expit(scores) - wanted) / len(scores)


def _multinomial(scores: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    highest = scores.max(axis=1, keepdims=True)
    powers = np.exp(scores - highest)
    sums = powers.sum(axis=1, keepdims=True)
    losses = np.log(sums) + highest - (wanted * scores).sum(axis=1, keepdims=True)
    return float(losses.mean()), (powers / sums - wanted) / len(scores)
