"""A lesson on small pictures with a small network, and what it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from medapp.classify.network import build
from medapp.classify.preprocess import PreprocessSpec
from medapp.imaging.frame import Frame
from medapp.training.learning.checkpoint import CheckpointFolder
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.instant import learn_instantly
from medapp.training.learning.keeper import Keeper
from medapp.training.learning.lesson import Group, Instant, Lesson
from medapp.training.learning.memory import Portions
from medapp.training.learning.narration import Narrator
from medapp.training.learning.pictures import PictureCache
from medapp.training.learning.precision import round_weights
from medapp.training.runs.events import Control, EventLog

SIZE, CASES = 32, 60
CONFIG = TrainConfig(threads=1, batch=8, feature_batch=16, folds=2, cross_fit_below=1, scratch_rate=3e-3)


@contextmanager
def narrating(folder: Path) -> Iterator[Narrator]:
    """Give a narrator that writes into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    log = EventLog(folder)
    try:
        with Control(folder) as control:
            yield Narrator(log, control)
    finally:
        log.close()


@contextmanager
def trial_lesson(folder: Path, steps: int = 6, **config: Any) -> Iterator[Lesson]:
    """Give a lesson whose pictures lie in `folder`; it is the same each time."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    with PictureCache(folder, CASES, PreprocessSpec(size=SIZE)) as pictures:
        for position in range(CASES):
            grey = rng.integers(0, 120, (SIZE, SIZE), dtype=np.uint8)
            grey[8:16, 8:16] += np.uint8(100 * (position % 2))
            pictures.put(position, Frame(grey))
        torch.manual_seed(0)
        network = build("small_cnn", 2)
        round_weights(network)
        everyone = np.arange(CASES)
        sides = [Group(e, e % 2, e // 2) for e in (everyone[:48], everyone[48:])]
        chosen = replace(CONFIG, **config)
        yield Lesson(network, True, pictures, *sides, chosen, 0, Portions.of(chosen), steps=steps)


def keeper_in(folder: Path, narrator: Narrator, fingerprint: str = "trial") -> Keeper:
    """Give the keeper of a run folder."""
    return Keeper(CheckpointFolder(folder), narrator, fingerprint)


def weak_instant(lesson: Lesson, narrator: Narrator, keeper: Keeper) -> Instant:
    """Give an instant solution that any learning does better than."""
    instant = learn_instantly(lesson, narrator, keeper)
    fit = replace(instant.fit.fit, weight=np.zeros_like(instant.fit.fit.weight))
    wrong = np.random.default_rng(1).normal(size=instant.fit.out_of_fold.shape)
    return replace(instant, fit=replace(instant.fit, fit=fit, out_of_fold=wrong))
