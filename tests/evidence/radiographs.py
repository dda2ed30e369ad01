"""The radiographs that the shipped model has not learned from, and the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medapp.classify.package import Package, read_package
from medapp.folders import resource_path
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load
from medapp.training.cases.survey import content_hash
from tests.evidence.grounds import SOURCE

LIMITS = ReadLimits(memory_bytes=0)


@dataclass(frozen=True, eq=False)
class Radiograph:
    """A sealed picture and its class."""

    name: str
    label: str
    frame: Frame


def starter() -> Package:
    """Return the model that comes with the program."""
    return read_package(resource_path("models") / "chest-starter-children")


def sealed(package: Package, most: int | None = None) -> list[Radiograph]:
    """Return the pictures that the package sealed, one of each content, every n-th where at most `most` are wanted."""
    kept = package.training_set()
    assert kept is not None
    found: dict[str, Radiograph] = {}
    for path in sorted(SOURCE.glob("*/*")):
        frame = _frame(path)
        content = kept.hashed(content_hash(frame))
        if kept.images.get(content) == "test":
            found.setdefault(content, Radiograph(path.name, path.parent.name, frame))
    chosen = list(found.values())
    return chosen if most is None else chosen[:: max(1, -(-len(chosen) // most))]


def _frame(path: Path) -> Frame:
    return load(str(path), 0, LIMITS)
