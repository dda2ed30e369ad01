"""Benchmarks of whole folders: ``medapp classify`` against a bare loop of torch, and the window meanwhile."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.network import load
from medapp.classify.preprocess import network_picture
from medapp.classify.registry import Registry
from medapp.folders import user_folders
from medapp.imaging.phantom import PhantomCase, radiograph
from medapp.imaging.readers import Readers
from medapp.jobs import run_to_end
from medapp.storage.results import Results
from medapp.workflows.batches import BATCH
from medapp.workflows.folder_reading import classify_paths
from medapp.workflows.reading import Reading
from tests.benchmarks.measure import Ratio, compare
from tests.benchmarks.read import THREADS, bare, starter
from tests.benchmarks.speed import in_window
from tests.faults.kills import children_called

IMAGES, PAIRS = 1000, 5
GAP_SECONDS = 0.05


def jpegs(folder: Path, count: int) -> Path:
    """Write radiographs of phantoms as JPEGs of 224 pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        values = radiograph(PhantomCase(seed, nodule=seed % 2 == 0, size=224))
        grey = cv2.convertScaleAbs(values, alpha=255 / max(1, int(values.max())))
        (folder / f"{seed:04}.jpeg").write_bytes(cv2.imencode(".jpg", grey)[1].tobytes())
    return folder


def folder_of_jpegs() -> list[Ratio]:
    """1,000 JPEGs, found, decoded, answered and kept, against the network alone on the same pictures.

    The second row is processor time of all processes, with one thread for the network: what it comes to where nothing
    else is at work.
    """
    with tempfile.TemporaryDirectory() as name, Readers() as readers:
        folder, package = jpegs(Path(name) / "jpegs", IMAGES), starter()
        frames = [readers.frame(str(path)) for path in sorted(folder.iterdir())]
        pictures = torch.from_numpy(np.stack([network_picture(frame, package.preprocess) for frame in frames]))
        network = load(package, torch.device("cpu"))
        rows = []
        for threads in (THREADS, 1):
            torch.set_num_threads(threads)
            with Engine(EngineConfig(device="cpu", threads=threads)) as engine:
                ours = _Classifying(Path(name), folder, engine, readers)
                ours()  # starts engine and readers
                if threads > 1:
                    rows.append(
                        compare(
                            f"classify {IMAGES} JPEGs of 224 pixels: found, decoded, answered, kept",
                            ours, "bare torch loop on the preprocessed pictures, batch 16",
                            lambda: bare(network, pictures, BATCH), pairs=PAIRS,
                        )
                    )  # fmt: skip
                else:
                    rows.append(_processor_time(ours, lambda: bare(network, pictures, BATCH)))
    return rows


class _Classifying:
    """One run over the folder, with a database of its own: nothing is known from the run before."""

    def __init__(self, root: Path, folder: Path, engine: Engine, readers: Readers) -> None:
        self._root, self._folder, self._engine, self._readers = root, folder, engine, readers
        self._runs = 0

    def __call__(self) -> None:
        self._runs += 1
        with Results(self._root / f"{id(self)}-{self._runs}.sqlite") as results:
            reading = Reading(Registry(user_folders()), self._engine, results)
            run_to_end(classify_paths([self._folder], reading, self._readers))


def _processor_time(ours: Callable[[], None], theirs: Callable[[], None]) -> Ratio:
    times = []
    for _ in range(3):
        start = _used()
        theirs()
        middle = _used()
        ours()
        times.append((_used() - middle, middle - start))
    mine, bare_one = np.median(times, axis=0)
    ratio = float(np.median([a / b for a, b in times]))
    name = "the same, processor time of all processes, one thread"
    return Ratio(name, "the bare loop, processor time", float(mine), float(bare_one), ratio, len(times))


def _used() -> float:
    """Return the processor seconds that this process and its engine and readers have used (Linux)."""
    ticks = 0
    for process in (*children_called("_engine"), *children_called("_reader")):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / 100


def window_beside_worklist() -> list[Ratio]:
    """The longest gap of the window's thread while a worklist runs, and without one, in the same run."""
    with tempfile.TemporaryDirectory() as name:
        found = in_window("worklist", jpegs(Path(name) / "jpegs", 300))
    return [
        Ratio("window's gap while a worklist runs, 99.9 %", "idle", found["busy"], found["idle"],
              found["busy"] / found["idle"], 1),
        Ratio("the window's thread at work between two beats, at most", "50 ms", found["work"], GAP_SECONDS,
              found["work"] / GAP_SECONDS, 1),
    ]  # fmt: skip


ALL = (folder_of_jpegs, window_beside_worklist)
