"""A row of the catalogue, and what comes of it when the real program reads it."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from medapp.classify.registry import Registry
from medapp.errors import MedappError, Problem
from medapp.folders import Folders
from medapp.i18n import catalogue
from medapp.imaging.found import FoundImage
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.imaging.study import NotImage
from medapp.jobs import run_to_end

Way: TypeAlias = Literal["file", "scan", "package"]
CHANGE = "change"
MOST_SECONDS = 10.0
MOST_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes
    ----------
    subject : str
        Which entry of the catalogue it belongs to.
    name : str
        What it is.
    expected : str
        ``picture``, ``refused <code>``, ``is <what>`` (named, no image), ``told <note>`` (a picture with that
        note); for a scan its outcomes with their counts; for a package ``accepted`` or ``refused <code>``. Alternatives
        that are equally right are separated by `` or ``.
    make : callable
        Writes it into a folder and returns what is opened.
    way : str
        Whether it is opened as a file, found by a scan, or installed as a package.
    restless : bool
        Whether a thread called `CHANGE` writes in its folder meanwhile.
    """

    subject: str
    name: str
    expected: str
    make: Callable[[Path], Path]
    way: Way = "file"
    restless: bool = False


def file_row(
    subject: str,
    name: str,
    expected: str,
    content: Callable[[], bytes] | bytes,
    *,
    file: str = "image.dcm",
    way: Way = "file",
) -> Row:
    """Return a row that is one file with this content."""

    def make(folder: Path) -> Path:
        path = folder / file
        path.write_bytes(content if isinstance(content, bytes) else content())
        return path

    return Row(subject, name, expected, make, way)


@dataclass
class Tried:
    """What came of a row."""

    row: Row
    outcome: str
    seconds: float
    written: list[str] = field(default_factory=list)
    notes: frozenset[str] = frozenset()
    most_seconds: float = MOST_SECONDS

    @property
    def as_expected(self) -> bool:
        """Whether it came out as the row says, in time, and with nothing written."""
        return (
            not self.written
            and self.seconds <= self.most_seconds
            and any(map(self._is, self.row.expected.split(" or ")))
        )

    def _is(self, expected: str) -> bool:
        if expected.startswith("told "):
            return self.outcome == "picture" and expected.removeprefix("told ") in self.notes
        return self.outcome == expected

    def __str__(self) -> str:
        told = f" ({', '.join(sorted(self.notes))})" if self.notes else ""
        wrote = f", wrote {self.written[:3]}" if self.written else ""
        return (
            f"{self.row.subject}: {self.row.name}: {self.outcome}{told}, not {self.row.expected},"
            f" {self.seconds:.1f} s{wrote}"
        )


class Ground:
    """A place on which rows are tried: everything that is written below it, and was not made by the row, is seen."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("row", "here", "outside"):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "outside" / "kept").write_text("as it was")

    def fresh(self) -> Path:
        """Return an empty folder, two levels below the root: names that climb arrive where they are seen."""
        folder = self.root / "row" / f"{len(list((self.root / 'row').iterdir())):04}"
        folder.mkdir()
        return folder

    def seen(self) -> dict[str, tuple[int, int]]:
        """Return every file below the root with size and time of change."""
        found = {}
        for path in self.root.rglob("*"):
            state = path.lstat()
            is_folder = path.is_dir() and not path.is_symlink()
            found[str(path.relative_to(self.root))] = (0, 0) if is_folder else (state.st_size, state.st_mtime_ns)
        return found


@contextmanager
def readers_on(ground: Ground, seconds: float = MOST_SECONDS) -> Iterator[Readers]:
    """Give one reader that works in a folder which is watched, under the limits that the program has."""
    with chdir(ground.root / "here"), Readers(ReaderConfig(processes=1, seconds_per_file=seconds)) as readers:
        list(readers.headers(["started before the clock"]))
        yield readers


def try_row(row: Row, ground: Ground, readers: Readers) -> Tried:
    """Make a row's file, open it as the program does, and clear it away."""
    folder = ground.fresh()
    with chdir(ground.root / "here"):
        path = row.make(folder)
        before = ground.seen()
        start = time.monotonic()
        outcome, notes = _WAYS[row.way](path, ground, readers)
        seconds = time.monotonic() - start
    for thread in threading.enumerate():
        if thread.name == CHANGE:
            thread.join()
    after = ground.seen()
    written = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if row.restless:
        written = [name for name in written if folder.name not in Path(name).parts]
    _clear(folder)
    return Tried(row, outcome, seconds, written, notes, readers.config.seconds_per_file)


