"""Trainings that are killed at random moments and gone on with, and what must come of it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from medapp.processes import own_command
from medapp.training.runs.events import PACKAGE_FOLDER, read_events
from tests.training.trial_cases import write_classes

PATIENCE_SECONDS, FROZEN_SHARE = 300, 0.2
OPTIONS = (
    "--architecture=small_cnn",
    "--effort=quick",
    "--threads=1",
    "--device=cpu",
    r"--patient-from=((?:healthy|ill|unclear)\d+)_",
)


@dataclass
class Fate:
    """What came of trainings under fire.

    Attributes
    ----------
    kills, frozen : int
        Processes that were killed while they worked, and that were stopped for a moment before.
    finished, same : int
        Trainings that came to their end, and those whose weights are the unbroken one's, bit for bit.
    passes_lost : int
        The most passes that were told and had to be learned again after one kill.
    learned : bool
        Whether the weights are learned ones, and not those of the instant solution.
    other : Counter
        Whatever else happened.
    """

    kills: int = 0
    frozen: int = 0
    finished: int = 0
    same: int = 0
    passes_lost: int = 0
    learned: bool = False
    other: Counter[str] = field(default_factory=Counter)
    seconds: float = 0


class Ground:
    """Cases, and the training that nobody breaks."""

    def __init__(self, root: Path, *, patients: int, steps: int, seed: int = 1) -> None:
        self.root = root
        self.cases = write_classes(root / "cases ü", patients)
        self.options = (*OPTIONS, f"--steps={steps}", f"--seed={seed}")
        began = time.monotonic()
        self.run(root / "unbroken")
        self.seconds = time.monotonic() - began
        self.weights = weights_of(root / "unbroken")
        report = read_events(root / "unbroken")[0][-1]["report"]
        self.learned = report["training"]["chosen"] != "instant"

    def process(self, run: Path) -> subprocess.Popen[bytes]:
        """Start a training, or go on with it."""
        more = (
            [f"--resume={run}"] if (run / "run.json").exists() else [f"--output={run}", *self.options, str(self.cases)]
        )
        environment = {**os.environ, "MEDAPP_HOME": str(self.root / "home"), "OMP_NUM_THREADS": "1"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        return subprocess.Popen(own_command("train", *more), env=environment, **quiet)  # type: ignore[call-overload,no-any-return]

    def run(self, run: Path) -> None:
        """Train to the end."""
        process = self.process(run)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, said.decode()


def weights_of(run: Path) -> bytes:
    """Return the bytes of the model that came out."""
    return (run / PACKAGE_FOLDER / "models" / "model.safetensors").read_bytes()


def kill_training(ground: Ground, run: Path, kills: int, chance: random.Random) -> Fate:
    """Kill one training `kills` times at most, at any moment of its life, then let it come to its end."""
    fate = Fate(learned=ground.learned)
    for _ in range(kills):
        process = ground.process(run)
        if chance.random() < FROZEN_SHARE:
            _freeze(process, chance.uniform(0.0, ground.seconds))
            fate.frozen += 1
        try:
            process.communicate(timeout=chance.uniform(0.0, 1.1 * ground.seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            fate.kills += 1
        else:
            fate.other[f"status {process.returncode}"] += process.returncode != 0
            break
    process = ground.process(run)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    if process.returncode:
        fate.other[said.decode()[-200:]] += 1
        return fate
    fate.finished = 1
    fate.same = int(weights_of(run) == ground.weights)
    fate.passes_lost = _most_passes_lost(run)
    return fate


def _freeze(process: subprocess.Popen[bytes], after: float) -> None:
    """Stop a process for a moment, and let it go on."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(after)
        return
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    process.send_signal(signal.SIGCONT)


def _most_passes_lost(run: Path) -> int:
    """Return how many passes had been told, at most, that the next process had to learn again."""
    most, told, anew = 0, 0, False
    for event in read_events(run)[0]:
        match event:
            case {"event": "started"}:
                anew = True
            case {"event": "resumed", "passes": int(kept)}:
                most, told, anew = max(most, told - kept), kept, False
            case {"event": "pass"}:
                most, told, anew = (max(most, told), 1, False) if anew else (most, told + 1, False)
    return most


def kill_trainings(root: Path, kills: int, seed: int = 1, *, lanes: int = 2) -> Fate:
    """Break trainings again and again, some at a time, until so many processes were killed."""
    ground, total, began = Ground(root, patients=10, steps=8), Fate(), time.monotonic()
    chance, number = random.Random(seed), 0
    with ThreadPoolExecutor(lanes) as pool:
        while total.kills < kills:
            rows = [(root / f"run {number + lane}", 4, random.Random(chance.random())) for lane in range(lanes)]
            number += lanes
            for fate in pool.map(lambda row: kill_training(ground, *row), rows):
                _add(total, fate)
            print(f"{total.kills} kills, {total.finished} trainings, {total.same} the same", flush=True)
    total.seconds = time.monotonic() - began
    return total


def _add(total: Fate, fate: Fate) -> None:
    total.kills += fate.kills
    total.frozen += fate.frozen
    total.finished += fate.finished
    total.same += fate.same
    total.passes_lost = max(total.passes_lost, fate.passes_lost)
    total.learned = fate.learned
    total.other += fate.other
