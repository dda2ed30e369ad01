"""What a person does with the real window, timed; each run is a process of its own and prints one JSON object."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from medapp.display.render import resample
from medapp.display.viewport import Viewport
from medapp.folders import user_folders
from medapp.storage.settings import Settings, SettingsFile
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.widgets.viewer import Viewer
from tests.benchmarks.measure import as_image, seconds_of
from tests.e2e.driver import Driver, drive

LARGE = (2560, 1600)
RANDOM_STEPS = 5000
LEAST_SHARE = 0.02
IDLE_SECONDS = 5
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
Measured = dict[str, Any]


class Bench:
    """Hands on the real window, without pauses between the events."""

    def __init__(self, hands: Driver, path: Path) -> None:
        assert isinstance(hands.window, MainWindow)
        self.hands, self.window, self.path = hands, hands.window, path
        self.session: Session = self.window._session
        self.viewer = hands.find(QWidget, "viewer")

    def is_shown(self) -> bool:
        state = self.session.state
        return state.picture is not None and not state.loading and state.picture.place == state.place

    def live_until(self, claim: Callable[[], bool]) -> None:
        wait = QEventLoop.ProcessEventsFlag.WaitForMoreEvents  # asking again and again takes a core from the readers
        while not claim():
            QApplication.processEvents(wait)

    def open(self) -> float:
        """Drop the path; return the seconds to the first picture, and wait until all files are known."""
        first = seconds_of(lambda: (self.hands.drop([self.path]), self.live_until(self.is_shown)))
        self.live_until(lambda: not self.session.state.jobs)
        return first

    def settle(self) -> None:
        """Wait until everything is decoded that there is room for."""
        self.hands.wait_for(lambda: not self.window.pictures.is_busy, "the prefetching", seconds=120)

    def wheel(self, steps: int) -> None:
        """Turn the wheel, and wait until the image is shown and drawn."""
        middle, none = self.viewer.rect().center(), Qt.MouseButton.NoButton
        event = QWheelEvent(
            QPointF(middle), QPointF(self.viewer.mapToGlobal(middle)), QPoint(), QPoint(0, -120 * steps),
            none, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.viewer, event)
        self.live_until(self.is_shown)
        QApplication.processEvents()  # draws it, once

    def drag(self, button: Qt.MouseButton, step: QPoint, moves: int = 120) -> list[float]:
        """Drag there and back; return the seconds from each movement to its picture."""
        at = self.viewer.rect().center()
        self._mouse(QEvent.Type.MouseButtonPress, at, button, button)
        seconds = []
        for number in range(moves):
            at = at + step * (1 if number % 40 < 20 else -1)
            start = time.perf_counter()
            self._mouse(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button)
            QApplication.processEvents()  # draws what has changed, as after a real movement
            seconds.append(time.perf_counter() - start)
        self._mouse(QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton)
        return seconds

    def _mouse(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        none = Qt.KeyboardModifier.NoModifier
        everywhere = QPointF(self.viewer.mapToGlobal(at))
        QApplication.sendEvent(self.viewer, QMouseEvent(kind, QPointF(at), everywhere, button, held, none))

    def enlarge(self) -> None:
        """Give the viewer the size of a large screen."""
        self.live_until(self.viewer.isVisible)
        width, height = (w - v for w, v in zip(LARGE, (self.viewer.width(), self.viewer.height()), strict=True))
        self.window.resize(self.window.width() + width, self.window.height() + height)
        self.live_until(lambda: (self.viewer.width(), self.viewer.height()) == LARGE)


def scroll(bench: Bench) -> Measured:
    """Through the whole stack at once after it was opened, and back when all is decoded."""
    first = bench.open()
    series = bench.session.state.series
    assert series is not None
    bench.window.pictures.go_to(0)
    bench.live_until(bench.is_shown)
    bench.settle()
    bench.session.services.cache.forget()
    steps = series.frames - 1
    cold = seconds_of(lambda: [bench.wheel(1) for _ in range(steps)])
    bench.settle()
    warm = [seconds_of(lambda: bench.wheel(-1)) for _ in range(steps)]
    door = seconds_of(lambda: (bench.window.pictures.change_series(1), bench.live_until(bench.is_shown)))
    return {"first": first, "cold": cold / steps, "warm": warm, "next_series": door}


def drags(bench: Bench) -> Measured:
    """Drags with the three buttons on a large picture, and the bare look-up of the same pixels in turn with them."""
    bench.open()
    bench.enlarge()
    frame = bench.session.state.picture.frame  # type: ignore[union-attr]
    levels = resample(frame, Viewport(), LARGE).levels
    table = np.arange(65536, dtype=np.uint16).astype(np.uint8)
    measured: Measured = {"window": [], "pan": [], "zoom": [], "bare": [], "bare_opencv": []}
    assert isinstance(bench.viewer, Viewer)
    for _ in range(3):
        measured["bare"] += [seconds_of(lambda: as_image(table.take(levels, mode="clip"))) for _ in range(20)]
        measured["bare_opencv"] += [seconds_of(lambda: as_image(cv2.LUT(levels, table))) for _ in range(20)]
        measured["window"] += bench.drag(LEFT, QPoint(2, 1))
        measured["pan"] += bench.drag(MIDDLE, QPoint(3, 2))
        measured["zoom"] += bench.drag(RIGHT, QPoint(0, 2))
        bench.hands.wait_for(lambda: True, "the full picture")
    return measured


def memory(bench: Bench) -> Measured:
    """Jumps to random images of a stack; the resident memory of the window's process at its highest."""
    first = bench.open()
    chance, most = random.Random(0), 0
    series = bench.session.state.series
    assert series is not None
    for step in range(RANDOM_STEPS):
        bench.window.pictures.go_to(chance.randrange(series.frames))
        bench.live_until(bench.is_shown)
        if step % 50 == 0:
            most = max(most, resident_bytes())
    cache = bench.session.services.cache
    return {"first": first, "resident": most, "budget": cache.budget_bytes, "kept": cache.size_bytes}


