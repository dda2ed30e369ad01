"""A training whose process died goes on where its checkpoint stood, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from medapp.errors import MedappError
from medapp.training.learning import contest
from medapp.training.learning import keeper as keeping
from medapp.training.learning.checkpoint import FOLDER, Checkpoint, CheckpointFolder
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.finetune import Average, FineTuning, Material
from medapp.training.learning.lesson import Lesson, Trained
from medapp.training.learning.memory import Portion
from medapp.training.learning.narration import Budget, Narrator, StoppedEarlyError
from medapp.training.learning.pace import Pace
from medapp.training.learning.quick import learn_quickly
from medapp.training.learning.standing import optimizer_tensors, state_of
from medapp.training.runs.events import read_events
from tests.training.trial_lessons import CONFIG, keeper_in, narrating, trial_lesson, weak_instant

pytestmark = pytest.mark.torch
STEPS = 7
HEAD_CALLS = 4 + 9  # four batches of features; a fit for each of four strengths in two folds, and the last one


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _always_beaten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the instant solution lose against anything, so that weights are learned and kept."""
    real = contest.judged_loss
    monkeypatch.setattr("medapp.training.learning.quick.judged_loss", lambda logits, truth: real(logits, truth) + 1)
    monkeypatch.setattr("medapp.training.learning.quick._is_better", lambda *_: True)


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[Lesson]:
    with trial_lesson(tmp_path / "pictures") as made:
        yield made


def tuning_of(lesson: Lesson, *, scratch: bool = True) -> FineTuning:
    group = lesson.development
    return FineTuning(
        lesson.network,
        Average(lesson.network, CONFIG.average_decay),
        Material(lesson.pictures, group.positions, group.truth),
        Pace(STEPS),
        CONFIG,
        Portion(CONFIG.batch),
        seed=0,
        scratch=scratch,
    )


def everything(tuning: FineTuning) -> dict[str, np.ndarray]:
    return {
        **state_of(tuning.network),
        **{f"average {n}": a for n, a in state_of(tuning.average).items()},
        **{f"optimizer {n}": a for n, a in optimizer_tensors(tuning._optimizer).items()},
    }


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.tobytes() == other[name].tobytes(), name


@pytest.mark.parametrize("scratch", [True, False])
def test_after_each_step_everything_that_decides_the_course_is_in_the_checkpoint(
    tmp_path: Path, *, scratch: bool
) -> None:
    folder = CheckpointFolder(tmp_path)
    with trial_lesson(tmp_path / "unbroken") as lesson:
        unbroken = tuning_of(lesson, scratch=scratch)
        for step in unbroken.steps():
            if step.done < STEPS:
                stands = unbroken.checkpoint()
                folder.save(f"step{step.done}", Checkpoint({"tuning": dict(stands.facts)}, stands.tensors))
        wanted = everything(unbroken)
    for done in range(1, STEPS):
        with trial_lesson(tmp_path / str(done)) as lesson:
            torch.rand(done)  # whatever the new process did with its random numbers
            kept, _ = folder.latest(f"step{done}")
            assert kept is not None
            broken = tuning_of(lesson, scratch=scratch)
            broken.restore(kept.facts["tuning"], kept)
            assert [step.done for step in broken.steps()] == list(range(done + 1, STEPS + 1))
            assert_same(everything(broken), wanted)


def learned(folder: Path, config: TrainConfig, narrator: Narrator) -> Trained:
    with trial_lesson(folder / "pictures") as plain:
        lesson = replace(plain, config=config)
        keeper = keeper_in(folder, narrator)
        instant = weak_instant(lesson, narrator, keeper)
        budget = Budget(narrator.clock(), 1.0, config, narrator.clock)
        return learn_quickly(lesson, instant, budget, narrator, keeper)


def killed_after(calls: int, narrator: Narrator) -> None:
    """Let the process die at the n-th time that it tells how far it is."""
    real, count = narrator.progress, iter(range(calls))

    def progress(phase: str, done: int, total: int) -> bool:
        if next(count, None) is None:
            raise KilledError
        return real(phase, done, total)

    narrator.progress = progress  # type: ignore[method-assign]


