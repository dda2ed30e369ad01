"""Builds every object of the window once, runs the event loop, and closes all in order."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import cv2
from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from medapp import __version__
from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.registry import Registry
from medapp.errors import Problem
from medapp.folders import Folders, resource_path, user_folders
from medapp.i18n import asked_language, tell, tr
from medapp.imaging.frames import FrameCache
from medapp.imaging.limits import ReadLimits
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.storage.key_images import KeyImages
from medapp.storage.measurements import Measurements
from medapp.storage.opinions import Opinions
from medapp.storage.practice import enter_practice
from medapp.storage.results import Results
from medapp.storage.running import Left, Running
from medapp.storage.settings import Settings, SettingsFile
from medapp.storage.watched import Watched
from medapp.ui import theme
from medapp.ui.language import apply_language, language_of
from medapp.ui.main_window import MainWindow
from medapp.ui.remembering import Remembering
from medapp.ui.session import Services, Session
from medapp.ui.single_window import SingleWindow
from medapp.workflows.reading import Reading
from medapp.workflows.watching import Watching
from medapp.workflows.working import Means

log = logging.getLogger(__name__)
LOG_BYTES, LOG_FILES = 1_000_000, 3
SUPPOSED_MEMORY = 8 * 2**30
ExceptionHook: TypeAlias = Callable[[type[BaseException], BaseException, TracebackType | None], None]


@dataclass(frozen=True)
class Parts:
    """Everything that is built once and closed at the end."""

    services: Services
    engine: Engine
    quiet_engine: Engine
    results: Results
    opinions: Opinions
    measurements: Measurements
    key_images: KeyImages
    watched: Watched
    problems: tuple[Problem, ...]

    def release(self) -> None:
        """Close what worker threads may be waiting for, so that they end."""
        for engine in (self.engine, self.quiet_engine):
            engine.close()
        self.services.readers.close()

    def close(self) -> None:
        """Close the databases, when nothing writes to them any more."""
        for database in (self.results, self.watched, self.opinions, self.measurements, self.key_images):
            database.close()


def run_window(paths: Sequence[Path] = (), *, sample: bool = False, tutorial: bool = False) -> int:
    """Open the window on `paths`, or on the built-in sample, and return the exit status when it is closed.

    Where a window runs on the same folders already, that one opens the paths. The tutorial has folders of its own.
    """
    application = _application()
    folders = enter_practice(user_folders()) if tutorial else user_folders()
    log_handler = _log_to(folders.logs)
    single = SingleWindow(_made(folders.data))
    if not single.is_first and single.hand_over(paths):
        log_handler.close()
        sys.stdout.write(tr("start.handed_over") + "\n")
        return 0
    running = Running(folders.running if single.is_first else None)  # the note is the first window's
    left = running.begin()
    parts = build(folders, safe=left.is_unsafe)
    apply_language(application, asked_language() or language_of(parts.services.settings.language))
    theme.apply_theme(application, parts.services.settings.theme, parts.services.settings.font_px)
    session = Session(parts.services)
    window = MainWindow(session, lambda: _sample(folders))
    remembering = Remembering(session, window.opening, window.pictures, window.label_door, running)
    former_hook = sys.excepthook
    sys.excepthook = _hook(session)
    for problem in parts.problems:
        session.notify(tell(problem))
    if left.geometry and parts.services.settings.restore_session:
        window.restoreGeometry(QByteArray.fromBase64(left.geometry.encode()))
    window.show()
    if tutorial:
        window.program.begin_tutorial()
    single.paths_received.connect(lambda later: _come_forward(window, later))
    if single.is_first:
        single.listen()
    QTimer.singleShot(0, window, lambda: _begin(window, remembering, left, tuple(paths), sample=sample))
    try:
        return application.exec()
    finally:
        sys.excepthook = former_hook
        single.close()
        session.close(parts.release)
        remembering.end(bytes(window.saveGeometry().toBase64().data()).decode())
        parts.close()
        window.deleteLater()
        session.deleteLater()
        application.processEvents()
        logging.getLogger("medapp").removeHandler(log_handler)
        log_handler.close()


def build(folders: Folders, *, safe: bool = False) -> Parts:
    """Build what the window works with. Nothing here starts a process or reads an image.

    `safe`: with one reader, and no GPU, whatever the settings say.
    """
    settings_file = SettingsFile(folders.settings)
    settings, problem = settings_file.load()
    readers = Readers(_reader_config(settings, safe=safe))
    cache = FrameCache(readers, _cache_bytes(settings))
    engine = Engine(EngineConfig(device="cpu" if safe else settings.device))
    results = Results(folders.results)
    registry = Registry(folders)
    reading = Reading(registry, engine, results)
    quiet_engine = Engine(EngineConfig(device="cpu" if safe else settings.device, background=True))
    watched = Watched(folders.watched)
    watching = Watching(registry, quiet_engine, watched, results)
    quiet = Means(Reading(registry, quiet_engine, results), results, readers, cache)
    opinions, measurements = Opinions(folders.opinions), Measurements(folders.measurements)
    key_images = KeyImages(folders.key_images)
    services = Services(
        folders, readers, cache, reading, registry, engine, watching, quiet, opinions, measurements, key_images,
        settings_file, settings,
    )  # fmt: skip
    problems = (problem, *(kept.set_aside for kept in (results, watched, opinions, measurements, key_images)))
    told = tuple(problem for problem in problems if problem)
    return Parts(services, engine, quiet_engine, results, opinions, measurements, key_images, watched, told)


def _reader_config(settings: Settings, *, safe: bool) -> ReaderConfig:
    limits = ReadLimits(memory_bytes=settings.reader_megabytes * 2**20)
    config = ReaderConfig(seconds_per_file=settings.reader_seconds, limits=limits)
    processes = 1 if safe else settings.reader_processes
    return replace(config, processes=processes) if processes else config


def _application() -> QApplication:
    # the readers have the other cores, and OpenCV's threads wait for work by looping
    cv2.setNumThreads(max(1, (os.cpu_count() or 1) // 4))
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["medapp"])
    application.setApplicationName("medapp")
    application.setApplicationDisplayName("medapp")
    application.setApplicationVersion(__version__)
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(resource_path("icons", "app_window.svg"))))
    return application


def _made(folder: Path) -> Path:
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _come_forward(window: MainWindow, paths: tuple[Path, ...]) -> None:
    """Open what another start was asked for, where the person sees it."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
    window.opening.open(paths)


def _begin(window: MainWindow, remembering: Remembering, left: Left, paths: tuple[Path, ...], *, sample: bool) -> None:
    """Open what was asked for, once the window is up; otherwise what a crash closed."""
    gc.collect()
    gc.freeze()  # what was built so far lives to the end: later collections need not look at it
    if not left.is_unsafe:
        window.teaching.restore()
    window.worklist.remember()
    if not paths and remembering.restore(left):
        return
    if sample:
        window.open_sample()
    elif paths:
        window.opening.open(paths)


def _sample(folders: Folders) -> list[Path]:
    from medapp.imaging.phantom import write_samples

    return list(write_samples(folders.cache / "sample"))


def _cache_bytes(settings: Settings) -> int:
    memory = SUPPOSED_MEMORY
    with suppress(AttributeError, ValueError, OSError):  # not known on Windows
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(memory * settings.cache_share)


def _log_to(folder: Path) -> logging.Handler:
    """Log to a file that never grows large; where the disk refuses, to nowhere."""
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "window.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("medapp").addHandler(handler)
    return handler


def _hook(session: Session) -> ExceptionHook:
    """Return a hook that tells about an exception in a slot instead of losing it."""

    def tell_about(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        session.fail(error.with_traceback(trace))

    return tell_about
