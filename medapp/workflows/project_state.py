"""What a teaching project remembers, as frozen values: question, cases, runs, lab book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from medapp.i18n import tr
from medapp.training.cases.table_cases import Uncertain
from medapp.training.checking.remedies import Taken

Step: TypeAlias = Literal["question", "cases", "check", "train", "sealed_test", "use"]
STEPS: tuple[Step, ...] = ("question", "cases", "check", "train", "sealed_test", "use")


@dataclass(frozen=True)
class Question:
    """What the model is to tell; the first step's sentence.

    Attributes
    ----------
    pictures, people : str
        What pictures, of whom.
    find, other : str
        The class to be found, and the one to tell it from.
    find_at_least : float
        Share of the first that must be found, 0 to 1.
    prevalence : float or None
        How common it is where the model is to be used.
    together : bool
        Whether several classes may be true of one image; else they exclude each other.
    side_matters : bool
        Whether left and right tell something; else pictures are mirrored for learning.
    truth : str
        Where the labels come from, in a sentence.
    image_size : int
        Rows and columns of the network's picture.
    """

    pictures: str = ""
    people: str = ""
    find: str = ""
    other: str = ""
    find_at_least: float = 0.9
    prevalence: float | None = None
    together: bool = False
    side_matters: bool = True
    truth: str = ""
    image_size: int = 224


@dataclass(frozen=True)
class LabEntry:
    """One line of the lab book: when, what (text: ``lab.<action>``), and its details."""

    time: str
    action: str
    params: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The line for people."""
        effort = self.params.get("effort")
        named = {"effort": tr(f"ui.effort_{effort}")} if effort else {}
        return tr(f"lab.{self.action}", **{**self.params, **named})


@dataclass(frozen=True)
class Named:
    """The name that the model was given, and the package on this station."""

    id: str
    version: str
    name: str
    activated: bool = False


@dataclass(frozen=True)
class State:
    """Everything that a project remembers.

    Attributes
    ----------
    title, created : str
        What people call it, and since when it is there (ISO 8601, UTC).
    question : Question
        The first step.
    cases, pattern : str
        The labelled folder or table, and what finds the patient in a file name.
    uncertain : {"", "unknown", "positive", "negative"}
        What −1 and ? mean in a table of labels.
    table : dict or None
        How a table was matched with its images: its file, their folder, its sheet and columns, and the answers that
        were given; the cases are then the file that keeps what came of it.
    checked : dict or None
        The check's answer, as ``medapp check --json`` gives it.
    sealed : str or None
        When the test was sealed.
    runs : tuple of str
        Folders of the trainings, the latest last.
    ended : tuple of str
        Those whose end is in the lab book.
    openings : int
        How often the sealed test was opened.
    named : Named or None
        The model in use.
    lab_book : tuple of LabEntry
        Every action, the latest last.
    remedies : tuple of Taken
        What was decided about findings of the check, the latest last.
    stale : bool
        Whether something was decided, or taken back, that `checked` does not know yet.
    """

    title: str
    created: str
    question: Question = field(default_factory=Question)
    cases: str = ""
    pattern: str = ""
    uncertain: Uncertain = ""
    table: Mapping[str, Any] | None = None
    checked: Mapping[str, Any] | None = None
    sealed: str | None = None
    runs: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    openings: int = 0
    named: Named | None = None
    lab_book: tuple[LabEntry, ...] = ()
    remedies: tuple[Taken, ...] = ()
    stale: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {**asdict(self), "remedies": [taken.to_json() for taken in self.remedies]}


@dataclass(frozen=True)
class StepMark:
    """How far a step is, and how many things in it ask for attention."""

    done: bool = False
    attention: int = 0
