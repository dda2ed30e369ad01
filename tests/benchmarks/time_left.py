"""How near the time told before and during a training comes to the truth; within a factor of 1.5 is the goal."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from medapp.imaging.phantom import write_cases
from medapp.jobs import run_to_end
from medapp.training.runs.events import read_events
from medapp.training.runs.request import Effort, RunRequest
from medapp.training.runs.run import Run
from tests.benchmarks.measure import Ratio

CASES, GOAL = 200, 1.5
RUNS: tuple[tuple[Effort, int], ...] = (("instant", 0), ("quick", 0), ("thorough", 60))


def time_told() -> list[Ratio]:
    """Three trainings: seconds told beforehand, and those told as left on the way, against what it took."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        os.environ["MEDAPP_HOME"] = str(Path(name) / "home")
        cases = write_cases(Path(name) / "cases", CASES)
        for effort, steps in RUNS:
            before = _estimate(cases, effort, steps)
            run = Run.start(Path(name) / "runs", RunRequest(str(cases), effort, steps=steps, device="cpu"))
            state = run_to_end(run.follow())
            assert state.end is not None
            assert state.end["event"] == "finished", state.end.get("code")
            rows += _rows(run, effort, before)
    return rows


def _estimate(cases: Path, effort: str, steps: int) -> float:
    command = [sys.executable, "-m", "medapp", "train", "--estimate", "--json", f"--steps={steps}", str(cases)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["efforts"][effort]["seconds"])


def _rows(run: Run, effort: str, before: float) -> list[Ratio]:
    events, _ = read_events(run.folder)
    whole = events[-1]["seconds"]
    told = [
        (event["seconds_left"], whole - event["seconds"])
        for event in events
        if event["event"] == "progress" and event["seconds_left"] and whole - event["seconds"] > 0.1 * whole
    ]
    off = [left / true for left, true in told]
    left, true = statistics.median(left for left, _ in told), statistics.median(true for _, true in told)
    worst = max(off, key=lambda ratio: max(ratio, 1 / ratio))
    return [
        Ratio(f"{effort}: seconds told before", "it took", before, whole, before / whole, 1),
        Ratio(f"{effort}: seconds left told on the way", "left in truth", left, true, statistics.median(off), len(off)),
        Ratio(f"{effort}: the same, the worst", "left in truth", left, true, worst, len(off)),
    ]


ALL = (time_told,)
