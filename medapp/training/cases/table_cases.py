"""The cases of a table of labels: each file once, with what is known about it; blanks are unknown, never "no"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from medapp.errors import MedappError
from medapp.i18n import listed, tr
from medapp.training.cases.case import PARTS, Case, CaseFolder, Marks, Part, told
from medapp.training.cases.label_columns import Columns, columns_of, is_file, said
from medapp.training.cases.label_journal import settled
from medapp.training.cases.label_table import LabelTable, read_table

Uncertain: TypeAlias = Literal["", "unknown", "positive", "negative"]
UNCERTAIN: tuple[Uncertain, ...] = ("unknown", "positive", "negative")
_MEANT: Mapping[str, bool | None] = {"unknown": None, "positive": True, "negative": False}
_SHOWN = 3


@dataclass(frozen=True)
class _Row:
    """One row, its file looked up."""

    case: Case
    texts: Mapping[str, str]


def table_cases(path: Path, uncertain: Uncertain = "", *, several: bool = False) -> CaseFolder:
    """Return the cases of a table.

    Parameters
    ----------
    path : Path
        A CSV file. Its files are looked for beside it. Of the answers of label mode those that hold are taken.
    uncertain : {"", "unknown", "positive", "negative"}
        What -1 and ? mean; empty: a table that has them is refused, for nobody can guess.
    several : bool
        Whether one column of 1 and 0 is a label as well, and not two classes: for a model that knows such labels.

    Returns
    -------
    CaseFolder
        With one column of 1 and 0, or one of class names, a question of classes that exclude each other; with more,
        several labels.

    Raises
    ------
    MedappError
        Those of `read_table` and `columns_of`; ``table.uncertain``, ``table.split``, ``table.unmatched`` where no file
        of the table is there, ``table.contradicts`` where two rows of a file say different things.
    """
    table = settled(read_table(path))
    columns = columns_of(table, path.parent)
    _refuse_uncertain(table, columns, uncertain)
    there, unmatched = _rows(table, columns, path.parent)
    if not there:
        examples = listed(unmatched[:_SHOWN])
        raise MedappError("table.unmatched", name=path.name, n=len(unmatched), examples=examples)
    labelled = (
        _several(table, columns, there, uncertain)
        if len(columns.labels) > (0 if several else 1)
        else _classes(table, columns, there, uncertain)
    )
    return replace(labelled, root=path.parent, unmatched=tuple(unmatched), unused=columns.unused)


def _refuse_uncertain(table: LabelTable, columns: Columns, uncertain: Uncertain) -> None:
    places = columns.labels or (() if columns.classes is None else (columns.classes,))
    rows = sum(any(said(row[k]) == "uncertain" for k in places) for row in table.rows)
    if rows and not uncertain:
        raise MedappError("table.uncertain", name=table.path.name, n=rows)
    if rows and not columns.labels and uncertain != "unknown" and not _is_binary(table, columns):
        raise MedappError("table.uncertain_class", name=table.path.name, n=rows)


def _rows(table: LabelTable, columns: Columns, root: Path) -> tuple[list[_Row], list[str]]:
    """Return the rows whose file is there, and the names of the others."""
    found: list[_Row] = []
    unmatched: list[str] = []
    for cells in table.rows:
        name = PurePosixPath(cells[columns.file].replace("\\", "/")).as_posix()
        if not cells[columns.file] or not is_file(root, name):
            unmatched.append(name)
            continue
        texts = {key: "" if (k := getattr(columns, key)) is None else cells[k] for key in ("patient", "site", "date")}
        part = None if columns.split is None else _part(cells[columns.split], table)
        case = Case(str(root / name), name, "", part, texts["patient"], site=texts["site"], date=texts["date"])
        found.append(_Row(case, dict(zip(table.headers, cells, strict=True))))
    return found, unmatched


def _part(text: str, table: LabelTable) -> Part | None:
    if text and text.casefold() not in PARTS:
        raise MedappError("table.split", name=table.path.name, found=text[:40], known=listed(sorted(PARTS)))
    return PARTS[text.casefold()] if text else None


def _several(table: LabelTable, columns: Columns, rows: Iterable[_Row], uncertain: Uncertain) -> CaseFolder:
    labels = tuple(table.headers[k] for k in columns.labels)
    marked: dict[str, tuple[Case, dict[str, bool]]] = {}
    for row in rows:
        marks = {name: mark for name in labels if (mark := _mark(row.texts[name], uncertain)) is not None}
        case, before = marked.setdefault(row.case.source, (row.case, {}))
        if any(before.get(name, mark) != mark for name, mark in marks.items()):
            raise MedappError("table.contradicts", name=table.path.name, file=case.name)
        before.update(marks)
    cases = [_with_marks(case, tuple((n, marks[n]) for n in labels if n in marks)) for case, marks in marked.values()]
    usable = sorted((case for case in cases if case.marks), key=lambda case: case.name)
    return CaseFolder(Path(), labels, tuple(usable), several=True, unlabelled=len(cases) - len(usable))


def _with_marks(case: Case, marks: Marks) -> Case:
    return replace(case, label=told(marks), marks=marks)


def _mark(cell: str, uncertain: Uncertain) -> bool | None:
    meaning = said(cell)
    if meaning == "uncertain":
        return _MEANT[uncertain]
    return {"yes": True, "no": False}.get(meaning)


def _classes(table: LabelTable, columns: Columns, rows: Iterable[_Row], uncertain: Uncertain) -> CaseFolder:
    """Return a question of classes that exclude each other; rows without a class are left out."""
    place = columns.labels[0] if columns.labels else columns.classes
    assert place is not None, "a table without labels is refused"
    header, names = table.headers[place], _names_of_marks(table, columns)
    cases: dict[str, Case] = {}
    unlabelled = 0
    for row in rows:
        label = _class(row.texts[header], names, uncertain)
        if not label:
            unlabelled += 1
        elif cases.setdefault(row.case.source, replace(row.case, label=label)).label != label:
            raise MedappError("table.contradicts", name=table.path.name, file=row.case.name)
    ordered = sorted(cases.values(), key=lambda case: case.name)
    spelling: dict[str, str] = {}
    for label in sorted({case.label for case in ordered}):
        spelling.setdefault(label.casefold(), label)
    named = tuple(replace(case, label=spelling[case.label.casefold()]) for case in ordered)
    return CaseFolder(Path(), tuple(sorted(spelling.values())), named, unlabelled=unlabelled)


def _class(cell: str, names: Mapping[bool, str], uncertain: Uncertain) -> str:
    """Return the name of a row's class, empty where there is none."""
    if not names:
        return "" if said(cell) in {"blank", "uncertain"} and cell.casefold() != "none" else cell
    mark = _mark(cell, uncertain)
    return "" if mark is None else names[mark]


def _names_of_marks(table: LabelTable, columns: Columns) -> Mapping[bool, str]:
    """Return the classes that 1 and 0 stand for; empty where the column names its classes itself."""
    if columns.labels:
        label = table.headers[columns.labels[0]]
        return {True: label, False: tr("table.without", label=label)}
    return {True: "1", False: "0"} if _is_binary(table, columns) else {}


def _is_binary(table: LabelTable, columns: Columns) -> bool:
    """Tell whether the column of classes holds nothing but 1, 0, blanks and what is uncertain."""
    return columns.classes is not None and all(said(cell) != "other" for cell in table.column(columns.classes))
