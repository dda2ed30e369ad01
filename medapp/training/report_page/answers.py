"""Reading the table of answers beside a report: one line a sealed case."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from medapp.training.report_page.beside import CaseAnswer

TABLES = ("sealed_predictions.csv", "eval/predictions.csv")
"""The first tells the files by their names; the other may be passed on, and has hashes in their place."""
_PROBABILITY = re.compile(r"^(?:p\((?P<in_brackets>.*)\)|(?:p|probability)[ _:](?P<after>.+))$", re.DOTALL)
_YES = frozenset({"yes", "1", "true"})


def read_answers(folder: Path) -> tuple[CaseAnswer, ...]:
    """Return what was said about each sealed case of the run in `folder`; nothing where the table is not there.

    A table that cannot be read, or whose columns are others, is as good as none: the report does without it.
    """
    for name in TABLES:
        try:
            with (folder / name).open(encoding="utf-8", newline="") as file:
                return tuple(answer for row in csv.DictReader(file) if (answer := _answer(row)))
        except (OSError, UnicodeError, csv.Error, ValueError):
            continue
    return ()


def _answer(row: Mapping[str, str | None]) -> CaseAnswer | None:
    name, truth = row.get("case") or row.get("name"), row.get("truth")
    given = row.get("given") or row.get("answer") or ""
    if not name or truth is None:
        return None
    refused = (row.get("refused") or "").casefold() in _YES
    return CaseAnswer(name, truth, given, refused, _probabilities(row))


def _probabilities(row: Mapping[str, str | None]) -> dict[str, float]:
    matches = ((_PROBABILITY.match(column), value) for column, value in row.items() if column and value)
    return {match["in_brackets"] or match["after"]: float(value) for match, value in matches if match}
