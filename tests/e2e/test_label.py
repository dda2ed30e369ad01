"""Label mode from the keyboard: thirty cases, the window killed in the middle, started again, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from medapp.folders import user_folders
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.storage.labels import LabelFile
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.verdicts import COLUMNS, Verdict, verdict_from
from medapp.workflows.labelling import LabelProject
from tests.e2e.labelling_hands import CASES

pytestmark = pytest.mark.e2e
KILLED_AFTER = 13
PATIENCE_SECONDS = 120


def start(pictures: str, counts: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.e2e.labelling_hands", pictures, str(counts)])


def table() -> Path | None:
    return next(iter((user_folders().data / "labels").glob("*/labels.csv")), None)


def rows() -> list[Verdict]:
    found = table()
    return [] if found is None else [verdict_from(row) for row in LabelFile(found, COLUMNS).read()]


def counted(counts: Path) -> list[int]:
    return [int(line) for line in counts.read_text().splitlines()] if counts.exists() else []


def kill_after(process: subprocess.Popen[bytes], counts: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while len(counted(counts)) < KILLED_AFTER:
        assert process.poll() is None, "the window ended before it was killed"
        assert time.monotonic() < end, f"only {len(counted(counts))} answers"
        time.sleep(0.01)
    process.kill()
    process.wait()


def test_thirty_cases_are_labelled_with_keys_alone_though_the_window_is_killed(tmp_path: Path) -> None:
    pictures = tmp_path / "Aufnahmen ü"
    for number in range(CASES):
        write_png(pictures / f"{number:02}.png", PhantomCase(number, nodule=number % 2 == 0, size=96))
    counts = tmp_path / "counted.txt"
    kill_after(start(str(pictures), counts), counts)
    before = rows()
    assert len({v.file for v in before}) >= counted(counts)[-1] >= KILLED_AFTER
    again = start("-", counts)
    assert again.wait(PATIENCE_SECONDS) == 0
    after = rows()
    assert after[: len(before)] == before
    answered = [v.file for v in after if not v.repeat]
    assert len(answered) == len(set(answered)) == CASES
    assert any(v.repeat for v in after)
    found = table()
    assert found is not None
    assert len(LabelProject.open(found.parent).finals()) == CASES
    assert len(list_cases(found).cases) == CASES
