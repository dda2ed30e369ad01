"""Would more cases help? The instant solution learned from growing shares of the patients, and how it goes on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.i18n import tr
from medapp.training.cases.folds import fold_count, fold_numbers, shares
from medapp.training.cases.truth import fewest_patients, is_several, known
from medapp.training.figures import ranking
from medapp.training.figures.growth import Gain, expected_gain
from medapp.training.figures.intervals import Z95
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.linear import CrossFit, fit_again
from medapp.training.learning.logistic import OnStep, no_step

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Figure: TypeAlias = Literal["auc", "balanced_accuracy"]

MORE = 50
REPEATS = 3
MOST_LEARNED = 3000
HALVINGS = 3
LEAST_PATIENTS = 2
LITTLE = 0.005
"""A gain that nobody would notice."""
LEAST_TOLD = 0.001


@dataclass(frozen=True)
class Point:
    """How well it went with a part of the cases.

    Attributes
    ----------
    patients, cases : int
        How many were learned from, on the mean.
    value, low, high : float
        The figure on cases whose patients were not among them, with its 95 % interval.
    """

    patients: int
    cases: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class LearningCurve:
    """The figure against the cases that were learned from.

    Attributes
    ----------
    figure : {"auc", "balanced_accuracy"}
        What is measured: the area for two classes, the mean area of several labels, balanced accuracy for more classes.
    points : tuple of Point
        The smallest first; empty where the patients are too few.
    more : Gain or None
        What `MORE` more cases would add; None where that cannot be told at all.
    text_code : str
        ``more_cases.helps``, ``.little``, ``.cannot_tell`` or ``.too_few``.
    """

    figure: Figure
    points: tuple[Point, ...]
    more: Gain | None
    text_code: str

    @property
    def text(self) -> str:
        """The answer as a sentence."""
        gain = self.more or Gain(MORE, 0, 0, 0)
        shown = {name: f"{getattr(gain, name):.3f}" for name in ("value", "low")}
        shown["high"] = f"{max(gain.high, LEAST_TOLD):.3f}"  # no "at most +0.000"
        return tr(self.text_code, n=gain.cases, figure=tr(f"more_cases.figure.{self.figure}"), **shown)

    def to_json(self) -> dict[str, Any]:
        """Return the report's ``learning_curve``."""
        more = None
        if self.more is not None:
            rounded = {name: round(getattr(self.more, name), 6) for name in ("low", "high")}
            more = {"cases": self.more.cases, "gain": round(self.more.value, 6), **rounded}
        points = [{k: round(v, 6) if isinstance(v, float) else v for k, v in asdict(p).items()} for p in self.points]
        told = {"text_code": self.text_code, "text": self.text}
        return {"figure": self.figure, "points": points, "more": more, **told}


@dataclass(frozen=True, eq=False)
class _Tried:
    """One share of the patients: how many were learned from, and what each draw of it came to."""

    patients: float
    cases: float
    measured: tuple[tuple[float, Floats], ...]


@dataclass(frozen=True, eq=False)
class _Trials:
    """The cases, divided into folds, and what is tried on them."""

    figure: Figure
    features: NDArray[np.float32]
    truth: Ints
    patients: Ints
    numbers: Ints
    instant: CrossFit
    config: TrainConfig

    def share(self, share: float, seed: int, on_fit: Callable[[], None], on_step: OnStep) -> _Tried:
        """Learn from a share of what each fold leaves, `REPEATS` times."""
        sizes, measured = [], []
        for repeat in range(REPEATS):
            scores = np.zeros_like(self.instant.out_of_fold)
            for fold in range(int(self.numbers.max()) + 1):
                held = self.numbers == fold
                chosen = self._drawn(~held, share, seed + repeat)
                fit = fit_again(self.instant.fit, self.features[chosen], self.truth[chosen], self.config, on_step)
                scores[held] = fit.logits(self.features[held])
                sizes.append(self._size(chosen))
                on_fit()
            measured.append(self._measured(scores))
        return _tried(sizes, measured)

    def whole(self) -> _Tried:
        """Return the same of all that the folds leave, which has been learned from already."""
        folds = range(int(self.numbers.max()) + 1)
        return _tried([self._size(self.numbers != fold) for fold in folds], [self._measured(self.instant.out_of_fold)])

    def _size(self, chosen: NDArray[np.bool_]) -> tuple[int, int]:
        return len(np.unique(self.patients[chosen])), int(chosen.sum())

    def _drawn(self, left: NDArray[np.bool_], share: float, seed: int) -> NDArray[np.bool_]:
        """Return the cases of about that share of the patients of each class."""
        chosen = left.copy()
        chosen[left] = shares(self.patients[left], self.truth[left], (share, 1 - share), seed) == 0
        return chosen

    def _measured(self, scores: Floats) -> tuple[float, Floats]:
        """Return the figure, and what each patient adds to its error: the squares' sum is its variance."""
        if self.figure == "auc":
            value, deviations = _area(scores, self.truth, self.numbers)
        else:
            value, deviations = _accuracy(scores, self.truth)
        _, index = np.unique(self.patients, return_inverse=True)
        return value, np.bincount(index, weights=deviations).astype(np.float64)


def _tried(sizes: list[tuple[int, int]], measured: list[tuple[float, Floats]]) -> _Tried:
    patients, cases = np.mean(sizes, axis=0)
    return _Tried(float(patients), float(cases), tuple(measured))


