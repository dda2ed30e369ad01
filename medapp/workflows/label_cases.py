"""What becomes of labels: a table of cases for teaching, and a folder with a sub-folder per class."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError
from medapp.files import write_text
from medapp.imaging.archive import MEMBER
from medapp.jobs import Job, Progress
from medapp.training.cases.verdicts import UNSURE, Final
from medapp.workflows.labelling import LabelProject

CASES_FILE = "cases.csv"
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True)
class LabelledCases:
    """What can be learned from, and what was left out and why.

    Attributes
    ----------
    files : tuple of (str, str)
        Every file with its class; of a series each of its files.
    unsure, excluded, disagreed, seen_ai, in_archives : int
        Cases that nobody is sure of; that were left out; that readers disagree about; that were answered after the
        model's answer was seen, which are never test truth; and files in archives, which a training cannot read.
    """

    files: tuple[tuple[str, str], ...]
    unsure: int = 0
    excluded: int = 0
    disagreed: int = 0
    seen_ai: int = 0
    in_archives: int = 0


def labelled_cases(project: LabelProject, files_of: Mapping[str, Sequence[str]] | None = None) -> LabelledCases:
    """Return the cases with a class that holds.

    Parameters
    ----------
    files_of : mapping of str to sequence of str, optional
        The files of each series, by its first; a case is its own file by default.
    """
    held = project.finals()
    reasons: list[str] = [_reason(final) for final in held.values()]
    usable = [(file, final.label) for (file, final), why in zip(held.items(), reasons, strict=True) if not why]
    all_files = [(name, label) for file, label in usable for name in (files_of or {}).get(file, (file,))]
    plain = tuple((name, label) for name, label in all_files if MEMBER not in name)
    counts = {why: reasons.count(why) for why in ("unsure", "excluded", "disagreed", "seen_ai")}
    return LabelledCases(plain, **counts, in_archives=len(all_files) - len(plain))


def _reason(final: Final) -> str:
    """Return why a case is left out, or an empty text."""
    if final.disagreed:
        return "disagreed"
    if final.excluded:
        return "excluded"
    if final.label == UNSURE:
        return "unsure"
    return "seen_ai" if final.seen_ai else ""


def write_cases(
    project: LabelProject, files_of: Mapping[str, Sequence[str]] | None = None
) -> tuple[Path, LabelledCases]:
    """Write the table that a teaching project takes as its cases.

    Raises
    ------
    MedappError
        ``labels.one_class`` where fewer than two classes have cases, ``labels.not_saved``.
    """
    cases = labelled_cases(project, files_of)
    if len({label for _, label in cases.files}) < 2:
        raise MedappError("labels.one_class")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("file", "label"), *cases.files])
    target = project.folder / CASES_FILE
    try:
        write_text(target, text.getvalue())
    except OSError as error:
        raise MedappError("labels.not_saved", reason=error.strerror or "") from error
    return target, cases


def export_folder(
    project: LabelProject, target: Path, files_of: Mapping[str, Sequence[str]] | None = None, *, copies: bool = False
) -> Job[LabelledCases]:
    """Make a folder with a sub-folder per class, of links to the files where the system has them, else of copies.

    Raises
    ------
    MedappError
        ``labels.target`` where the folder is there and not empty, ``save.failed``.
    """
    cases = labelled_cases(project, files_of)
    place = copy_file if copies else link_file
    try:
        if target.exists() and any(target.iterdir()):
            raise MedappError("labels.target", folder=target.name)
        for number, (name, label) in enumerate(cases.files):
            folder = target / folder_name(label)
            folder.mkdir(parents=True, exist_ok=True)
            place(Path(name), free_name(folder, Path(name).name))
            yield Progress(number + 1, len(cases.files))
    except OSError as error:
        raise MedappError("save.failed", file=target.name, reason=error.strerror or "") from error
    return cases


def link_file(source: Path, target: Path) -> None:
    """Make `target` a link to `source`: symbolic, else hard; a copy where the system has neither."""
    makers: tuple[Callable[[], None], ...] = (lambda: target.symlink_to(source), lambda: os.link(source, target))
    for make in makers:
        with suppress(OSError, NotImplementedError):
            make()
            return
    copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file."""
    shutil.copyfile(source, target)


def folder_name(label: str) -> str:
    """Return a class as a folder name that every system takes."""
    return _UNFIT.sub("_", label).strip(". ") or "_"


def free_name(folder: Path, name: str) -> Path:
    """Return a path in `folder` that is not taken: the name, else with a number."""
    target, number = folder / name, 2
    while os.path.lexists(target):
        target = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return target
