"""What the model has said about the picture on screen, or why it has said nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from medapp.classify.explanation import Explanation
from medapp.classify.prediction import Prediction
from medapp.errors import Problem


@dataclass(frozen=True)
class NoPicture:
    """There is nothing to classify."""


@dataclass(frozen=True)
class NoModel:
    """No active model reads images of this modality: normal, and told quietly."""

    modality: str


@dataclass(frozen=True)
class ModelFacts:
    """What is shown about a model beside its answer."""

    id: str
    name: str
    version: str
    trained_on: str = ""
    card: str = ""


@dataclass(frozen=True)
class Waiting:
    """A model is there and has not been asked."""

    model: ModelFacts


@dataclass(frozen=True)
class Classifying:
    """A model is at work on the picture shown."""

    model: ModelFacts | None = None


@dataclass(frozen=True, eq=False)
class Answered:
    """A model's answer for the picture whose identity the prediction carries.

    `explanation` is what was asked for beside its heat map, `explaining` the method that is at work.
    """

    model: ModelFacts
    prediction: Prediction
    explanation: Explanation | None = None
    explaining: str = ""


@dataclass(frozen=True)
class NotAnswered:
    """The engine failed."""

    problem: Problem


Answer: TypeAlias = NoPicture | NoModel | Waiting | Classifying | Answered | NotAnswered
