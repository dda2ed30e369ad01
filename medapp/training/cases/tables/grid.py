"""A table as a person left it, made tidy: title lines, repeated headers, empty rows and columns, names given twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.training.cases.case import TableNote
from medapp.training.cases.csv_file import Line

_UNSEEN = {ord(sign): None for sign in "\x00\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"} | {0xA0: " ", 0x202F: " "}
_KEPT_AS_TEXT = re.compile(r"""=\s*"([^"]*)"|'([\d.]+)""")
"""``="00123"`` and ``'00123``."""
LONGEST_CELL, LONGEST_NAME = 10_000, 200
MOST_COLUMNS = 1000
TITLE_LINES = 10
ODD_SHARE = 0.1
"""Share of the rows up to which cells beyond the header are a slip, and not a column without a name."""


@dataclass(frozen=True)
class Grid:
    """The cells of a table.

    Attributes
    ----------
    path : Path
        The file.
    sheet : str
        The sheet of a workbook; empty for a text file.
    sheets : tuple of str
        All of them.
    headers : tuple of str
        Names of the columns, each once.
    rows : tuple of tuple of str
        Each as long as `headers`, without blanks at the ends.
    lines : tuple of int
        The number of each row in the file, as a spreadsheet counts them.
    notes : tuple of TableNote
        What was made tidy.
    """

    path: Path
    sheet: str
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    notes: tuple[TableNote, ...] = ()

    def column(self, header: str) -> list[str]:
        """Return the cells of a column."""
        place = self.headers.index(header)
        return [row[place] for row in self.rows]

    def cell(self, row: int, header: str) -> str:
        """Return one cell; empty for a column without a name."""
        return self.rows[row][self.headers.index(header)] if header else ""


def tidy(
    lines: Iterable[Line], path: Path, sheet: str = "", sheets: Sequence[str] = (), notes: Iterable[TableNote] = ()
) -> Grid:
    """Return the table in `lines`.

    Raises
    ------
    MedappError
        ``table.empty`` where there is no row below a header, ``table.columns`` where there are too many.
    """
    filled = [(number, stripped) for number, cells in lines if any(stripped := [_plain(cell) for cell in cells])]
    begin = _first_of_table(filled)
    if len(filled) < begin + 2:
        raise MedappError("table.empty", name=path.name)
    header, body = filled[begin][1], filled[begin + 1 :]
    told = [*notes]
    if begin:
        told.append(TableNote("title_lines", "note", {"n": begin}))
    body, repeated = _without_headers(header, body)
    if repeated:
        told.append(TableNote("header_repeated", "note", {"n": repeated}))
    body, odd = _without_odd(header, body)
    if odd:
        told.append(TableNote("rows_odd", "serious", {"n": len(odd), "lines": _some(odd)}))
    if not body:
        raise MedappError("table.empty", name=path.name)
    width = max(len(_trimmed(cells)) for _, cells in [(0, header), *body])
    if width > MOST_COLUMNS:
        raise MedappError("table.columns", name=path.name, n=width, most=MOST_COLUMNS)
    used = [k for k in range(width) if _at(header, k) or any(_at(cells, k) for _, cells in body)]
    headers, twice = _names([_at(header, k) for k in used], used)
    if twice:
        told.append(TableNote("header_twice", "caution", {"columns": listed(twice)}))
    rows = tuple(tuple(_at(cells, k) for k in used) for _, cells in body)
    return Grid(path, sheet, tuple(sheets), headers, rows, tuple(number for number, _ in body), tuple(told))


def _plain(cell: str) -> str:
    """Return a cell without what cannot be seen, and without the marks that keep a spreadsheet from counting it."""
    text = cell.translate(_UNSEEN).strip()[:LONGEST_CELL]
    if found := _KEPT_AS_TEXT.fullmatch(text):
        return (found[1] or found[2] or "").strip()
    return text


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    last = max((k for k, cell in enumerate(cells) if cell), default=-1)
    return cells[: last + 1]


def _first_of_table(lines: Sequence[Line]) -> int:
    """Return the place of the header: titles above it have one text only, which may be merged over several cells."""
    for place, (_, cells) in enumerate(lines[:TITLE_LINES]):
        if len({cell for cell in cells if cell}) > 1:
            groups_others = place + 1 < len(lines) and _groups(cells, lines[place + 1][1])
            return place + 1 if groups_others else place
    return 0


def _groups(cells: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether a line groups the names below it: it has a text over several columns, they have one each."""
    names, under = [cell for cell in cells if cell], [cell for cell in below if cell]
    is_words = not any(cell.replace(",", ".").replace(".", "", 1).lstrip("-").isdecimal() for cell in under)
    return len(set(names)) < len(names) <= len(under) == len(set(under)) and is_words


def _without_headers(header: Sequence[str], body: Sequence[Line]) -> tuple[list[Line], int]:
    kept = [line for line in body if not _repeats(header, line[1])]
    return kept, len(body) - len(kept)


def _repeats(header: Sequence[str], cells: Sequence[str]) -> bool:
    """Tell whether every text of a line is the name of its column."""
    filled = [k for k, cell in enumerate(cells) if cell]
    return len(filled) > 1 and all(_at(header, k).casefold() == cells[k].casefold() for k in filled)


def _without_odd(header: Sequence[str], body: Sequence[Line]) -> tuple[list[Line], list[int]]:
    """Set the few rows aside that have more cells than the header: a separator in a text without quotes."""
    width = len(_trimmed(header))
    odd = {number for number, cells in body if len(_trimmed(cells)) > width}
    if not odd or len(odd) > ODD_SHARE * len(body):
        return list(body), []
    return [line for line in body if line[0] not in odd], sorted(odd)


def _names(headers: Sequence[str], places: Sequence[int]) -> tuple[tuple[str, ...], list[str]]:
    """Return a name for each column, and those that had the name of another."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    twice: list[str] = []
    for header, place in zip(headers, places, strict=True):
        name = "".join(c for c in " ".join(header.split()) if c.isprintable())[:LONGEST_NAME] or f"({_letters(place)})"
        seen[name.casefold()] += 1
        if seen[name.casefold()] > 1:
            twice.append(name)
            name = f"{name} ({_letters(place)})"
        names.append(name)
    return tuple(names), twice


def _letters(place: int) -> str:
    """Return what a spreadsheet calls a column: A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _some(numbers: Sequence[int], shown: int = 10) -> str:
    return listed(numbers[:shown]) + (" …" if len(numbers) > shown else "")
