"""What of a table and its images is not used: in lines for people, and as a table to correct it by."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from medapp.i18n import headed, tr
from medapp.training.cases.tables.importing import Imported

Row = tuple[str, str, str]
"""The number of the row in the table (empty for an image), what it is about, and why it is not used."""


def left_out_rows(imported: Imported) -> Iterator[Row]:
    """Yield rows without an image, then contradictory images, then images without a row."""
    lines, images = imported.grid.lines, imported.index.images
    for match in imported.matching.unmatched:
        yield str(lines[match.row]), match.text, tr(f"table.why_{match.fault}")
    for name in imported.outcome.conflicts:
        yield "", name, tr("table.why_conflict")
    for place in imported.matching.without_row:
        yield "", images[place].name, tr("table.why_no_row")


def in_words(row: Row) -> str:
    """Return a row as a line for people."""
    line, about, why = row
    return headed(tr("table.line", line=line) if line else "", headed(about, why))


def left_out_table(imported: Imported) -> str:
    """Return the rows as a CSV file that spreadsheets read: with a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([tr("table.csv_row"), tr("table.csv_about"), tr("table.csv_why")])
    writer.writerows(left_out_rows(imported))
    return "\ufeff" + text.getvalue()
