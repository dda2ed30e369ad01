"""A line of progress on standard error, where a person is looking at it."""

from __future__ import annotations

import sys
import time
from typing import TypeVar

from medapp.jobs import Job, Progress

T = TypeVar("T")
_SECONDS = 0.2


def run_shown(job: Job[T]) -> T:
    """Run `job` to its end and return its result; show its progress where standard error is a terminal."""
    shown = 0.0
    watched = sys.stderr.isatty()
    while True:
        try:
            report = next(job)
        except StopIteration as end:
            result: T = end.value
            break
        if watched and isinstance(report, Progress) and time.monotonic() - shown > _SECONDS:
            shown = time.monotonic()
            print(f"\r{report.text:<78}", end="", file=sys.stderr, flush=True)
    if shown:
        print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)
    return result
