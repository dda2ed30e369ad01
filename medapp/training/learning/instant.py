"""Effort "instant": the frozen network with a new head."""

from __future__ import annotations

import numpy as np

from medapp.training.cases.folds import shares
from medapp.training.learning.features import extract, head_logits, set_head
from medapp.training.learning.keeper import Keeper
from medapp.training.learning.lesson import Instant, Lesson, Trained, likeness, look_of
from medapp.training.learning.linear import cross_fit
from medapp.training.learning.narration import Narrator, StoppedEarlyError
from medapp.training.learning.precision import settle_head


def learn_instantly(lesson: Lesson, narrator: Narrator, keeper: Keeper) -> Instant:
    """Pass all cases through the frozen network once, and fit a head on the development side.

    Raises
    ------
    StoppedEarlyError
        Where the person stopped it: there is nothing useful yet.
    """
    kept = keeper.instant()
    if kept is not None:
        return kept
    both = np.concatenate([lesson.development.positions, lesson.sealed.positions])
    features = extract(
        lesson.network,
        lesson.pictures,
        both,
        lesson.portions.looking,
        lambda done, total: narrator.progress("features", done, total),
    )
    n = len(lesson.development.positions)
    development, sealed = features.only(slice(n)), features.only(slice(n, None))
    group = lesson.development

    def on_fit(done: int, total: int) -> None:
        if narrator.progress("head", done, total):
            raise StoppedEarlyError

    deep = development.deep
    fit = cross_fit(deep, group.truth, group.patients, lesson.config, lesson.seed, on_fit, narrator.go_or_stop)
    instant = Instant(fit, development, sealed, features.seconds)
    keeper.keep_instant(instant)
    return instant


def finish_instantly(lesson: Lesson, instant: Instant, narrator: Narrator) -> Trained:
    """Return the frozen network with the head of the instant solution; no further pass is needed.

    Raises
    ------
    StoppedEarlyError
        Where the person stopped it.
    """
    set_head(lesson.network, instant.fit.fit.weight, instant.fit.fit.bias)
    weights, difference = settle_head(lesson, instant.development.deep)
    if narrator.pause():
        raise StoppedEarlyError
    group = lesson.development
    parts = (1 - lesson.config.novelty_share, lesson.config.novelty_share)
    held = shares(group.patients, group.truth, parts, lesson.seed) == 1
    look = look_of(instant.development.only(~held), instant.development.only(held))
    return Trained(
        "instant",
        weights,
        difference,
        instant.fit.out_of_fold,
        group,
        head_logits(lesson.network, instant.sealed.deep),
        look,
        likeness(look, instant.sealed),
    )
