"""What is to be told apart: one class from the other, each from the rest, or each label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.survey import Seen
from medapp.training.cases.truth import UNKNOWN
from medapp.training.checking.probes.looking import Question
from medapp.training.figures.evaluate import patient_numbers

MOST_CASES = 4000
MOST_QUESTIONS = 12
FEWEST_PATIENTS = 8
"""Of each side: a probe of fewer proves nothing either way."""


def questions(seen: Sequence[Seen], truth: NDArray[np.int64], classes: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions, the one with the most patients first.

    Parameters
    ----------
    seen : sequence of Seen
        Cases.
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true of them.
    classes : sequence of str
        Classes or labels. Of two classes the second is told from the first, of more each from the rest.

    Notes
    -----
    Whole patients, drawn evenly from both sides, make at most four thousand cases, fewer where there are more
    questions: enough for an area to a hundredth, in seconds.
    """
    patients = patient_numbers([one.case.patient for one in seen])
    asked = [_question(name, marks, patients) for name, marks in _marks(truth, classes)]
    able = [one for one in asked if _fewest(one) >= FEWEST_PATIENTS]
    chosen = sorted(able, key=_fewest, reverse=True)[:MOST_QUESTIONS]
    most = round(MOST_CASES / max(1, len(chosen)) ** 0.75)
    return tuple(thinned(one, most) for one in chosen)


def _marks(truth: NDArray[np.int64], classes: Sequence[str]) -> list[tuple[str, NDArray[np.int64]]]:
    """Return 1, 0 or `UNKNOWN` of each case, for each class or label to ask about."""
    if truth.ndim == 2:
        return [(name, truth[:, place]) for place, name in enumerate(classes)]
    about = range(1, 2) if len(classes) == 2 else range(len(classes))
    return [(classes[place], (truth == place).astype(np.int64)) for place in about]


def _question(name: str, marks: NDArray[np.int64], patients: NDArray[np.int64]) -> Question:
    cases = np.flatnonzero(marks != UNKNOWN)
    return Question(name, cases, marks[cases] == 1, patients[cases])


def _fewest(question: Question) -> int:
    sides = (question.patients[question.positive], question.patients[~question.positive])
    return min(len(np.unique(side)) for side in sides)


def thinned(question: Question, most: int) -> Question:
    """Draw patients of either side until there are about so many cases."""
    if len(question.cases) <= most:
        return question
    kept: list[int] = []
    for side in (question.positive, ~question.positive):
        of_patient: dict[int, list[int]] = defaultdict(list)
        for place in np.flatnonzero(side).tolist():
            of_patient[int(question.patients[place])].append(place)
        count = 0
        for patient in np.random.default_rng(0).permutation(sorted(of_patient)).tolist():
            if count >= most // 2:
                break
            kept += of_patient[patient]
            count += len(of_patient[patient])
    places = np.array(sorted(kept), np.int64)
    return Question(question.name, question.cases[places], question.positive[places], question.patients[places])


def among_asked(asked: Sequence[Question], seen: Sequence[Seen]) -> tuple[tuple[Question, ...], list[Seen]]:
    """Return the questions, counted among the cases that they draw, and these: what is seen of others costs memory."""
    places = np.unique(np.concatenate([question.cases for question in asked]))
    fewer = tuple(replace(question, cases=np.searchsorted(places, question.cases)) for question in asked)
    return fewer, [seen[place] for place in places.tolist()]
