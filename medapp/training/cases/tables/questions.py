"""What in a table does not say what is true: every such text is a question with a count, and is never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from medapp.errors import MedappError
from medapp.i18n import listed, tr
from medapp.training.cases.tables.columns import Columns, is_label
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.words import ASKED, NO, YES, number

Answers: TypeAlias = Mapping[str, str]
"""By the text in small letters: ``unknown``, ``positive``, ``negative``, or ``class`` (a class of its own)."""
BLANK = "blank"
"""What a person writes for a cell without text."""
MOST_QUESTIONS = 50


@dataclass(frozen=True)
class Question:
    """A text of which it must be said what it means.

    Attributes
    ----------
    value : str
        The text in small letters; empty for a blank.
    n : int
        Rows that hold it where something is to be said.
    columns : tuple of str
        Where.
    options : tuple of str
        What it can mean.
    answer : str
        What was said; empty as long as nothing was.
    """

    value: str
    n: int
    columns: tuple[str, ...]
    options: tuple[str, ...]
    answer: str = ""

    @property
    def text(self) -> str:
        """The question for people."""
        shown = f'"{self.value}"' if self.value else tr("table.a_blank")
        return tr("table.question", value=shown, n=self.n, columns=listed(self.columns)[:120])

    def to_json(self) -> dict[str, Any]:
        """Return the question as JSON values."""
        told = {"value": self.value, "n": self.n, "columns": list(self.columns), "options": list(self.options)}
        return {**told, "answer": self.answer, "text": self.text}


@dataclass(frozen=True)
class Meaning:
    """What the texts of a table mean, as far as it is known.

    Attributes
    ----------
    several : bool
        Whether the labels may occur together.
    binary : bool
        Whether the column of answers says yes and no, and not the name of a class.
    """

    columns: Columns
    several: bool
    binary: bool
    answers: Answers = field(default_factory=dict)

    def mark(self, cell: str) -> bool | None:
        """Return whether a label is there; None where it is not known, or was not said yet."""
        text = number(cell.casefold())
        if text in self.answers:
            return {"positive": True, "negative": False}.get(self.answers[text])
        return True if text in YES else False if text in NO else None

    def label(self, cell: str) -> str:
        """Return the class that a cell names; empty where there is none, or it was not said yet."""
        text = cell.casefold()
        if text in self.answers:
            return (cell or tr("table.blank_class")) if self.answers[text] == "class" else ""
        return "" if text in ASKED else number(cell)


def meaning_of(grid: Grid, columns: Columns, answers: Answers, *, together: bool = False) -> Meaning:
    """Return how the answers of a table are read; `together`: one column of yes and no is a label as well."""
    binary = bool(columns.labels) or (bool(columns.classes) and is_zero_and_one(grid.column(columns.classes)))
    return Meaning(columns, len(columns.labels) > (0 if together else 1), binary, answers)


def is_zero_and_one(cells: Iterable[str]) -> bool:
    """Tell whether a column of classes holds numbers for yes and no: their names would be 0 and 1."""
    texts = {number(cell.casefold()) for cell in cells} - ASKED
    return texts <= {"0", "1"} and is_label(list(texts))


def questions_of(grid: Grid, meaning: Meaning, rows: Iterable[int]) -> tuple[Question, ...]:
    """Return what must be asked about the cells of `rows`, the most frequent first, with what was answered."""
    counts: Counter[str] = Counter()
    where: dict[str, dict[str, None]] = {}
    places = [(grid.headers.index(header), header) for header in meaning.columns.answered]
    for row in rows:
        cells = grid.rows[row]
        for text, header in {_asked(cells[place], meaning): header for place, header in places}.items():
            if text is not None:
                counts[text] += 1
                where.setdefault(text, {})[header] = None
    options = ("unknown", "positive", "negative") if meaning.binary else ("unknown", "class")
    return tuple(
        Question(text, n, tuple(where[text]), options, meaning.answers.get(text, ""))
        for text, n in counts.most_common(MOST_QUESTIONS)
    )


def _asked(cell: str, meaning: Meaning) -> str | None:
    """Return the text that must be asked about; None where the cell says what it means."""
    text = number(cell.casefold()) if meaning.binary else cell.casefold()
    if meaning.binary:
        return None if text in YES or text in NO else text
    return text if text in ASKED else None


def answers_from(texts: Iterable[str]) -> dict[str, str]:
    """Return the answers that a person writes as ``blank=unknown`` or ``?=negative``.

    Raises
    ------
    MedappError
        ``table.answer`` for what is none.
    """
    answers: dict[str, str] = {}
    for text in texts:
        value, mark, answer = text.rpartition("=")
        answer = answer.strip().casefold()
        if not mark or answer not in {"unknown", "positive", "negative", "class"}:
            raise MedappError("table.answer", text=text[:60])
        value = value.strip().casefold()
        answers["" if value in {BLANK, '""'} else value] = answer
    return answers
