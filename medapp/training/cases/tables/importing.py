"""A table and a folder of images become cases: reading, guessing, matching; a plan says what a person has decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medapp.errors import MedappError
from medapp.i18n import headed, listed, spaced, tr
from medapp.jobs import Job, Progress
from medapp.training.cases.case import CaseFolder, TableNote
from medapp.training.cases.survey import ReadsFrames
from medapp.training.cases.tables.columns import Columns, columns_from, guess_columns, refuse_unfit
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.image_index import ImageIndex, list_images, read_headers
from medapp.training.cases.tables.lookup import is_damaged
from medapp.training.cases.tables.matching import Matching, RowMatch, match_rows
from medapp.training.cases.tables.opening import read_grid
from medapp.training.cases.tables.outcome import Outcome, outcome_of
from medapp.training.cases.tables.questions import Answers, Question, answers_from, meaning_of, questions_of
from medapp.training.cases.tables.words import SPLITS

NAMES_SHOWN = 20


@dataclass(frozen=True)
class TablePlan:
    """What a person has decided about a table.

    Attributes
    ----------
    table, images : Path
        The file, and the folder of the images; a folder that is empty text stands for that of the table.
    sheet : str
        Of a workbook; empty: the one that looks most like a table of cases.
    columns : Columns or None
        What the columns mean; None: as guessed, apart from `corrections`.
    corrections : tuple of str
        ``MEANING=NAME``, as `columns_from` takes them.
    answers : mapping
        What texts mean that do not say what is true.
    together : bool
        Whether one column of yes and no is a label that may occur with others, and not two classes.
    """

    table: Path
    images: Path
    sheet: str = ""
    columns: Columns | None = None
    corrections: tuple[str, ...] = ()
    answers: Answers = field(default_factory=dict)
    together: bool = False


@dataclass(frozen=True)
class Imported:
    """A table, matched.

    Attributes
    ----------
    grid : Grid
        The table.
    columns : Columns
        What its columns mean.
    index : ImageIndex
        The images.
    matching : Matching
        Which row is about which.
    outcome : Outcome
        The cases.
    questions : tuple of Question
        What must be asked.
    several : bool
        Whether the labels may occur together.
    """

    grid: Grid
    columns: Columns
    index: ImageIndex
    matching: Matching
    outcome: Outcome
    questions: tuple[Question, ...]
    several: bool

    def refuse_open(self) -> None:
        """Raise ``table.asked`` as long as nobody has said what a text means."""
        if asked := self.open_questions:
            raise MedappError("table.asked", n=len(asked), question=asked[0].text)

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions without an answer."""
        return tuple(question for question in self.questions if not question.answer)

    def to_folder(self) -> CaseFolder:
        """Return the cases as a training takes them."""
        unused = tuple(header for header in self.grid.headers if self.columns.meaning(header) == "unused")
        return CaseFolder(
            self.index.root,
            self.outcome.classes,
            self.outcome.cases,
            several=self.several,
            unmatched=tuple(match.text or self._line(match) for match in self.matching.unmatched),
            unlabelled=self.outcome.unlabelled,
            unused=unused,
            notes=tuple(notes_of(self)),
            table=self.to_json(),
        )

    def plan_to_json(self) -> dict[str, Any]:
        """Return what was decided about the table, as JSON values."""
        return {
            "table": str(self.grid.path.absolute()),
            "images": str(self.index.root.absolute()),
            "sheet": self.grid.sheet,
            "columns": self.columns.to_json(),
            "answers": {question.value: question.answer for question in self.questions if question.answer},
        }

    def _line(self, match: RowMatch) -> str:
        return tr("table.line", line=self.grid.lines[match.row])

    def to_json(self) -> dict[str, Any]:
        """Return how the table was read, as JSON values."""
        ways = Counter(match.way for match in self.matching.matches if match.way)
        return {
            "sheet": self.grid.sheet,
            "columns": self.columns.to_json(),
            "rows": len(self.grid.rows),
            "matched": self.matching.matched,
            "images": len(self.index.images),
            "images_without_row": len(self.matching.without_row),
            "found_by": dict(Counter(match.key for match in self.matching.matches if not match.fault)),
            "overlooked": dict(ways),
            "unmatched": [
                {"line": self.grid.lines[match.row], "text": match.text, "why": match.fault}
                for match in self.matching.unmatched
            ],
            "conflicts": list(self.outcome.conflicts),
            "questions": [question.to_json() for question in self.questions],
        }


