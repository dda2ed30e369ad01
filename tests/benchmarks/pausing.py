"""What a paused training costs: processor and memory, from outside; Linux only."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from medapp.imaging.phantom import write_cases
from medapp.training.runs.events import read_events
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run import Run
from tests.benchmarks.measure import Ratio

CASES, WATCHED_SECONDS, MOST_SHARE = 40, 10.0, 0.02


def pause() -> list[Ratio]:
    """Share of a processor, and resident memory, while a training of MobileNetV2 is paused."""
    if not sys.platform.startswith("linux"):
        print("pause: skipped, it looks into /proc", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as name:
        cases = write_cases(Path(name) / "cases", CASES)
        run = Run.start(Path(name) / "runs", RunRequest(str(cases), "thorough", device="cpu"))
        for _ in run.follow():
            if run.state().phase == "learning":
                break
        pid = next(event["pid"] for event in read_events(run.folder)[0] if event["event"] == "started")
        run.pause()
        time.sleep(WATCHED_SECONDS)  # the step at hand is made to its end
        before, held = _processor_seconds(pid), _resident_mb(pid)
        time.sleep(WATCHED_SECONDS)
        share = (_processor_seconds(pid) - before) / WATCHED_SECONDS
        kept = _resident_mb(pid)
        run.kill()
    return [
        Ratio("processor while paused", "a fiftieth", share, MOST_SHARE, share / MOST_SHARE, 1),
        Ratio("MB resident while paused", "when the pause began", kept, held, kept / held, 1),
    ]


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _resident_mb(pid: int) -> float:
    return 4096 * int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) / 2**20


ALL = (pause,)
