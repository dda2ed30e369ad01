"""The window's process ends without a word: the next start has what was open, soon."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from medapp.folders import user_folders
from medapp.imaging.phantom import write_ct_series
from medapp.processes import own_command

PATIENCE_SECONDS = 60
pytestmark = pytest.mark.skipif("sys.platform == 'win32'", reason="a window without a screen is for Linux and macOS")


@contextmanager
def window(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(own_command("open", *arguments), stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def note() -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(user_folders().running.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document


def wait_for(claim: Callable[[], object]) -> float:
    start = time.monotonic()
    while not claim():
        assert time.monotonic() < start + PATIENCE_SECONDS, note()
        time.sleep(0.05)
    return time.monotonic() - start


def test_what_was_open_is_open_again(tmp_path: Path) -> None:
    series = tmp_path / "CT ü"
    series.mkdir()
    write_ct_series(series, slices=4, size=64)
    with window(str(series)):
        wait_for(lambda: note().get("source"))
    before = note()
    assert before["unclean"]
    user_folders().running.touch()
    with window():
        wait_for(lambda: note().get("opened") == before["opened"] and note().get("source") == before["source"])


def test_a_second_start_is_taken_over_by_the_first_window(tmp_path: Path) -> None:
    write_ct_series(tmp_path / "first", slices=2, size=64)
    write_ct_series(tmp_path / "second", seed=1, slices=2, size=64)
    with window(str(tmp_path / "first")):
        wait_for(lambda: note().get("source"))
        with window(str(tmp_path / "second")) as later:
            told, _ = later.communicate(timeout=PATIENCE_SECONDS)
            assert later.returncode == 0
            assert "taken over" in told
        wait_for(lambda: len(note().get("opened", [])) == 2)


def test_after_two_crashes_while_starting_nothing_is_opened(tmp_path: Path) -> None:
    write_ct_series(tmp_path / "series", slices=2, size=64)
    for crashes in (1, 2):
        with window(str(tmp_path / "series")):
            wait_for(lambda wanted=crashes: note().get("early_crashes") == wanted)
    with window():
        wait_for(lambda: note().get("early_crashes") == 3)
        assert note()["opened"] == []
        wait_for(lambda: note().get("early_crashes") == 0)
