"""Efforts "quick" and "thorough": all layers learn, and cases that they did not learn from choose the best weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.training.cases.folds import fold_count, fold_numbers, shares
from medapp.training.learning.checkpoint import Checkpoint, Tensors
from medapp.training.learning.contest import Contest, area, judged_loss
from medapp.training.learning.features import extract, head_logits
from medapp.training.learning.finetune import FineTuning, Step, weights_of
from medapp.training.learning.instant import finish_instantly
from medapp.training.learning.keeper import Keeper, Learned
from medapp.training.learning.lesson import Floats, Group, Instant, Lesson, Trained, likeness, logits_at, look_of
from medapp.training.learning.narration import Budget, Narrator, StoppedEarlyError
from medapp.training.learning.precision import settle_precision
from medapp.training.learning.rounds import Rounds


def learn_quickly(lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator, keeper: Keeper) -> Trained:
    """Fine-tune all layers from the instant solution on; never worse than it on the cases that choose.

    Raises
    ------
    StoppedEarlyError
        Where the person stopped it while it was measured; what was learned is in the checkpoint.

    Notes
    -----
    From `cross_fit_below` patients on, the development patients are divided: most are learned from,
    some choose among the weights after each pass, others calibrate. With fewer, the recipe is
    cross-fitted: every development case is judged by weights that did not learn from its patient.
    """
    start = {name: np.array(tensor.cpu().numpy()) for name, tensor in weights_of(lesson.network).items()}
    learned = keeper.learned()
    if learned is None:
        learn = _divided if _is_divided(lesson) else _cross_fitted
        learned = learn(lesson, instant, budget, narrator, keeper, start)
        narrator.take_stop()
        keeper.keep_learned(learned)
    try:
        if learned.chosen == "instant":
            narrator.note("train.note.instant_stays")
            _load(lesson, start)
            return finish_instantly(lesson, instant, narrator)
        _load(lesson, learned.weights)
        return _finish(lesson, learned, narrator)
    except StoppedEarlyError:
        raise StoppedEarlyError("train.stopped_measuring") from None


def _is_divided(lesson: Lesson) -> bool:
    return len(np.unique(lesson.development.patients)) >= lesson.config.cross_fit_below


def _load(lesson: Lesson, weights: Tensors) -> None:
    lesson.network.network.load_state_dict({name: torch.from_numpy(np.array(w)) for name, w in weights.items()})


def _parts(lesson: Lesson) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which development cases are learned from, which choose, and which calibrate.

    Nothing is chosen in a plain training: what calibrates only shows how the passes go.
    """
    group, config = lesson.development, lesson.config
    parts = (1 - config.stop_share - config.calibration_share, config.stop_share, config.calibration_share)
    part = shares(group.patients, group.truth, parts, lesson.seed)
    return (part < 2, part == 2, part == 2) if config.plain else (part == 0, part == 1, part == 2)


def _divided(
    lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator, keeper: Keeper, _start: Tensors
) -> Learned:
    """Learn from most patients, choose on some, calibrate on others."""
    group, (learning, choosing, _) = lesson.development, _parts(lesson)
    rounds = Rounds(lesson, instant, budget, narrator, keeper, 1)
    head, judges = rounds.head_for(learning), group.only(choosing)
    to_beat = judged_loss(head.logits(instant.development.deep[choosing]), judges.truth)
    contest = Contest(lesson, judges, narrator, to_beat, keeper.learning)
    tuning, _ = rounds.tuned(0, learning, head, contest)
    return Learned(contest.chosen, contest.weights, tuning.done)


class _OutOfFold:
    """The predictions of a cross-fitted recipe so far; goes along with its rounds."""

    def __init__(self, logits: Floats, narrator: Narrator, kept: Checkpoint | None) -> None:
        self.logits = logits if kept is None else np.array(kept.tensors["out_of_fold"])
        self._narrator = narrator

    def end_pass(self, step: Step, _: FineTuning) -> bool:
        """Tell the pass; nothing is chosen here."""
        self._narrator.passed(step.passes, step.loss, None, None)
        return False

    def checkpoint(self) -> Checkpoint:
        """Return the predictions."""
        return Checkpoint({}, {"out_of_fold": self.logits})


