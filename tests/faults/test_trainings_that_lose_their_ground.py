"""Cases, starting model or run folder go away while a training works: told in words, nothing half, gone on with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from medapp.classify.network import build
from medapp.training.learning.narration import Narrator
from medapp.training.runs import events
from medapp.training.runs.events import read_events
from tests.faults.refusals import NearReaders, in_this_process, request_for, teach
from tests.faults.trainings import weights_of
from tests.training.trial_cases import write_classes, write_picture

pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "cases", 12)


def once_in(phase: str, act: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Let something happen when `phase` is told for the first time."""
    progress, acted = Narrator.progress, []

    def told(narrator: Narrator, now: str, done: int, total: int) -> bool:
        if now == phase and not acted:
            acted.append(now)
            act()
        return progress(narrator, now, done, total)

    patch.setattr(Narrator, "progress", told)


def codes(run: Path) -> list[str]:
    return [str(event["code"]) for event in read_events(run)[0] if "code" in event]


@pytest.mark.parametrize("phase", ["features", "learning", "finishing"])
def test_cases_that_are_unplugged_after_they_were_read_are_missed_by_nobody(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    assert teach(tmp_path / "whole", request_for(cases)) == 0
    once_in(phase, lambda: shutil.rmtree(cases), monkeypatch)
    assert teach(tmp_path / "run", request_for(cases)) == 0
    if (tmp_path / "whole" / "package").exists():
        assert weights_of(tmp_path / "run") == weights_of(tmp_path / "whole")


def test_a_picture_that_is_cut_off_while_it_is_read_is_left_out_and_named(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = cases / "ill" / "ill003_0.png"

    def cut(source: str) -> None:
        if source == str(doomed):
            doomed.write_bytes(doomed.read_bytes()[:40])

    monkeypatch.setattr(NearReaders, "on_frame", staticmethod(cut))
    assert teach(tmp_path / "run", request_for(cases, effort="instant")) == 0
    checked = next(event for event in read_events(tmp_path / "run")[0] if event["event"] == "checked")
    assert checked["unreadable"] == 1


def test_a_picture_that_became_another_is_not_mixed_with_what_was_learned(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, request, changed = tmp_path / "run", request_for(cases), cases / "ill" / "ill003_0.png"

    def end() -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        once_in("more_cases", end, patch)
        assert teach(run, request) == 3
    assert codes(run)[-1] == "train.memory"
    before = changed.read_bytes()
    write_picture(changed, 4711, ill=True)
    assert teach(run, request) == 3
    assert codes(run)[-1] == "train.cases_changed"
    changed.write_bytes(before)
    assert teach(run, request) == 0


def test_a_starting_model_that_is_gone_is_named_until_it_is_back(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    weights = tmp_path / "mine.safetensors"
    save_file({n: t.contiguous() for n, t in build("resnet18", 1000).network.state_dict().items()}, weights)
    run, request = tmp_path / "run", request_for(cases, base=str(weights), architecture="", effort="instant")

    def end() -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        once_in("more_cases", end, patch)
        assert teach(run, request) == 3
    assert codes(run)[-1] == "train.disk_full"
    away = weights.rename(tmp_path / "away")
    assert teach(run, request) == 3
    assert codes(run)[-1] == "train.base_missing"
    assert "mine.safetensors" in capsys.readouterr().err
    away.rename(weights)
    assert teach(run, request) == 0


@pytest.mark.parametrize("phase", ["features", "learning", "writing"])
def test_a_run_folder_that_is_removed_ends_the_training_with_a_sentence(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], phase: str
) -> None:
    run = tmp_path / "run"
    monkeypatch.setattr(events, "GONE_SECONDS", 0.0)
    once_in(phase, lambda: shutil.rmtree(run), monkeypatch)
    assert teach(run, request_for(cases, steps=2 if phase == "writing" else 500)) == 3
    told = capsys.readouterr().err
    assert "was removed" in told
    assert "Traceback" not in told
    assert not run.exists()
