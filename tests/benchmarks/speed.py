"""Benchmarks of pixels and hands: decoding, scrolling, dragging, memory. The window runs in a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.jobs import run_to_end
from tests.benchmarks.index import SERIES
from tests.benchmarks.measure import Ratio, compare, seconds_of
from tests.benchmarks.review import mammogram
from tests.imaging.synthetic import dicom, saved

SCREEN_SECONDS = 1 / 60
AT_ONCE_SECONDS = 0.3
BESIDES = 400 * 2**20
FRAMES = 1000
RUNS = 3


def series_files() -> list[str]:
    """The files of the largest series of the neck CT, in order."""
    with Readers() as readers:
        found = run_to_end(scan([SERIES], readers))
    series = max((s for study in found.studies for s in study.series), key=lambda s: s.frames)
    return [instance.source for instance in series.instances]


def decode_series() -> Ratio:
    """295 JPEG 2000 slices through the pool of readers, against SimpleITK."""
    import SimpleITK as sitk

    files = series_files()
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(files)
    with Readers() as readers, ThreadPoolExecutor(readers.config.processes) as threads:
        return compare(
            f"decode a JPEG 2000 series of {len(files)} slices",
            lambda: list(threads.map(readers.frame, files)),
            "SimpleITK ImageSeriesReader",
            reader.Execute,
            pairs=7,
        )


def scrolling() -> list[Ratio]:
    """The neck CT in the real window: cold and warm, first picture, next series."""
    files, runs, raws = series_files(), [], []
    with Readers() as readers, ThreadPoolExecutor(readers.config.processes) as threads:
        list(threads.map(readers.frame, files))
        for _ in range(RUNS):
            runs.append(in_window("scroll", SERIES))
            raws.append(seconds_of(lambda: list(threads.map(readers.frame, files))) / len(files))
    cold, raw = statistics.median(r["cold"] for r in runs), statistics.median(raws)
    ratio = statistics.median(run["cold"] / raw for run, raw in zip(runs, raws, strict=True))
    warm = statistics.median(_p95(r["warm"]) for r in runs)
    door = statistics.median(r["next_series"] for r in runs)
    return [
        Ratio("scroll cold, an image shown", "an image decoded by the pool alone", cold, raw, ratio, RUNS),
        Ratio("scroll warm, p95 of an image", "a screen of 60 Hz", warm, SCREEN_SECONDS, warm / SCREEN_SECONDS, RUNS),
        Ratio("next series, decoded before", "at once", door, AT_ONCE_SECONDS, door / AT_ONCE_SECONDS, RUNS),
    ]


def dragging() -> list[Ratio]:
    """Window, pan and zoom on a mammogram in a large viewport, from the mouse's event to the drawn picture."""
    with tempfile.TemporaryDirectory() as name:
        # of a modality that no model reads: torch would start beside the drag
        made = dicom(mammogram().stored, Modality="MG", WindowCenter=32768, WindowWidth=65536)
        measured = in_window("drags", Path(saved(made, Path(name) / "mammogram.dcm")))
    bare = statistics.median(measured["bare"])
    return [
        Ratio(
            f"{what} drag in the window, 4096×3328 in 2560×1600, p95",
            "bare look-up (numpy) and QImage of the viewport's pixels",
            _p95(measured[what]),
            bare,
            _p95(measured[what]) / bare,
            len(measured[what]),
        )
        for what in ("window", "pan", "zoom")
    ]


def memory_and_multi_frame() -> list[Ratio]:
    """5,000 images at random of a file with 1,000 frames: resident memory, and the time to the file's first picture."""
    with tempfile.TemporaryDirectory() as name:
        path = multi_frame(Path(name) / "many.dcm")
        found = in_window("memory", path)
        plain = seconds_of(lambda: pydicom.dcmread(path).pixel_array[0])
    allowed = found["budget"] + BESIDES
    return [
        Ratio("bytes resident, 5,000 images at random", "budget + 400 MB", found["resident"], allowed,
              found["resident"] / allowed, 1),
        Ratio("drop of a file of 1,000 frames to its first picture", "pydicom reads the file", found["first"], plain,
              found["first"] / plain, 1),
    ]  # fmt: skip


def multi_frame(path: Path) -> Path:
    """Write 1,000 frames of 512×512 at 16 bits."""
    one = pydicom.dcmread(series_files()[0])
    one.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    one.Rows = one.Columns = 512
    one.NumberOfFrames = FRAMES
    frame = np.random.default_rng(1).integers(0, 4096, (512, 512)).astype(np.uint16)
    one.PixelData = b"".join(np.roll(frame, n, axis=1).tobytes() for n in range(FRAMES))
    one.save_as(path, enforce_file_format=True)
    return path


def in_window(name: str, path: Path) -> dict[str, Any]:
    """Run a measurement of `tests.benchmarks.window` in a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "MEDAPP_HOME": home}
        command = [sys.executable, "-m", "tests.benchmarks.window", name, str(path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(0.95 * len(seconds))]


ALL = (decode_series, scrolling, dragging, memory_and_multi_frame)
