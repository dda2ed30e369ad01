"""Is it worth using? Net benefit of acting on the model, against acting on everybody and on nobody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
THRESHOLDS = tuple(round(0.01 * k, 2) for k in range(1, 100))


def decision_curve(
    probabilities: Floats,
    positive: NDArray[np.bool_],
    prevalence: float | None = None,
    calibrated_at: float | None = None,
) -> list[list[float]]:
    """Return rows of the threshold probability, the net benefit of the model, and that of treating all.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n,)
        Of the alarm class.
    positive : ndarray of bool, shape (n,)
        The truth.
    prevalence : float, optional
        How common the class is where the model is to be used, 0 to 1; that among the cases by default. The
        probabilities are moved to it.
    calibrated_at : float, optional
        Prevalence for which the probabilities are calibrated; that among the cases by default.

    Returns
    -------
    list of [float, float, float]
        For thresholds of .01 to .99; empty where a class is absent. Treating none has a net benefit of 0.

    Notes
    -----
    Vickers and Elkin, Med Decis Making 2006: at the threshold t a false alarm weighs t / (1 - t) of a case found.
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return []
    own = float(positive.mean())
    asked = prevalence if prevalence is not None and 0 < prevalence < 1 else own
    moved = _moved(probabilities, own if calibrated_at is None else calibrated_at, asked)
    rows = []
    for threshold in THRESHOLDS:
        alarm = moved >= threshold
        weight = threshold / (1 - threshold)
        benefit = asked * float(alarm[positive].mean()) - (1 - asked) * float(alarm[~positive].mean()) * weight
        rows.append([threshold, round(benefit, 6), round(asked - (1 - asked) * weight, 6)])
    return rows


def _moved(probabilities: Floats, tested: float, asked: float) -> Floats:
    """Move probabilities to another prevalence, as `predictive.moved_probability` does."""
    if not 0 < tested < 1:
        return probabilities
    factor = asked / (1 - asked) / (tested / (1 - tested))
    moved: Floats = probabilities * factor / (probabilities * factor + (1 - probabilities))
    return moved
