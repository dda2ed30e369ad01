"""Effort "quick": all layers learn, and the best weights are chosen on cases that they did not learn from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.classify.network import Classifier
from medapp.training import calibration, ranking
from medapp.training.features import extract, head_logits, set_head
from medapp.training.finetune import Average, Material, Spent, Step, by_steps, by_time, fine_tune, weights_of
from medapp.training.folds import fold_count, fold_numbers, shares
from medapp.training.instant import finish_instantly
from medapp.training.lesson import (
    Chosen,
    Floats,
    Group,
    Instant,
    Ints,
    Lesson,
    Trained,
    likeness,
    logits_at,
    look_of,
    shares_of,
)
from medapp.training.linear import fit_linear
from medapp.training.narration import Budget, Narrator, StoppedEarlyError
from medapp.training.precision import settle_precision


def learn_quickly(lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator) -> Trained:
    """Fine-tune all layers from the instant solution on; never worse than it on the cases that choose.

    Notes
    -----
    From `cross_fit_below` patients on, the development patients are divided: most are learned from,
    some choose among the weights after each pass, others calibrate. With fewer, the recipe is
    cross-fitted: every development case is judged by weights that did not learn from its patient.
    """
    patients = len(np.unique(lesson.development.patients))
    learn = _divided if patients >= lesson.config.cross_fit_below else _cross_fitted
    start = weights_of(lesson.network)
    trained = learn(lesson, instant, budget, narrator)
    if trained is None:
        narrator.note("train.note.instant_stays")
        lesson.network.network.load_state_dict(start)
        return finish_instantly(lesson, instant)
    return trained


def _divided(lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator) -> Trained | None:
    """Learn from most patients, choose on some, calibrate on others. None: the instant solution stays the best."""
    group, config, network = lesson.development, lesson.config, lesson.network
    parts = (1 - config.stop_share - config.calibration_share, config.stop_share, config.calibration_share)
    part = shares(group.patients, group.truth, parts, lesson.seed)
    learning, choosing, calibrating = (part == k for k in range(3))
    head = fit_linear(instant.development.deep[learning], group.truth[learning], instant.fit.fit.strength, config)
    set_head(network, head.weight, head.bias)
    material = Material(lesson.pictures, group.positions[learning], group.truth[learning])
    judges = group.only(choosing)
    to_beat = judged_loss(head.logits(instant.development.deep[choosing]), judges.truth)
    contest = _Contest(lesson, judges, narrator, to_beat)
    average = Average(network, config.average_decay)
    spent = _spent(lesson, material, budget, 1)
    made = 0
    torch.manual_seed(lesson.seed)
    with suppress(StoppedEarlyError):
        for step in fine_tune(network, average, material, spent, config, seed=lesson.seed, scratch=lesson.scratch):
            made = step.done
            if narrator.progress("learning", round(1000 * step.share), 1000):
                break
            if step.ends_pass:
                contest.judge(step, network, average.network)
    if contest.chosen == "instant":
        return None
    network.network.load_state_dict(contest.weights)
    return _finish(lesson, contest.chosen, group.only(learning), group.only(calibrating), made, narrator)


class _Contest:
    """Keeps the weights that do best on the judges; the instant solution is the one to beat."""

    def __init__(self, lesson: Lesson, judges: Group, narrator: Narrator, instant_loss: float) -> None:
        self._lesson, self._judges, self._narrator = lesson, judges, narrator
        self.chosen: Chosen = "instant"
        self.weights: dict[str, Tensor] = {}
        self._loss = instant_loss

    def judge(self, step: Step, last: Classifier, average: Classifier) -> None:
        """Measure the last weights and their average, keep the better if it is the best yet, and tell the pass."""
        results = []
        candidates: tuple[tuple[Chosen, Classifier], ...] = (("last", last), ("average", average))
        for name, candidate in candidates:
            logits = logits_at(self._lesson, candidate, self._judges.positions, self._pause)
            loss = judged_loss(logits, self._judges.truth)
            results.append((loss, _area(logits, self._judges)))
            if loss < self._loss:
                self.chosen, self._loss, self.weights = name, loss, weights_of(candidate)
        loss, area = min(results, key=lambda result: result[0])
        self._narrator.passed(step.passes, step.loss, loss, area)

    def _pause(self, _done: int, _total: int) -> bool:
        return self._narrator.pause()


def _cross_fitted(lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator) -> Trained | None:
    """Judge the recipe on every development case in turn, then learn from all. None: the instant solution is better."""
    group, config = lesson.development, lesson.config
    folds = fold_count(group.patients, group.truth, config.folds)
    numbers = fold_numbers(group.patients, group.truth, folds, lesson.seed)
    start = weights_of(lesson.network)
    out_of_fold = np.zeros_like(instant.fit.out_of_fold)
    for fold in range(folds):
        lesson.network.network.load_state_dict(start)
        learned = _learn_round(lesson, instant, numbers != fold, budget, (fold, folds + 1), narrator)
        if learned is None:
            return None
        out_of_fold[numbers == fold] = logits_at(lesson, learned[0], group.positions[numbers == fold])
    if not _is_better(lesson, out_of_fold, instant, narrator):
        return None
    lesson.network.network.load_state_dict(start)
    everyone = np.ones(len(group.truth), np.bool_)
    learned = _learn_round(lesson, instant, everyone, budget, (folds, folds + 1), narrator)
    if learned is None:
        return None
    lesson.network.network.load_state_dict(weights_of(learned[0]))
    parts = (1 - config.novelty_share, config.novelty_share)
    held = shares(group.patients, group.truth, parts, lesson.seed) == 1
    trained = _finish(lesson, "average", group.only(~held), group.only(held), learned[1], narrator)
    # the final network has learned from every development case: the out-of-fold predictions calibrate it
    return replace(trained, calibration_logits=out_of_fold, calibration=group)


def _learn_round(
    lesson: Lesson,
    instant: Instant,
    learning: NDArray[np.bool_],
    budget: Budget,
    place: tuple[int, int],
    narrator: Narrator,
) -> tuple[Classifier, int] | None:
    """Fine-tune on the `learning` cases; the averaged network and its steps, None where the person stopped it."""
    group, config, (number, of), made = lesson.development, lesson.config, place, 0
    head = fit_linear(instant.development.deep[learning], group.truth[learning], instant.fit.fit.strength, config)
    set_head(lesson.network, head.weight, head.bias)
    average = Average(lesson.network, config.average_decay)
    material = Material(lesson.pictures, group.positions[learning], group.truth[learning])
    spent = _spent(lesson, material, budget, of - number)
    torch.manual_seed(lesson.seed)
    for step in fine_tune(lesson.network, average, material, spent, config, seed=lesson.seed, scratch=lesson.scratch):
        made = step.done
        if narrator.progress("learning", round(1000 * (number + step.share)), 1000 * of):
            return None
        if step.ends_pass:
            narrator.passed(step.passes, step.loss, None, None)
    return average.network, made


def _is_better(lesson: Lesson, out_of_fold: Floats, instant: Instant, narrator: Narrator) -> bool:
    group = lesson.development
    loss, before = judged_loss(out_of_fold, group.truth), judged_loss(instant.fit.out_of_fold, group.truth)
    narrator.passed(0, None, loss, _area(out_of_fold, group))
    return loss < before


def _spent(lesson: Lesson, material: Material, budget: Budget, rounds: int) -> Spent:
    """Return what ends the next of `rounds` trainings: its part of the time, with room for what comes after them."""
    if lesson.steps is not None:
        return by_steps(lesson.steps)
    per_pass = max(1, len(material.positions) // lesson.config.batch)
    most = min(lesson.config.most_passes * per_pass, lesson.config.most_steps)
    return by_time((budget.left - budget.frozen_pass) / rounds, most, budget.clock)


def _finish(lesson: Lesson, chosen: Chosen, learned: Group, held: Group, steps: int, narrator: Narrator) -> Trained:
    """Pass through the new network what calibrates, what is sealed, and some of what it learned from."""
    weights, difference = settle_precision(lesson)
    generator = np.random.default_rng(lesson.seed)
    most = min(lesson.config.novelty_most, len(learned.positions))
    some = np.sort(generator.permutation(len(learned.positions))[:most])
    positions = np.concatenate([held.positions, lesson.sealed.positions, learned.positions[some]])

    def told(done: int, total: int) -> bool:
        narrator.progress("finishing", done, total)
        return False  # a stop is over now: what was learned is being kept

    features = extract(lesson.network, lesson.pictures, positions, lesson.config.feature_batch, told)
    ends = np.cumsum([len(held.positions), len(lesson.sealed.positions)])
    kept, sealed, look = (features.only(rows) for rows in np.split(np.arange(len(positions)), ends))
    learned_look = look_of(look, kept)
    return Trained(
        chosen,
        weights,
        difference,
        head_logits(lesson.network, kept.deep),
        held,
        head_logits(lesson.network, sealed.deep),
        learned_look,
        likeness(learned_look, sealed),
        steps,
    )


def judged_loss(logits: Floats, truth: Ints) -> float:
    """Return the cross entropy after calibration: what the weights know, not how loudly they say it."""
    return calibration.log_loss(calibration.fit_calibration(logits, truth).probabilities(logits), truth)


def _area(logits: Floats, group: Group) -> float | None:
    estimate = ranking.macro_auc(shares_of(logits), group.truth, group.patients)
    return round(estimate.value, 6) if estimate else None
