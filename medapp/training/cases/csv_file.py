"""A CSV file as bytes, and as numbered rows; one that is too large, or breaks its quotes, is refused in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from medapp.errors import MedappError

LARGEST_BYTES = 256 * 2**20
Line: TypeAlias = tuple[int, list[str]]
"""Number of a line in its file, from 1, and its cells."""


def csv_bytes(path: Path) -> bytes:
    """Return what is in the file.

    Raises
    ------
    MedappError
        ``table.unreadable``, ``table.size``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise MedappError("table.unreadable", name=path.name, reason=error.strerror or "") from error
    if len(data) > LARGEST_BYTES:
        raise MedappError("table.size", name=path.name, megabytes=LARGEST_BYTES // 2**20)
    return data


def csv_lines(text: str, separator: str, path: Path) -> Iterator[Line]:
    """Yield number and cells of each line.

    Raises
    ------
    MedappError
        ``table.quotes``, for the file at `path`.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise MedappError("table.quotes", name=path.name, line=reader.line_num) from error
