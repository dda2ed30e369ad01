"""What of a worklist is written: the note by which it is taken up again, and its rows as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError
from medapp.files import write_bytes, write_json
from medapp.i18n import tr
from medapp.storage.opinions import Opinion
from medapp.workflows.worklist import Entry, Standing

SCHEMA_VERSION = 1
COLUMNS = (
    "row", "name", "images", "state", "score", "label", "reason", "images_answered", "images_refused", "images_failed",
    "model", "model_version", "by_model_in_use", "verdict", "ai_visible", "image_hash",
)  # fmt: skip
NAMES = ("file", "frame")


@dataclass(frozen=True)
class Note:
    """A worklist as it was left: what was open, and how many rows had no answer yet."""

    paths: tuple[Path, ...] = ()
    left: int = 0


def read_note(path: Path) -> Note:
    """Return how the last worklist was left; one that is absent, damaged or newer leaves nothing to take up."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema_version"] != SCHEMA_VERSION:
            return Note()
        return Note(tuple(Path(str(one)) for one in document["paths"]), max(0, int(document["left"])))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Note()


def write_note(path: Path, note: Note) -> None:
    """Write how the worklist stands; raises ``worklist.write`` where the disk refuses."""
    document = {"schema_version": SCHEMA_VERSION, "paths": [str(one) for one in note.paths], "left": note.left}
    try:
        write_json(path, document)
    except OSError as error:
        raise MedappError("worklist.write", name=path.name, reason=error.strerror or "") from error


def write_table(
    path: Path,
    rows: Sequence[tuple[Entry, Standing]],
    opinions: Sequence[Opinion | None],
    *,
    named: bool,
) -> None:
    """Write rows as CSV (UTF-8); with the names of files only where `named`. Raises ``worklist.write``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *(NAMES if named else ())))
    for number, ((entry, standing), opinion) in enumerate(zip(rows, opinions, strict=True), start=1):
        names = (_harmless(entry.key.source), entry.key.index + 1) if named else ()
        writer.writerow((number, *_cells(entry, standing, opinion), *names))
    try:
        write_bytes(path, b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise MedappError("worklist.write", name=path.name, reason=error.strerror or "") from error


def _cells(entry: Entry, standing: Standing, opinion: Opinion | None) -> tuple[str | int, ...]:
    model = standing.model
    return (
        entry.name,
        len(entry.images),
        tr(f"worklist.stage.{standing.stage}"),
        "" if standing.score is None else f"{standing.score:.4f}",
        _harmless(standing.label),
        standing.reason,
        standing.answered,
        standing.refused,
        standing.failed,
        model.id if model else "",
        model.version if model else "",
        "" if model is None else "yes" if standing.is_current else "no",
        str(opinion.said) if opinion else "",
        "" if opinion is None else "yes" if opinion.ai_visible else "no",
        standing.identity,
    )


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
