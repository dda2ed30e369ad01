"""From the images of a stack to one answer for it: the score of each, and what the package makes of them together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medapp.classify.contents import Aggregate
from medapp.classify.prediction import Prediction

DEFAULT_LIMIT = 0.5


def scored(prediction: Prediction) -> str | None:
    """Return the class or label that `score_of` is about; None where the model refused.

    It is the alarm class; without one, the label; of several labels, the foremost one.
    """
    if prediction.probabilities is None:
        return None
    alarm = prediction.alarm_class
    return alarm if alarm in prediction.probabilities else prediction.explained


def place_of(prediction: Prediction, name: str) -> int:
    """Return the place of a class among the colours that classes have on screen, from 0.

    It is that among the model's classes, but the alarm class is always the second: it looks the same whichever model
    answers, and in whatever order that was taught.
    """
    names = list(prediction.probabilities or {})
    alarm = prediction.alarm_class
    if alarm in names and len(names) > 1:
        names.remove(alarm)
        names.insert(1, alarm)
    return names.index(name) if name in names else 0


def score_of(prediction: Prediction) -> float | None:
    """Return the probability by which images are compared, 0 to 1; None where the model refused."""
    about = scored(prediction)
    return None if about is None else (prediction.probabilities or {}).get(about)


def limit_of(prediction: Prediction) -> float | None:
    """Return the operating point of what `score_of` is about, or None where there is none."""
    if prediction.several:
        return prediction.thresholds.get(prediction.explained or "")
    return prediction.threshold


def limit_for(prediction: Prediction, name: str) -> float | None:
    """Return the operating point of one of the classes, or None where it has none of its own."""
    if prediction.several:
        return prediction.thresholds.get(name)
    return prediction.threshold if name == prediction.alarm_class else None


def aggregated(scores: Sequence[float], how: Aggregate, limit: float | None = None) -> float | None:
    """Return one figure for the images of a stack.

    Parameters
    ----------
    scores : sequence of float
        Of the images that were answered, 0 to 1; refused ones are left out.
    how : str
        ``max``, ``mean``, or ``share_above``: the share of the images at or above the operating point.
    limit : float, optional
        The operating point; .5 where there is none.

    Returns
    -------
    float or None
        0 to 1; None where no image was answered.

    Examples
    --------
    >>> aggregated([0.1, 0.3, 0.8], "max"), aggregated([0.1, 0.3, 0.8], "share_above", 0.25)
    (0.8, 0.6666666666666666)
    """
    if not scores:
        return None
    values = np.asarray(scores, np.float64)
    if how == "max":
        return float(values.max())
    if how == "mean":
        return float(values.mean())
    return float(np.mean(values >= (DEFAULT_LIMIT if limit is None else limit)))
