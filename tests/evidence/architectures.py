"""``python -m tests.evidence architectures``: what each network costs, and that ``medapp train`` can learn with it.

Each is measured in a process of its own, so that peaks of memory do not mix, with one thread and in CPU time,
so that other work on the machine hardly counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional as F

from medapp.classify.network import ARCHITECTURES, build
from medapp.training.learning.consumption import peak_memory_mb
from tests.evidence.figures import accuracy_of, train
from tests.training.trial_cases import write_classes

SIZE, BATCH, TIMES = 224, 8, 3
TINY = ("--steps=3", "--batch=4", "--image-size=64", "--effort=quick", "--threads=1")


def main(arguments: list[str]) -> int:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence architectures")
    parser.add_argument("--only", nargs="+", choices=tuple(ARCHITECTURES), default=tuple(ARCHITECTURES))
    parser.add_argument("--measure", choices=tuple(ARCHITECTURES), help="one of them, as JSON, in this process")
    parser.add_argument("--train", action="store_true", help="train each on a few pictures instead of measuring it")
    args = parser.parse_args(arguments)
    if args.measure:
        sys.stdout.write(json.dumps(measured(args.measure)))
        return 0
    header = "start | seconds | accuracy of 3 steps" if args.train else "million weights | forward | learning | MB"
    sys.stdout.write(f"| network | {header} |\n|---|{'---|' * (header.count('|') + 1)}\n")
    for name in args.only:
        for row in _trained(name) if args.train else [_row(name)]:
            sys.stdout.write(row + "\n")
            sys.stdout.flush()
    return 0


def measured(name: str) -> dict[str, float]:
    """Return weights in millions, CPU milliseconds a picture forward and learning, and the peak of memory."""
    torch.set_num_threads(1)
    network = build(name, 2).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    pictures = torch.randint(0, 256, (BATCH, SIZE, SIZE), dtype=torch.uint8)
    truth = torch.arange(BATCH) % 2
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5)

    def look() -> None:
        with torch.inference_mode():
            network.eval()(pictures)

    def learn() -> None:
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network.train()(pictures), truth).backward()
        optimizer.step()

    return {
        "weights": sum(p.numel() for p in network.parameters()) / 1e6,
        "forward": _milliseconds(look),
        "learning": _milliseconds(learn),
        "memory": peak_memory_mb() or 0,
    }


def _milliseconds(work: Callable[[], None]) -> float:
    spent = []
    for _ in range(TIMES):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return 1000 * min(spent) / BATCH


def _row(name: str) -> str:
    command = [sys.executable, "-m", "tests.evidence", "architectures", "--measure", name]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout)
    return (
        f"| {name} | {done['weights']:.1f} | {done['forward']:.0f} ms | {done['learning']:.0f} ms "
        f"| {done['memory']:.0f} |"
    )


def _trained(name: str) -> list[str]:
    """Train from scratch and from a weights file as torchvision writes it, a few steps each."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        cases, weights = write_classes(folder / "cases", 8), folder / "weights.pth"
        torch.save(build(name, 1000).network.state_dict(), weights)
        for start, options in (("scratch", ("--architecture", name)), ("weights file", ("--base", str(weights)))):
            began = time.monotonic()
            accuracy = accuracy_of(train(cases, folder / start.replace(" ", "-"), *options, *TINY))
            rows.append(f"| {name} | {start} | {time.monotonic() - began:.0f} | {accuracy['value']:.2f} |")
    return rows
