"""A table in a text file, whatever wrote it: encodings, separators, quotes with line ends in them."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from pathlib import Path

from medapp.errors import MedappError
from medapp.training.cases.case import TableNote
from medapp.training.cases.csv_file import Line, csv_bytes, csv_lines

SEPARATORS = ",;\t|"
SNIFFED_LINES = 50
_EXCEL_SEPARATOR = re.compile(r"\A\s*sep=(.)\s*?(?:\r\n|\r|\n)", re.IGNORECASE)
_HIGH, _HIGH_RUNS = re.compile(rb"[\x80-\xff]"), re.compile(rb"[\x80-\xff]{4,}")


def read_text_table(path: Path) -> tuple[list[Line], tuple[TableNote, ...]]:
    """Return the lines of a CSV file, and what had to be found out about it.

    Raises
    ------
    MedappError
        ``table.unreadable``, ``table.size``, ``table.not_text``, ``table.quotes``.
    """
    text, encoding = _decoded(csv_bytes(path), path)
    notes = () if encoding.startswith("utf") else (TableNote("encoding", "note", {"encoding": encoding}),)
    separator = None
    if found := _EXCEL_SEPARATOR.match(text):
        separator, text = found[1], text[found.end() :]
    return list(csv_lines(text, separator or _separator(text), path)), notes


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    """Return the text and its encoding."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "\x00" not in text[:10_000]:
            return text, encoding
    raise MedappError("table.not_text", name=path.name)


def _encodings(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try: what a byte order mark says, UTF-8, then what Windows writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if data[1:2] == b"\x00":
        return ("utf-16-le",)
    in_runs = sum(map(len, _HIGH_RUNS.findall(data)))
    chinese = 2 * in_runs > len(_HIGH.findall(data))  # letters with accents stand alone, or in pairs
    return ("utf-8-sig", *(("gb18030",) if chinese else ()), "cp1252", "latin-1")


def _separator(text: str) -> str:
    """Return the separator that divides the first lines most evenly."""

    def evenness(separator: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            widths = [len(cells) for cells in itertools.islice(reader, SNIFFED_LINES) if any(cells)]
        except csv.Error:
            return 0, 0
        if not widths:
            return 0, 0
        width, lines = Counter(widths).most_common(1)[0]
        return (lines / len(widths) if width > 1 else 0), width

    return max(SEPARATORS, key=evenness)