def learning_curve(
    features: NDArray[np.float32],
    truth: Ints,
    patients: Ints,
    instant: CrossFit,
    config: TrainConfig,
    seed: int,
    on_fit: Callable[[int, int], None] = lambda done, total: None,
    on_step: OnStep = no_step,
) -> LearningCurve:
    """Learn from growing shares of the patients and say what more cases would add.

    Parameters
    ----------
    features : ndarray of float32, shape (n, features)
        Deep features of the frozen network.
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true of each case.
    patients : ndarray of int, shape (n,)
        Patient of each.
    instant : CrossFit
        The instant solution on all of them: strengths, and the last point of the curve.
    config : TrainConfig
        Folds.
    seed : int
        Decides the folds, as in `cross_fit`, and who belongs to a share.
    on_fit, on_step : callable
        As in `cross_fit`.

    Notes
    -----
    Each share is drawn by patient and class from what a fold leaves to learn from, and tested on the fold: the figures
    are out-of-fold. Shares of the same draw contain each other. No share is larger than `MOST_LEARNED` cases, so
    that it takes seconds; the last point, all that a fold leaves, is the instant solution itself.
    """
    figure: Figure = "auc" if is_several(truth) or int(truth.max()) == 1 else "balanced_accuracy"
    folds = fold_count(patients, truth, config.folds)
    parts = shares_to_try(truth, patients, folds)
    if len(parts) < 2:
        return LearningCurve(figure, (), None, "more_cases.too_few")
    numbers = fold_numbers(patients, truth, folds, seed)
    trials = _Trials(figure, features, truth, patients, numbers, instant, config)
    fits = itertools.count(1)
    total = len(parts) * REPEATS * folds
    tried = [trials.share(part, seed + 1, lambda: on_fit(next(fits), total), on_step) for part in parts]
    return _concluded(figure, [*tried, trials.whole()], len(truth))


def shares_to_try(truth: Ints, patients: Ints, folds: int) -> list[float]:
    """Return the shares of what a fold leaves to learn from, the smallest first; with every class in each."""
    left = (folds - 1) / folds
    fewest = fewest_patients(truth, patients)
    largest = min(0.5, MOST_LEARNED / (left * len(truth)))
    wanted = (largest / 2**halving for halving in reversed(range(HALVINGS)))
    return [share for share in wanted if share * left * fewest >= LEAST_PATIENTS]


def _area(scores: Floats, truth: Ints, numbers: Ints) -> tuple[float, Floats]:
    """Return the area, of several labels the mean, and what each case adds to its error."""
    if not is_several(truth):
        return _area_of(scores[:, 1] - scores[:, 0], truth, numbers)
    labels = [_area_of(scores[:, k], truth[:, k], numbers) for k in range(truth.shape[1])]
    return float(np.mean([value for value, _ in labels])), np.mean([deviations for _, deviations in labels], axis=0)


def _area_of(scores: Floats, marks: Ints, numbers: Ints) -> tuple[float, Floats]:
    """Return the area with pairs within a fold only: two folds' heads need not have one scale."""
    positive, there = marks == 1, known(marks)
    deviations, value, pairs = np.zeros(len(marks)), 0.0, 0
    for fold in np.unique(numbers):
        here = there & (numbers == fold)
        counts = int(positive[here].sum()), int((~positive[here]).sum())
        weight = counts[0] * counts[1]
        if not weight:
            continue
        components = ranking.placements(scores[here], positive[here])
        area = float(components[positive[here]].mean())
        deviations[here] = weight * (components - area) / np.where(positive[here], *counts)
        value, pairs = value + weight * area, pairs + weight
    return value / max(pairs, 1), deviations / max(pairs, 1)


def _accuracy(scores: Floats, truth: Ints) -> tuple[float, Floats]:
    right = (scores.argmax(axis=1) == truth).astype(np.float64)
    counts = np.bincount(truth).astype(np.float64)
    of_class = np.bincount(truth, weights=right) / counts
    return float(of_class.mean()), (right - of_class[truth]) / (counts[truth] * len(counts))


def _concluded(figure: Figure, tried: list[_Tried], cases: int) -> LearningCurve:
    """Draw the curve and go on with it."""
    values = np.array([np.mean([value for value, _ in one.measured]) for one in tried])
    covariance = _covariance(tried)
    spread = Z95 * np.sqrt(np.diag(covariance))
    points = tuple(
        Point(
            round(one.patients), round(one.cases), float(value), max(0.0, float(value - s)), min(1.0, float(value + s))
        )
        for one, value, s in zip(tried, values, spread, strict=True)
    )
    sizes = np.array([one.cases for one in tried])
    more = expected_gain(sizes, values, covariance, cases, MORE)
    return LearningCurve(figure, points, more, _said(more))


def _covariance(tried: list[_Tried]) -> Floats:
    """Return the covariance of the values: by the patients tested, the same each time, and by those learned from."""
    errors = np.array([np.mean([deviations for _, deviations in one.measured], axis=0) for one in tried])
    sizes = np.array([one.cases for one in tried])
    drawn = np.array([np.var([value for value, _ in one.measured], ddof=1) for one in tried[:-1]])
    # falls with the cases; of the last point there is one draw only, from nearly the same patients in each fold
    once = float(np.mean(drawn * sizes[:-1])) / sizes
    repeats = np.array([len(one.measured) for one in tried])
    covariance: Floats = errors @ errors.T + np.diag(once / repeats)
    return covariance


def _said(more: Gain) -> str:
    if more.high < LITTLE:
        return "more_cases.little"
    return "more_cases.helps" if more.value >= LITTLE and more.low >= LITTLE / 5 else "more_cases.cannot_tell"
