"""The figures of parts of the cases: sites, makers, sexes, ages, views. Whoever is few is told as few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.i18n import tr
from medapp.training.figures import ranking
from medapp.training.figures.intervals import Estimate, proportion

FEW = 20
"""Cases of a class under which a group gets no area and a warning."""
MOST_GROUPS = 12
"""Of one kind; the smaller ones are left out."""


def group_figures(
    scores: NDArray[np.float64],
    alarm: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
    traits: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    """Return the rows of ``groups`` in the report.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        Probabilities of the alarm class.
    alarm, positive : ndarray of bool, shape (n,)
        Whether an alarm was given, and the truth.
    patients : ndarray of int, shape (n,)
        Which patient each case belongs to.
    traits : mapping of str to sequence of str
        What is known of each case, for example ``{"sex": ["F", "M", …]}``; empty where it is not known.

    Returns
    -------
    list of dict
        ``by``, ``group``, ``n``, ``positive``, ``auc``, ``sensitivity``, ``specificity`` and ``warning``; the largest
        groups of each trait first. A trait that is the same for all cases is left out. Groups are not tested against
        each other: the intervals say what they say.
    """
    rows = []
    for by, values in traits.items():
        column = np.asarray(values, dtype=np.str_)
        names, counts = np.unique(column[column != ""], return_counts=True)
        if len(names) + bool((column == "").any()) < 2:
            continue
        largest = sorted(zip(-counts, names, strict=True))[:MOST_GROUPS]
        for _, name in largest:
            chosen = column == name
            row = _row(scores[chosen], alarm[chosen], positive[chosen], patients[chosen])
            rows.append({"by": by, "group": str(name), **row})
    return rows


def _row(
    scores: NDArray[np.float64],
    alarm: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
) -> dict[str, Any]:
    ill, well = int(positive.sum()), int((~positive).sum())
    few = min(ill, well) < FEW
    area = None if few else ranking.auc(scores, positive, patients)
    return {
        "n": len(positive),
        "positive": ill,
        "auc": _json(area),
        "sensitivity": _json(proportion(alarm[positive], patients[positive])),
        "specificity": _json(proportion(~alarm[~positive], patients[~positive])),
        "warning": tr("evaluate.group.few", n=FEW, ill=ill, well=well) if few else None,
    }


def _json(estimate: Estimate | None) -> dict[str, float | int | None] | None:
    return estimate.to_json() if estimate else None
