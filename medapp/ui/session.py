"""Holds the one state of the window and turns what a person asks for into the next state."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from medapp.classify.engine import Engine
from medapp.classify.registry import Registry
from medapp.errors import MedappError, Problem
from medapp.folders import Folders
from medapp.i18n import tell, tr
from medapp.imaging.frames import FrameCache
from medapp.imaging.readers import Readers
from medapp.jobs import Job, Progress
from medapp.storage.key_images import KeyImages
from medapp.storage.measurements import Measurements
from medapp.storage.opinions import Opinions
from medapp.storage.settings import FONT_LARGEST, FONT_SMALLEST, Settings, SettingsFile
from medapp.ui.job_list import JobList
from medapp.ui.state import Page, State, Tool
from medapp.workflows.reading import Reading
from medapp.workflows.watching import Watching
from medapp.workflows.working import Means

log = logging.getLogger(__name__)
LONG_JOBS = 4
QUIET_JOBS = 3
MOST_WAITING = 9
"""Pictures that a person may be waiting for at once: one a cell."""
PICTURE_MS = 3


@dataclass(frozen=True)
class Services:
    """What the window works with; the program builds each once."""

    folders: Folders
    readers: Readers
    cache: FrameCache
    reading: Reading
    registry: Registry
    engine: Engine
    watching: Watching
    quiet: Means
    opinions: Opinions
    measurements: Measurements
    key_images: KeyImages
    settings_file: SettingsFile
    settings: Settings


class Session(QObject):
    """The state, its changes, and the jobs. It draws nothing and opens no file itself."""

    changed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        settings = services.settings
        self.state = State(
            browser_shown=settings.browser_shown,
            heat_map_opacity=settings.heat_map_opacity,
            panel_open=settings.automatic_ai,
            settings=settings,
        )
        self._saved = settings
        self._telling = self._untold = False
        self.jobs = JobList(LONG_JOBS, self)
        threads = 2 * services.readers.config.processes + MOST_WAITING
        self.picture_jobs = JobList(threads, self, delivery_ms=PICTURE_MS)
        self.project_jobs = JobList(1, self)
        self.note_jobs = JobList(1, self)
        self.watch_jobs = JobList(1, self)
        self.label_jobs = JobList(1, self, delivery_ms=PICTURE_MS)
        self.quiet_jobs = JobList(QUIET_JOBS, self)
        self.jobs.views_changed.connect(lambda views: self.update(jobs=views))
        for jobs in self._job_lists:
            jobs.uncaught.connect(self.fail)

    @property
    def _job_lists(self) -> tuple[JobList, ...]:
        long = self.jobs, self.project_jobs, self.watch_jobs, self.quiet_jobs
        return *long, self.picture_jobs, self.note_jobs, self.label_jobs

    @property
    def settings(self) -> Settings:
        """What the person chose."""
        return self.state.settings

    def update(self, **changes: Any) -> None:  # noqa: ANN401 - fields of State
        """Replace fields of the state and tell about it, where anything changes."""
        if all(getattr(self.state, name) is value for name, value in changes.items()):
            return
        self.state = replace(self.state, **changes)
        self._untold = True
        if self._telling:
            return  # whoever is told now is told again: nobody sees an old state after a new one
        self._telling = True
        try:
            while self._untold:
                self._untold = False
                self.changed.emit(self.state)
        finally:
            self._telling = False

    def choose(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Settings
        """Change settings and keep them."""
        self.update(settings=replace(self.settings, **changes))
        settings = self.settings
        self.note_jobs.start(_saved(self.services.settings_file, settings), done=lambda _: self._note_saved(settings))

    def _note_saved(self, settings: Settings) -> None:
        self._saved = settings

    @Slot(object)
    def fail(self, error: BaseException) -> None:
        """Tell the person about a failure that nobody else takes."""
        if not isinstance(error, MedappError):
            log.error("unexpected failure: %s at %s", type(error).__name__, _places(error))
        self.notify(tell(Problem.from_error("", error)))

    def notify(self, text: str) -> None:
        """Show a sentence until it is dismissed."""
        self.update(notice=text)

    def show_page(self, page: Page) -> None:
        """Turn to a page."""
        self.update(page=page, maximised=False, cine=False)

    def resize_text(self, step: int) -> None:
        """Make all texts larger or smaller."""
        size = min(max(self.settings.font_px + step, FONT_SMALLEST), FONT_LARGEST)
        self.choose(font_px=size)

    def choose_tool(self, tool: Tool) -> None:
        """Choose what the left mouse button does."""
        self.update(tool=tool)

    def toggle_browser(self) -> None:
        """Open or close the study browser, and remember it."""
        self.update(browser_shown=not self.state.browser_shown)
        self.choose(browser_shown=self.state.browser_shown)

    def close(self, release: Callable[[], None]) -> None:
        """Stop all jobs; `release` closes what they may be waiting for."""
        for jobs in self._job_lists:
            jobs.runner.cancel_all()
        release()
        for jobs in self._job_lists:
            jobs.runner.close()
        if self._saved is not self.settings:
            self.services.settings_file.save(self.settings)


def _saved(file: SettingsFile, settings: Settings) -> Job[None]:
    """Write the settings in a worker: a disk may take its time."""
    yield Progress(0, 1)
    file.save(settings)


def _places(error: BaseException) -> str:
    """Return where in the code a failure came from; its message is left out, for it may name a file or a patient."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames)) or "(nowhere)"


def opened_title(paths: tuple[Path, ...]) -> str:
    """Return the title of the job that opens `paths`."""
    return tr("ui.opening_one", name=paths[0].name) if len(paths) == 1 else tr("ui.opening_many", count=len(paths))
