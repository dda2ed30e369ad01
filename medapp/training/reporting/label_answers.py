"""The tables of what a model said about labels that may occur together: blank where the truth is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.truth import UNKNOWN, Ints

_WORDS = {1: "1", 0: "0", UNKNOWN: ""}


def label_columns(labels: Sequence[str]) -> list[str]:
    """Return the names of the columns of `label_cells`: truth, probability and answer of each label."""
    return [f"{what}({label})" for what in ("truth", "p", "answer") for label in labels]


def label_cells(truth: Ints, probabilities: NDArray[np.float64], thresholds: Sequence[float]) -> Iterator[list[str]]:
    """Yield the cells of each case.

    Parameters
    ----------
    truth, probabilities : ndarray, shape (n, labels)
        What is true and what was said.
    thresholds : sequence of float
        Operating point of each label.
    """
    given = probabilities >= np.asarray(thresholds)
    for marks, shares, answers in zip(truth.tolist(), probabilities.tolist(), given.tolist(), strict=True):
        yield [*(_WORDS[mark] for mark in marks), *(f"{p:.6f}" for p in shares), *("01"[answer] for answer in answers)]
