"""What readers said about cases, row by row as it was said, and what holds in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

COLUMNS = ("file", "label", "reader", "time", "seen_ai", "repeat", "settled", "undone", "excluded")
"""The columns of ``labels.csv`` in label mode, in this order."""
UNSURE = "?"
YES = "yes"


@dataclass(frozen=True)
class Verdict:
    """One answer of one reader about one case: a row of ``labels.csv``. A later row takes the place of an earlier one.

    Attributes
    ----------
    file : str
        The case; of a series its first file.
    label : str
        The class, ``?`` for unsure, empty for an answer that was taken back or for a case that is excluded.
    reader : str
        Who said it.
    time : str
        When, ISO 8601, UTC.
    seen_ai : bool
        Whether the reader had seen the model's answer.
    repeat : bool
        Whether the case came back blinded: such an answer counts for the agreement only.
    settled : bool
        Whether it settles a disagreement between readers.
    undone : bool
        Whether it takes the reader's last answer back; the row then holds what is true again.
    excluded : str
        Why the case is left out.
    """

    file: str
    label: str = ""
    reader: str = ""
    time: str = ""
    seen_ai: bool = False
    repeat: bool = False
    settled: bool = False
    undone: bool = False
    excluded: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether anything is said: a class, unsure, or that the case is left out."""
        return bool(self.label or self.excluded)

    @property
    def names_class(self) -> bool:
        """Whether a class is said."""
        return self.label not in {"", UNSURE}

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts, in the order of `COLUMNS`."""
        values = (getattr(self, name) for name in COLUMNS)
        return tuple((YES if value else "") if isinstance(value, bool) else value for value in values)


_FLAGS = frozenset(f.name for f in fields(Verdict) if f.type == "bool")


def verdict_from(row: Mapping[str, str]) -> Verdict:
    """Return the verdict in a row; columns that it does not have are empty."""
    values: dict[str, Any] = {k: (row.get(k) == YES) if k in _FLAGS else row.get(k, "") for k in COLUMNS}
    return Verdict(**values)


def is_journal(headers: Iterable[str]) -> bool:
    """Tell whether a table with these columns is a ``labels.csv`` of label mode."""
    return tuple(headers) == COLUMNS


@dataclass(frozen=True)
class Final:
    """What holds about one case after all readers.

    Attributes
    ----------
    label : str
        The class, ``?`` where nobody is sure, empty where the case is excluded or the readers disagree.
    answers : tuple of Verdict
        The last answer of each reader, in the order of their names.
    settled : bool
        Whether a disagreement was settled.
    disagreed : bool
        Whether readers disagree and nobody has settled it.
    excluded : str
        Why it is left out, where it is.
    seen_ai : bool
        Whether any answer that holds was given after the model's was seen.
    """

    label: str
    answers: tuple[Verdict, ...]
    settled: bool = False
    disagreed: bool = False
    excluded: str = ""
    seen_ai: bool = False


def last_answers(verdicts: Iterable[Verdict]) -> dict[str, dict[str, Verdict]]:
    """Return the last answer of each reader about each file, ``{file: {reader: verdict}}``; repeats do not count."""
    last: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        if not (verdict.repeat or verdict.settled):
            last.setdefault(verdict.file, {})[verdict.reader] = verdict
    return last


def finals(verdicts: Iterable[Verdict]) -> dict[str, Final]:
    """Return what holds about each file on which anybody has said anything.

    Parameters
    ----------
    verdicts : iterable of Verdict
        All rows, in the order in which they were written.

    Returns
    -------
    dict of str to Final
        In the order in which the files were first answered.

    Notes
    -----
    A settled disagreement holds, whatever was said before. Readers agree where all of them say the same; one who is
    unsure or excludes the case disagrees with one who names a class.
    """
    rows = list(verdicts)
    settled = {v.file: v for v in rows if v.settled}
    told: dict[str, Final] = {}
    for file, by_reader in last_answers(rows).items():
        answers = tuple(by_reader[reader] for reader in sorted(by_reader) if by_reader[reader].is_answer)
        ruling = settled.get(file)
        if ruling is not None and ruling.is_answer:
            told[file] = Final(ruling.label, answers, settled=True, excluded=ruling.excluded, seen_ai=ruling.seen_ai)
        elif answers:
            told[file] = _agreed(answers)
    return told


def _agreed(answers: tuple[Verdict, ...]) -> Final:
    seen_ai = any(v.seen_ai for v in answers)
    said = {(v.label, bool(v.excluded)) for v in answers}
    if len(said) > 1:
        return Final("", answers, disagreed=True, seen_ai=seen_ai)
    return Final(answers[0].label, answers, excluded=answers[0].excluded, seen_ai=seen_ai)
