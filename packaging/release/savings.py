"""What leaving out has saved: megabytes of each part as installed, less what of it went in all the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from release.contents import LEFT_OUT, Part


@dataclass(frozen=True)
class Saving:
    """A part that was left out and the bytes that it takes where it is installed."""

    part: Part
    size: int


def savings(packages: Path, kept: Iterable[str]) -> list[Saving]:
    """Return what each part takes in the folder of installed libraries, largest first.

    Parameters
    ----------
    packages : Path
        Where the libraries are installed.
    kept : iterable of str
        The files that went into the package: where they came from.
    """
    inside = {str(Path(source)) for source in kept}
    sizes = dict.fromkeys((part.name for part in LEFT_OUT), 0)
    for path in packages.rglob("*"):
        if path.is_symlink() or not path.is_file() or str(path) in inside:
            continue
        name = path.relative_to(packages).as_posix()
        part = part_of(name)
        if part is not None:
            sizes[part.name] += path.stat().st_size
    found = [Saving(part, sizes[part.name]) for part in LEFT_OUT]
    return sorted((saving for saving in found if saving.size), key=lambda saving: -saving.size)


def part_of(name: str) -> Part | None:
    """Return the part that leaves a file out; its first one."""
    return next((part for part in LEFT_OUT if any(fnmatchcase(name, pattern) for pattern in part.patterns)), None)


def table(found: Iterable[Saving]) -> str:
    """Return the savings as rows of Markdown."""
    rows = [f"| {saving.part.name} | {saving.size / 1e6:,.0f} | {saving.part.why} |" for saving in found]
    return "\n".join(["| left out | MB | why |", "|---|---:|---|", *rows])
