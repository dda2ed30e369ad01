"""Whether a training lives is seen at once; what it tells survives a disk that refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.training.runs import events
from medapp.training.runs.events import Control, EventLog, ask, read_events
from medapp.training.runs.heartbeat import HEARTBEAT_FILE, SILENT_SECONDS, Heartbeat, announce, is_alive
from tests.faults.injection import Faults, injected

HOLDS = """
import sys, time
from pathlib import Path
from medapp.training.runs.heartbeat import Heartbeat
held = Heartbeat(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def long_ago(folder: Path) -> None:
    past = time.time() - 2 * SILENT_SECONDS
    os.utime(folder / HEARTBEAT_FILE, (past, past))


def test_a_process_that_is_killed_is_dead_at_once(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    assert is_alive(tmp_path)
    end(holder)
    assert not is_alive(tmp_path)


def test_a_process_that_is_silent_lives_as_long_as_it_is_there(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    long_ago(tmp_path)
    if hasattr(signal, "SIGSTOP"):
        os.kill(holder.pid, signal.SIGSTOP)
    assert is_alive(tmp_path)
    end(holder)
    assert not is_alive(tmp_path)


def test_two_processes_do_not_train_in_one_folder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(MedappError, match=r"train\.running"):
        Heartbeat(tmp_path)
    end(holder)
    Heartbeat(tmp_path).close()
    assert not (tmp_path / HEARTBEAT_FILE).exists()


def test_one_that_is_being_started_lives_for_a_while(tmp_path: Path) -> None:
    assert not is_alive(tmp_path)
    announce(tmp_path)
    assert is_alive(tmp_path)
    long_ago(tmp_path)
    assert not is_alive(tmp_path)


def test_on_a_disk_without_locks_its_beats_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medapp.training.runs.heartbeat._take", lambda _: "unknown")
    heartbeat = Heartbeat(tmp_path)
    assert is_alive(tmp_path)
    long_ago(tmp_path)
    assert not is_alive(tmp_path)
    heartbeat.beat()
    assert is_alive(tmp_path)
    heartbeat.close()


def test_events_that_the_disk_refused_are_written_when_it_takes_them(tmp_path: Path) -> None:
    with injected(Faults(tmp_path, 2, lasting=True)):
        log = EventLog(tmp_path)
        log.write("note", code="a", text="ä")
        log.write("note", code="b", text="b")
        assert read_events(tmp_path)[0] == []
        log._file = log._file._file  # type: ignore[attr-defined]  # the disk has room again
        log.write("note", code="c", text="c")
    log.close()
    assert [event["code"] for event in read_events(tmp_path)[0]] == ["a", "b", "c"]


def test_a_line_that_a_kill_has_torn_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    (tmp_path / events.EVENTS_FILE).write_bytes(b'{"event": "note", "code": "a"}\n{"event": "no')
    log = EventLog(tmp_path)
    log.write("note", code="b", text="b")
    log.close()
    assert [event["code"] for event in read_events(tmp_path)[0]] == ["a", "b"]


def test_a_stop_that_was_taken_does_not_count_again_but_the_next_one_does(tmp_path: Path) -> None:
    with Control(tmp_path) as control:
        assert not control.take_stop()
        ask(tmp_path, stop=True)
        assert control._stop.wait(5)
        assert control.take_stop()
        assert not control.checkpoint()
        ask(tmp_path, stop=True)
        assert control._stop.wait(5)


def test_time_that_a_process_was_frozen_is_no_time_of_learning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control(tmp_path)
    looks = iter([False, False, True])
    times = iter([0.0, 0.2, 3600.0, 3600.0])
    monkeypatch.setattr(control._over, "wait", lambda _: next(looks))
    monkeypatch.setattr(events.time, "monotonic", lambda: next(times))
    control._watch()
    monkeypatch.undo()
    assert control.paused_seconds == pytest.approx(3599.8)
