"""A stop counts in every phase, at the next layer or step; what was learned is kept and can be gone on with."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
import torch
from torch import nn

from medapp.classify.network import Classifier, build
from medapp.training.learning.checkpoint import FOLDER, CheckpointFolder
from medapp.training.learning.finetune import Average, weights_of
from medapp.training.learning.interruption import interruptible
from medapp.training.learning.narration import Narrator, StoppedEarlyError
from medapp.training.runs.events import read_events
from tests.faults.refusals import in_this_process, request_for, teach
from tests.training.trial_cases import write_classes

pytestmark = pytest.mark.torch


def stop_right_after(phase: str, at: int, patch: pytest.MonkeyPatch) -> None:
    """Ask for a stop when `phase` is told for the n-th time; whoever told it does not know yet."""
    progress, calls = Narrator.progress, itertools.count(1)

    def told(narrator: Narrator, now: str, done: int, total: int) -> bool:
        if now == phase and next(calls) == at:
            narrator._control.stop()
            return False
        return progress(narrator, now, done, total)

    patch.setattr(Narrator, "progress", told)


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "cases", 12)


def last(run: Path) -> dict[str, object]:
    event: dict[str, object] = read_events(run)[0][-1]
    return event


def stopped_run(tmp_path: Path, cases: Path, phase: str, at: int, **asked: object) -> tuple[Path, int]:
    run = tmp_path / "run"
    with pytest.MonkeyPatch.context() as patch:
        stop_right_after(phase, at, patch)
        return run, teach(run, request_for(cases, **asked))


@pytest.mark.parametrize(
    ("effort", "phase", "at"),
    [("instant", "reading", 1), ("instant", "features", 1), ("instant", "head", 1), ("quick", "reading", 5),
     ("quick", "head", 5)],
)  # fmt: skip
def test_a_stop_before_there_is_anything_ends_the_run_and_it_can_be_gone_on_with(
    tmp_path: Path, cases: Path, effort: str, phase: str, at: int
) -> None:
    run, status = stopped_run(tmp_path, cases, phase, at, effort=effort)
    assert (status, last(run)["event"], last(run)["code"]) == (3, "stopped", "train.stopped")
    phases = [event["phase"] for event in read_events(run)[0] if event["event"] == "progress"]
    assert set(phases) <= {"reading", "features", "head"}
    assert teach(run, request_for(cases, effort=effort)) == 0


@pytest.mark.parametrize("cross_fit_below", [1, 1000], ids=["divided", "cross-fitted"])
def test_a_stop_while_learning_ends_in_a_model_that_is_measured(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch, cross_fit_below: int
) -> None:
    monkeypatch.setattr("medapp.training.learning.config.TrainConfig.cross_fit_below", cross_fit_below)
    run, status = stopped_run(tmp_path, cases, "learning", 3, steps=500)
    assert (status, last(run)["event"], last(run)["stopped"]) == (0, "finished", True)
    assert sum(event["event"] == "pass" for event in read_events(run)[0]) <= 3
    assert (run / "package").is_dir()


def test_a_stop_while_it_is_measured_keeps_the_learned_weights_to_go_on_with(
    tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medapp.training.learning.quick._is_better", lambda *_: True)
    run, status = stopped_run(tmp_path, cases, "finishing", 1)
    assert (status, last(run)["code"]) == (3, "train.stopped_measuring")
    kept, _ = CheckpointFolder(run).latest("learning")
    assert kept is not None
    assert kept.facts["learned"] == "average"
    before = len(read_events(run)[0])
    assert teach(run, request_for(cases)) == 0
    again = read_events(run)[0][before:]
    assert not [event for event in again if event["event"] == "pass"]
    assert not (run / FOLDER).exists()


def test_a_stop_while_more_cases_are_thought_of_leaves_the_curve_out_and_the_model_there(
    tmp_path: Path, cases: Path
) -> None:
    run, status = stopped_run(tmp_path, cases, "more_cases", 2, effort="instant")
    assert (status, last(run)["event"]) == (0, "finished")
    report = last(run)["report"]
    assert isinstance(report, dict)
    assert report["learning_curve"] is None
    assert report["training"]["stopped"] is True


def test_a_stop_while_it_is_written_comes_too_late_to_lose_anything(tmp_path: Path, cases: Path) -> None:
    run, status = stopped_run(tmp_path, cases, "writing", 1, effort="instant")
    assert (status, last(run)["event"]) == (0, "finished")


def looked_after(work: Callable[[], object], network: Classifier, after: int) -> int:
    """Stop `work` at the n-th look, and return how many looks there were."""
    looks = 0

    def asked() -> bool:
        nonlocal looks
        looks += 1
        return looks == after

    with interruptible(network, asked), pytest.raises(StoppedEarlyError):
        work()
    return looks


@pytest.mark.parametrize("after", [1, 3, 6, 8])
def test_a_step_is_left_in_the_middle_forwards_and_backwards_and_changes_no_weight(after: int) -> None:
    network = build("small_cnn", 2)
    network.train()
    pictures = torch.zeros((4, 32, 32), dtype=torch.uint8)
    before = weights_of(network)

    def step() -> None:
        network(pictures).sum().backward()

    assert looked_after(step, network, after) == after
    parameters = dict(network.network.named_parameters())
    assert all(torch.equal(before[name], parameter) for name, parameter in parameters.items())


def test_a_copy_of_the_network_is_left_too() -> None:
    network = build("small_cnn", 2)
    asked = False
    with interruptible(network, lambda: asked):
        average = Average(network, 0.9)
        average.network.eval()
        pictures = torch.zeros((1, 32, 32), dtype=torch.uint8)
        average.network(pictures)
        asked = True
        with pytest.raises(StoppedEarlyError):
            average.network(pictures)
    build("small_cnn", 2).eval()(pictures)


def gradients_of(watched: Callable[[nn.Module], AbstractContextManager[None]]) -> list[bytes]:
    pictures = torch.randint(0, 255, (4, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    network = build("small_cnn", 2)
    with watched(network):
        network(pictures).sum().backward()
    return [p.grad.numpy().tobytes() for p in network.network.parameters() if p.grad is not None]


def test_looking_for_a_stop_changes_no_number() -> None:
    looked = gradients_of(lambda network: interruptible(network, lambda: False))
    assert looked == gradients_of(lambda _: nullcontext())
