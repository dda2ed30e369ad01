"""Average precision: how pure the list of the likeliest cases is. Chance reaches the prevalence."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.intervals import Estimate, student_quantile


def average_precision(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> Estimate | None:
    """Return the average precision with its 95 % interval; None where a class is absent.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        High means positive.
    positive : ndarray of bool, shape (n,)
        The truth.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.

    Notes
    -----
    Interval on the logit scale (Boyd, Eng and Page, ECML 2013) with the patients that have the class in place of the
    cases, and Student's quantile. At 1 half a patient is taken to be found last.
    """
    if len(positive) == 0 or positive.all() or not positive.any():
        return None
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(positive[order])
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # tied scores are one step
    gained = np.diff(hits[last], prepend=0)
    value = min(1.0, float(np.sum(gained * hits[last] / (last + 1)) / positive.sum()))
    ill = len(np.unique(patients[positive]))
    inside = min(value, 1 - 0.5 / (ill + 1))
    logit = math.log(inside / (1 - inside))
    half = student_quantile(ill - 1) / math.sqrt(ill * inside * (1 - inside))
    low, high = (1 / (1 + math.exp(-max(-700.0, min(700.0, end)))) for end in (logit - half, logit + half))
    return Estimate(value, min(low, value), 1.0 if value == 1 else high, len(scores))
