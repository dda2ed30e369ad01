"""Compares two builds of one commit: every file of two folders, archives or packages, byte by byte.

    PYTHONPATH=packaging python -m release.comparing FIRST SECOND

Each is a folder, or each is a file. Differences that are named in `EXCEPTIONS` are told and do not count.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from release.payload import sha256

EXCEPTIONS: Mapping[str, str] = {}
"""Files that may differ between two builds of one commit, and why. There are none."""


@dataclass(frozen=True)
class Comparison:
    """How two builds differ: places that only one has, and places whose content or permissions differ."""

    same: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    different: tuple[str, ...]

    @property
    def unexpected(self) -> tuple[str, ...]:
        """What differs and is not among the named exceptions."""
        return tuple(name for name in (*self.only_first, *self.only_second, *self.different) if name not in EXCEPTIONS)


def compare(first: Path, second: Path) -> Comparison:
    """Compare two folders, or two files."""
    if first.is_file() and second.is_file():
        same = sha256(first) == sha256(second)
        return Comparison(int(same), (), (), () if same else (first.name,))
    before, after = _traits(first), _traits(second)
    both = before.keys() & after.keys()
    different = tuple(sorted(name for name in both if before[name] != after[name]))
    return Comparison(
        len(both) - len(different),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(after.keys() - before.keys())),
        different,
    )


def _traits(folder: Path) -> dict[str, tuple[str, str]]:
    """Return what must be the same of each file: whether it may be run, and its content or the target of a link."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()))
        elif path.is_file():
            found[name] = ("program" if path.stat().st_mode & 0o100 else "file", sha256(path))
    return found


def main(arguments: Sequence[str]) -> int:
    """Print how two builds differ; 1 where they do."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    found = compare(*(Path(argument) for argument in arguments))
    for title, names in (
        ("only in the first", found.only_first),
        ("only in the second", found.only_second),
        ("different", found.different),
    ):
        for name in names:
            print(f"{title}: {name} {EXCEPTIONS.get(name, '')}".rstrip())
    print(f"{found.same} files are the same, {len(found.unexpected)} differ")
    return 1 if found.unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
