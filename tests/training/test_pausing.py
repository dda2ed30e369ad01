"""A paused training survives a kill, waits without work, and the time that it waits is none; `pause` is a benchmark."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from medapp.training.learning.narration import Narrator
from medapp.training.runs.events import Control, ask, is_paused, read_events
from tests.faults.refusals import in_this_process, request_for, teach
from tests.faults.trainings import weights_of
from tests.training.trial_cases import write_classes

pytestmark = pytest.mark.torch


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


def test_a_training_that_is_killed_in_a_pause_comes_to_the_very_same_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_for(write_classes(tmp_path / "cases", 8), steps=6)
    assert teach(tmp_path / "whole", request) == 0
    run, steps, progress = tmp_path / "run", itertools.count(1), Narrator.progress

    def killed(narrator: Narrator, phase: str, done: int, total: int) -> bool:
        if phase == "learning" and next(steps) == 9:
            ask(run, pause=True)
            raise KilledError
        return progress(narrator, phase, done, total)

    with monkeypatch.context() as patch:
        patch.setattr(Narrator, "progress", killed)
        with pytest.raises(KilledError):
            teach(run, request)
    assert is_paused(run)
    assert teach(run, request) == 0
    assert not is_paused(run)
    assert "resumed" in [event["event"] for event in read_events(run)[0]]
    assert weights_of(run) == weights_of(tmp_path / "whole")


def test_a_pause_waits_for_the_wish_to_go_on_or_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    control, waited = Control(tmp_path), []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        if len(waited) == 3:
            control._pause.clear()
        return False

    control._pause.set()
    monkeypatch.setattr(control._stop, "wait", wait)
    assert not control.checkpoint()
    assert len(waited) == 3
    control._pause.set()
    control.stop()
    assert control.checkpoint()
    assert len(waited) == 3