def _cross_fitted(
    lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator, keeper: Keeper, start: Tensors
) -> Learned:
    """Judge the recipe on every development case in turn, then learn from all."""
    group, config = lesson.development, lesson.config
    folds = fold_count(group.patients, group.truth, config.folds)
    numbers = fold_numbers(group.patients, group.truth, folds, lesson.seed)
    rounds = Rounds(lesson, instant, budget, narrator, keeper, folds + 1)
    found = _OutOfFold(np.zeros_like(instant.fit.out_of_fold), narrator, keeper.learning)
    stays = Learned("instant", {}, 0)
    for fold in range(rounds.first, folds):
        _load(lesson, start)
        tuning, stopped = rounds.tuned(fold, numbers != fold, rounds.head_for(numbers != fold), found)
        if stopped:
            return stays
        held = group.positions[numbers == fold]
        try:
            found.logits[numbers == fold] = logits_at(lesson, tuning.average.network, held, lambda *_: narrator.pause())
        except StoppedEarlyError:
            return stays
    judged = rounds.first < folds and not _is_better(lesson, found.logits, instant, narrator)
    if judged and not config.plain:
        return stays
    _load(lesson, start)
    everyone = np.ones(len(group.truth), np.bool_)
    tuning, stopped = rounds.tuned(folds, everyone, rounds.head_for(everyone), found)
    if stopped:
        return stays
    weights = {name: np.array(w.cpu().numpy()) for name, w in weights_of(tuning.average.network).items()}
    return Learned("average", weights, tuning.done, found.logits)


def _is_better(lesson: Lesson, out_of_fold: Floats, instant: Instant, narrator: Narrator) -> bool:
    group = lesson.development
    loss, before = judged_loss(out_of_fold, group.truth), judged_loss(instant.fit.out_of_fold, group.truth)
    narrator.passed(0, None, loss, area(out_of_fold, group))
    return loss < before


def _finish(lesson: Lesson, learned: Learned, narrator: Narrator) -> Trained:
    """Pass through the new network what calibrates, what is sealed, and some of what it learned from."""
    group = lesson.development
    if learned.out_of_fold is None:
        learning, _, held = _parts(lesson)
        return _measure(lesson, learned, group.only(learning), group.only(held), narrator)
    parts = (1 - lesson.config.novelty_share, lesson.config.novelty_share)
    aside = shares(group.patients, group.truth, parts, lesson.seed) == 1
    trained = _measure(lesson, learned, group.only(~aside), group.only(aside), narrator)
    # the final network has learned from every development case: the out-of-fold predictions calibrate it
    return replace(trained, calibration_logits=learned.out_of_fold, calibration=group)


def _measure(lesson: Lesson, learned: Learned, seen: Group, held: Group, narrator: Narrator) -> Trained:
    narrator.progress("finishing", 0, 1)  # at once: to round the weights takes a while
    weights, difference = settle_precision(lesson, lambda *_: narrator.pause())
    generator = np.random.default_rng(lesson.seed)
    most = min(lesson.config.novelty_most, len(seen.positions))
    some = np.sort(generator.permutation(len(seen.positions))[:most])
    positions = np.concatenate([held.positions, lesson.sealed.positions, seen.positions[some]])
    features = extract(
        lesson.network,
        lesson.pictures,
        positions,
        lesson.portions.looking,
        lambda done, total: narrator.progress("finishing", done, total),
    )
    ends = np.cumsum([len(held.positions), len(lesson.sealed.positions)])
    kept, sealed, look = (features.only(rows) for rows in np.split(np.arange(len(positions)), ends))
    learned_look = look_of(look, kept)
    return Trained(
        learned.chosen,
        weights,
        difference,
        head_logits(lesson.network, kept.deep),
        held,
        head_logits(lesson.network, sealed.deep),
        learned_look,
        likeness(learned_look, sealed),
        learned.steps,
    )
