"""All rows, tried and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.catalogue.row import MOST_BYTES, MOST_SECONDS, Ground, Row, Tried, peak_bytes, readers_on, try_row

BAD_FILES = ("headers", "structure", "pixel_data", "codestreams", "colours", "texts", "pictures", "places")
POLYGLOTS = ("polyglots",)
CONTAINERS = ("names", "archives", "packages")
PARTS = {"bad files": BAD_FILES, "containers": CONTAINERS, "polyglots": POLYGLOTS}


def rows_of(modules: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of some modules of this package."""
    for name in modules:
        yield from import_module(f"tests.faults.catalogue.{name}").rows()


@dataclass
class Count:
    """What came of one part of the catalogue."""

    tried: int = 0
    as_expected: int = 0
    slowest: float = 0
    peak_bytes: int = 0
    written: int = 0
    subjects: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, tried: Tried) -> None:
        """Count one row."""
        self.tried += 1
        self.as_expected += tried.as_expected
        self.slowest = max(self.slowest, tried.seconds)
        self.written += bool(tried.written)
        self.subjects[tried.row.subject] += 1
        self.outcomes[tried.outcome.split(" ")[0] if tried.row.way != "scan" else "scan"] += 1
        if not tried.as_expected:
            self.wrong.append(str(tried))


def count(rows: Iterable[Row], root: Path, seconds: float = MOST_SECONDS) -> Count:
    """Try rows one after the other with one reader, which has so many seconds for each."""
    ground, total = Ground(root), Count()
    with readers_on(ground, seconds) as readers:
        for row in rows:
            total.add(try_row(row, ground, readers))
            total.peak_bytes = max(total.peak_bytes, peak_bytes(readers))
    if total.peak_bytes > MOST_BYTES:
        total.wrong.append(f"a reader took {total.peak_bytes:,} bytes")
    return total


def whole_table() -> Iterator[tuple[str, Count]]:
    """Try everything, part by part."""
    for part, modules in PARTS.items():
        with TemporaryDirectory(prefix="medapp-catalogue-") as folder:
            yield part, count(rows_of(modules), Path(folder))
