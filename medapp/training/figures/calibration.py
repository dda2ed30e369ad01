"""From logits to probabilities that mean what they say, and to the operating point; on cases not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from medapp.classify.contents import Calibration

Floats = NDArray[np.float64]
PRIOR_PULL = 0.5
"""Strength of the pull towards "leave the logits as they are": the weight of that many cases a parameter."""
HEALTHY_WORDS = (
    "normal",
    "healthy",
    "negative",
    "benign",
    "control",
    "unremarkable",
    "none",
    "absent",
    "clear",
    "without",
)


def fit_calibration(logits: Floats, truth: NDArray[np.int64]) -> Calibration:
    """Fit Platt scaling for two classes, vector scaling for more.

    Parameters
    ----------
    logits : ndarray of float, shape (n, classes)
        Of cases that the network was not trained on.
    truth : ndarray of int, shape (n,)
        Index of the right class.

    Returns
    -------
    Calibration
        Scale and offset a class, without an operating point.

    Notes
    -----
    Platt 1999 and Guo et al. 2017. A weak prior pulls the logarithm of each scale and each offset to 0,
    so that a handful of perfectly separated cases cannot make the model certain.
    """
    classes = logits.shape[1]
    two = classes == 2

    def unpack(parameters: Floats) -> tuple[Floats, Floats]:
        if two:
            return np.repeat(np.exp(parameters[:1]), 2), np.array([0.0, parameters[1]])
        return np.exp(parameters[:classes]), parameters[classes:] - parameters[classes:].mean()

    def loss(parameters: Floats) -> float:
        scale, offset = unpack(parameters)
        return _cross_entropy(logits * scale + offset, truth) + PRIOR_PULL * float(np.sum(parameters**2))

    found = minimize(loss, np.zeros(2 if two else 2 * classes), method="L-BFGS-B")
    scale, offset = unpack(found.x)
    return Calibration(tuple(map(float, scale)), tuple(map(float, offset)))


def _cross_entropy(scores: Floats, truth: NDArray[np.int64]) -> float:
    highest = scores.max(axis=1, keepdims=True)
    normaliser = highest[:, 0] + np.log(np.exp(scores - highest).sum(axis=1))
    return float(np.sum(normaliser - scores[np.arange(len(truth)), truth]))


def log_loss(probabilities: Floats, truth: NDArray[np.int64]) -> float:
    """Return the mean cross entropy of probabilities, shape (n, classes), in nats."""
    of_truth = probabilities[np.arange(len(truth)), truth]
    return float(-np.mean(np.log(np.clip(of_truth, 1e-12, 1))))


def choose_alarm_class(classes: Sequence[str], wanted: str | None = None) -> str | None:
    """Return the class to be found, for two classes; None for more.

    Parameters
    ----------
    classes : sequence of str
        In alphabetical order.
    wanted : str, optional
        What a person asked for; it wins.

    Returns
    -------
    str or None
        Else the class whose name does not say "normal", "healthy", "no …"; else the second.
    """
    if len(classes) != 2:
        return None
    if wanted is not None:
        return wanted
    ill = [name for name in classes if not _sounds_healthy(name)]
    return ill[0] if len(ill) == 1 else classes[1]


def _sounds_healthy(name: str) -> bool:
    words = name.casefold().replace("-", " ").replace("_", " ").split()
    return any(word in {"no", "non", "not"} or word.startswith(HEALTHY_WORDS) for word in words)


def choose_threshold(probabilities: Floats, positive: NDArray[np.bool_], sensitivity: float) -> float:
    """Return the operating point: the best Youden index among those that find at least `sensitivity`.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n,)
        Of the alarm class, for cases that the network was not trained on.
    positive : ndarray of bool, shape (n,)
        Whether each case is of the alarm class.
    sensitivity : float
        The share of the alarm class to be found at least, 0 to 1.

    Returns
    -------
    float
        Half way to the next lower probability, so that no case lies on the threshold itself; 0 to 1.
    """
    levels = np.unique(probabilities)
    found, false = (_share_from(levels, probabilities[side]) for side in (positive, ~positive))
    youden = np.where(found >= sensitivity, found - false, -np.inf)
    best = int(len(levels) - 1 - np.argmax(youden[::-1]))
    below = levels[best - 1] if best > 0 else max(0.0, 2 * levels[best] - 1)
    return float((levels[best] + below) / 2)


def _share_from(levels: Floats, probabilities: Floats) -> Floats:
    """Return the share of the probabilities that each level, or more, has."""
    reached: Floats = (len(probabilities) - np.searchsorted(np.sort(probabilities), levels)) / len(probabilities)
    return reached
