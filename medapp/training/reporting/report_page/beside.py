"""What a report page is made of beside the report itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Report = Mapping[str, Any]


@dataclass(frozen=True)
class CaseAnswer:
    """What the model said about one sealed case.

    Attributes
    ----------
    name : str
        Path below the folder of cases; it is never put on the page.
    truth, given : str
        The right class, or label with "yes"/"no" for several labels, and the one that the model gave.
    refused : bool
        Whether it would not answer.
    probabilities : dict of str to float
        By class.
    """

    name: str
    truth: str
    given: str
    refused: bool
    probabilities: Mapping[str, float]

    @property
    def certainty(self) -> float:
        """The probability of the class that it gave."""
        return self.probabilities.get(self.given, 0.0)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer with its picture.

    Attributes
    ----------
    truth, given : str
        The right class and the one that the model gave.
    certainty : float
        The probability of the class that it gave.
    picture : bytes
        PNG of what the network saw, without any text of the file.
    """

    truth: str
    given: str
    certainty: float
    picture: bytes


@dataclass(frozen=True)
class Beside:
    """What is known about a model, its question and its cases beside its report; all of it may be missing.

    Attributes
    ----------
    model : dict
        Id, version, name, licence, created, classes (`Metadata.to_json`), and ``manifest_hash``.
    preprocess, scope : dict
        As the package keeps them.
    question : dict
        The first step of a project: pictures, people, find, other, find_at_least, prevalence …
    card : str
        The model card, Markdown.
    answers : tuple of CaseAnswer
        What was said about each sealed case.
    mistakes : tuple of Mistake
        The most certain wrong answers.
    kept : dict of str to str
        Why a finding of the check was kept, by its code.
    comparison : dict
        With the model that was in use before (``schemas/comparison.json``).
    about_cases : str
        Where the cases come from, in the words of who trained; Markdown.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    preprocess: Mapping[str, Any] = field(default_factory=dict)
    scope: Mapping[str, Any] = field(default_factory=dict)
    question: Mapping[str, Any] = field(default_factory=dict)
    card: str = ""
    answers: Sequence[CaseAnswer] = ()
    mistakes: Sequence[Mistake] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    comparison: Mapping[str, Any] = field(default_factory=dict)
    about_cases: str = ""
