"""Benchmarks of learning: the training's own step against a bare loop of torch, and the memory of very many cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from medapp.classify.network import Classifier, build
from medapp.classify.preprocess import PreprocessSpec
from medapp.imaging.frame import Frame
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.finetune import Average, FineTuning, Material
from medapp.training.learning.interruption import interruptible
from medapp.training.learning.memory import Portion
from medapp.training.learning.narration import Narrator
from medapp.training.learning.pace import Pace
from medapp.training.learning.pictures import PictureCache
from medapp.training.runs.events import Control, EventLog
from tests.benchmarks.measure import Ratio, compare

THREADS, PICTURES, SIDE, STEPS = 2, 128, 224, 2
ON_CPU, ON_GPU = ("mobilenet_v2", "resnet18"), ("densenet121", "resnet50")
MOST_WAIT = 0.1
FEW, MANY = 6_000, 60_000


def fine_tuning_step() -> list[Ratio]:
    """Steps of the training on the CPU, all that it does beside them included."""
    torch.set_num_threads(THREADS)
    return [row for name in ON_CPU for row in _against_bare(name, torch.device("cpu"), TrainConfig().batch, rounds=9)]


def fine_tuning_step_on_gpu() -> list[Ratio]:
    """The same with mixed precision on a graphics card; nothing where there is none."""
    if not torch.cuda.is_available():
        print("fine_tuning_step_on_gpu: skipped, torch finds no graphics card with CUDA here", file=sys.stderr)
        return []
    return [row for name in ON_GPU for row in _against_bare(name, torch.device("cuda"), 64, rounds=15)]


def _against_bare(architecture: str, device: torch.device, batch: int, rounds: int) -> list[Ratio]:
    where = f"{architecture}, {device.type}, batch {batch}"
    with tempfile.TemporaryDirectory() as name, _Training(Path(name), architecture, device, batch) as training:
        made = compare(
            f"fine-tuning step, {where}",
            training.steps,
            "bare loop: forward, backward, AdamW on tensors that lie ready",
            bare_loop(architecture, device, batch),
            pairs=rounds,
        )
        pulse = training.narrator.pulse
    assert pulse is not None
    waits = Ratio(f"wait for pictures, {where}", "a tenth of the step", pulse.data_wait, MOST_WAIT,
                  pulse.data_wait / MOST_WAIT, rounds)  # fmt: skip
    return [made, waits]


class _Training:
    """A fine-tuning as a run has it: pictures in the cache, stops looked for in every layer, progress told."""

    def __init__(self, folder: Path, architecture: str, device: torch.device, batch: int) -> None:
        self._log, self._control = EventLog(folder), Control(folder)
        self.narrator = Narrator(self._log, self._control)
        self._pictures = PictureCache(folder, PICTURES, PreprocessSpec(size=SIDE))
        rng = np.random.default_rng(0)
        for position in range(PICTURES):
            self._pictures.put(position, Frame(rng.integers(0, 255, (SIDE, SIDE), dtype=np.uint8)))
        network = on(device, architecture)
        everyone = np.arange(PICTURES)
        config = TrainConfig(threads=THREADS, batch=batch)
        self._interruptible = interruptible(network, lambda: self.narrator.stopping)
        self._interruptible.__enter__()
        material = Material(self._pictures, everyone, everyone % 2)
        average = Average(network, config.average_decay)
        tuning = FineTuning(network, average, material, Pace(10**6), config, Portion(batch), seed=0, scratch=False)
        self._steps = tuning.steps()

    def __enter__(self) -> _Training:
        self._control.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._interruptible.__exit__(None, None, None)
        self._control.__exit__()
        self._pictures.__exit__()
        self._log.close()

    def steps(self) -> None:
        for _ in range(STEPS):
            step = next(self._steps)
            self.narrator.learned_from(step.pictures, step.seconds, step.waited)
            assert not self.narrator.progress("learning", 0, 1)


def bare_loop(architecture: str, device: torch.device, batch: int) -> Callable[[], None]:
    """Return `STEPS` of the shortest training loop: same network, batch, layout, precision; statistics kept too."""
    network = on(device, architecture)
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    pictures = torch.randn(batch, 3, SIDE, SIDE, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch, device=device) % 2
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)

    def steps() -> None:
        for _ in range(STEPS):
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                logits = network.network(pictures)
            loss = F.cross_entropy(logits.float(), labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            loss.item()

    return steps


def on(device: torch.device, architecture: str) -> Classifier:
    network = build(architecture, 2)
    return network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def memory_of_many_cases() -> list[Ratio]:
    """The process' own memory while it trains on 60,000 pictures, against 6,000: what a thousand more take, in MB."""
    few, many = (_many_cases(count) for count in (FEW, MANY))
    rows = []
    for kind in ("own", "resident"):
        small, large = (max(told[kind].values()) for told in (few, many))
        slope = (large - small) / (MANY - FEW) * 1000
        rows.append(Ratio(f"{kind} MB a thousand pictures", f"{large:.0f} MB at the most with {MANY}", slope, large,
                          large / small, 1))  # fmt: skip
    return rows


def _many_cases(count: int) -> dict[str, dict[str, float]]:
    command = [sys.executable, "-m", "tests.benchmarks.many_cases", str(count)]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    assert told["reads_of_each"] == [1], "each picture is read once"  # type: ignore[comparison-overlap]
    return told


ALL = (fine_tuning_step, fine_tuning_step_on_gpu, memory_of_many_cases)
