"""``python -m tests.evidence figures``: known sets of pictures, learned as anyone would, and what they must give."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from medapp.processes import own_command
from tests.training.digit_cases import write_digits

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WEIGHTS = SHARED / "weights" / "mobilenet_v2_imagenet.safetensors"
TEXTBOOK = ("--architecture=textbook_cnn", "--optimiser=adam", "--epochs=20")


@dataclass(frozen=True)
class Figure:
    """A set of pictures, how it is learned, and the least accuracy on the sealed test; None: only a usable answer."""

    name: str
    cases: Callable[[Path], Path]
    options: tuple[str, ...]
    least: float | None


def medical_mnist(root: Path, most: int | None = None) -> Path:
    """Copy the six classes of ``medical_mnist_6x300``, at most so many pictures of each, and return `root`."""
    for folder in sorted(path for path in (SHARED / "images" / "medical_mnist_6x300").iterdir() if path.is_dir()):
        (root / folder.name).mkdir(parents=True)
        for path in islice(sorted(folder.iterdir()), most):
            shutil.copyfile(path, root / folder.name / path.name)
    return root


FIGURES = (
    Figure("medical_mnist_6x300, instant, default start", medical_mnist, (), 0.99),
    Figure("medical_mnist_6x300, instant, ImageNet weights", medical_mnist, (f"--base={WEIGHTS}",), 0.99),
    Figure("the same, 25 cases a class, default start", lambda root: medical_mnist(root, 25), (), None),
    Figure("the same, 25 cases a class, ImageNet", lambda root: medical_mnist(root, 25), (f"--base={WEIGHTS}",), None),
    Figure("10 digits, textbook CNN, Adam, 20 epochs", write_digits, TEXTBOOK, 0.98),
    Figure("10 digits, textbook CNN, seed 1", write_digits, (*TEXTBOOK, "--seed=1"), 0.98),
)


def main(arguments: list[str]) -> int:
    """Learn each set, print the table, and tell by the exit status whether every figure is reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence figures")
    parser.add_argument("--only", default="", help="those whose name holds this text")
    parser.add_argument("--threads", default="2")
    args = parser.parse_args(arguments)
    sys.stdout.write("| set | right | accuracy (95 %) | must be | seconds |\n|---|---|---|---|---|\n")
    reached = [_reached(figure, args.threads) for figure in FIGURES if args.only in figure.name]
    return 0 if all(reached) else 1


def _reached(figure: Figure, threads: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        cases = figure.cases(Path(folder) / "cases")
        start = time.monotonic()
        accuracy = accuracy_of(train(cases, Path(folder) / "run", *figure.options, f"--threads={threads}"))
        seconds = time.monotonic() - start
    value, low, high, n = (accuracy[name] for name in ("value", "low", "high", "n"))
    wanted = "" if figure.least is None else f"≥ {figure.least}"
    told = f"{round(value * n)} of {n} | {value:.3f} ({low:.3f}–{high:.3f})"
    sys.stdout.write(f"| {figure.name} | {told} | {wanted} | {seconds:.0f} |\n")
    sys.stdout.flush()
    return figure.least is None or value >= figure.least


def train(cases: Path, run: Path, *options: str) -> dict[str, Any]:
    """Run ``medapp train`` and return its report."""
    command = own_command("train", str(cases), f"--output={run}", "--device=cpu", "--json", *options)
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["report"]
    return report


def accuracy_of(report: dict[str, Any]) -> dict[str, Any]:
    """Return the accuracy on the sealed test, the refused cases included."""
    sealed = report["sealed"]
    accuracy: dict[str, Any] = (sealed.get("including_refused") or sealed)["accuracy"]
    return accuracy
