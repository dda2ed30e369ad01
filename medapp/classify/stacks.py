"""What a model says of a whole stack: one answer, made of those about its images by the rule of its package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.classify.aggregate import DEFAULT_LIMIT, aggregated, limit_for, place_of
from medapp.classify.contents import Aggregate, Calibration
from medapp.classify.prediction import ModelKey, Prediction, foremost

Rule: TypeAlias = Callable[[ModelKey], Aggregate]
"""By which rule the scores of a stack's images come to one, as the package of a model says."""
Scores: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StackAnswer:
    """What the images of a stack come to.

    Attributes
    ----------
    model : ModelKey
        The package that answered; answers of different packages are never put together.
    how : str
        The rule: ``max``, ``mean`` or ``share_above``.
    about : str
        The class or label that `score` is about: the alarm class; of several labels the foremost one of the stack.
    place : int
        Its place among the colours of classes, see `place_of`.
    score : float
        What the images' scores of it come to, 0 to 1.
    limit : float or None
        Its operating point.
    foremost : int
        The place in the stack of the image with the highest score of it.
    answered : int
        Images that this model answered.
    said : Prediction or None
        The same as an answer, with its label and kind (answered or unclear). None of a share of images: that is no
        probability, and has no label.
    """

    model: ModelKey
    how: Aggregate
    about: str
    place: int
    score: float
    limit: float | None
    foremost: int
    answered: int
    said: Prediction | None

    @property
    def label(self) -> str:
        """The class that is told; empty where none is, of a share and of an unclear answer."""
        return self.said.label or "" if self.said is not None and self.said.state == "answered" else ""

    @property
    def margin(self) -> float:
        """How far the score lies above the operating point."""
        return self.score - (DEFAULT_LIMIT if self.limit is None else self.limit)


class StackScores:
    """The probabilities of a stack's images, by model; they are taken as they come.

    Parameters
    ----------
    count : int
        Images in the stack.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._models: dict[ModelKey, tuple[Prediction, Scores]] = {}

    def take(self, place: int, prediction: Prediction) -> None:
        """Take what is said of an image; what was said of it before is forgotten, a refusal has no probabilities."""
        for _, rows in self._models.values():
            rows[place] = np.nan
        shares = prediction.probabilities
        if shares:
            empty = np.full((self._count, len(shares)), np.nan)
            _, rows = self._models.setdefault(prediction.model, (prediction, empty))
            rows[place] = list(shares.values())

    def answers(self, rule: Rule) -> tuple[StackAnswer, ...]:
        """Return what the images come to for each model, the one with the highest score above its limit first."""
        found = [_combined(like, rows, rule(like.model)) for like, rows in self._models.values() if _some(rows)]
        return tuple(sorted(found, key=lambda answer: -answer.margin))

    def scores(self, answers: Sequence[StackAnswer]) -> Scores:
        """Return the score of each image for what its model's answer is about, (n,); NaN where there is none."""
        scores = np.full(self._count, np.nan)
        for answer in answers:
            like, rows = self._models[answer.model]
            column = rows[:, list(like.probabilities or {}).index(answer.about)]
            np.copyto(scores, column, where=~np.isnan(column))
        return scores


def stack_answer(told: Sequence[Prediction | None], rule: Rule) -> StackAnswer | None:
    """Return what the images of a stack come to.

    Parameters
    ----------
    told : sequence of Prediction or None
        Of each image, in the order of scrolling; refused ones, and None for what could not be read, are left out.
    rule : callable
        From the key of a model to its package's rule.

    Returns
    -------
    StackAnswer or None
        None where no image was answered. Of several models (views of one series may be for different ones) it is the
        answer that lies the furthest above its operating point.
    """
    scores = StackScores(len(told))
    for place, prediction in _there(told):
        scores.take(place, prediction)
    return next(iter(scores.answers(rule)), None)


def _there(told: Sequence[Prediction | None]) -> Iterator[tuple[int, Prediction]]:
    return ((place, prediction) for place, prediction in enumerate(told) if prediction is not None)


def _some(rows: Scores) -> bool:
    return not bool(np.isnan(rows).all())


def _combined(like: Prediction, rows: Scores, how: Aggregate) -> StackAnswer:
    """Return what one model's answers come to; `like` is any of them, for names and operating points."""
    names = list(like.probabilities or {})
    values = rows[~np.isnan(rows).any(axis=1)]
    each = {name: aggregated(values[:, n].tolist(), how, limit_for(like, name)) or 0.0 for n, name in enumerate(names)}
    about = _about(like, each)
    best = int(np.nanargmax(rows[:, names.index(about)]))
    together = dict(zip(names, rows[best].tolist(), strict=True)) if how == "max" and not like.several else each
    said = None if how == "share_above" else _said(like, together)
    score = each[about]
    return StackAnswer(
        like.model, how, about, place_of(like, about), score, limit_for(like, about), best, len(values), said
    )


def _about(like: Prediction, each: dict[str, float]) -> str:
    if like.several:
        return foremost(each, like.thresholds)
    return like.alarm_class if like.alarm_class in each else max(each, key=each.__getitem__)


def _said(like: Prediction, probabilities: dict[str, float]) -> Prediction:
    limits = tuple(like.thresholds[name] for name in probabilities) if like.several else ()
    points = Calibration(alarm_class=like.alarm_class, threshold=like.threshold, thresholds=limits)
    return replace(
        like,
        identity="",
        probabilities=probabilities,
        label=points.label(probabilities),
        in_distribution=None,
        heat_map=None,
        seen=None,
        outside_body=None,
        seconds=0.0,
    )
