"""A GPU that takes its process down: the engine goes on without it, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.classify.engine import START_ATTEMPTS, Engine, EngineConfig
from medapp.classify.package import Package
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.processes import ChildDiedError, Message
from tests.trial_packages import package_at

FELL_BACK = "engine.note.fell_back"
GPU = "cuda:0 (a card)"
DESCRIPTION = {"torch": "2", "torchvision": "0", "reason": "", "note": None, "threads": 1, "available": ["cuda", "cpu"]}


class FakeChild:
    """Answers like a process on `device`; one on a GPU dies of every picture."""

    def __init__(self, device: str) -> None:
        self.device, self.alive, self.pid = device, True, 1
        self._asked: dict[str, Any] = {}

    def send(self, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        self._asked = header

    def receive(self, _: float) -> Message:
        if self._asked["do"] == "describe":
            return Message({**DESCRIPTION, "device": self.device})
        if self.device != "cpu":
            self.alive = False
            raise ChildDiedError("process.died")
        told = {"labels": ["NORMAL"], "clues": [None], "seconds": 0.1, "device": "cpu", "note": FELL_BACK}
        return Message(told, {"probabilities": np.array([[0.75, 0.25]])})

    def kill(self) -> None:
        self.alive = False

    close = kill


class Station:
    """Starts one process on each of `devices` after the other, the last one again and again."""

    def __init__(self, *devices: str) -> None:
        self._devices = list(devices)
        self.started: list[str] = []

    def __call__(self) -> FakeChild:
        device = self._devices.pop(0) if len(self._devices) > 1 else self._devices[0]
        self.started.append(device)
        return FakeChild(device)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return package_at(tmp_path / "package")


def frame() -> Frame:
    return Frame(np.arange(4096, dtype=np.uint16).reshape(64, 64), bits_stored=12, modality="DX")


def test_a_gpu_that_kills_two_processes_is_left_for_the_cpu_and_that_is_told(package: Package) -> None:
    station = Station(GPU, GPU, "cpu")
    with Engine(EngineConfig(), start=station) as engine:  # type: ignore[arg-type]
        told = engine.predict(frame(), package.path)
    assert (told.label, told.device, told.note) == ("NORMAL", "cpu", FELL_BACK)
    assert station.started == [GPU, GPU, "cpu"]


def test_processes_that_die_while_they_start_are_given_up_in_the_end(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(child: FakeChild, _: float) -> Message:
        child.alive = False
        raise ChildDiedError("process.died")

    monkeypatch.setattr(FakeChild, "receive", die)
    station = Station(GPU)
    with Engine(EngineConfig(), start=station) as engine, pytest.raises(MedappError) as caught:  # type: ignore[arg-type]
        engine.predict(frame(), package.path)
    assert caught.value.code == "engine.died"
    assert len(station.started) == 1 + 2 * START_ATTEMPTS
