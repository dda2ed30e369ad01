"""What leaving out has saved: megabytes of each part as installed, less what of it went in all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from release.contents import LEFT_OUT, Part


@dataclass(frozen=True)
class Saving:
    """A part that was left out and the bytes that it takes where it is installed."""

    part: Part
    size: int


def savings(folders: Iterable[Path], kept: Iterable[str]) -> list[Saving]:
    """Return what each part takes where libraries are installed, largest first.

    Parameters
    ----------
    folders : iterable of Path
        Where libraries are installed; folders named site-packages in them are passed over.
    kept : iterable of str
        The files that went into the package: where they came from.
    """
    inside = {str(Path(source)) for source in kept}
    sizes = dict.fromkeys((part.name for part in LEFT_OUT), 0)
    for name, path in (found for folder in folders for found in _files(folder)):
        if str(path) not in inside and (part := part_of(name)) is not None:
            sizes[part.name] += path.stat().st_size
    found = [Saving(part, sizes[part.name]) for part in LEFT_OUT]
    return sorted((saving for saving in found if saving.size), key=lambda saving: -saving.size)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and not name.startswith("site-packages/"):
            yield name.removeprefix("lib-dynload/"), path


def part_of(name: str) -> Part | None:
    """Return the part that leaves a file out; its first one."""
    return next((part for part in LEFT_OUT if any(fnmatchcase(name, pattern) for pattern in part.patterns)), None)


def table(found: Iterable[Saving]) -> str:
    """Return the savings as rows of Markdown."""
    rows = [f"| {saving.part.name} | {saving.size / 1e6:,.0f} | {saving.part.why} |" for saving in found]
    return "\n".join(["| left out | MB | why |", "|---|---:|---|", *rows])
