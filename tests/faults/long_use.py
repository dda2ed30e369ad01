"""A working day: studies opened, scrolled, classified and closed in the real window; what it holds must stay flat."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from medapp.app import Parts
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom
from medapp.ui.answer_state import Answered
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.state import Page

KINDS = 6
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Held:
    """What the window's process holds at one moment."""

    studies: int
    resident_mb: float
    handles: int
    threads: int
    children: int
    temporary: int

    @classmethod
    def now(cls, studies: int) -> Held:
        """Measure (Linux)."""
        gc.collect()
        status = Path("/proc/self/status").read_text().splitlines()
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return cls(
            studies,
            resident,
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            len(children),
            sum(1 for _ in Path(tempfile.gettempdir()).glob("*medapp*")),
        )


def write_studies(folder: Path) -> list[Path]:
    """Write some small studies: stacks, and radiographs that a model answers."""
    for number in range(KINDS // 2):
        write_ct_series(folder / f"ct{number}", seed=number, slices=8, size=96)
        for seed in range(3):
            write_dicom(
                folder / f"chest{number}" / f"{seed}.dcm", PhantomCase(10 * number + seed, nodule=True, size=96)
            )
    return sorted(folder.iterdir())


class Day:
    """Works through studies, one after the other, as a person does: by the window's own commands."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        self._window, self._session = window, session
        session.update(panel_open=True)

    def work_through(self, study: Path) -> None:
        """Open a study, look at all its images and the answer, and close it."""
        self._window.opening.open([study], remember=False)
        self._wait(lambda: self._session.state.picture is not None and not self._session.state.jobs)
        series = self._session.state.series
        assert series is not None
        for _ in range(series.frames):
            self._window.pictures.scroll(1)
            self._wait(lambda: not self._session.state.loading)
        if series.modality != "CT":
            self._wait(lambda: isinstance(self._session.state.answer, Answered))
        self._window.opening.close_all()
        self._session.show_page(Page.START)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    @staticmethod
    def _wait(claim: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not claim():
            if time.monotonic() > end:
                raise TimeoutError
            QCoreApplication.processEvents()
            time.sleep(0.001)


def a_day(parts: Parts, folder: Path, studies: int, every: int) -> list[Held]:
    """Work through `studies`, and return what was held after each `every` of them."""
    session = Session(parts.services)
    window = MainWindow(session, list)
    window.show()
    held: list[Held] = []
    try:
        paths, day = write_studies(folder), Day(window, session)
        for number in range(1, studies + 1):
            day.work_through(paths[number % len(paths)])
            if number % every == 0:
                held.append(Held.now(number))
    finally:
        window.close()
        window.deleteLater()
        session.close(parts.release)
        QCoreApplication.processEvents()
    return held
