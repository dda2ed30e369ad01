"""How far readers of a label project agree, with themselves and with each other, and where they do not."""

from __future__ import annotations

from medapp.training.cases.verdicts import Verdict, finals, last_answers
from medapp.training.figures.reader_agreement import Agreement, agreement
from medapp.workflows.labelling import LabelProject


def with_oneself(project: LabelProject, reader: str) -> Agreement:
    """Return how far a reader said the same about cases that came back; one that was excluded says nothing."""
    own = [v for v in project.verdicts if v.reader == reader]
    first = {file: by_reader[reader] for file, by_reader in last_answers(own).items()}
    again = {v.file: v for v in own if v.repeat}
    return agreement([(first[f].label, v.label) for f, v in again.items() if _say_both(first.get(f), v)])


def between(project: LabelProject, one: str, other: str) -> Agreement:
    """Return how far two readers said the same about the cases that both answered."""
    pairs = [(by.get(one), by.get(other)) for by in last_answers(project.verdicts).values()]
    return agreement([(a.label, b.label) for a, b in pairs if a is not None and b is not None and _say_both(a, b)])


def excluded_by_one(project: LabelProject, one: str, other: str) -> int:
    """Return how many cases one of two readers left out and the other answered: nothing that can be compared."""
    pairs = [(by.get(one), by.get(other)) for by in last_answers(project.verdicts).values()]
    return sum(a is not None and b is not None and bool(a.label) != bool(b.label) for a, b in pairs)


def disagreements(project: LabelProject) -> list[str]:
    """Return the cases that readers disagree about, settled or not, in the order in which they were answered."""
    unsettled = finals(v for v in project.verdicts if not v.settled)
    return [file for file, final in unsettled.items() if final.disagreed]


def answers_of_others(project: LabelProject, file: str) -> tuple[Verdict, ...]:
    """Return what each reader said about a case before it was settled."""
    final = finals(v for v in project.verdicts if v.file == file and not v.settled).get(file)
    return () if final is None else final.answers


def _say_both(one: Verdict | None, other: Verdict | None) -> bool:
    return one is not None and other is not None and bool(one.label and other.label)
