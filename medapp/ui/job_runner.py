"""Runs jobs (generators) in worker threads and tells the window's thread about them.

A worker never emits a Qt signal: it fills a queue that a timer of the window empties.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medapp.jobs import Job, Partial

log = logging.getLogger(__name__)
DELIVERY_MS = 15
DELIVERY_SECONDS = 0.01

Kind: TypeAlias = Literal["progressed", "delivered", "succeeded", "failed", "cancelled"]


@dataclass(frozen=True)
class _Report:
    kind: Kind
    job_id: int
    payload: Any = None

    @property
    def is_end(self) -> bool:
        return self.kind not in {"progressed", "delivered"}


class JobRunner(QObject):
    """Runs jobs on a few threads; its signals are emitted on the window's thread, in order."""

    progressed = Signal(int, object)
    delivered = Signal(int, object)
    succeeded = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int, object)

    def __init__(self, threads: int, parent: QObject | None = None, *, delivery_ms: int = DELIVERY_MS) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self._stops: dict[int, threading.Event] = {}
        self._reports: queue.Queue[_Report] = queue.Queue()
        self._waiting: deque[_Report] = deque()
        self._executor = ThreadPoolExecutor(threads)
        self._closed = False
        self._timer = QTimer(self, interval=delivery_ms)
        self._timer.timeout.connect(self._deliver)

    @property
    def running(self) -> int:
        """The jobs that have not ended."""
        return len(self._stops)

    def start(self, job: Job[Any]) -> int:
        """Queue `job` and return its id. After `close` nothing is started: a late timer may still ask."""
        job_id, stop = next(self._ids), threading.Event()
        if self._closed:
            job.close()
            return job_id
        self._stops[job_id] = stop
        self._executor.submit(self._run, job_id, job, stop)
        self._timer.start()
        return job_id

    def cancel(self, job_id: int) -> None:
        """Ask a job to end at its next step; what it still reports is dropped, but for its end."""
        if job_id in self._stops:
            self._stops[job_id].set()

    def cancel_all(self) -> None:
        """Ask all jobs to end."""
        for stop in self._stops.values():
            stop.set()

    def close(self) -> None:
        """End all jobs, wait for the threads, and deliver nothing more."""
        self._closed = True
        self.cancel_all()
        self._timer.stop()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._stops.clear()

    def _run(self, job_id: int, job: Job[Any], stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                step = next(job)
                kind: Kind = "delivered" if isinstance(step, Partial) else "progressed"
                self._reports.put(_Report(kind, job_id, step.value if isinstance(step, Partial) else step))
            job.close()
        except StopIteration as end:
            self._reports.put(_Report("succeeded", job_id, end.value))
        except BaseException as error:  # noqa: BLE001 - a panic of a native library is no Exception
            log.debug("job %d failed: %s", job_id, type(error).__name__)
            self._reports.put(_Report("failed", job_id, error))
        else:
            self._reports.put(_Report("cancelled", job_id))

    @Slot()
    def _deliver(self) -> None:
        self._waiting.extend(self._reports.get() for _ in range(self._reports.qsize()))
        latest = {r.job_id: r for r in self._waiting if r.kind == "progressed"}
        end = time.perf_counter() + DELIVERY_SECONDS
        while self._waiting and time.perf_counter() < end:  # the rest waits, so that the window stays alive
            report = self._waiting.popleft()
            if report.kind == "progressed" and latest[report.job_id] is not report:
                continue  # a newer one is already here
            self._tell(report)
        if not self._stops:
            self._waiting.clear()
            self._timer.stop()

    def _tell(self, report: _Report) -> None:
        stop = self._stops.get(report.job_id)
        if stop is None:
            return
        kind = report.kind
        if stop.is_set():
            if not report.is_end:
                return
            kind = "cancelled"
        if report.is_end:
            del self._stops[report.job_id]
        getattr(self, kind).emit(report.job_id, None if kind == "cancelled" else report.payload)
