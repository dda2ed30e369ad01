"""Another reader's list: a table of files and classes becomes answers of that reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.training.cases.label_columns import columns_of, said
from medapp.training.cases.label_table import LabelTable, read_table
from medapp.training.cases.verdicts import UNSURE, Verdict, is_journal, verdict_from
from medapp.workflows.labelling import LabelProject, time_now


@dataclass(frozen=True)
class TakenIn:
    """What came of a list: answers that were taken, rows without a case here, and rows without a class."""

    readers: tuple[str, ...]
    taken: int
    unmatched: int
    blank: int


def take_in(project: LabelProject, path: Path, reader: str, files: Sequence[str]) -> TakenIn:
    """Take another reader's list into a project.

    Parameters
    ----------
    path : Path
        A table with a column of files and one of classes, or another ``labels.csv`` of label mode.
    reader : str
        Whose list it is, where the table does not say.
    files : sequence of str
        The cases of the project; a file is found by its whole path, else by as much of its end as tells it apart.

    Raises
    ------
    MedappError
        Those of `read_table` and `columns_of`; ``labels.several`` for a table of labels that may occur together,
        ``labels.unknown_class`` where a class is none of the project's, ``labels.same_reader`` where the reader has
        answered here already, ``labels.no_match`` where no row is about a case of the project.
    """
    table = read_table(path)
    rows = _journal(table) if is_journal(table.headers) else _plain(table, path, reader)
    classes = {name.casefold(): name for name in project.plan.classes}
    found, taken, unmatched = _Finder(files), list[Verdict](), 0
    for row in rows:
        file = found.file(row.file)
        if file is None:
            unmatched += 1
            continue
        taken.append(replace(row, file=file, label=_class(row.label, classes, path)))
    answers = [verdict for verdict in taken if verdict.is_answer or verdict.undone]
    if not answers:
        raise MedappError("labels.no_match", name=path.name, n=unmatched)
    readers = tuple(sorted({verdict.reader for verdict in answers}))
    if same := set(readers) & set(project.readers):
        raise MedappError("labels.same_reader", reader=min(same))
    project.say(*answers)
    return TakenIn(readers, len({v.file for v in answers}), unmatched, len(taken) - len(answers))


def _journal(table: LabelTable) -> list[Verdict]:
    rows = (verdict_from(dict(zip(table.headers, cells, strict=True))) for cells in table.rows)
    return [row for row in rows if not row.settled]


def _plain(table: LabelTable, path: Path, reader: str) -> list[Verdict]:
    columns = columns_of(table, path.parent)
    if columns.classes is None:
        raise MedappError("labels.several", name=path.name)
    whose = next((k for k, name in enumerate(table.headers) if name.casefold() == "reader"), None)
    now = time_now()
    return [
        Verdict(
            row[columns.file],
            row[columns.classes],
            (row[whose] if whose is not None else "") or reader or path.stem,
            now,
        )
        for row in table.rows
    ]


def _class(cell: str, classes: Mapping[str, str], path: Path) -> str:
    """Return the project's name of a class; raises ``labels.unknown_class`` for any other."""
    meaning = said(cell)
    if meaning in {"blank", "uncertain"}:
        return UNSURE if meaning == "uncertain" else ""
    if cell.casefold() not in classes:
        raise MedappError("labels.unknown_class", name=path.name, found=cell[:40], known=listed(classes.values()))
    return classes[cell.casefold()]


class _Finder:
    """Finds a case by its path as another station wrote it."""

    def __init__(self, files: Iterable[str]) -> None:
        self._by_path: dict[str, str] = {}
        self._by_end: dict[str, list[str]] = {}
        for file in files:
            self._by_path[_slashes(file)] = file
            self._by_end.setdefault(PurePosixPath(_slashes(file)).name, []).append(file)

    def file(self, name: str) -> str | None:
        """Return the case, or None where none or several may be meant."""
        wanted = _slashes(name)
        if wanted in self._by_path:
            return self._by_path[wanted]
        candidates = self._by_end.get(PurePosixPath(wanted).name, [])
        if len(candidates) == 1:
            return candidates[0]
        common = [(_shared(wanted, _slashes(file)), file) for file in candidates]
        best = max((count for count, _ in common), default=0)
        of_best = [file for count, file in common if count == best]
        return of_best[0] if len(of_best) == 1 else None


def _slashes(name: str) -> str:
    return name.replace("\\", "/")


def _shared(one: str, other: str) -> int:
    """Return how many parts two paths share, from the end."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    count = 0
    for a, b in pairs:
        if a != b:
            break
        count += 1
    return count
