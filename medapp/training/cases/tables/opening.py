"""Opens a table by its ending: a text file, or a workbook and which of its sheets."""

from __future__ import annotations

from pathlib import Path

from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.training.cases.case import TableNote
from medapp.training.cases.csv_file import Line
from medapp.training.cases.tables.grid import Grid, tidy
from medapp.training.cases.tables.text_file import read_text_table
from medapp.training.cases.tables.words import HEADERS, plain

TEXT_FILES = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls"})
SUFFIXES = TEXT_FILES | WORKBOOKS
_HEADER_LINES = 10


def is_table(path: Path) -> bool:
    """Tell whether a file can be a table, by its ending."""
    return path.suffix.casefold() in SUFFIXES


def read_grid(path: Path, sheet: str = "") -> Grid:
    """Read a table.

    Parameters
    ----------
    path : Path
        CSV in any usual form, or an Excel workbook.
    sheet : str
        Of a workbook; empty: the one whose first lines name most that a table of cases has.

    Raises
    ------
    MedappError
        ``table.kind`` for another ending; those of `read_text_table`, `read_workbook` and `tidy`.
    """
    if not is_table(path):
        raise MedappError("table.kind", name=path.name)
    if path.suffix.casefold() in TEXT_FILES:
        lines, notes = read_text_table(path)
        return tidy(lines, path, notes=notes)
    return _read_book(path, sheet)


def _read_book(path: Path, sheet: str) -> Grid:
    from medapp.training.cases.tables.workbook import read_workbook, sheets_of

    sheets = sheets_of(path)
    if sheet or len(sheets) == 1:
        chosen = sheet or sheets[0]
        lines, notes = read_workbook(path, chosen)
        return tidy(lines, path, chosen, sheets, notes)
    read = {name: read_workbook(path, name) for name in sheets}
    chosen = max(sheets, key=lambda name: (_known_words(read[name][0]), len(read[name][0])), default="")
    if not chosen:
        raise MedappError("table.empty", name=path.name)
    lines, notes = read[chosen]
    told = TableNote("sheet_chosen", "note", {"sheet": chosen, "others": listed(s for s in sheets if s != chosen)})
    return tidy(lines, path, chosen, sheets, (told, *notes))


def _known_words(lines: list[Line]) -> int:
    """Return how many columns of a sheet have names that this program knows."""
    words = frozenset().union(*(HEADERS[meaning] for meaning in HEADERS if meaning != "unused"))
    return max((sum(plain(cell) in words for cell in cells) for _, cells in lines[:_HEADER_LINES]), default=0)
