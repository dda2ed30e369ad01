"""``python -m tests.evidence many_images WORK``: up to 60,000 pictures checked: time, memory, cancel, second run."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from medapp.imaging.readers import Readers
from medapp.jobs import Job, Progress
from medapp.training.checking.check import Checked, check

SIDE = 96
EACH_FOLDER = 2000
PATTERN = r"^(p\d+)_"
CANCEL_AFTER = 200


def main(arguments: list[str]) -> int:
    """Write the pictures that are missing, check them twice in a process of their own, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence many_images")
    parser.add_argument("work", type=Path)
    parser.add_argument("--images", type=int, nargs="+", default=[6000, 24000, 60000])
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.once:
        sys.stdout.write(json.dumps(_measured(args.work)) + "\n")
        return 0
    for count in args.images:
        root = args.work / str(count)
        write_pictures(root, count)
        for turn in ("first", "second"):
            row = {"images": count, "run": turn, **_in_a_process(root, args.work / f"home-{count}")}
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
    return 0


def write_pictures(root: Path, count: int) -> None:
    """Write radiograph-like phantoms of two classes, two of each patient, one in a hundred a copy of the one before."""
    rng = np.random.default_rng(count)
    picture = phantom(rng, ill=False)
    for number in range(count):
        patient, ill = number // 2, number // 2 % 2 == 1
        folder = root / ("ill" if ill else "healthy") / f"{number // EACH_FOLDER:03}"
        picture = _brighter(picture) if number % 100 == 99 else phantom(rng, ill=ill)
        path = folder / f"p{patient:06}_{number}.jpeg"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cv2.imencode(".jpeg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


def phantom(rng: np.random.Generator, *, ill: bool) -> np.ndarray:
    """Return a chest of ellipses and ribs with tissue, in which no two are alike."""
    picture = np.full((SIDE, SIDE), 40, np.uint8)
    middle = SIDE // 2
    cv2.ellipse(picture, (middle, middle), tuple(int(v) for v in rng.integers(36, 46, 2)), 0, 0, 360, 150, -1)
    for side in (-1, 1):
        centre = (middle + side * int(rng.integers(13, 20)), middle + int(rng.integers(-6, 6)))
        cv2.ellipse(picture, centre, (int(rng.integers(9, 15)), int(rng.integers(20, 30))), 0, 0, 360, 70, -1)
    for row in range(int(rng.integers(8, 14)), SIDE, int(rng.integers(9, 14))):
        cv2.line(picture, (4, row + int(rng.integers(0, 6))), (SIDE - 4, row), 170, 1)
    if ill:
        cv2.circle(picture, tuple(int(v) for v in rng.integers(30, 66, 2)), int(rng.integers(5, 9)), 190, -1)
    tissue = cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE)).astype(np.float32), (0, 0), 2.5) * 120
    return np.clip(picture + tissue + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def _brighter(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture * 1.1 + 6, 0, 255).astype(np.uint8)


def _in_a_process(root: Path, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.evidence", "many_images", str(root), "--once"]
    answer = subprocess.run(command, env=os.environ | {"MEDAPP_HOME": str(home)}, check=True, stdout=subprocess.PIPE)
    told: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return told


def _measured(root: Path) -> dict[str, Any]:
    """Cancel a check soon after its begin, then check to the end, and tell what it took."""
    with Readers() as readers:
        cancelled = _cancelled_after(root, readers)
        started = time.monotonic()
        checked, phases = _timed(check(root, readers, PATTERN))
        seconds = time.monotonic() - started
    near = sum(group.kind == "near" for group in checked.duplicates)
    return {
        "seconds": round(seconds, 1),
        "phases": {name: round(spent, 1) for name, spent in phases.items()},
        "cancelled_in": cancelled,
        "peak_mb": peak_megabytes(),
        "near": near,
        "findings": sorted({one.code for one in checked.findings}),
    }


def _timed(job: Job[Checked]) -> tuple[Checked, dict[str, float]]:
    """Run a check to its end; the seconds between two reports count for what the later one tells."""
    phases: dict[str, float] = {}
    last = time.monotonic()
    while True:
        try:
            report = next(job)
        except StopIteration as end:
            phases["afterwards"] = time.monotonic() - last
            return end.value, phases
        now = time.monotonic()
        if isinstance(report, Progress):
            phases[report.text] = phases.get(report.text, 0.0) + now - last
        last = now


def _cancelled_after(root: Path, readers: Readers) -> float:
    """Return the seconds from closing a check to its end."""
    job = check(root, readers, PATTERN)
    for _ in range(CANCEL_AFTER):
        next(job)
    started = time.monotonic()
    job.close()
    return round(time.monotonic() - started, 2)


def peak_megabytes() -> int | None:
    """Return the most memory that this process has held; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))
