"""What the page of a table shows, made from what was decided and what came of it. Pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

from medapp.errors import Problem
from medapp.i18n import counted, spaced, tell, tr
from medapp.jobs import Progress
from medapp.training.cases.tables.columns import Columns
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.image_index import ImageIndex
from medapp.training.cases.tables.importing import Imported, notes_of
from medapp.training.cases.tables.left_out import in_words, left_out_rows
from medapp.ui.widgets.teaching.table_views import ColumnChoice, QuestionRow, TableView

ROWS_SHOWN, LEFT_OUT_SHOWN = 6, 500
_SEEN_ELSEWHERE = frozenset({"questions", "images_without_row", "conflicts"})
"""Notes that the page tells in another place."""


@dataclass(frozen=True, eq=False)
class Looked:
    """What a table turned out to be, as far as it could be read."""

    grid: Grid | None = None
    index: ImageIndex | None = None
    columns: Columns = field(default_factory=Columns)
    imported: Imported | None = None
    problem: Problem | None = None


def table_view(table: Path, images: Path, looked: Looked, reading: Progress | None) -> TableView:
    """Return what the page shows; while something is being read nothing can be used."""
    grid, imported = looked.grid, looked.imported
    headers = grid.headers if grid is not None else ()
    return TableView(
        name=table.name,
        images=images.name or str(images),
        sheet=grid.sheet if grid is not None else "",
        sheets=grid.sheets if grid is not None else (),
        columns=tuple(ColumnChoice(header, looked.columns.meaning(header)) for header in headers),
        rows=grid.rows[:ROWS_SHOWN] if grid is not None else (),
        counts=_counts(imported) if imported is not None else "",
        left_out=_left_out(imported) if imported is not None else (),
        told=_told(imported) if imported is not None else (),
        questions=_questions(imported) if imported is not None else (),
        problem=_problem(looked),
        reading=reading,
        ready=reading is None and imported is not None and bool(imported.outcome.cases) and _settled(imported),
    )


def _settled(imported: Imported) -> bool:
    return not any(note.severity == "blocking" for note in notes_of(imported))


def _problem(looked: Looked) -> str:
    if looked.problem is not None:
        return tell(looked.problem)
    notes = notes_of(looked.imported) if looked.imported is not None else ()
    blocking = (note for note in notes if note.severity == "blocking" and note.code != "questions")
    return spaced(tr(f"finding.table_{note.code}", **note.params) for note in blocking)


def _counts(imported: Imported) -> str:
    return tr(
        "table.counts",
        matched=imported.matching.matched,
        rows=len(imported.grid.rows),
        cases=len(imported.outcome.cases),
        images=len(imported.index.images),
        classes=counted(_class_counts(imported)),
    )


def _class_counts(imported: Imported) -> dict[str, int]:
    cases = imported.outcome.cases
    return {name: sum(name in case.shows for case in cases) for name in imported.outcome.classes}


def _left_out(imported: Imported) -> tuple[str, ...]:
    rows = [in_words(row) for row in itertools.islice(left_out_rows(imported), LEFT_OUT_SHOWN + 1)]
    if len(rows) > LEFT_OUT_SHOWN:
        rows[-1] = tr("table.more_left_out", shown=LEFT_OUT_SHOWN)
    return tuple(rows)


def _told(imported: Imported) -> tuple[str, ...]:
    notes = (note for note in notes_of(imported) if note.code not in _SEEN_ELSEWHERE and note.severity != "blocking")
    return tuple(tr(f"finding.table_{note.code}", **note.params) for note in notes)


def _questions(imported: Imported) -> tuple[QuestionRow, ...]:
    return tuple(QuestionRow(one.value, one.text, one.options, one.answer) for one in imported.questions)
