"""Which weights are kept: after each pass the last ones and their average are judged, the instant solution first."""

from __future__ import annotations

import numpy as np

from medapp.classify.network import Classifier
from medapp.training.cases.truth import is_several
from medapp.training.figures import calibration, label_calibration, ranking
from medapp.training.figures.label_ranking import macro_area
from medapp.training.learning.checkpoint import Checkpoint, Tensors, part_of
from medapp.training.learning.finetune import FineTuning, Step, weights_of
from medapp.training.learning.lesson import Chosen, Floats, Group, Ints, Lesson, logits_at, shares_of
from medapp.training.learning.narration import Narrator


class Contest:
    """Keeps the weights that do best on the judges.

    Parameters
    ----------
    lesson : Lesson
        Pictures and numbers.
    judges : Group
        Cases that nothing is learned from.
    narrator : Narrator
        Is told each pass.
    instant_loss : float
        What the instant solution does on the judges: the one to beat.
    kept : Checkpoint, optional
        Where the contest stood when its process died.
    """

    def __init__(
        self, lesson: Lesson, judges: Group, narrator: Narrator, instant_loss: float, kept: Checkpoint | None = None
    ) -> None:
        self._lesson, self._judges, self._narrator = lesson, judges, narrator
        self.chosen: Chosen = "instant"
        self.weights: Tensors = {}
        self._loss, self._since = instant_loss, 0
        if kept is not None:
            stood = kept.facts["companion"]
            self.chosen, self._loss, self._since = stood["chosen"], stood["loss"], stood["since"]
            self.weights = kept.part("best")

    def end_pass(self, step: Step, tuning: FineTuning) -> bool:
        """Keep the better of the last weights and their average if it is the best yet; enough after long without.

        In a plain training the last weights are kept, whatever they do.
        """
        results, plain = [], self._lesson.config.plain
        candidates: tuple[tuple[Chosen, Classifier], ...] = (
            ("last", tuning.network),
            ("average", tuning.average.network),
        )
        self._since += 1
        for name, candidate in candidates[:1] if plain else candidates:
            logits = logits_at(self._lesson, candidate, self._judges.positions, self._pause)
            loss = judged_loss(logits, self._judges.truth)
            results.append((loss, area(logits, self._judges)))
            if plain or loss < self._loss:
                self.chosen, self._loss, self._since = name, loss, 0
                self.weights = {name: np.array(w.cpu().numpy()) for name, w in weights_of(candidate).items()}
        best_loss, best_area = min(results, key=lambda result: result[0])
        self._narrator.passed(step.passes, step.loss, best_loss, best_area)
        return self._since >= self._lesson.config.patience

    def checkpoint(self) -> Checkpoint:
        """Return where the contest stands."""
        stands = {"chosen": self.chosen, "loss": self._loss, "since": self._since}
        return Checkpoint(stands, part_of("best", self.weights))

    def _pause(self, _done: int, _total: int) -> bool:
        return self._narrator.pause()


def judged_loss(logits: Floats, truth: Ints) -> float:
    """Return the cross entropy after calibration: what the weights know, not how loudly they say it."""
    if is_several(truth):
        fitted = label_calibration.scale_labels(logits, truth)
        return label_calibration.log_loss(fitted.probabilities(logits), truth)
    return calibration.log_loss(calibration.fit_calibration(logits, truth).probabilities(logits), truth)


def area(logits: Floats, group: Group) -> float | None:
    """Return the area under the curve, None where the cases do not tell it."""
    if is_several(group.truth):
        estimate = macro_area(logits, group.truth, group.patients)
    else:
        estimate = ranking.macro_auc(shares_of(logits), group.truth, group.patients)
    return round(estimate.value, 6) if estimate else None
