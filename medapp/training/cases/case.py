"""Labelled cases as values: files with their class, or with labels that may occur together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.truth import UNKNOWN

Part: TypeAlias = Literal["train", "val", "test"]
Marks: TypeAlias = tuple[tuple[str, bool], ...]

PARTS: Mapping[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True)
class Case:
    """One labelled file.

    Attributes
    ----------
    source : str
        Path of the file.
    name : str
        Path below the folder of cases, with forward slashes.
    label : str
        The class; of several labels what is known of them in one text.
    part : {"train", "val", "test"} or None
        The part that the folder names or the table gave it to; None where they say nothing.
    patient : str
        Patient key; empty until it is known. From a table it is the table's own text until the survey.
    marks : tuple of (str, bool), or None
        Of several labels those that are known, and whether each is there; None where the classes exclude each other.
    site, date : str
        Where and when it was taken, where a table says so.
    """

    source: str
    name: str
    label: str
    part: Part | None = None
    patient: str = ""
    marks: Marks | None = None
    site: str = ""
    date: str = ""

    @property
    def shows(self) -> tuple[str, ...]:
        """The class, or the labels that are there."""
        return (self.label,) if self.marks is None else tuple(name for name, there in self.marks if there)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The labels that are known not to be there; none where the classes exclude each other."""
        return () if self.marks is None else tuple(name for name, there in self.marks if not there)


@dataclass(frozen=True)
class SetAside:
    """A label that cannot be learned: too few patients are known to have it, or not to have it."""

    label: str
    positive: int
    negative: int


@dataclass(frozen=True)
class TableNote:
    """What is to be told of a table that cases come from.

    Attributes
    ----------
    code : str
        Text: ``finding.table_<code>``.
    severity : {"blocking", "serious", "caution", "note"}
        As of a finding.
    params : mapping
        Fills the places of the text.
    names : tuple of str
        Images that it is about, below their folder, or rows. Never in the text: it goes into reports.
    """

    code: str
    severity: Literal["blocking", "serious", "caution", "note"]
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseFolder:
    """The labelled files, not opened yet.

    Attributes
    ----------
    root : Path
        The folder of the classes, or of the table.
    classes : tuple of str
        Names of the classes, in alphabetical order; a class without files is kept. Of several labels: the
        labels, in the order of the table.
    cases : tuple of Case
        Every file below a class, or in the table, ordered by name.
    outside : int
        Files that lie in no class.
    several : bool
        Whether the classes are labels that may occur together.
    unmatched : tuple of str
        Files that the table names and that are not there.
    unlabelled : int
        Rows of the table of which no label is known.
    unused : tuple of str
        Columns of the table that are no labels.
    set_aside : tuple of SetAside
        Labels of the table that are not among `classes`.
    notes : tuple of TableNote
        What is to be told of a table that was matched with a folder of images.
    table : mapping
        How the table was read: its columns, rows, questions; JSON values, empty without one.
    excluded : int
        Files that a person left out.
    """

    root: Path
    classes: tuple[str, ...]
    cases: tuple[Case, ...]
    outside: int = 0
    several: bool = False
    unmatched: tuple[str, ...] = ()
    unlabelled: int = 0
    unused: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[TableNote, ...] = ()
    table: Mapping[str, Any] = field(default_factory=dict)
    excluded: int = 0

    def truth(self, cases: tuple[Case, ...], classes: Sequence[str] = ()) -> NDArray[np.int64]:
        """Return what is true of `cases`.

        Parameters
        ----------
        cases : tuple of Case
            Some of them.
        classes : sequence of str, optional
            The classes or labels of a model, in its order; those of the folder by default. Labels that are not
            among them are left out, and small and capital letters are the same.

        Returns
        -------
        ndarray of int, shape (n,) or (n, labels)
            The index of the class; or, of several labels, 1 and 0 for each, `truth.UNKNOWN` for a blank.
        """
        places = {name.casefold(): place for place, name in enumerate(classes or self.classes)}
        if not self.several:
            return np.array([places[case.label.casefold()] for case in cases], np.int64)
        truth = np.full((len(cases), len(places)), UNKNOWN, np.int64)
        for row, case in enumerate(cases):
            for name, there in case.marks or ():
                if name.casefold() in places:
                    truth[row, places[name.casefold()]] = there
        return truth


def told(marks: Marks) -> str:
    """Return known labels as one text, the same for the same labels."""
    return ", ".join(f"{name}={int(there)}" for name, there in marks)
