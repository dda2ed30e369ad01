"""Jobs with the functions that take their results, and those of them that people see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from medapp.jobs import Job, Progress
from medapp.ui.job_runner import DELIVERY_MS, JobRunner
from medapp.ui.state import JobView


def _ignore(_: object) -> None:
    """Take a result that nobody waits for."""


@dataclass(frozen=True)
class _Takers:
    part: Callable[[Any], None]
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    progress: Callable[[Progress], None]
    stopped: Callable[[], None]


class JobList(QObject):
    """Starts jobs, hands their results to whoever started them, and tells which are running."""

    views_changed = Signal(tuple)
    uncaught = Signal(object)

    def __init__(self, threads: int, parent: QObject | None = None, *, delivery_ms: int = DELIVERY_MS) -> None:
        super().__init__(parent)
        self.runner = JobRunner(threads, self, delivery_ms=delivery_ms)
        self._takers: dict[int, _Takers] = {}
        self._views: dict[int, JobView] = {}
        self.runner.progressed.connect(self._progressed)
        self.runner.delivered.connect(self._delivered)
        self.runner.succeeded.connect(self._succeeded)
        self.runner.failed.connect(self._failed)
        self.runner.cancelled.connect(self._cancelled)

    def start(
        self,
        job: Job[Any],
        *,
        title: str = "",
        done: Callable[[Any], None] = _ignore,
        part: Callable[[Any], None] = _ignore,
        progress: Callable[[Progress], None] = _ignore,
        failed: Callable[[BaseException], None] | None = None,
        stopped: Callable[[], None] = lambda: None,
    ) -> int:
        """Run `job`; one with a `title` is shown to people. What fails without a taker is `uncaught`."""
        job_id = self.runner.start(job)
        self._takers[job_id] = _Takers(part, done, failed or self.uncaught.emit, progress, stopped)
        if title:
            self._views[job_id] = JobView(job_id, title)
            self._tell()
        return job_id

    def cancel(self, job_id: int) -> None:
        """Ask a job to end; nothing of it is handed over any more."""
        self.runner.cancel(job_id)

    def _tell(self) -> None:
        self.views_changed.emit(tuple(self._views.values()))

    @Slot(int, object)
    def _progressed(self, job_id: int, progress: Progress) -> None:
        self._takers[job_id].progress(progress)
        if job_id in self._views:
            self._views[job_id] = replace(self._views[job_id], progress=progress)
            self._tell()

    @Slot(int, object)
    def _delivered(self, job_id: int, value: object) -> None:
        self._takers[job_id].part(value)

    @Slot(int, object)
    def _succeeded(self, job_id: int, result: object) -> None:
        self._end(job_id).done(result)

    @Slot(int, object)
    def _failed(self, job_id: int, error: BaseException) -> None:
        self._end(job_id).failed(error)

    @Slot(int, object)
    def _cancelled(self, job_id: int, _: object) -> None:
        self._end(job_id).stopped()

    def _end(self, job_id: int) -> _Takers:
        if self._views.pop(job_id, None):
            self._tell()
        return self._takers.pop(job_id)
