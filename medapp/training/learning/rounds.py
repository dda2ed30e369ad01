"""The fine-tunings of a run, one after the other; each can be gone on with after its process died."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medapp.training.learning.checkpoint import Checkpoint
from medapp.training.learning.features import set_head
from medapp.training.learning.finetune import Average, FineTuning, Material, Step
from medapp.training.learning.keeper import Keeper
from medapp.training.learning.lesson import Instant, Lesson
from medapp.training.learning.linear import LinearFit, fit_again
from medapp.training.learning.narration import Budget, Narrator, StoppedEarlyError
from medapp.training.learning.pace import Pace


class Companion(Protocol):
    """What goes along with the fine-tunings and is written down with them."""

    def end_pass(self, step: Step, tuning: FineTuning) -> bool:
        """Look at the weights after a pass; return whether that is enough."""
        ...

    def checkpoint(self) -> Checkpoint:
        """Return where it stands."""
        ...


class Rounds:
    """Makes `of` fine-tunings that share the time of a run.

    Parameters
    ----------
    lesson : Lesson
        The cases and the numbers.
    instant : Instant
        Where each fine-tuning begins.
    budget : Budget
        The time of the whole run.
    of : int
        How many there are.
    """

    def __init__(
        self, lesson: Lesson, instant: Instant, budget: Budget, narrator: Narrator, keeper: Keeper, of: int
    ) -> None:
        self._lesson, self._instant, self._budget = lesson, instant, budget
        self._narrator, self._keeper, self._of = narrator, keeper, of
        self.first = 0
        if keeper.learning is not None:
            self.first = int(keeper.learning.facts["round"])
            budget.left = float(keeper.learning.facts["budget_left"])
            lesson.portions.learning.size = int(keeper.learning.facts["portion"])

    def head_for(self, learning: NDArray[np.bool_]) -> LinearFit:
        """Return the head that a fine-tuning on the `learning` cases begins with."""
        features, truth = self._instant.development.deep[learning], self._lesson.development.truth[learning]
        return fit_again(self._instant.fit.fit, features, truth, self._lesson.config)

    def tuned(
        self, number: int, learning: NDArray[np.bool_], head: LinearFit, companion: Companion
    ) -> tuple[FineTuning, bool]:
        """Fine-tune on the `learning` cases as round `number`; tell also whether the person stopped it."""
        lesson, group = self._lesson, self._lesson.development
        if not lesson.config.plain:
            set_head(lesson.network, head.weight, head.bias)
        tuning = FineTuning(
            lesson.network,
            Average(lesson.network, lesson.config.average_decay),
            Material(lesson.pictures, group.positions[learning], group.truth[learning]),
            self._pace(number, int(learning.sum())),
            lesson.config,
            lesson.portions.learning,
            seed=lesson.seed,
            scratch=lesson.scratch,
        )
        kept = self._keeper.learning
        if kept is not None and number == self.first:
            tuning.restore(kept.facts["tuning"], kept)
            self._narrator.tell("resumed", steps=tuning.done, passes=len(self._narrator.curve))
        try:
            self._learn(number, tuning, companion)
        except StoppedEarlyError:
            return tuning, True
        return tuning, False

    def _learn(self, number: int, tuning: FineTuning, companion: Companion) -> None:
        for step in tuning.steps():
            self._narrator.learned_from(step.pictures, step.seconds, step.waited)
            if self._narrator.progress("learning", round(1000 * (number + step.share)), 1000 * self._of):
                raise StoppedEarlyError
            enough = step.ends_pass and companion.end_pass(step, tuning)
            if step.ends_pass or self._keeper.due:
                self._keep(number, tuning, companion)
            if enough:
                break

    def _keep(self, number: int, tuning: FineTuning, companion: Companion) -> None:
        stands, beside = tuning.checkpoint(), companion.checkpoint()
        facts = {
            "round": number,
            "tuning": stands.facts,
            "most_steps": tuning.pace.most_steps,
            "pace_seconds": tuning.pace.seconds,
            "budget_left": self._budget.left,
            "portion": self._lesson.portions.learning.size,
            "companion": beside.facts,
        }
        self._keeper.keep_learning(facts, {**stands.tensors, **beside.tensors})

    def _pace(self, number: int, cases: int) -> Pace:
        """Return what ends this round: its part of the time, with room for what comes after the last one."""
        budget, config, kept = self._budget, self._lesson.config, self._keeper.learning
        if kept is not None and number == self.first:
            return Pace(kept.facts["most_steps"], kept.facts["pace_seconds"], budget.clock)
        if config.epochs:
            return Pace(config.epochs * max(1, cases // config.batch))
        if self._lesson.steps is not None:
            return Pace(self._lesson.steps)
        most = min(config.most_passes * max(1, cases // config.batch), config.most_steps)
        return Pace(most, (budget.left - budget.frozen_pass) / (self._of - number), budget.clock)
