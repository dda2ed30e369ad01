"""One reader at the cases of a label project: which comes next, which comes back blinded, and what can be undone."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from medapp.training.cases.verdicts import Verdict
from medapp.workflows.labelling import LabelProject, time_now

EVERY = 10
"""One of so many cases comes back."""
APART = 10
"""As many others lie between a case and its return; fewer only where no others are left."""
LEAST_APART = 3


@dataclass(frozen=True)
class Turn:
    """A case whose turn it is, and whether it comes back blinded."""

    file: str
    repeat: bool = False


@dataclass(frozen=True)
class _Said:
    """An answer that can be undone: what it was, and what held before."""

    verdict: Verdict
    before: Verdict | None


class Sitting:
    """What one reader has said so far, and what is to come.

    Parameters
    ----------
    project : LabelProject
        Where the answers are kept.
    reader : str
        Who answers.
    files : sequence of str
        The cases in the order in which they come.
    settling : bool
        Whether the cases are those that readers disagree about: nothing comes back, every answer settles.
    """

    def __init__(self, project: LabelProject, reader: str, files: Sequence[str], *, settling: bool = False) -> None:
        self.project = project
        self.reader = reader
        self.settling = settling
        self.files = tuple(files)
        self._place = {file: number for number, file in enumerate(self.files)}
        self._books: dict[tuple[bool, bool], dict[str, Verdict]] = {}
        self._stack: list[_Said] = []
        self._order: dict[str, None] = {}
        for verdict in project.verdicts:
            self.take(verdict)

    @property
    def answers(self) -> dict[str, Verdict]:
        """What holds about each case, by this reader; in settling, by the rulings."""
        return self._book(repeat=False)

    @property
    def repeats(self) -> dict[str, Verdict]:
        """What was said about cases that came back."""
        return self._book(repeat=True)

    @property
    def can_undo(self) -> bool:
        """Whether there is an answer to take back."""
        return bool(self._stack)

    @property
    def done(self) -> int:
        """The cases here that have an answer."""
        answers = self.answers
        return sum(file in answers for file in self.files)

    def answered(self, file: str) -> bool:
        """Tell whether a case has an answer."""
        return file in self.answers

    def counts(self) -> Counter[str]:
        """Return how many cases here have each answer; those excluded count under an empty text."""
        answers = self.answers
        return Counter(answers[file].label for file in self.files if file in answers)

    def _book(self, *, repeat: bool) -> dict[str, Verdict]:
        return self._books.setdefault((repeat, self.settling), {})

    def take(self, verdict: Verdict) -> None:
        """Note an answer: the reader's own; in settling, any ruling."""
        if verdict.settled != self.settling or (verdict.reader != self.reader and not self.settling):
            return
        book = self._book(repeat=verdict.repeat)
        if verdict.reader == self.reader and not verdict.undone:
            self._stack.append(_Said(verdict, book.get(verdict.file)))
        elif verdict.reader == self.reader and self._stack:
            self._stack.pop()
        if verdict.is_answer:
            book[verdict.file] = verdict
        else:
            book.pop(verdict.file, None)
        if not verdict.repeat:
            if verdict.is_answer:
                self._order.setdefault(verdict.file)
            else:
                self._order.pop(verdict.file, None)

    def answer(self, turn: Turn, label: str = "", *, excluded: str = "", seen_ai: bool = False) -> Verdict:
        """Return what is said about a case; it counts once it was written down and taken."""
        return Verdict(
            turn.file, label, self.reader, time_now(), seen_ai, turn.repeat, self.settling, excluded=excluded
        )

    def taking_back(self) -> Verdict | None:
        """Return what takes the last answer back; None where there is none."""
        if not self._stack:
            return None
        last = self._stack[-1]
        held = last.before or replace(last.verdict, label="", excluded="", seen_ai=False)
        return replace(held, reader=self.reader, time=time_now(), undone=True)

    def say(self, verdict: Verdict) -> None:
        """Write an answer down and take it; raises ``labels.not_saved``: then nothing was said."""
        self.project.say(verdict)
        self.take(verdict)

    def following(self, current: str) -> Turn | None:
        """Return the case whose turn it is after `current`: one that comes back, else the next without an answer."""
        due = None if self.settling else self._due(current)
        if due is not None:
            return Turn(due, repeat=True)
        return next((Turn(file) for file in self._open_after(current)), None)

    def upcoming(self, current: str, most: int) -> list[str]:
        """Return the cases that may come next, so that they can be made ready."""
        turn = self.following(current)
        first = [turn.file] if turn is not None else []
        beside = [file for step in (1, -1) if (file := self.step(current, step)) is not None]
        return list(dict.fromkeys([*first, *islice(self._open_after(current), most), *beside]))[: most + 2]

    def step(self, current: str, steps: int) -> str | None:
        """Return the case `steps` further on in the list; None beyond its ends."""
        place = self._place.get(current)
        if place is None:
            return self.files[0] if self.files else None
        return self.files[place + steps] if 0 <= place + steps < len(self.files) else None

    def _open_after(self, current: str) -> Iterator[str]:
        """Yield the cases without an answer from `current` on, then those before it."""
        start, answers = self._place.get(current, -1) + 1, self.answers
        for number in (*range(start, len(self.files)), *range(start)):
            file = self.files[number]
            if file not in answers and file != current:
                yield file

    def _due(self, current: str) -> str | None:
        """Return a case that comes back now: one of each ten, after ten others, or when all have an answer."""
        order, repeats = list(self._order), self.repeats
        none_left = self.done == len(self.files)
        for block in range(0, len(order) - len(order) % EVERY, EVERY):
            number = block + self._drawn(block)
            file = order[number]
            if file in repeats or file == current or file not in self._place or not self.answers[file].label:
                continue
            apart = len(order) - number - 1
            if apart >= APART or (none_left and apart >= LEAST_APART):
                return file
        return None

    def _drawn(self, block: int) -> int:
        """Return which of the ten from `block` on comes back: nobody can foresee it, a restart does not change it."""
        key = f"{self.project.plan.seed} {self.reader} {block}".encode()
        return hashlib.sha256(key).digest()[0] % EVERY


def in_order(files: Sequence[str], seed: int, *, mixed: bool) -> list[str]:
    """Return the cases as they come; mixed, the same order for the same cases and seed."""
    ordered = list(files)
    if mixed:
        random.Random(seed).shuffle(ordered)  # noqa: S311 - an order, not a secret
    return ordered
