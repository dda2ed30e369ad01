"""A table of labels (CSV) as rows of text: encoding, separator, quotes. What the columns mean is `label_columns`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError
from medapp.training.cases.csv_file import csv_bytes, csv_lines

SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
TABLE_NAME = "labels.csv"
SEPARATORS = ",;\t"
LONGEST_NAME = 200
_EXCEL_SEPARATOR = re.compile(r"\A\s*sep=.\s*?(?:\r\n|\r|\n)", re.IGNORECASE)
"""A line that Excel writes for itself."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class LabelTable:
    """The cells of a table.

    Attributes
    ----------
    path : Path
        The file.
    headers : tuple of str
        Names of the columns; empty for one that has none.
    rows : tuple of tuple of str
        Without blanks at both ends, each as long as `headers`; empty lines are left out.
    """

    path: Path
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, place: int) -> list[str]:
        """Return the cells of a column."""
        return [row[place] for row in self.rows]


def read_table(path: Path) -> LabelTable:
    """Read a table: UTF-8 with or without byte order mark, comma, semicolon or tab, any line ends, quotes.

    Raises
    ------
    MedappError
        ``table.unreadable``, ``table.size``, ``table.encoding``, ``table.empty``, ``table.header_twice``,
        ``table.header_long``, ``table.row`` where a row has more cells than the header, ``table.quotes``.
    """
    text = _text(path)
    lines = ((number, cells) for number, cells in csv_lines(text, _separator(text), path) if any(map(str.strip, cells)))
    headers = tuple(_name(cell) for cell in next(lines, (0, []))[1])
    if not any(headers):
        raise MedappError("table.empty", name=path.name)
    _refuse_headers(headers, path)
    rows = tuple(_row(cells, len(headers), number, path) for number, cells in lines)
    if not rows:
        raise MedappError("table.empty", name=path.name)
    return LabelTable(path, headers, rows)


def _text(path: Path) -> str:
    data = csv_bytes(path)
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeError:
        raise MedappError("table.encoding", name=path.name) from None
    return _EXCEL_SEPARATOR.sub("", text, count=1)


def _separator(text: str) -> str:
    """Return the separator that the header has most of, outside quotes."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _name(cell: str) -> str:
    return "".join(c for c in " ".join(cell.split()) if c.isprintable())


def _refuse_headers(headers: tuple[str, ...], path: Path) -> None:
    counts = Counter(header.casefold() for header in headers if header)
    if twice := [header for header in headers if counts[header.casefold()] > 1]:
        raise MedappError("table.header_twice", name=path.name, column=twice[0])
    if long := [header for header in headers if len(header) > LONGEST_NAME]:
        raise MedappError("table.header_long", name=path.name, column=long[0][:40], most=LONGEST_NAME)


def _row(cells: list[str], width: int, number: int, path: Path) -> tuple[str, ...]:
    """Return a row of `width` cells: a short one is filled up, as spreadsheets leave the last blanks out."""
    stripped = [cell.strip() for cell in cells]
    if any(stripped[width:]):
        raise MedappError("table.row", name=path.name, line=number, cells=len(cells), columns=width)
    return tuple([*stripped, *[""] * (width - len(stripped))][:width])