def import_table(plan: TablePlan, readers: ReadsFrames) -> Job[Imported]:
    """Read a table and the images that it is about, and match them.

    Yields
    ------
    Progress
        One a header, where headers are needed.

    Raises
    ------
    MedappError
        Those of `read_grid`, `list_images`, `columns_from`, `refuse_unfit`; ``table.unmatched_images`` where no row is
        about an image.
    """
    yield Progress(0, 0, tr("table.reading"))
    grid = read_grid(plan.table, plan.sheet)
    index = yield from list_images(plan.images)
    columns = _columns(plan, grid, index)
    if columns.need_headers or not columns.keys:
        index = yield from read_headers(index, readers)
        columns = _columns(plan, grid, index)
    refuse_unfit(grid, columns)
    imported = matched(grid, columns, index, plan.answers, together=plan.together)
    if not imported.matching.matched:
        examples = listed(match.text for match in imported.matching.unmatched[:3])
        raise MedappError("table.unmatched_images", name=plan.table.name, n=len(grid.rows), examples=examples[:200])
    return imported


def _columns(plan: TablePlan, grid: Grid, index: ImageIndex) -> Columns:
    if plan.columns is not None:
        return plan.columns
    return columns_from(plan.corrections, grid, guess_columns(grid, index.known()))


def matched(grid: Grid, columns: Columns, index: ImageIndex, answers: Answers, *, together: bool = False) -> Imported:
    """Match a table that was read with images that were listed."""
    meaning = meaning_of(grid, columns, answers, together=together)
    matching = match_rows(grid, columns, index)
    questions = questions_of(grid, meaning, (match.row for match in matching.matches if not match.fault))
    outcome = outcome_of(grid, meaning, index, matching)
    return Imported(grid, columns, index, matching, outcome, questions, meaning.several)


def notes_of(imported: Imported) -> Iterator[TableNote]:
    """Yield what is to be told of a table."""
    yield from _about_questions(imported)
    yield from imported.grid.notes
    yield from _about_rows(imported)
    yield from _about_answers(imported)


def _about_questions(imported: Imported) -> Iterator[TableNote]:
    if asked := imported.open_questions:
        texts = spaced(question.text for question in asked[:5])
        yield TableNote("questions", "blocking", {"n": len(asked), "questions": texts})
    column = imported.columns.split
    parts = imported.grid.column(column) if column else []
    if unknown := {cell for cell in parts if cell and cell.casefold() not in SPLITS}:
        yield TableNote("split_unknown", "blocking", {"column": column, "found": listed(sorted(unknown))[:120]})


def _about_rows(imported: Imported) -> Iterator[TableNote]:
    grid, matching, images = imported.grid, imported.matching, imported.index.images
    faults: dict[str, list[RowMatch]] = {}
    for match in matching.unmatched:
        faults.setdefault(match.fault, []).append(match)
    for fault, rows in faults.items():
        lines = tuple(headed(tr("table.line", line=grid.lines[m.row]), m.text) for m in rows[:NAMES_SHOWN])
        yield TableNote(f"rows_{fault}", "note" if fault == "empty" else "serious", {"n": len(rows)}, lines)
    if matching.without_row:
        names = tuple(images[place].name for place in matching.without_row[:NAMES_SHOWN])
        yield TableNote("images_without_row", "caution", {"n": len(matching.without_row)}, names)
    ways: dict[str, list[RowMatch]] = {}
    for match in matching.matches:
        if match.way:
            ways.setdefault(match.way, []).append(match)
    for way, rows in ways.items():
        pairs = tuple(f"{m.text} → {images[m.images[0]].name}" for m in rows[:NAMES_SHOWN])
        yield TableNote(f"found_{way}", "caution" if way in {"zeros", "folder"} else "note", {"n": len(rows)}, pairs)


def _about_answers(imported: Imported) -> Iterator[TableNote]:
    outcome = imported.outcome
    if outcome.conflicts:
        yield TableNote("conflicts", "serious", {"n": len(outcome.conflicts)}, outcome.conflicts[:NAMES_SHOWN])
    if outcome.repeated:
        yield TableNote("rows_repeated", "note", {"n": outcome.repeated})
    if outcome.spread:
        yield TableNote("rows_spread", "note", {"n": outcome.spread, "images": outcome.spread_images})
    if outcome.spellings:
        yield TableNote("spellings", "note", {"classes": listed(outcome.spellings)[:200]})
    if outcome.dates_unclear:
        yield TableNote("dates_unclear", "caution", {"column": imported.columns.date})
    patient = imported.columns.patient
    damaged = sum(map(is_damaged, imported.grid.column(patient))) if patient else 0
    if damaged:
        yield TableNote("patients_spoilt", "serious", {"n": damaged, "column": patient})


def plan_of(
    table: Path,
    images: Path | None,
    sheet: str = "",
    columns: tuple[str, ...] = (),
    answers: tuple[str, ...] = (),
    uncertain: str = "",
) -> TablePlan:
    """Return the plan that the command line says; `uncertain` answers for −1, ? and the words for it at once."""
    told: Mapping[str, str] = dict.fromkeys(("-1", "?", "uncertain"), uncertain) if uncertain else {}
    return TablePlan(table, images or table.parent, sheet, None, columns, {**told, **answers_from(answers)})
