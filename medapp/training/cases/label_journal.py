"""The answers of label mode as a table of labels: what holds about each case."""

from __future__ import annotations

from medapp.training.cases.label_table import LabelTable
from medapp.training.cases.verdicts import UNSURE, Final, finals, is_journal, verdict_from

HEADERS = ("file", "label")


def settled(table: LabelTable) -> LabelTable:
    """Return a row for each case with the class that holds; any other table as it is.

    Cases that are excluded, of which nobody is sure, that readers disagree about, or that were answered after the
    model's answer was seen, have no class: the last are never test truth, and who is in the test is not known yet.

    Parameters
    ----------
    table : LabelTable
        A table with the columns `verdicts.COLUMNS`, or any other.
    """
    if not is_journal(table.headers):
        return table
    held = finals(verdict_from(dict(zip(table.headers, row, strict=True))) for row in table.rows)
    return LabelTable(table.path, HEADERS, tuple((file, _class(final)) for file, final in held.items()))


def _class(final: Final) -> str:
    unusable = final.excluded or final.disagreed or final.seen_ai or final.label == UNSURE
    return "" if unusable else final.label
