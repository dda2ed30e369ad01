"""A training on very many small pictures, in a process of its own: ``python -m tests.benchmarks.many_cases N``.

The files hold nothing, and readers in the process draw a picture for each name: what is measured is what the training
itself keeps of each case. Prints one JSON object with the memory of each phase, in MB.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from medapp.imaging.found import FoundImage, HeaderReply
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance
from medapp.training.learning.narration import Narrator
from medapp.training.runs.events import Control, EventLog
from medapp.training.runs.request import RunRequest

SIZE, MEGABYTE = 32, 2**20


class DrawnReaders:
    """Draws a picture for each name; counts how often each was asked for."""

    asked: dict[str, int] = {}  # noqa: RUF012 - shared on purpose: the training makes the readers itself

    def __enter__(self) -> DrawnReaders:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        for source in sources:
            yield HeaderReply(source, FoundImage(Instance(source, "picture", SIZE, SIZE), "PICTURE", "series"))

    def frame(self, source: str, index: int = 0) -> Frame:
        self.asked[source] = self.asked.get(source, 0) + 1
        path = Path(source)
        grey = np.random.default_rng(int(path.stem)).integers(0, 120, (SIZE, SIZE), dtype=np.uint8)
        grey[8:16, 8:16] += np.uint8(60 * (path.parent.name == "ill"))
        return Frame(grey)


@dataclass
class Memory:
    """The most memory of each phase: what is the process' own, and all that is resident."""

    own: dict[str, float] = field(default_factory=dict)
    resident: dict[str, float] = field(default_factory=dict)

    def look(self, phase: str) -> None:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        told = {
            name: int(text.split()[0]) / 1024
            for name, _, text in (line.partition(":") for line in lines)
            if "kB" in text
        }
        self.own[phase] = max(self.own.get(phase, 0), told["RssAnon"])
        self.resident[phase] = max(self.resident.get(phase, 0), told["VmRSS"])


class Watched(Narrator):
    """A narrator that measures the memory beside telling."""

    phase = "starting"

    def progress(self, phase: str, done: int, total: int) -> bool:
        self.phase = phase
        return super().progress(phase, done, total)


def named(root: Path, count: int) -> Path:
    """Write files that hold no more than their name."""
    for name in ("healthy", "ill"):
        (root / "cases" / name).mkdir(parents=True)
    for number in range(count):
        (root / "cases" / ("ill" if number % 2 else "healthy") / f"{number}.png").write_text(str(number))
    return root / "cases"


def main(count: int, effort: str) -> None:
    import torch

    from medapp.training import course

    torch.set_num_threads(2)
    course.Readers = DrawnReaders  # type: ignore[misc,assignment]
    memory, over = Memory(), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        os.environ["MEDAPP_HOME"] = str(root / "home")
        cases, run = named(root, count), root / "run"
        run.mkdir()
        log = EventLog(run)
        with Control(run) as control:
            narrator = Watched(log, control)

            def watch() -> None:
                while not over.wait(0.05):
                    memory.look(narrator.phase)

            memory.look("starting")
            watcher = threading.Thread(target=watch)
            watcher.start()
            request = RunRequest(str(cases), effort, architecture="mobilenet_v2", image_size=SIZE, threads=2, steps=20)  # type: ignore[arg-type]
            began = time.monotonic()
            try:
                course.teach(request, run, narrator, began)
            finally:
                over.set()
                watcher.join()
        log.close()
    reads = set(DrawnReaders.asked.values())
    told = {"cases": count, "seconds": round(time.monotonic() - began, 1), "reads_of_each": sorted(reads)}
    print(json.dumps({**told, "own": memory.own, "resident": memory.resident}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "instant")
