"""Instant and quick on small pictures with a small network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from medapp.classify.network import build
from medapp.classify.preprocess import PreprocessSpec
from medapp.imaging.frame import Frame
from medapp.training.learning.checkpoint import CheckpointFolder
from medapp.training.learning.finetune import Average, FineTuning, Material, weights_of
from medapp.training.learning.instant import finish_instantly, learn_instantly
from medapp.training.learning.keeper import Keeper
from medapp.training.learning.lesson import Lesson
from medapp.training.learning.narration import Budget, Narrator, StoppedEarlyError
from medapp.training.learning.pace import Pace
from medapp.training.learning.pictures import PictureCache
from medapp.training.learning.quick import learn_quickly
from medapp.training.learning.textbook import learning_rate
from medapp.training.runs.events import Control, EventLog, ask, read_events
from tests.training.trial_lessons import CONFIG, SIZE, trial_lesson

pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[Lesson]:
    with trial_lesson(tmp_path, steps=12) as made:
        yield made


@pytest.fixture
def narrator(tmp_path: Path) -> Iterator[Narrator]:
    log = EventLog(tmp_path)
    with Control(tmp_path) as control:
        yield Narrator(log, control)
    log.close()


@pytest.fixture
def keeper(narrator: Narrator, tmp_path: Path) -> Keeper:
    return Keeper(CheckpointFolder(tmp_path), narrator, "trial")


def tuning(lesson: Lesson, steps: int, *, seed: int = 0, scratch: bool = False) -> FineTuning:
    material = Material(lesson.pictures, lesson.development.positions, lesson.development.truth)
    average = Average(lesson.network, CONFIG.average_decay)
    return FineTuning(
        lesson.network, average, material, Pace(steps), CONFIG, lesson.portions.learning, seed=seed, scratch=scratch
    )


def budget(narrator: Narrator) -> Budget:
    return Budget(narrator.clock(), 1.0, CONFIG, narrator.clock)


def test_instant_finds_what_tells_the_classes_apart(lesson: Lesson, narrator: Narrator, keeper: Keeper) -> None:
    trained = finish_instantly(lesson, learn_instantly(lesson, narrator, keeper), narrator)
    given = trained.sealed_logits.argmax(axis=1)
    assert np.mean(given == lesson.sealed.truth) > 0.8
    assert trained.chosen == "instant"
    assert trained.half_difference <= CONFIG.half_tolerance
    assert trained.novelty is not None
    assert trained.sealed_likeness.shape == (12,)


def test_the_same_seed_gives_the_same_model(lesson: Lesson, narrator: Narrator, keeper: Keeper) -> None:
    first = finish_instantly(lesson, learn_instantly(lesson, narrator, keeper), narrator)
    again = finish_instantly(lesson, learn_instantly(lesson, narrator, keeper), narrator)
    np.testing.assert_array_equal(first.sealed_logits, again.sealed_logits)


@pytest.mark.parametrize("cross_fit_below", [1, 1000])
def test_quick_is_no_worse_than_instant_where_it_chooses(
    lesson: Lesson, narrator: Narrator, keeper: Keeper, tmp_path: Path, cross_fit_below: int
) -> None:
    lesson = replace(lesson, config=replace(CONFIG, cross_fit_below=cross_fit_below), steps=24)
    instant = learn_instantly(lesson, narrator, keeper)
    trained = learn_quickly(lesson, instant, budget(narrator), narrator, keeper)
    given = trained.sealed_logits.argmax(axis=1)
    assert np.mean(given == lesson.sealed.truth) > 0.8
    assert trained.calibration_logits.shape == (len(trained.calibration.truth), 2)
    assert np.isfinite(trained.sealed_likeness).all()
    assert {event["event"] for event in read_events(tmp_path)[0]} >= {"pass", "progress"}


def test_the_stored_weights_are_those_that_answered(lesson: Lesson, narrator: Narrator, keeper: Keeper) -> None:
    instant = learn_instantly(lesson, narrator, keeper)
    trained = learn_quickly(lesson, instant, budget(narrator), narrator, keeper)
    network = build("small_cnn", 2)
    stored = {
        n: torch.from_numpy(np.array(w, np.float32 if w.dtype == np.float16 else w.dtype))
        for n, w in trained.weights.items()
    }
    network.network.load_state_dict(stored)
    with torch.inference_mode():
        logits = network.eval()(torch.from_numpy(lesson.pictures.take(lesson.sealed.positions)))
    np.testing.assert_allclose(logits.numpy(), trained.sealed_logits, atol=1e-3)


def test_a_stop_during_the_first_pass_leaves_nothing(lesson: Lesson, tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    with Control(tmp_path) as control:
        control.stop()
        narrator = Narrator(log, control)
        keeper = Keeper(CheckpointFolder(tmp_path), narrator, "trial")
        with pytest.raises(StoppedEarlyError):
            learn_instantly(lesson, narrator, keeper)
    log.close()


def test_a_stop_while_learning_keeps_the_best_so_far(lesson: Lesson, tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    with Control(tmp_path) as control:
        narrator = Narrator(log, control)
        keeper = Keeper(CheckpointFolder(tmp_path), narrator, "trial")
        instant = learn_instantly(lesson, narrator, keeper)
        control.stop()
        trained = learn_quickly(replace(lesson, steps=10_000), instant, budget(narrator), narrator, keeper)
    log.close()
    expected = instant.fit.fit.logits(instant.sealed.deep)
    assert trained.chosen == "instant"
    np.testing.assert_allclose(trained.sealed_logits, expected, atol=0.05)


def test_a_pause_does_not_use_up_the_time(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    with Control(tmp_path) as control:
        control.paused_seconds = 1000.0
        narrator = Narrator(log, control)
        spent = budget(narrator)
        control.paused_seconds = 2000.0
        assert spent.left > CONFIG.shortest_seconds + 990
    log.close()


def test_pictures_are_gone_when_the_training_is_over(tmp_path: Path) -> None:
    with PictureCache(tmp_path, 3, PreprocessSpec(size=SIZE)) as pictures:
        pictures.put(1, Frame(np.full((4, 4), 7, np.uint8)))
        assert pictures.take(np.array([1])).shape == (1, SIZE, SIZE)
    assert not list(tmp_path.iterdir())


def test_batch_norm_statistics_of_a_pretrained_network_are_kept(lesson: Lesson) -> None:
    before = weights_of(lesson.network)
    list(tuning(lesson, 2).steps())
    after = weights_of(lesson.network)
    assert all(torch.equal(before[n], after[n]) for n in before if "running" in n)
    assert not torch.equal(before["features.0.0.weight"], after["features.0.0.weight"])


def test_fine_tuning_repeats_with_the_same_seed(lesson: Lesson) -> None:
    start = weights_of(lesson.network)
    losses = []
    for _ in range(2):
        lesson.network.network.load_state_dict(start)
        losses.append([step.loss for step in tuning(lesson, 4, seed=3, scratch=True).steps()])
    assert losses[0] == losses[1]


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    rates = [learning_rate(share, 0.1) for share in (0.0, 0.05, 0.1, 0.5, 1.0)]
    assert rates[0] < rates[1] < rates[2] == 1.0 > rates[3] > rates[4] == pytest.approx(0)


def test_the_control_file_stops_and_pauses(tmp_path: Path) -> None:
    told: list[str] = []
    with Control(tmp_path, lambda: told.append("stopping")) as control:
        ask(tmp_path, stop=True)
        assert control._stop.wait(5)
        assert control.checkpoint()
    assert told == ["stopping"]


def test_events_are_read_line_by_line_and_a_torn_line_waits(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.write("note", code="a", text="b")
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"event": "no')
    events, offset = read_events(tmp_path)
    assert [event["code"] for event in events] == ["a"]
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'te"}\n')
    assert read_events(tmp_path, offset)[0] == [json.loads('{"event": "note"}')]
    log.close()