def _clear(folder: Path) -> None:
    """Remove what a row made, by names that the system may find hard."""
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            Path(parent, name).unlink()
        for name in folders:
            path = Path(parent, name)
            path.unlink() if path.is_symlink() else path.rmdir()
    folder.rmdir()


def _refused(code: str) -> str:
    """Return the outcome of a refusal; one without words is none."""
    return f"refused {code}" if f"problem.{code}" in catalogue() else f"no words for {code}"


def _as_file(path: Path, _: Ground, readers: Readers) -> tuple[str, frozenset[str]]:
    (reply,) = readers.headers([str(path)])
    if isinstance(reply.found, Problem):
        return _refused(reply.found.code), frozenset()
    if isinstance(reply.found, NotImage):
        known = f"what.{reply.found.what}" in catalogue()
        return f"is {reply.found.what}" if known else f"no words for {reply.found.what}", frozenset()
    assert isinstance(reply.found, FoundImage)
    notes = {note.code for note in reply.found.notes}
    try:
        for index in sorted({0, reply.found.instance.frames - 1}):
            frame = readers.frame(str(path), index)
            notes |= {note.code for note in frame.notes}
    except MedappError as error:
        return _refused(error.code), frozenset(notes)
    return "picture" if frame.stored.size else "empty picture", frozenset(notes)


def _as_scan(path: Path, _: Ground, readers: Readers) -> tuple[str, frozenset[str]]:
    try:
        found = run_to_end(scan([path], readers))
    except MedappError as error:
        return _refused(error.code), frozenset()
    instances = [i for study in found.studies for series in study.series for i in series.instances]
    notes = {note.code for study in found.studies for series in study.series for note in series.notes}
    outcomes = Counter(_frame(readers, instance.source) for instance in instances)
    outcomes.update(_refused(problem.code) for problem in found.problems)
    outcomes.update(f"is {other.what}" for other in found.not_images)
    if len(found.studies) > 1:
        outcomes["studies"] = len(found.studies)
    return ", ".join(f"{n} {what}" for what, n in sorted(outcomes.items())) or "nothing", frozenset(notes)


def _frame(readers: Readers, source: str) -> str:
    try:
        return "picture" if readers.frame(source).stored.size else "empty picture"
    except MedappError as error:
        return _refused(error.code)


def _as_package(path: Path, ground: Ground, _: Readers) -> tuple[str, frozenset[str]]:
    station = ground.root / "row" / "station"
    registry = Registry(Folders(station / "data", station / "cache", station / "config"), builtin=station / "none")
    try:
        package = registry.install(path)
        _touch(package)
    except MedappError as error:
        outcome = _refused(error.code)
    else:
        outcome = "accepted"
    left = sorted(p.name for p in station.rglob("*") if p.is_file()) if outcome != "accepted" else []
    if station.exists():
        _clear(station)
    return (f"left behind {left}" if left else outcome), frozenset()


def _touch(package: object) -> None:
    """Read every part of a package, as its use would."""
    for part in ("weights", "novelty", "training_set", "report", "card"):
        getattr(package, part)()


_WAYS: dict[Way, Callable[[Path, Ground, Readers], tuple[str, frozenset[str]]]] = {
    "file": _as_file,
    "scan": _as_scan,
    "package": _as_package,
}


def peak_bytes(readers: Readers) -> int:
    """Return the most memory that any living reader has held (Linux)."""
    peaks = [0]
    for child in readers._idle:
        status = Path(f"/proc/{child.pid}/status").read_text().splitlines()
        peaks += [1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    return max(peaks)
