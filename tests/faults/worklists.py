"""A worklist whose engine is killed again and again: every image ends with exactly one result, and the right one."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.registry import Registry
from medapp.folders import Folders
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.jobs import Partial, run_to_end
from medapp.storage.results import Results
from medapp.workflows.batches import BATCH, FrameOf
from medapp.workflows.reading import Reading
from medapp.workflows.recalling import Memory
from medapp.workflows.working import Means, work_through
from medapp.workflows.worklist import Entry, Key, Stage, Standing, entries_of
from tests.faults.kills import children_called
from tests.trial_packages import package_at

CLOSE = 1e-4


@dataclass
class WorklistOutcome:
    """What came of a worklist under fire.

    Attributes
    ----------
    kills, images : int
        Engines killed while it ran, and images in it.
    answered : int
        Images with exactly one answer.
    lost, doubled, failed, wrong : int
        Images without a result, with more than one, with a failure, and with another score than a calm engine gives.
    kept : int
        Results in the database.
    """

    kills: int = 0
    images: int = 0
    answered: int = 0
    lost: int = 0
    doubled: int = 0
    failed: int = 0
    wrong: int = 0
    kept: int = 0
    seconds: float = 0


@dataclass
class _Killer:
    """Kills the engine `kills` times, at any moment of its life, and lets images come no faster than it does so."""

    kills: int
    images: int
    start_seconds: float
    seed: int
    struck: int = 0
    _let: int = BATCH
    _allowed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(BATCH))
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Kill what lives; where nothing does, nothing is asked: let some more images be, few enough for all kills."""
        chance = random.Random(self.seed)
        while self.struck < self.kills and not self._stop.wait(chance.uniform(0, self._longest)):
            processes = children_called("_engine")[:1]
            for process in processes:
                os.kill(process, signal.SIGKILL)
                self.struck += 1
            if not processes:
                more = min(BATCH, max(1, self.images // self.kills))
                self._let += more
                self._allowed.release(more)
        self._allowed.release(self.images)

    @property
    def _longest(self) -> float:
        """The longest pause in seconds: where images come faster than kills, an engine hardly lives to answer one."""
        behind = self.struck / self.kills < self._let / self.images
        return (1.1 if behind else 1.6) * self.start_seconds

    def frame(self, readers: Readers, source: str, index: int) -> Frame:
        self._allowed.acquire()
        return readers.frame(source, index)

    def stop(self) -> None:
        self._stop.set()


@dataclass(frozen=True, eq=False)
class _SlowMeans(Means):
    """Means whose images come as fast as engines are killed, so that all the kills hit the one worklist."""

    killer: _Killer | None = None

    def frame_of(self, memory: Memory) -> FrameOf:
        assert self.killer is not None
        return memory.reader(partial(self.killer.frame, self.readers))


def kill_worklist(root: Path, kills: int, seed: int = 1, images: int = 500) -> WorklistOutcome:
    """Work through `images` phantoms while the engine is killed `kills` times, and count what came of each."""
    folder, folders = root / "images", Folders(root / "data", root / "cache", root / "config")
    for number in range(images):
        write_png(folder / f"{number:04}.png", PhantomCase(number, nodule=number % 2 == 0, size=64))
    registry = Registry(folders, root / "none")
    registry.install(package_at(root / "package").path)
    registry.activate("trial")
    with Readers(ReaderConfig(processes=2)) as readers:
        entries = entries_of(run_to_end(scan([folder], readers)))
        truth, start_seconds = _calm(entries, registry, readers, root)
        return _under_fire(entries, truth, registry, readers, root, _Killer(kills, images, start_seconds, seed))


def _calm(
    entries: Sequence[Entry], registry: Registry, readers: Readers, root: Path
) -> tuple[dict[Key, Standing], float]:
    """Return what a calm engine says, and how long it takes to start."""
    engine = Engine(EngineConfig(device="cpu", threads=1))
    with engine, Results(root / "calm.sqlite") as results:
        start = time.monotonic()
        engine.describe()
        seconds = time.monotonic() - start
        told: dict[Key, Standing] = {}
        for report in work_through(entries, Means(Reading(registry, engine, results), results, readers)):
            told |= report.value if isinstance(report, Partial) else {}
    return told, seconds


def _under_fire(
    entries: Sequence[Entry],
    truth: dict[Key, Standing],
    registry: Registry,
    readers: Readers,
    root: Path,
    killer: _Killer,
) -> WorklistOutcome:
    outcome, start = WorklistOutcome(images=len(entries)), time.monotonic()
    ended: Counter[Key] = Counter()
    thread = threading.Thread(target=killer.run, name="killer")
    engine = Engine(EngineConfig(device="cpu", threads=1, background=True))
    with engine, Results(root / "fire.sqlite") as results:
        means = _SlowMeans(Reading(registry, engine, results), results, readers, killer=killer)
        last: dict[Key, Standing] = {}
        thread.start()
        try:
            for report in work_through(entries, means):
                if isinstance(report, Partial):
                    last |= report.value
                    ended.update(key for key, one in report.value.items() if one.stage is not Stage.WAITING)
        finally:
            killer.stop()
            thread.join()
        outcome.kept = results.count()
    outcome.kills, outcome.seconds = killer.struck, time.monotonic() - start
    for entry in entries:
        _judge(outcome, ended[entry.key], last.get(entry.key), truth[entry.key])
    return outcome


def _judge(outcome: WorklistOutcome, ends: int, told: Standing | None, truth: Standing) -> None:
    outcome.lost += ends == 0
    outcome.doubled += ends > 1
    if told is None:
        return
    outcome.failed += told.stage is Stage.FAILED
    same = told.score is not None and truth.score is not None and abs(told.score - truth.score) < CLOSE
    right = told.stage is truth.stage and (same or told.score is truth.score is None)
    outcome.wrong += told.stage is not Stage.FAILED and not right
    outcome.answered += ends == 1 and right
