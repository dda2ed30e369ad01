"""A table in an Excel workbook: its sheets, merged cells, dates, and numbers that were something else."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.training.cases.case import TableNote
from medapp.training.cases.csv_file import Line
from medapp.training.cases.tables.grid import MOST_COLUMNS

LARGEST_UNPACKED = 512 * 2**20
CHUNK_BYTES = 2**20
MOST_ROWS = 1_000_000
MOST_MERGED = 1_000_000
EXACT_DIGITS = 1e15
"""A spreadsheet keeps fifteen digits of a number; a longer one is not the one that was typed."""
_OLE = b"\xd0\xcf\x11\xe0"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_NO_VALUE = re.compile(rb"<(?:\w+:)?f(?: [^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>)?</(?:\w+:)?c>")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class _Raw:
    """What the sheet's own XML says and the reader leaves out."""

    merged: tuple[tuple[int, int, int, int], ...]
    unvalued: int


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets with cells; raises as `read_workbook`."""
    with _opened(path) as book:
        return tuple(sheet.title for sheet in book.worksheets)


def read_workbook(path: Path, sheet: str) -> tuple[list[Line], tuple[TableNote, ...]]:
    """Return the lines of a sheet as texts, and what is to be told of it.

    Raises
    ------
    MedappError
        ``table.unreadable``, ``table.size``, ``table.old_workbook`` (Excel 97, or protected by a password),
        ``table.workbook`` where it is damaged, ``table.no_sheet``.
    """
    with _opened(path) as book:
        if sheet not in book.sheetnames:
            known = listed(book.sheetnames)[:200]
            raise MedappError("table.no_sheet", name=path.name, sheet=sheet[:60], known=known)
        chosen = book[sheet]
        chosen.reset_dimensions()  # those that are written down may be too small, or a million empty rows
        lines = [(number, [_text(value) for value in row[: MOST_COLUMNS + 1]]) for number, row in _rows(chosen)]
    raw = _raw_of(path, sheet)
    filled = _fill_merged(lines, raw)
    notes = [
        TableNote("merged", "note", {"n": len(raw.merged)}) if filled else None,
        TableNote("formulas", "serious", {"n": raw.unvalued}) if raw.unvalued else None,
    ]
    return lines, tuple(note for note in notes if note)


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:  # noqa: ANN401 - of openpyxl
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            return
        yield number, row


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a workbook; whatever its reader stumbles over is one sentence."""
    from openpyxl import load_workbook

    try:
        _refuse_unfit(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that hold no cells
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except MedappError:
        raise
    except OSError as error:
        raise MedappError("table.unreadable", name=path.name, reason=error.strerror or "") from error
    except Exception as error:  # zip, XML and values of any kind
        raise MedappError("table.workbook", name=path.name) from error


def _refuse_unfit(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            raise MedappError("table.old_workbook", name=path.name)
    with zipfile.ZipFile(path) as packed:
        if sum(member.file_size for member in packed.infolist()) > LARGEST_UNPACKED:
            raise MedappError("table.size", name=path.name, megabytes=LARGEST_UNPACKED // 2**20)


def _text(value: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as 2024-03-05, long numbers as they are shown."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case int() | float():
            if abs(value) >= EXACT_DIGITS:
                return f"{value:.14E}"
            return str(int(value)) if value == int(value) else repr(float(value))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
    return str(value)


def _raw_of(path: Path, sheet: str) -> _Raw:
    """Read merged cells, and formulas that were never calculated, from the sheet's XML."""
    merged: list[tuple[int, int, int, int]] = []
    unvalued = 0
    with zipfile.ZipFile(path) as packed:
        try:
            with packed.open(_part_of(packed, sheet)) as stream:
                for part in _whole_rows(stream):
                    unvalued += len(_NO_VALUE.findall(part))
                    found = _MERGED.findall(part)
                    merged += [(int(top), _place(left), int(end), _place(right)) for left, top, right, end in found]
        except (KeyError, ElementTree.ParseError, StopIteration):
            return _Raw((), 0)
    return _Raw(tuple(merged), unvalued)


def _whole_rows(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a sheet's XML in parts that end with a row; the last holds what follows the rows."""
    left = b""
    while chunk := stream.read(CHUNK_BYTES):
        rows, end, rest = (left + chunk).rpartition(b"</row>")
        yield rows + end
        left = rest
    yield left


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str:
    """Return the member that holds a sheet."""
    # expat limits what entities may swell to; openpyxl has read these parts before
    book = ElementTree.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314
    found = next(one for one in book.iter() if one.tag.endswith("}sheet") and one.get("name") == sheet)
    relations = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(one.get("Target", "") for one in relations if one.get("Id") == found.get(_RELATION))
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - ord("A") + 1
    return place - 1


def _fill_merged(lines: list[Line], raw: _Raw) -> int:
    """Give each merged cell the text of its first one; return how many were filled."""
    cells = dict(lines)
    filled = 0
    for top, left, bottom, right in raw.merged:
        text = cells[top][left] if top in cells and left < len(cells[top]) else ""
        if not text or (bottom - top + 1) * (right - left + 1) > MOST_MERGED - filled or right > MOST_COLUMNS:
            continue
        for number in range(top, bottom + 1):
            row = cells.get(number)
            if row is None:
                continue
            row.extend([""] * (right + 1 - len(row)))
            row[left : right + 1] = [text] * (right + 1 - left)
            filled += right + 1 - left
    return filled