@pytest.mark.parametrize("cross_fit_below", [1, 1000], ids=["divided", "cross-fitted"])
def test_killed_again_and_again_it_comes_to_the_very_same_model(tmp_path: Path, cross_fit_below: int) -> None:
    config = replace(CONFIG, cross_fit_below=cross_fit_below)
    with narrating(tmp_path / "unbroken") as narrator:
        wanted = learned(tmp_path / "unbroken", config, narrator)
    assert wanted.chosen != "instant"
    broken, kills = tmp_path / "broken", 0
    while True:
        with narrating(broken) as narrator:
            killed_after(HEAD_CALLS + 2 if not kills else 4 + kills % 3, narrator)
            try:
                got = learned(broken, config, narrator)
                break
            except KilledError:
                kills += 1
            assert kills < 40
    assert kills >= 2
    assert got.chosen == wanted.chosen
    assert_same(dict(got.weights), dict(wanted.weights))
    for name in ("calibration_logits", "sealed_logits", "sealed_likeness"):
        np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name))
    resumed = [event for event in read_events(broken)[0] if event["event"] == "resumed"]
    assert resumed
    assert [event["passes"] for event in resumed] == sorted(event["passes"] for event in resumed)


def test_a_damaged_checkpoint_falls_back_to_the_one_before_and_that_is_told(tmp_path: Path) -> None:
    with narrating(tmp_path / "unbroken") as narrator:
        wanted = learned(tmp_path / "unbroken", replace(CONFIG, batch=16), narrator)
    broken = tmp_path / "broken"
    with narrating(broken) as narrator:
        killed_after(HEAD_CALLS + 5, narrator)
        with pytest.raises(KilledError):
            learned(broken, replace(CONFIG, batch=16), narrator)
    files = sorted((broken / FOLDER).glob("learning-*"))
    assert len(files) == 2
    files[-1].write_bytes(files[-1].read_bytes()[:-7])
    with narrating(broken) as narrator:
        got = learned(broken, replace(CONFIG, batch=16), narrator)
    assert "train.note.damaged" in [event.get("code") for event in read_events(broken)[0]]
    assert_same(dict(got.weights), dict(wanted.weights))


def test_two_checkpoints_are_kept_and_no_more(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for number in range(5):
        folder.save("learning", Checkpoint({"n": number}, {"a": np.full(3, number)}))
    folder.save("instant", Checkpoint({"n": -1}))
    assert len(list((tmp_path / FOLDER).iterdir())) == 3
    kept, damaged = folder.latest("learning")
    assert kept is not None
    assert (kept.facts["n"], kept.tensors["a"].tolist(), damaged) == (4, [4, 4, 4], 0)
    folder.clear()
    assert list(tmp_path.iterdir()) == []


def test_other_cases_are_not_gone_on_with(tmp_path: Path, lesson: Lesson) -> None:
    with narrating(tmp_path) as narrator:
        weak_instant(lesson, narrator, keeper_in(tmp_path, narrator))
        with pytest.raises(MedappError, match="cases_changed"):
            keeper_in(tmp_path, narrator, "other cases")


def test_a_checkpoint_that_the_disk_refuses_is_told_once_and_ends_nothing(
    tmp_path: Path, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping.CheckpointFolder, "save", refuse)
    with narrating(tmp_path) as narrator:
        keeper = keeper_in(tmp_path, narrator)
        instant = weak_instant(lesson, narrator, keeper)
        budget = Budget(narrator.clock(), 1.0, CONFIG, narrator.clock)
        assert learn_quickly(lesson, instant, budget, narrator, keeper).chosen != "instant"
    codes = [event.get("code") for event in read_events(tmp_path)[0]]
    assert codes.count("train.note.not_kept") == 1


def test_a_stop_while_it_is_measured_keeps_what_was_learned(tmp_path: Path) -> None:
    with narrating(tmp_path / "unbroken") as narrator:
        wanted = learned(tmp_path / "unbroken", CONFIG, narrator)
    folder = tmp_path / "stopped"
    with narrating(folder) as narrator:
        real = narrator.progress

        def stopped(phase: str, done: int, total: int) -> bool:
            return phase == "finishing" or real(phase, done, total)

        narrator.progress = stopped  # type: ignore[method-assign]
        with pytest.raises(StoppedEarlyError, match="stopped_measuring"):
            learned(folder, CONFIG, narrator)
    _, told = read_events(folder)
    with narrating(folder) as narrator:
        got = learned(folder, CONFIG, narrator)
    assert "pass" not in [event["event"] for event in read_events(folder, told)[0]]
    assert_same(dict(got.weights), dict(wanted.weights))


def test_the_time_that_is_left_is_kept_and_not_the_time_of_the_day() -> None:
    now = [1000.0]
    pace = Pace(10**6, 100.0, lambda: now[0])
    now[0] += 30
    used = pace.used
    now[0] += 5000  # dead for a while
    again = Pace(10**6, 100.0, lambda: now[0])
    again.begin(used)
    now[0] += 20
    assert again.share(1) == pytest.approx(0.5)
