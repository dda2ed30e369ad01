"""Reading the table of answers beside a report: one line a sealed case."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import CaseAnswer

TABLES = ("sealed_predictions.csv", "eval/predictions.csv")
"""The first tells the files by their names; the other may be passed on, and has hashes in their place."""
_PROBABILITY = re.compile(r"^p\((.*)\)$", re.DOTALL)
_YES = frozenset({"yes", "1", "true"})


def read_answers(folder: Path) -> tuple[CaseAnswer, ...]:
    """Return what was said about each sealed case of the run in `folder`; nothing where the table is not there.

    Of labels that may occur together there is one answer a case and label whose truth is known. A table that cannot be
    read, or whose columns are others, is as good as none: the report does without it.
    """
    for name in TABLES:
        try:
            with (folder / name).open(encoding="utf-8", newline="") as file:
                return tuple(answer for row in csv.DictReader(file) for answer in _answers(row))
        except (OSError, UnicodeError, csv.Error, ValueError, KeyError):
            continue
    return ()


def _answers(row: Mapping[str, str | None]) -> Iterator[CaseAnswer]:
    name = row.get("case") or row.get("name")
    if not name:
        return
    refused = (row.get("refused") or "").casefold() in _YES
    shares = _probabilities(row)
    if row.get("truth") is not None:
        given = row.get("given") or row.get("answer") or ""
        yield CaseAnswer(name, row["truth"] or "", given, refused, shares)
        return
    for label, share in shares.items():
        known, said = row.get(f"truth({label})"), row.get(f"answer({label})")
        if known and said:
            names = {"1": label, "0": tr("report.not_label", label=label)}
            told = {names["1"]: share, names["0"]: 1 - share}
            yield CaseAnswer(name, names[known], names[said], refused, told)


def _probabilities(row: Mapping[str, str | None]) -> dict[str, float]:
    matches = ((_PROBABILITY.match(column), value) for column, value in row.items() if column and value)
    return {match[1]: float(value) for match, value in matches if match}
