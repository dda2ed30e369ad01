"""The results of a run in one file: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from medapp import __version__
from medapp.i18n import spaced, tr
from medapp.interop.rows import Row

_PLAIN = ("number", "image", "frame", "state", "label", "alarm_class", "threshold", "refused", "reason")
_MODEL = ("id", "version", "package_sha256")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Row]) -> str:
    """Return results as CSV, a line for each.

    Parameters
    ----------
    rows : sequence of Row

    Returns
    -------
    str
        ``p(…)`` is the probability of a class, ``from(…)`` its operating point; they stand for every class of any
        model among the rows, and are blank where it is not that row's. The columns of the identity are there where
        any row tells it. A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    classes = list(dict.fromkeys(name for row in rows for name in row.values["probabilities"] or {}))
    identity = list(dict.fromkeys(name for row in rows for name in row.values["identity"] or {}))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    limits = [name for name in classes if any(_limit(row.values, name) is not None for row in rows)]
    titles = [*_PLAIN, *(f"p({name})" for name in classes), *(f"from({name})" for name in limits), "calibrated"]
    titles += ["in_distribution", *(f"model_{name}" for name in _MODEL), "remarks", *identity, "files", "research_use"]
    writer.writerow(_safe(title) for title in titles)
    for row in rows:
        writer.writerow(_safe(cell) for cell in _cells(row, classes, limits, identity))
    return text.getvalue()


def _cells(row: Row, classes: list[str], limits: list[str], identity: list[str]) -> Iterator[Any]:
    values = row.values
    yield from (values[name] for name in _PLAIN)
    yield from (_figure((values["probabilities"] or {}).get(name)) for name in classes)
    yield from (_figure(_limit(values, name)) for name in limits)
    yield "yes" if values["calibrated"] else "no"
    yield _figure(values["in_distribution"])
    yield from (values["model"][name] for name in _MODEL)
    yield spaced(values["remarks"])
    yield from ((values["identity"] or {}).get(name) for name in identity)
    yield " ".join(row.files)
    yield tr("research_use")


def _limit(values: dict[str, Any], name: str) -> float | None:
    """Return the operating point of a class of an answer, None where it has none, or was refused."""
    if name not in (values["probabilities"] or {}):
        return None
    limit: float | None = values["thresholds"].get(name)
    return values["threshold"] if limit is None and name == values["alarm_class"] else limit


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _safe(cell: Any) -> str:  # noqa: ANN401 - any value of a row
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def as_document(rows: Sequence[Row], *, with_identity: bool) -> dict[str, Any]:
    """Return results as the document that the schema ``send_on`` describes."""
    return {
        "schema_version": 1,
        "research_use": tr("research_use"),
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "medapp": __version__,
        "with_identity": with_identity,
        "results": [
            {
                **row.values,
                "files": list(row.files),
                "not_written": [{"format": r.form, "code": r.code, "reason": r.reason} for r in row.refused],
            }
            for row in rows
        ],
    }
