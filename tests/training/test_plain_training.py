"""A training as in textbooks: all layers from random weights, one rate, pictures as they are, the last weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from medapp.errors import MedappError
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.finetune import Average, FineTuning, Material
from medapp.training.learning.instant import learn_instantly
from medapp.training.learning.lesson import Lesson, Trained
from medapp.training.learning.memory import Portion
from medapp.training.learning.narration import Budget
from medapp.training.learning.pace import Pace
from medapp.training.learning.quick import learn_quickly
from medapp.training.learning.standing import state_of
from medapp.training.learning.textbook import with_settings
from medapp.training.runs.request import RunRequest
from tests.training.trial_lessons import CONFIG, keeper_in, narrating, trial_lesson

pytestmark = pytest.mark.torch
EPOCHS = 3


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def numbers(**settings: Any) -> TrainConfig:
    return with_settings(CONFIG, RunRequest("", **{"optimiser": "sgd", "epochs": EPOCHS, **settings}), scratch=True)


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[Lesson]:
    with trial_lesson(tmp_path / "pictures") as made:
        yield replace(made, config=numbers(), steps=None)


def learned(lesson: Lesson, folder: Path) -> Trained:
    with narrating(folder) as narrator:
        keeper = keeper_in(folder, narrator)
        instant = learn_instantly(lesson, narrator, keeper)
        budget = Budget(narrator.clock(), 1.0, lesson.config, narrator.clock)
        return learn_quickly(lesson, instant, budget, narrator, keeper)


def tuning_of(lesson: Lesson, config: TrainConfig) -> FineTuning:
    group = lesson.development
    average = Average(lesson.network, config.average_decay)
    material = Material(lesson.pictures, group.positions, group.truth)
    return FineTuning(lesson.network, average, material, Pace(8), config, Portion(config.batch), seed=0, scratch=True)


def test_it_makes_its_passes_and_keeps_the_last_weights(lesson: Lesson, tmp_path: Path) -> None:
    trained = learned(lesson, tmp_path / "run")
    learns = 48 - len(trained.calibration.truth)
    assert trained.chosen == "last"
    assert trained.steps == EPOCHS * (learns // CONFIG.batch)


def test_with_few_patients_it_is_cross_fitted_and_learns_from_all(lesson: Lesson, tmp_path: Path) -> None:
    few = replace(lesson, config=replace(lesson.config, cross_fit_below=1000))
    trained = learned(few, tmp_path / "run")
    assert trained.steps == EPOCHS * (48 // CONFIG.batch)
    assert trained.chosen != "instant"
    assert len(trained.calibration.truth) == 48


def test_no_head_comes_first_and_the_pictures_stay_as_they_are(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("not in a plain training")

    monkeypatch.setattr("medapp.training.learning.rounds.set_head", never)
    monkeypatch.setattr("medapp.training.learning.finetune.augmented", never)
    assert learned(lesson, tmp_path / "run").steps > 0


@pytest.mark.parametrize("optimiser", ["adamw", "adam", "sgd"])
def test_it_goes_on_bit_for_bit_with_every_optimiser(lesson: Lesson, optimiser: str) -> None:
    config = numbers(optimiser=optimiser, schedule="step")
    start = {name: tensor.clone() for name, tensor in lesson.network.state_dict().items()}
    unbroken = tuning_of(lesson, config)
    steps = unbroken.steps()
    for _ in range(4):
        next(steps)
    kept = unbroken.checkpoint()
    list(steps)
    wanted = state_of(unbroken.network)
    lesson.network.load_state_dict(start)
    other = tuning_of(lesson, config)
    other.restore(kept.facts, kept)
    list(other.steps())
    assert all((array == wanted[name]).all() for name, array in state_of(other.network).items())


def test_all_layers_have_the_one_rate(lesson: Lesson) -> None:
    tuning = tuning_of(lesson, numbers(rate=0.05))
    assert {group["lr"] for group in tuning._optimizer.param_groups} == {0.05}
    assert {group["weight_decay"] for group in tuning._optimizer.param_groups} == {0.0}


def test_a_rate_at_which_the_training_gets_lost_is_told(lesson: Lesson) -> None:
    with pytest.raises(MedappError) as caught:
        list(tuning_of(lesson, numbers(rate=1e30)).steps())
    assert caught.value.code == "train.diverged"
    assert caught.value.params["rate"] == "1e+30"
