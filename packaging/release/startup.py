"""How long a start takes, frozen against from source: the two alternate, so that a busy machine is fair to both.

PYTHONPATH=packaging python -m release.startup IMAGE [--program PROGRAM] [--times N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from release.plan import ROOT

QUIET = subprocess.DEVNULL
SCREEN, PATIENCE = ":93", 90
DRAWN_BYTES = 200_000  # more than a mouse pointer, less than a window


@contextmanager
def first_start() -> Iterator[dict[str, str]]:
    """Yield the environment of a person who has never used the program: no settings, no answers that it knows."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        yield {**os.environ, "MEDAPP_HOME": home}


def ended(command: Sequence[str]) -> float:
    """Return the seconds until a command has ended."""
    with first_start() as environment:
        began = time.perf_counter()
        subprocess.run(command, check=True, env=environment, stdout=QUIET, stderr=QUIET)
        return time.perf_counter() - began


def shown(command: Sequence[str], screen: Path) -> float:
    """Return the seconds until a window has drawn something on the empty screen."""
    empty = np.fromfile(screen, np.uint8)
    with first_start() as environment:
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdout=QUIET, stderr=QUIET) as process:
            try:
                while np.count_nonzero(np.fromfile(screen, np.uint8) != empty) < DRAWN_BYTES:
                    if time.perf_counter() > began + PATIENCE:
                        raise TimeoutError(f"no window after {PATIENCE} s")
                    time.sleep(0.02)
                return time.perf_counter() - began
            finally:
                process.terminate()


@contextmanager
def empty_screen() -> Iterator[Path]:
    """Yield the file that an Xvfb keeps its screen in; programs that are started meanwhile show there."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["Xvfb", SCREEN, "-screen", "0", "1600x1000x24", "-fbdir", folder, "-nolisten", "tcp"]
        with subprocess.Popen(command, stdout=QUIET, stderr=QUIET) as server:
            os.environ["DISPLAY"] = SCREEN
            try:
                time.sleep(2)
                yield Path(folder) / "Xvfb_screen0"
            finally:
                server.terminate()


def alternate(measure: Callable[[Sequence[str]], float], both: Sequence[Sequence[str]], times: int) -> list[str]:
    """Measure each command in turn, several times, and return median and range of each."""
    seconds: list[list[float]] = [[] for _ in both]
    for number in range(times + 1):
        for found, command in zip(seconds, both, strict=True):
            took = measure(command)
            if number:  # the first time warms the disk
                found.append(took)
    return [f"{statistics.median(found):.2f} ({min(found):.2f}–{max(found):.2f})" for found in seconds]


def main(arguments: Sequence[str]) -> int:
    """Print a row for each kind of start."""
    parser = argparse.ArgumentParser(prog="release.startup", description="Measure how long a start takes.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "package" / "dist" / "medapp" / "medapp")
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args(arguments)
    image, programs = str(asked.image.resolve()), ([str(asked.program)], [sys.executable, "-m", "medapp"])
    print("| seconds: median (least–most) | frozen | from source |\n|---|---:|---:|")
    with empty_screen() as screen:
        rows: dict[str, tuple[Callable[[Sequence[str]], float], list[str]]] = {
            "`medapp --version`": (ended, ["--version"]),
            "`medapp info IMAGE`": (ended, ["info", image]),
            "`medapp classify IMAGE` (PyTorch loaded)": (ended, ["classify", image]),
            "the window is drawn": (lambda command: shown(command, screen), []),
        }
        for name, (measure, more) in rows.items():
            figures = alternate(measure, [[*program, *more] for program in programs], asked.times)
            print(f"| {name} | {' | '.join(figures)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
