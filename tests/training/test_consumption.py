"""How fast a training goes is told every few seconds, and a pause does not count."""

from __future__ import annotations

import sys

import pytest

from medapp.training.learning.consumption import Pulse, Speed, peak_memory_mb


def test_the_speed_is_that_of_the_last_seconds() -> None:
    now = [0.0]
    speed = Speed(lambda: now[0])
    now[0] = 1.0
    assert speed.after(30) is None
    now[0] = 3.0
    assert speed.after(30, 1.0, 0.5) == Pulse(20, 0.5)
    now[0] = 8.0
    assert speed.after(10, 3.0, 0.5) == Pulse(2, pytest.approx(0.5 / 3))
    assert speed.overall == Pulse(70 / 4, 0.25)


def test_without_a_timed_step_there_is_no_speed() -> None:
    speed = Speed(lambda: 0.0)
    assert speed.after(30) is None
    assert speed.overall is None


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell it this way")
def test_the_memory_that_was_taken_is_that_of_this_process() -> None:
    told = peak_memory_mb()
    assert told is not None
    assert 10 < told < 100_000
