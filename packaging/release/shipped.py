"""Whose every file of the package is: the distribution of Python, the package of Debian, or Python itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

NAMED_APART = frozenset({"medapp", "pyinstaller"})
"""What is a component of another kind: the program itself, and the one that starts it."""
LICENCE_NAMES = ("licen", "copying", "notice", "thirdparty", "third-party", "third_party", "authors")


@cache
def _distribution_of_file() -> dict[str, Distribution]:
    """Return who installed each file, of all that is installed."""
    return {
        str(Path(str(found.locate_file(file))).resolve()): found
        for found in distributions()
        for file in found.files or ()
    }


def owners_of(sources: Iterable[str]) -> set[str]:
    """Return the names of the distributions that the files `sources` come from."""
    known = _distribution_of_file()
    found = (known.get(str(Path(source).resolve())) for source in sources)
    return {owner.name for owner in found if owner is not None and owner.name not in NAMED_APART}


def owner_of(source: str) -> str:
    """Return the name of the distribution that a file comes from; empty where none has installed it."""
    owner = _distribution_of_file().get(str(Path(source).resolve()))
    return owner.name if owner else ""


def metadata_files(names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return the metadata of distributions as PyInstaller takes them (place, file, kind): programs ask for versions."""
    wanted = set(names)
    entries = [
        (file.as_posix(), str(found.locate_file(file)), "DATA")
        for found in distributions()
        for file in found.files or ()
        if found.name in wanted and file.name == "METADATA"
    ]
    return sorted(entries)


def is_licence(name: str) -> bool:
    """Tell by its name whether a file holds a licence or a notice."""
    return any(word in name.rpartition("/")[2].lower() for word in LICENCE_NAMES)
