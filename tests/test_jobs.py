"""Jobs as generators, and the time that is left."""

from __future__ import annotations

import pytest

from medapp import jobs
from medapp.jobs import Job, Partial, Progress, TimeLeft, run_to_end


def count(n: int) -> Job[str]:
    for step in range(n):
        yield Progress(step, n)
        yield Partial(step)
    return "done"


def test_a_job_run_to_its_end_gives_its_result() -> None:
    assert run_to_end(count(3)) == "done"


def test_the_time_left_follows_the_speed_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])
    left = TimeLeft()
    assert left.after(0, 100) is None
    now[0] += 10
    assert left.after(25, 100) == pytest.approx(30)


def test_no_time_is_told_before_half_a_second() -> None:
    left = TimeLeft()
    left.after(0, 10)
    assert left.after(1, 10) is None
