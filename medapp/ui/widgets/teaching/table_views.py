"""What the page shows on which a table is matched with its images."""

from __future__ import annotations

from dataclasses import dataclass

from medapp.jobs import Progress


@dataclass(frozen=True)
class ColumnChoice:
    """One column: its name, and which meaning it has (text: ``table.meaning_<meaning>``)."""

    header: str
    meaning: str


@dataclass(frozen=True)
class QuestionRow:
    """One text that does not say what is true: the question, what it can mean, and what was said."""

    value: str
    text: str
    options: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True)
class TableView:
    """A table and its images as far as they are known.

    Attributes
    ----------
    name, images : str
        The file, and the folder of the images.
    sheet : str
        The sheet that is shown; empty for a text file.
    counts : str
        How many rows are about an image.
    left_out : tuple of str
        Rows and images that are not used, each in a line; rows without an image first.
    told : tuple of str
        What had to be overlooked or made tidy.
    problem : str
        Why there are no cases yet.
    ready : bool
        Whether the cases can be used.
    """

    name: str = ""
    images: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    columns: tuple[ColumnChoice, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    counts: str = ""
    left_out: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    questions: tuple[QuestionRow, ...] = ()
    problem: str = ""
    reading: Progress | None = None
    ready: bool = False
