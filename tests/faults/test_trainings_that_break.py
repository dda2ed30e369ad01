"""Trainings that are killed, that a disk refuses, whose cases go away: nothing that was learned is lost."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from medapp.jobs import run_to_end
from medapp.training import course
from medapp.training.runs.events import read_events
from medapp.training.runs.run import Run
from tests.faults.refusals import NearReaders, in_this_process, refuse_training, request_for, teach
from tests.faults.trainings import Ground, kill_training, weights_of
from tests.training.trial_cases import write_classes

pytestmark = pytest.mark.torch
STRIDE = 150


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


def codes(folder: Path) -> list[str]:
    return [str(event.get("code")) for event in read_events(folder)[0] if "code" in event]


@pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")
def test_a_training_that_is_killed_three_times_makes_the_very_same_model(tmp_path: Path) -> None:
    ground = Ground(tmp_path, patients=6, steps=3)
    fate = kill_training(ground, tmp_path / "broken", 3, random.Random(5))
    assert (fate.finished, fate.same, +fate.other) == (1, 1, {})
    assert fate.passes_lost <= 1
    assert not (tmp_path / "broken" / "checkpoints").exists()


STARTS = """
import sys, time
from pathlib import Path
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run import Run
run = Run.start(Path(sys.argv[1]), RunRequest(sys.argv[2], architecture="small_cnn", device="cpu", threads=1))
print(run.folder, flush=True)
time.sleep(600)
"""


def test_a_training_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    cases = write_classes(tmp_path / "cases", 6)
    command = [sys.executable, "-c", STARTS, str(tmp_path / "runs"), str(cases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        folder = Path(window.stdout.readline().strip())
        window.kill()
    run = Run(folder)
    assert run.alive
    state = run_to_end(run.follow())
    assert state.end is not None
    assert state.end["event"] == "finished", state.end


@pytest.mark.parametrize("lasting", [False, True], ids=["one fault", "disk full from then on"])
def test_a_disk_that_refuses_costs_no_learning(tmp_path: Path, *, lasting: bool) -> None:
    refusals = refuse_training(tmp_path, stride=STRIDE, lasting=lasting)
    assert refusals.tried > 2
    assert refusals.wrong == []


def test_a_run_that_died_after_its_package_was_whole_only_tells_its_end(tmp_path: Path) -> None:
    run, request = tmp_path / "run", request_for(write_classes(tmp_path / "cases", 6), effort="instant")
    assert teach(run, request) == 0
    lines = (run / "events.jsonl").read_bytes().splitlines(keepends=True)
    (run / "events.jsonl").write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
    before = weights_of(run)
    assert teach(run, request) == 0
    end = read_events(run)[0][-1]
    assert (end["event"], end["package"], end["report"]["schema_version"]) == ("finished", str(run / "package"), 1)
    assert weights_of(run) == before


def test_a_file_that_is_gone_is_named_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = write_classes(tmp_path / "cases", 12)
    doomed = cases / "ill" / "ill003_0.png"
    monkeypatch.setattr(NearReaders, "on_frame", staticmethod(lambda _: doomed.unlink(missing_ok=True)))
    assert teach(tmp_path / "run", request_for(cases, effort="instant")) == 0
    notes = [event["text"] for event in read_events(tmp_path / "run")[0] if event["event"] == "note"]
    assert any("ill/ill003_0.png" in text for text in notes)


def test_a_folder_that_is_taken_away_ends_the_run_with_the_reason_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write_classes(tmp_path / "cases", 12)
    away, seen = tmp_path / "away", []

    def unplug(source: str) -> None:
        seen.append(source)
        if len(seen) == 16 and cases.exists():
            cases.rename(away)

    monkeypatch.setattr(NearReaders, "on_frame", staticmethod(unplug))
    run, request = tmp_path / "run", request_for(cases, effort="instant")
    assert teach(run, request) == 3
    assert codes(run)[-1] == "cases.vanished"
    assert "Bring it back" in capsys.readouterr().err
    assert teach(run, request) == 3
    assert codes(run)[-1] == "cases.missing"
    away.rename(cases)
    assert teach(run, request) == 0
    assert read_events(run)[0][-1]["event"] == "finished"


def test_cases_that_changed_meanwhile_are_not_mixed_with_what_was_learned_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, run = write_classes(tmp_path / "cases", 12), tmp_path / "run"
    monkeypatch.setattr(course, "write_product", _raise)
    assert teach(run, request_for(cases)) == 3
    assert codes(run)[-1] == "train.disk_full"
    monkeypatch.undo()
    taken = cases / "ill" / "ill003_0.png"
    kept = taken.read_bytes()
    taken.unlink()
    assert teach(run, request_for(cases)) == 3
    assert codes(run)[-1] == "train.cases_changed"
    taken.write_bytes(kept)
    assert teach(run, request_for(cases)) == 0


def _raise(*_: object) -> None:
    raise OSError(28, "No space left on device")
