"""Which files are cases: a folder with one sub-folder per class, or a table of labels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from medapp.errors import MedappError
from medapp.files import is_there
from medapp.training.cases.case import PARTS, Case, CaseFolder, Part
from medapp.training.cases.label_table import SUFFIXES, TABLE_NAME
from medapp.training.cases.table_cases import Uncertain, table_cases
from medapp.training.cases.tables.stored import SUFFIX, read_folder

IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


def list_cases(root: Path, uncertain: Uncertain = "", *, several: bool = False) -> CaseFolder:
    """List the labelled files of `root` without opening them.

    Parameters
    ----------
    root : Path
        ``root/CLASS/…``, ``root/train/CLASS/…`` or ``root/CLASS/train/…``; the names of the parts
        are train, training, val, valid, validation, test, testing in any case. Files may lie at
        any depth below a class. Class names that differ only in case are one class. Or a table of
        labels (CSV), or the folder that holds one with the name ``labels.csv``; or the file of a table that was
        matched with its images (`tables.stored`).
    uncertain : {"", "unknown", "positive", "negative"}
        What -1 and ? in a table mean.
    several : bool
        Whether a table with one column of 1 and 0 has a label, and not two classes.

    Returns
    -------
    CaseFolder
        The files in the order of their names.

    Raises
    ------
    MedappError
        ``cases.missing``, ``cases.not_folder``, ``cases.no_access``, or ``cases.no_classes`` where
        there is no sub-folder; and those of `table_cases`.
    """
    if not is_there(root):
        raise MedappError("cases.missing", folder=root.name)
    if root.suffix == SUFFIX and root.is_file():
        return read_folder(root)
    if (table := _table_at(root)) is not None:
        return table_cases(table, uncertain, several=several)
    if not root.is_dir():
        raise MedappError("cases.not_folder", folder=root.name)
    return _list_classes(root)


def _table_at(root: Path) -> Path | None:
    """Return the table that `root` is, or holds."""
    if not root.is_dir():
        return root if root.suffix.casefold() in SUFFIXES else None
    try:
        return next((p for p in sorted(root.iterdir()) if p.name.casefold() == TABLE_NAME and p.is_file()), None)
    except OSError as error:
        raise MedappError("cases.no_access", folder=root.name) from error


def _list_classes(root: Path) -> CaseFolder:
    labelled = list(_class_folders(root))
    if not labelled:
        raise MedappError("cases.no_classes", folder=root.name)
    spelling: dict[str, str] = {}
    for _, label, _ in sorted(labelled, key=lambda found: found[1]):
        spelling.setdefault(label.casefold(), label)
    cases = [
        Case(
            str(path), path.relative_to(root).as_posix(), spelling[label.casefold()], part or _part_below(path, folder)
        )
        for folder, label, part in labelled
        for path in files_below(folder)
    ]
    outside = sum(1 for _ in files_below(root)) - len(cases)
    return CaseFolder(root, tuple(sorted(spelling.values())), tuple(sorted(cases, key=lambda c: c.name)), outside)


def _class_folders(root: Path) -> Iterator[tuple[Path, str, Part | None]]:
    """Yield each folder of a class, the class, and the part that the folder above it names."""
    folders = _folders_in(root)
    parts = [folder for folder in folders if folder.name.casefold() in PARTS and _folders_in(folder)]
    if not parts:
        yield from ((folder, folder.name, None) for folder in folders)
    for part in parts:
        yield from ((folder, folder.name, PARTS[part.name.casefold()]) for folder in _folders_in(part))


def _part_below(path: Path, class_folder: Path) -> Part | None:
    """Return the part of ``CLASS/train/…``: the first folder below the class names it."""
    inside = path.relative_to(class_folder).parts
    return PARTS.get(inside[0].casefold()) if len(inside) > 1 else None


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not _is_ignored(p.name))
    except OSError as error:
        raise MedappError("cases.no_access", folder=folder.name) from error


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the regular files below `folder` at any depth, each real folder once (links may form a loop)."""
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _is_ignored(name))
        paths = (Path(place, name) for name in sorted(names) if not _is_ignored(name))
        yield from (path for path in paths if path.is_file())


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.casefold() in IGNORED_NAMES
