"""The lab book of a project as a file: text for people, or a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from medapp.errors import MedappError
from medapp.files import write_text
from medapp.i18n import tr
from medapp.workflows.project_state import LabEntry, State

TABLE_SUFFIX = ".csv"
FORMULA_SIGNS = ("=", "+", "-", "@")


def export_lab_book(state: State, target: Path) -> None:
    """Write every line of the lab book to `target`, the oldest first: a table where it is called .csv, else text.

    Raises
    ------
    MedappError
        ``save.failed`` where the file cannot be written.
    """
    write = lab_book_table if target.suffix.lower() == TABLE_SUFFIX else lab_book_text
    save_text(target, write(state))


def save_text(target: Path, text: str) -> None:
    """Write a file that a person asked for; raises ``save.failed`` with the system's reason."""
    try:
        write_text(target, text)
    except OSError as error:
        raise MedappError("save.failed", file=target.name, reason=error.strerror or "") from error


def lab_book_text(state: State) -> str:
    """Return the lab book as text, a line an action; times are UTC."""
    lines = [tr("teach.lab_book_of", title=state.title), ""]
    lines += [f"{_day_and_time(entry)}  {entry.text}" for entry in state.lab_book]
    return "\n".join(lines) + "\n"


def lab_book_table(state: State) -> str:
    """Return the lab book as comma-separated values with a heading; times are UTC, ISO 8601."""
    return _table([("time", "action", "text"), *((e.time, e.action, _plain(e.text)) for e in state.lab_book)])


def _table(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _day_and_time(entry: LabEntry) -> str:
    return entry.time.replace("T", " ")[:16]
