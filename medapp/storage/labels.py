"""The table that labels are written to: a row is on the disk before anything else happens, a torn one does no harm."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from medapp.errors import MedappError

LARGEST_BYTES = 256 * 2**20
LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


class LabelFile:
    """A CSV file that grows by whole rows. One thread writes at a time.

    Parameters
    ----------
    path : Path
        The file; it is made with its heading by the first row.
    columns : sequence of str
        The heading.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._columns = tuple(columns)

    def read(self) -> list[dict[str, str]]:
        """Return all whole rows; what was torn off in the middle, or is damaged, is left out.

        Raises
        ------
        MedappError
            ``labels.unreadable`` where the disk refuses, ``labels.other_table`` where the file has another heading.
        """
        lines = self._lines()
        if not lines:
            return []
        if _cells(lines[0].removeprefix("\ufeff")) != self._columns:
            raise MedappError("labels.other_table", name=self.path.name)
        rows = (_cells(line) for line in lines[1:])
        return [dict(zip(self._columns, cells, strict=True)) for cells in rows if len(cells) == len(self._columns)]

    def _lines(self) -> list[str]:
        """Return the lines that end with a line break: the last row of a crash may not."""
        try:
            with self.path.open("rb") as file:
                data = file.read(LARGEST_BYTES)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise MedappError("labels.unreadable", reason=error.strerror or "") from error
        return [line.decode("utf-8", "replace") for line in data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]]

    def append(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows at the end, and return when they are on the disk.

        What a crash tore is cut off first. Where the disk refuses, the file is as it was before.

        Raises
        ------
        MedappError
            ``labels.not_saved``.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("r+b" if self.path.exists() else "x+b", buffering=0) as file:
                self._append(file, rows)
        except OSError as error:
            raise MedappError("labels.not_saved", reason=error.strerror or "") from error

    def _append(self, file: io.FileIO, rows: Sequence[Sequence[str]]) -> None:
        end = _end_of_rows(file)
        texts = rows if end else [self._columns, *rows]
        data = memoryview("".join(map(_line, texts)).encode("utf-8"))
        file.seek(end)
        try:
            while data:
                data = data[file.write(data) :]
            file.truncate()
            os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                file.truncate(end)
            raise


def can_be_written(text: str) -> bool:
    """Tell whether a text fits into one line of the table: names on a disk may hold line breaks, or be no text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not LINE_BREAKS.intersection(text)


def _end_of_rows(file: io.FileIO) -> int:
    """Return where the last whole row ends."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 65536)
        file.seek(start)
        found = (file.read(end - start) or b"").rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cells(line: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line.removesuffix("\r")], strict=True), ()))
    except csv.Error:
        return ()
