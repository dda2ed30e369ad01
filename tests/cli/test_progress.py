"""The line of progress: for a person at a terminal, and never in a pipe."""

from __future__ import annotations

import sys

import pytest

from medapp.cli import progress
from medapp.jobs import Job, Partial, Progress


def counting() -> Job[str]:
    for done in range(3):
        yield Progress(done, 3, f"step {done}")
        yield Partial(done)
    return "result"


def test_a_pipe_gets_the_result_and_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert progress.run_shown(counting()) == "result"
    assert capsys.readouterr() == ("", "")


def test_a_terminal_is_shown_the_progress_on_standard_error_and_left_clean(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress, "_SECONDS", 0)
    assert progress.run_shown(counting()) == "result"
    told = capsys.readouterr()
    assert told.out == ""
    assert "step 2" in told.err
    assert told.err.endswith("\r")
