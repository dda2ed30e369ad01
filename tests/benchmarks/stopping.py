"""How long a training takes to take a stop, phase by phase: one run that is stopped, and gone on with, in each."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medapp.imaging.phantom import write_cases
from medapp.training.runs.events import read_events
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run import Run
from tests.benchmarks.measure import Ratio

CASES, MOST_SECONDS = 200, 2.0
PHASES = ("reading", "features", "head", "learning", "finishing")
"""The last one follows a stop while learning in the same process."""


def stops() -> list[Ratio]:
    """Seconds from the wish to its end: of the process, and while learning of the learning."""
    with tempfile.TemporaryDirectory() as name:
        cases = write_cases(Path(name) / "cases", CASES)
        run = Run.start(Path(name) / "runs", RunRequest(str(cases), "thorough", device="cpu"))
        rows = []
        for phase in PHASES:
            seconds = _stopped(run, phase)
            rows.append(Ratio(f"stop while {phase}", "2 s", seconds, MOST_SECONDS, seconds / MOST_SECONDS, 1))
            if phase != "learning" and phase != PHASES[-1]:
                run.reap(60)
                run.go_on()
        run.kill()
    return rows


def _stopped(run: Run, phase: str) -> float:
    events = _events(run)
    for event in events:
        # after a pass there are weights that were learned, which are then measured
        if event.get("phase") == phase != "learning" or event["event"] in {"pass", "finished", "failed"}:
            break
    assert event["event"] in {"progress", "pass"}, event.get("code")
    began = time.monotonic()
    run.stop()
    for event in events:
        left = phase == "learning" and event.get("phase") not in {None, phase}
        if left or event["event"] in {"stopped", "finished", "failed"}:
            print(f"{phase}: {event.get('code') or event.get('phase')}", file=sys.stderr)
            return time.monotonic() - began
    raise AssertionError


def _events(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the events from now on, as they come."""
    offset = _told.get(run.folder, 0)
    while True:
        new, offset = read_events(run.folder, offset)
        yield from new
        _told[run.folder] = offset
        time.sleep(0.01)


_told: dict[Path, int] = {}
ALL = (stops,)
