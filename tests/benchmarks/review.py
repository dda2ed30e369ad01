"""Benchmarks of the review way: window up, drop to first picture, window drag, frames through the readers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pydicom

from medapp.display.render import grey, resample
from medapp.display.viewport import Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import write_ct_series
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Window
from medapp.jobs import Partial
from tests.benchmarks.measure import Ratio, as_image, compare

BARE_WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([]); window = QMainWindow(); window.resize(1366, 768); window.show()
QTimer.singleShot(0, app.quit); app.exec()
"""
OUR_WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([]); QTimer.singleShot(0, app.closeAllWindows)
from medapp.__main__ import main
main(["open"])
"""


def window_up() -> Ratio:
    """From the start of the process to a window that is shown and closed again."""
    with tempfile.TemporaryDirectory() as home:
        return compare(
            "window up (process start to shown, closed)",
            lambda: run_python(OUR_WINDOW, home),
            "bare QMainWindow",
            lambda: run_python(BARE_WINDOW, home),
            pairs=5,
        )


def run_python(script: str, home: str) -> None:
    """Run a script in a new Python with its own data folder."""
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "MEDAPP_HOME": home}, check=True)


def drop_to_first_picture() -> Ratio:
    """1,000 CT files dropped: from the drop to the grey levels of the first picture, readers already up."""
    with tempfile.TemporaryDirectory() as name, Readers() as readers:
        files = write_ct_series(Path(name), slices=50, size=512)
        for copy in range(19):
            for file in files:
                shutil.copy(file, file.with_stem(f"{file.stem}_{copy}"))
        return compare(
            "drop of 1,000 CT files to the first picture",
            lambda: first_picture(Path(name), readers),
            "pydicom reads the headers of all",
            lambda: [pydicom.dcmread(path, stop_before_pixels=True) for path in Path(name).iterdir()],
        )


def first_picture(folder: Path, readers: Readers) -> None:
    """Scan until the first image is known, decode it, and turn it into grey levels."""
    job = scan([folder], readers)
    for report in job:
        if isinstance(report, Partial) and report.value.studies:
            break
    job.close()
    frame = readers.frame(report.value.studies[0].series[0].instances[0].source)
    grey(resample(frame, Viewport(), (1300, 900)), Window(40, 400))


def mammogram() -> Frame:
    """A frame of the largest kind, 4096×3328 at 16 bits."""
    stored = cv2.GaussianBlur(np.random.default_rng(0).random((4096, 3328), np.float32), (0, 0), 9)
    return Frame(np.rint(stored * 60000).astype(np.uint16), bits_stored=16, modality="MG")


def window_drag() -> Ratio:
    """One step of a window drag on a mammogram in a 2560×1600 viewport."""
    shown = resample(mammogram(), Viewport(), (2560, 1600))
    levels, steps = shown.levels, iter(range(10**9))
    look_up = np.arange(65536, dtype=np.uint16).astype(np.uint8)
    return compare(
        "window drag, 4096×3328 at 16 bits in 2560×1600",
        lambda: as_image(grey(shown, Window(30000 + next(steps), 20000))),
        "bare look-up and QImage of the same pixels",
        lambda: as_image(look_up.take(levels, mode="clip")),
        pairs=40,
    )


def frame_through_the_reader() -> Ratio:
    """A 27 MB frame from a file through the reader's pipe."""
    with tempfile.TemporaryDirectory() as name, Readers() as readers:
        path = Path(name) / "mammogram.png"
        assert cv2.imwrite(str(path), mammogram().stored)
        return compare(
            "4096×3328 16-bit PNG through a reader process",
            lambda: readers.frame(str(path)),
            "OpenCV reads the same file",
            lambda: cv2.imread(str(path), cv2.IMREAD_UNCHANGED),
        )


ALL = (window_up, drop_to_first_picture, window_drag, frame_through_the_reader)
