"""Benchmarks of several cells: four stacks scrolled together, and the next study."""

from __future__ import annotations

import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pydicom

from medapp.imaging.readers import Readers
from tests.benchmarks.measure import Ratio, seconds_of
from tests.benchmarks.speed import AT_ONCE_SECONDS, SCREEN_SECONDS, in_window, series_files

STACKS, IMAGES, RUNS = 4, 60, 3


def copies(folder: Path, *, studies: int, series: int) -> list[str]:
    """Write the middle of the neck CT again and again, as series of one space, or as studies of other patients."""
    made = []
    files = series_files()[100 : 100 + IMAGES]
    for study in range(studies):
        for number in range(series):
            for n, file in enumerate(files):
                dataset = pydicom.dcmread(file)
                dataset.PatientID, dataset.StudyInstanceUID = f"B{study}", f"1.2.826.0.1.{study + 1}"
                dataset.SeriesInstanceUID = f"{dataset.StudyInstanceUID}.{number + 1}"
                dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = (
                    f"{dataset.SeriesInstanceUID}.{n + 1}"
                )
                dataset.SeriesNumber = number + 1
                path = folder / f"{study}-{number}-{n:03}.dcm"
                dataset.save_as(path)
                made.append(str(path))
    return made


def linked_cells() -> list[Ratio]:
    """Four linked cells with a JPEG 2000 stack each: an image of each cell, against the pool alone and the screen."""
    with tempfile.TemporaryDirectory() as name, Readers() as readers:
        files, runs, raws = copies(Path(name), studies=1, series=STACKS), [], []
        with ThreadPoolExecutor(readers.config.processes) as threads:
            for _ in range(RUNS):
                runs.append(in_window("linked", Path(name)))
                raws.append(seconds_of(lambda: list(threads.map(readers.frame, files))) / len(files))
    assert all(run["places"] == [0] * STACKS for run in runs), "the cells went along"
    cold, raw = statistics.median(run["cold"] / STACKS for run in runs), statistics.median(raws)
    ratio = statistics.median(run["cold"] / STACKS / raw for run, raw in zip(runs, raws, strict=True))
    warm = statistics.median(sorted(run["warm"])[int(len(run["warm"]) * 0.95)] for run in runs)
    of_screen = warm / SCREEN_SECONDS
    return [
        Ratio("4 linked cells cold, one cell's image", "an image decoded by the pool alone", cold, raw, ratio, RUNS),
        Ratio("4 linked cells warm, p95 of a step of all", "a screen of 60 Hz", warm, SCREEN_SECONDS, of_screen, RUNS),
    ]


def next_study() -> Ratio:
    """The next or previous study by its key, decoded before."""
    with tempfile.TemporaryDirectory() as name:
        copies(Path(name), studies=2, series=1)
        found = in_window("studies", Path(name))["seconds"]
    longest, count = max(found), len(found)
    share = longest / AT_ONCE_SECONDS
    return Ratio("next study, decoded before, longest", "at once", longest, AT_ONCE_SECONDS, share, count)


ALL = (linked_cells, next_study)
