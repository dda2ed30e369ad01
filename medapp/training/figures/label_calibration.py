"""Probabilities and operating points of labels that may occur together: each label for itself, on what is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from medapp.classify.contents import Calibration
from medapp.training.cases.truth import Ints, known
from medapp.training.figures.calibration import PRIOR_PULL, choose_threshold

Floats = NDArray[np.float64]
EVEN = 0.5


def fit_labels(logits: Floats, truth: Ints, sensitivity: float) -> Calibration:
    """Fit Platt scaling and an operating point for each label.

    Parameters
    ----------
    logits : ndarray of float, shape (n, labels)
        Of cases that the network was not trained on.
    truth : ndarray of int, shape (n, labels)
        1, 0 or unknown.
    sensitivity : float
        The share of the cases with a label that its operating point finds at least, 0 to 1.

    Returns
    -------
    Calibration
        Scale, offset and threshold a label.

    Notes
    -----
    Platt 1999, with the prior of `calibration.fit_calibration`. A label of which only one side is known keeps its
    logits nearly as they are, and the threshold .5.
    """
    scaled = scale_labels(logits, truth)
    probabilities = scaled.probabilities(logits)
    columns = range(truth.shape[1])
    return replace(scaled, thresholds=tuple(_threshold(probabilities[:, k], truth[:, k], sensitivity) for k in columns))


def scale_labels(logits: Floats, truth: Ints) -> Calibration:
    """Return the scaling of `fit_labels` without its operating points: each threshold is .5."""
    columns = range(truth.shape[1])
    fits = [_platt(logits[known(truth[:, k]), k], truth[known(truth[:, k]), k]) for k in columns]
    even = (EVEN,) * truth.shape[1]
    return Calibration(tuple(scale for scale, _ in fits), tuple(offset for _, offset in fits), thresholds=even)


def _platt(logits: Floats, marks: Ints) -> tuple[float, float]:
    def loss(parameters: Floats) -> float:
        scores = logits * np.exp(parameters[0]) + parameters[1]
        return float(np.sum(np.logaddexp(0, scores) - marks * scores)) + PRIOR_PULL * float(np.sum(parameters**2))

    found = minimize(loss, np.zeros(2), method="L-BFGS-B")
    return float(np.exp(found.x[0])), float(found.x[1])


def _threshold(probabilities: Floats, marks: Ints, sensitivity: float) -> float:
    there, positive = known(marks), marks == 1
    if not positive.any() or positive[there].all():
        return EVEN
    return choose_threshold(probabilities[there], positive[there], sensitivity)


def log_loss(probabilities: Floats, truth: Ints) -> float:
    """Return the mean over labels of the mean cross entropy of what is known, in nats."""
    clipped = np.clip(probabilities, 1e-12, 1 - 1e-12)
    losses = -np.where(truth == 1, np.log(clipped), np.log(1 - clipped))
    columns = (losses[known(truth[:, k]), k] for k in range(truth.shape[1]))
    return float(np.mean([column.mean() for column in columns if len(column)]))