def worklist(bench: Bench) -> Measured:
    """Gaps between beats of a timer: idle, and while a worklist runs; and the thread's own work in one."""
    bench.open()
    bench.settle()
    beats: list[tuple[float, float]] = []
    timer = QTimer(bench.window, interval=2)
    timer.timeout.connect(lambda: beats.append((time.perf_counter(), time.thread_time())))
    timer.start()
    idle = _beaten(beats, bench, time.monotonic() + IDLE_SECONDS)
    bench.window.worklist.toggle()
    bench.hands.wait_for(lambda: len(bench.window.worklist.rows), "the rows")
    bench.hands.wait_for(lambda: not bench.session.state.worklist.listing, "the list")
    beats.clear()
    bench.window.worklist.start()
    bench.live_until(lambda: not bench.session.state.worklist.running)
    busy = np.diff(np.array(beats), axis=0)
    return {"idle": idle, "busy": _high(busy[:, 0]), "work": float(busy[:, 1].max())}


def _beaten(beats: list[tuple[float, float]], bench: Bench, end: float) -> float:
    bench.live_until(lambda: time.monotonic() > end)
    return _high(np.diff(np.array(beats), axis=0)[:, 0])


def _high(gaps: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.quantile(gaps, 0.999))


def resident_bytes() -> int:
    """Return the memory of this process that is in RAM (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024


def measurements() -> dict[str, Callable[[Bench], Measured]]:
    """Return all that can be measured, by name."""
    from tests.benchmarks.cells_hands import linked, studies

    of_one = {"scroll": scroll, "drags": drags, "memory": memory, "worklist": worklist}
    return {**of_one, "linked": linked, "studies": studies}


def main(name: str, path: str) -> None:
    """Run one of the measurements on `path` and print what it found."""
    application, found = QApplication([]), {}
    if name == "memory":
        SettingsFile(user_folders().settings).save(Settings(cache_share=LEAST_SHARE))

    def script(hands: Driver) -> None:
        found.update(measurements()[name](Bench(hands, Path(path))))

    drive(["open"], script)
    assert application is not None
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
