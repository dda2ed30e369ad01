"""How well the classes can be told apart by what a probe sees: patient-grouped, on cases not learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.folds import fold_count, fold_numbers
from medapp.training.checking.probes.ridge import fit_ridge
from medapp.training.checking.probes.sight import Floats, Sight
from medapp.training.checking.probes.trees import fit_trees
from medapp.training.figures.intervals import Estimate
from medapp.training.figures.ranking import auc

FOLDS = 4


class Fitted(Protocol):
    """A model that has learned."""

    def scores(self, values: Floats) -> Floats:
        """Return a score of each row of `values`; high means positive."""
        ...


MODELS: tuple[Callable[[Floats, NDArray[np.bool_]], Fitted], ...] = (fit_ridge, fit_trees)
SEED = 5


@dataclass(frozen=True, eq=False)
class Question:
    """One thing to tell apart.

    Attributes
    ----------
    name : str
        The class or label that is to be told from the rest.
    cases : ndarray of int, shape (n,)
        Which of the cases it is asked of.
    positive : ndarray of bool, shape (n,)
        Whether each has it.
    patients : ndarray of int, shape (n,)
        Whose it is.
    """

    name: str
    cases: NDArray[np.int64]
    positive: NDArray[np.bool_]
    patients: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Look:
    """What a probe says to a question.

    Attributes
    ----------
    area : Estimate
        Area under the ROC curve, its interval corrected for the number of looks that are taken.
    scores : ndarray of float32, shape (n,)
        Of each case by a model that has not learned from its patient; high means positive.
    """

    area: Estimate
    scores: Floats


def look(sight: Sight, question: Question, looks: int) -> Look | None:
    """Let the small models learn and tell what they have not seen; the better one counts, as one of two looks.

    Parameters
    ----------
    sight : Sight
        What is seen, of the question's cases.
    question : Question
        What is asked.
    looks : int
        How many probes and questions there are: the interval holds for all of them together (Bonferroni).

    Returns
    -------
    Look or None
        None where nothing is seen, or where a class has not two patients.
    """
    folds = fold_count(question.patients, question.positive.astype(np.int64), FOLDS)
    if folds < 2 or not sight.aspects:
        return None
    part = fold_numbers(question.patients, question.positive.astype(np.int64), folds, SEED)
    tail = 1 - 0.05 / (looks * len(MODELS))
    answers = []
    for scores in _out_of_fold(sight.values, question.positive, part):
        area = auc(scores.astype(np.float64), question.positive, question.patients, tail)
        if area is not None:
            answers.append(Look(area, scores))
    return max(answers, key=lambda answer: answer.area.value, default=None)


def _out_of_fold(values: Floats, positive: NDArray[np.bool_], part: NDArray[np.int64]) -> list[Floats]:
    """Return the scores of each model as ranks within each part, 0 to 1: the parts' models have no common scale."""
    answers = [np.full(len(values), 0.5, np.float32) for _ in MODELS]
    for number in range(int(part.max()) + 1):
        held = part == number
        if positive[~held].all() or not positive[~held].any():
            continue
        for model, answer in zip(MODELS, answers, strict=True):
            answer[held] = _ranks(model(values[~held], positive[~held]).scores(values[held]))
    return answers


def _ranks(scores: Floats) -> Floats:
    """Return mid-ranks from 0 to 1."""
    ordered = np.sort(scores)
    middle = (np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")) / 2
    return (middle / len(scores)).astype(np.float32)
