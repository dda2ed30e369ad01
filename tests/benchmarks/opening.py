"""The command palette and the menus of the real window: from the key to the last pixel."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QMenu, QWidget

from medapp.imaging.phantom import write_ct_series
from tests.benchmarks.measure import Ratio
from tests.e2e.driver import Driver, drive

BOUND_SECONDS, TIMES = 0.05, 25
Taken = tuple[float, float]


def palette() -> list[Ratio]:
    """The palette and menus over an open CT, against the bound of 50 ms, also what the processor takes of it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.opening"], capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise RuntimeError("the window did not come to its end")
    measured: dict[str, list[Taken]] = json.loads(done.stdout.splitlines()[-1])
    return [
        Ratio(f"{what} opens, {kind}", "bound", seconds, BOUND_SECONDS, seconds / BOUND_SECONDS, len(taken))
        for what, taken in measured.items()
        for kind, seconds in _kinds([wall for wall, _ in taken], [used for _, used in taken]).items()
    ]


def _kinds(wall: list[float], used: list[float]) -> dict[str, float]:
    return {
        "median": statistics.median(wall),
        "slowest": max(wall),
        "processor, median": statistics.median(used),
        "processor, slowest": max(used),
    }


def _seconds(act: Callable[[], object], is_shown: Callable[[], bool]) -> Taken:
    """Return the seconds until it was shown, and those of the processor."""
    begin, used = time.perf_counter(), time.process_time()
    act()
    while not is_shown():
        QApplication.processEvents()
    QApplication.processEvents()  # draws it
    return time.perf_counter() - begin, time.process_time() - used


def _open_palette(hands: Driver, viewer: QWidget) -> Taken:
    shown = hands.find(QFrame, "palette")
    control = Qt.KeyboardModifier.ControlModifier
    taken = _seconds(lambda: QTest.keyClick(viewer, Qt.Key.Key_K, control), shown.isVisible)
    hands.key(Qt.Key.Key_Escape)
    return taken


def _search(hands: Driver, viewer: QWidget) -> Taken:
    QTest.keyClick(viewer, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    line = hands.find(QLineEdit, "palette_line")
    taken = _seconds(lambda: QTest.keyClick(line, "r"), lambda: line.text() == "r")
    hands.key(Qt.Key.Key_Escape)
    return taken


def _open_menu(menu: QMenu, hands: Driver) -> Taken:
    taken = _seconds(lambda: menu.popup(hands.window.mapToGlobal(hands.window.rect().center())), menu.isVisible)
    menu.close()
    return taken


def main() -> None:
    """Open a CT, then the palette and the menus again and again; print the seconds of each."""
    measured: dict[str, list[Taken]] = {}

    def script(hands: Driver) -> None:
        with tempfile.TemporaryDirectory() as name:
            write_ct_series(Path(name), slices=24)
            hands.drop([Path(name)])
            viewer = hands.find(QWidget, "viewer")
            hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 120, "the first picture")
            hands.settled(viewer)
            viewer.setFocus()
            measured["palette"] = [_open_palette(hands, viewer) for _ in range(TIMES)]
            measured["palette, a letter"] = [_search(hands, viewer) for _ in range(TIMES)]
            menus = [m for m in hands.window.findChildren(QMenu) if m.objectName() in {"menu_view", "menu_image"}]
            measured["menu"] = [_open_menu(menu, hands) for _ in range(TIMES) for menu in menus]

    drive(["open"], script)
    print(json.dumps(measured))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        os.environ["MEDAPP_HOME"] = own
        main()

ALL = (palette,)
"""Every benchmark of this file."""
