"""Writes down where a run stands, and gives back what the process before it had written."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from medapp.errors import MedappError
from medapp.training.learning.checkpoint import Checkpoint, CheckpointFolder, Tensors, part_of
from medapp.training.learning.features import Features
from medapp.training.learning.lesson import Chosen, Floats, Instant
from medapp.training.learning.linear import CrossFit, LinearFit
from medapp.training.learning.narration import Narrator

SECONDS_BETWEEN = 30.0
_INSTANT, _LEARNING = "instant", "learning"


@dataclass(frozen=True, eq=False)
class Learned:
    """What fine-tuning came to, before it is measured.

    Attributes
    ----------
    chosen : {"instant", "last", "average"}
        Which weights; with the first there are no others.
    weights : dict of str to ndarray
        By torchvision's names.
    steps : int
        Steps that were made.
    out_of_fold : ndarray or None
        Where the recipe was cross-fitted: logits of the development cases.
    """

    chosen: Chosen
    weights: Tensors
    steps: int
    out_of_fold: Floats | None = None


class Keeper:
    """The checkpoints of one run, with what belongs into each of them.

    Parameters
    ----------
    folder : CheckpointFolder
        Where they lie.
    narrator : Narrator
        Is told what does not go as it should; its curve is kept too.
    fingerprint : str
        Of everything that decides the course of the training, cases included.

    Raises
    ------
    MedappError
        ``train.cases_changed`` where what is there began otherwise.
    """

    def __init__(self, folder: CheckpointFolder, narrator: Narrator, fingerprint: str) -> None:
        self._folder, self._narrator, self._fingerprint = folder, narrator, fingerprint
        self._last, self._told = time.monotonic(), False
        self._instant, self._learning = self._found(_INSTANT), self._found(_LEARNING)
        if self._learning is not None:
            narrator.go_on(self._learning.facts["curve"], self._learning.facts["seconds"])

    def _found(self, kind: str) -> Checkpoint | None:
        found, damaged = self._folder.latest(kind)
        if damaged:
            self._narrator.note("train.note.damaged", n=damaged)
        if found is not None and found.facts["fingerprint"] != self._fingerprint:
            raise MedappError("train.cases_changed")
        return found

    @property
    def learning(self) -> Checkpoint | None:
        """Where the fine-tuning of the process before stood; None where there is none, or where it was over."""
        return None if self._learning is None or "learned" in self._learning.facts else self._learning

    @property
    def due(self) -> bool:
        """Whether the last checkpoint was a while ago."""
        return time.monotonic() - self._last >= SECONDS_BETWEEN

    def keep_learning(self, facts: Mapping[str, Any], tensors: Tensors) -> None:
        """Write down where the fine-tuning stands."""
        self._save(_LEARNING, facts, tensors)

    def keep_learned(self, learned: Learned) -> None:
        """Write down what the fine-tuning came to: from here on it is only measured."""
        tensors = part_of("weights", learned.weights)
        if learned.out_of_fold is not None:
            tensors["out_of_fold"] = learned.out_of_fold
        self._save(_LEARNING, {"learned": learned.chosen, "steps": learned.steps}, tensors)

    def learned(self) -> Learned | None:
        """Return what the process before had learned to the end."""
        if self._learning is None or "learned" not in self._learning.facts:
            return None
        facts, tensors = self._learning.facts, self._learning.tensors
        return Learned(facts["learned"], self._learning.part("weights"), facts["steps"], tensors.get("out_of_fold"))

    def keep_instant(self, instant: Instant) -> None:
        """Write down the features of the frozen network and the head on them."""
        fit, development, sealed = instant.fit, instant.development, instant.sealed
        arrays: Tensors = {
            "weight": fit.fit.weight,
            "bias": fit.fit.bias,
            "out_of_fold": fit.out_of_fold,
            "development.mid": development.mid,
            "development.deep": development.deep,
            "sealed.mid": sealed.mid,
            "sealed.deep": sealed.deep,
        }
        self._save(
            _INSTANT,
            {"strength": fit.fit.strength, "strengths": fit.fit.strengths, "pass_seconds": instant.seconds},
            arrays,
        )

    def instant(self) -> Instant | None:
        """Return what the process before had kept of the instant solution."""
        if self._instant is None:
            return None
        facts, tensors = self._instant.facts, self._instant.tensors
        head = LinearFit(tensors["weight"], tensors["bias"], facts["strength"], tuple(facts.get("strengths", ())))
        fit = CrossFit(head, tensors["out_of_fold"])
        development, sealed = (self._instant.part(side) for side in ("development", "sealed"))
        return Instant(
            fit,
            Features(development["mid"], development["deep"], 0.0),
            Features(sealed["mid"], sealed["deep"], 0.0),
            facts["pass_seconds"],
        )

    def _save(self, kind: str, facts: Mapping[str, Any], tensors: Tensors) -> None:
        """Write a checkpoint; a disk that refuses is told once, and tried again the next time."""
        about = {"fingerprint": self._fingerprint, "curve": self._narrator.curve, "seconds": self._narrator.seconds}
        self._last = time.monotonic()
        try:
            self._folder.save(kind, Checkpoint({**facts, **about}, {n: np.asarray(t) for n, t in tensors.items()}))
        except OSError as error:
            if not self._told:
                self._narrator.note("train.note.not_kept", reason=error.strerror or "")
            self._told = True
        else:
            self._told = False

    def clear(self) -> None:
        """Remove the checkpoints: the package is there."""
        self._folder.clear()
