"""Processes that are killed or frozen at random moments while they work, and what must come of it."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.package import Package
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph, write_dicom
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Scan
from medapp.jobs import run_to_end

SECONDS_PER_FILE = 1.0
ALLOWED = frozenset({"reader.died", "reader.slow", "reader.cannot_start"})


def children_called(role: str) -> list[int]:
    """Return the process ids of this process' children that were started as `role` (Linux)."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            continue  # it has ended meanwhile
        if parent == os.getpid() and role.encode() in arguments:
            found.append(int(folder.name))
    return found


@dataclass
class Reaper:
    """Sends signals to the children of one role, a random moment apart, until it is told to stop.

    Attributes
    ----------
    struck : Counter
        Signals sent, by name.
    """

    role: str
    seed: int
    pause: tuple[float, float] = (0.05, 0.6)
    frozen_share: float = 0.1
    struck: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        chance = random.Random(self.seed)
        while not self._stop.wait(chance.uniform(*self.pause)):
            processes = children_called(self.role)
            if not processes:
                continue
            kind = signal.SIGSTOP if chance.random() < self.frozen_share else signal.SIGKILL
            try:
                os.kill(chance.choice(processes), kind)
            except ProcessLookupError:
                continue
            self.struck[kind.name] += 1

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def reaping(role: str, seed: int, **options: object) -> Iterator[Reaper]:
    """Let a `Reaper` work while the block runs."""
    reaper = Reaper(role, seed, **options)  # type: ignore[arg-type]
    thread = threading.Thread(target=reaper.run, name="reaper")
    thread.start()
    try:
        yield reaper
    finally:
        reaper.stop()
        thread.join()


def write_many(folder: Path, count: int) -> list[Path]:
    """Write `count` small DICOM files and return them."""
    return [write_dicom(folder / f"{n:05}.dcm", PhantomCase(n, nodule=False, size=16)) for n in range(count)]


@dataclass
class Outcome:
    """What came of a run under fire."""

    struck: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    set_aside: int = 0
    lost: int = 0
    doubled: int = 0
    other: Counter[str] = field(default_factory=Counter)
    seconds: float = 0

    def add_scan(self, paths: list[Path], found: Scan) -> None:
        """Count where each file went."""
        shown = Counter(i.source for study in found.studies for series in study.series for i in series.instances)
        aside = Counter(p.path for p in found.problems)
        for path in map(str, paths):
            places = shown[path] + aside[path]
            self.lost += places == 0
            self.doubled += places > 1
        self.whole += len(shown)
        self.set_aside += len(aside)
        self.other.update(p.code for p in found.problems if p.code not in ALLOWED)


def kill_readers(folder: Path, kills: int, seed: int = 1) -> Outcome:
    """Scan a folder and decode its files again and again, with readers dying, until `kills` signals were sent."""
    paths = write_many(folder, 150)
    outcome, start = Outcome(), time.monotonic()
    config = ReaderConfig(processes=2, seconds_per_file=SECONDS_PER_FILE)
    with Readers(config) as readers, reaping("_reader", seed) as reaper:
        while reaper.struck.total() < kills:
            outcome.add_scan(paths, run_to_end(scan([folder], readers)))
            for path in paths[::10]:
                _decode(readers, path, outcome)
        outcome.struck = reaper.struck
    outcome.seconds = time.monotonic() - start
    return outcome


def _decode(readers: Readers, path: Path, outcome: Outcome) -> None:
    try:
        frame = readers.frame(str(path))
    except MedappError as error:
        if error.code not in ALLOWED:
            outcome.other[error.code] += 1
        outcome.set_aside += 1
        return
    outcome.whole += 1
    outcome.other["another picture"] += int(frame.shape != (16, 16))


def kill_engine(package: Package, kills: int, seed: int = 1) -> Outcome:
    """Ask for predictions, with the engine dying, until it was killed `kills` times; each must be what it always is."""
    pictures = [radiograph(PhantomCase(n, nodule=False, size=96)) for n in range(8)]
    frames = [Frame(picture, bits_stored=16, modality="DX") for picture in pictures]
    outcome, start = Outcome(), time.monotonic()
    calm = Engine(EngineConfig(device="cpu", threads=1))
    truth = [p.probabilities for p in calm.predict_many(frames, package.path)]
    calm.close()
    engine = Engine(EngineConfig(device="cpu", threads=1, seconds_per_request=30))
    try:
        with reaping("_engine", seed, pause=(0.0, 4.0), frozen_share=0.0) as reaper:
            while reaper.struck.total() < kills:
                for frame, wanted in zip(frames, truth, strict=True):
                    _predict(engine, frame, package, wanted, outcome)
            outcome.struck = reaper.struck
    finally:
        engine.close()
    outcome.seconds = time.monotonic() - start
    return outcome


def _predict(engine: Engine, frame: Frame, package: Package, wanted: dict[str, float] | None, outcome: Outcome) -> None:
    try:
        prediction = engine.predict(frame, package.path)
    except MedappError as error:
        outcome.set_aside += 1
        if error.code not in {"engine.died", "engine.slow"}:
            outcome.other[error.code] += 1
        return
    outcome.whole += 1
    told, right = (np.array(list((p or {}).values())) for p in (prediction.probabilities, wanted))
    outcome.other["another probability"] += int(told.shape != right.shape or not np.allclose(told, right, atol=1e-4))
