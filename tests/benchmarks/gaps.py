"""The longest gaps of the real window's thread, by the wall clock: while a training runs, and while nothing does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from medapp.imaging.phantom import write_cases
from medapp.training.runs.events import read_events
from tests.benchmarks.measure import Ratio
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import press, teach_screens

BOUND_SECONDS, WATCHED_SECONDS, BEAT_MS = 0.05, 20.0, 5


def window_gaps() -> list[Ratio]:
    """The window read in, with wheel and mouse, for 20 s each: the longest time between two beats of a 5 ms timer."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.gaps"], capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise RuntimeError("the window did not come to its end")
    gaps: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    idle, busy = sorted(gaps["idle"]), sorted(gaps["training"])
    return [
        Ratio(f"{what} gap of the window while a training runs", "while none runs", b, i, b / i, len(busy))
        for what, b, i in (("longest", busy[-1], idle[-1]), ("99.9 %", _high(busy), _high(idle)))
    ]


def _high(gaps: list[float]) -> float:
    return gaps[int(0.999 * (len(gaps) - 1))]


class Beats:
    """A timer on the window's thread, and the times between its beats."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def end(self) -> list[float]:
        self._timer.stop()
        return self.gaps


def _read(hands: Driver, viewer: QWidget) -> list[float]:
    beats, end = Beats(), time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < end:
        hands.wheel(viewer, -1)
        hands.drag(viewer, QPoint(30, 20))
        QTest.qWait(50)
    return beats.end()


def main() -> None:
    """Read without a training, then beside one; print the gaps of both."""
    gaps: dict[str, list[float]] = {}

    def script(hands: Driver) -> None:
        with tempfile.TemporaryDirectory() as name:
            hands.drop([write_cases(Path(name) / "open", 30, size=512) / "nodule"])
            viewer = hands.find(QWidget, "viewer")
            hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 120, "the first picture")
            QTest.qWait(5000)
            gaps["idle"] = _read(hands, viewer)
            next(screen for screen in teach_screens(hands, Path(name)) if screen == "teach-4-train")
            press(hands, "train_quick")
            hands.wait_for(_is_learning, "learning", 300)
            hands.click(hands.tool_button("show_reading"))
            gaps["training"] = _read(hands, viewer)
            hands.click(hands.tool_button("show_teaching"))
            press(hands, "train_stop")
            hands.wait_for(hands.find(QPushButton, "train_quick").isEnabled, "the end", 60)

    drive(["open"], script)
    print(json.dumps(gaps))


def _is_learning() -> bool:
    home = Path(os.environ["MEDAPP_HOME"])
    return any(
        event.get("phase") == "learning" for path in home.rglob("events.jsonl") for event in read_events(path.parent)[0]
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        os.environ["MEDAPP_HOME"] = own
        main()

ALL = (window_gaps,)
