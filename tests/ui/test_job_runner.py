"""The job runner: reports come in order on the window's thread, ends come once, cancelled jobs are silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from medapp.jobs import Job, Partial, Progress
from medapp.ui.job_list import JobList
from medapp.ui.job_runner import JobRunner

PACE = threading.Event()


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    made = JobRunner(2)
    yield made
    made.close()


def count_to(n: int) -> Job[str]:
    for i in range(n):
        yield Progress(i, n)
        yield Partial(i)
    return "end"


def count_forever(closed: threading.Event) -> Job[None]:
    try:
        while True:
            yield Partial("tick")
            PACE.wait(0.001)
    finally:
        closed.set()


def fail() -> Job[None]:
    yield Progress(0, 1)
    raise ZeroDivisionError


def wait_for(gate: threading.Event, result: str) -> Job[str]:
    yield Progress(0, 1)
    gate.wait(10)
    return result


def test_a_job_hands_its_result_over(qtbot: QtBot, runner: JobRunner) -> None:
    with qtbot.waitSignal(runner.succeeded) as ended:
        job_id = runner.start(count_to(3))
    assert ended.args == [job_id, "end"]
    assert runner.running == 0


def test_pieces_are_never_dropped_and_keep_their_order(qtbot: QtBot, runner: JobRunner) -> None:
    pieces: list[object] = []
    runner.delivered.connect(lambda _, piece: pieces.append(piece))
    with qtbot.waitSignal(runner.succeeded):
        runner.start(count_to(500))
    assert pieces == list(range(500))


def test_progress_that_is_out_of_date_is_dropped(qtbot: QtBot, runner: JobRunner) -> None:
    seen: list[Progress] = []
    runner.progressed.connect(lambda _, progress: seen.append(progress))
    with qtbot.waitSignal(runner.succeeded):
        runner.start(count_to(500))
    assert len(seen) < 500
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_signals_come_on_the_threads_of_the_window(qtbot: QtBot, runner: JobRunner) -> None:
    threads: set[threading.Thread] = set()
    runner.delivered.connect(lambda *_: threads.add(threading.current_thread()))
    with qtbot.waitSignal(runner.succeeded):
        runner.start(count_to(5))
    assert threads == {threading.main_thread()}


def test_a_failure_is_told_and_the_thread_goes_on(qtbot: QtBot, runner: JobRunner) -> None:
    with qtbot.waitSignal(runner.failed) as ended:
        runner.start(fail())
    assert isinstance(ended.args[1], ZeroDivisionError)
    with qtbot.waitSignal(runner.succeeded):
        runner.start(count_to(1))


def test_cancel_runs_the_clean_up_and_ends_the_job(qtbot: QtBot, runner: JobRunner) -> None:
    closed = threading.Event()
    with qtbot.waitSignal(runner.delivered):
        job_id = runner.start(count_forever(closed))
    with qtbot.waitSignal(runner.cancelled) as ended:
        runner.cancel(job_id)
    assert closed.is_set()
    assert ended.args[0] == job_id


def test_nothing_but_the_end_of_a_cancelled_job_is_told(qtbot: QtBot, runner: JobRunner) -> None:
    told: list[object] = []
    closed = threading.Event()
    with qtbot.waitSignal(runner.delivered):
        job_id = runner.start(count_forever(closed))
    runner.delivered.connect(lambda *_: told.append("piece"))
    with qtbot.waitSignal(runner.cancelled):
        runner.cancel(job_id)
    assert told == []


def test_a_result_that_comes_after_the_cancel_is_not_a_success(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    with qtbot.waitSignal(runner.progressed):
        job_id = runner.start(wait_for(gate, "late"))
    with qtbot.assertNotEmitted(runner.succeeded), qtbot.waitSignal(runner.cancelled):
        runner.cancel(job_id)
        gate.set()


def test_closing_ends_every_job(qtbot: QtBot) -> None:
    runner, closed = JobRunner(1), threading.Event()
    with qtbot.waitSignal(runner.delivered):
        runner.start(count_forever(closed))
    runner.close()
    assert closed.is_set()
    assert runner.running == 0


def test_results_go_to_whoever_started_the_job(qtbot: QtBot) -> None:
    jobs = JobList(2)
    taken: list[tuple[str, object]] = []
    jobs.start(count_to(2), title="one", part=lambda p: taken.append(("one", p)))
    with qtbot.waitSignal(jobs.uncaught) as failed:
        jobs.start(fail())
    qtbot.waitUntil(lambda: jobs.runner.running == 0)
    assert taken == [("one", 0), ("one", 1)]
    assert isinstance(failed.args[0], ZeroDivisionError)
    jobs.runner.close()


def test_only_jobs_with_a_title_are_shown(qtbot: QtBot) -> None:
    jobs = JobList(2)
    shown: list[tuple[object, ...]] = []
    jobs.views_changed.connect(shown.append)
    jobs.start(count_to(2))
    jobs.start(count_to(2), title="Opening x")
    qtbot.waitUntil(lambda: jobs.runner.running == 0)
    assert {view.title for views in shown for view in views} == {"Opening x"}
    assert shown[-1] == ()
    jobs.runner.close()
