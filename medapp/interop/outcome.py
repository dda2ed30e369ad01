"""One answer with everything that is needed to send it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from medapp.classify.contents import Aggregate
from medapp.classify.package import Package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.imaging.frame import Frame
from medapp.imaging.source_header import SourceHeader

Format: TypeAlias = Literal["sr", "sc", "csv", "json", "pdf"]
FORMATS: tuple[Format, ...] = ("sr", "sc", "csv", "json", "pdf")
DICOM: frozenset[Format] = frozenset({"sr", "sc"})
"""What can only be made of an image that was DICOM: it is filed in that image's study."""
TABLES: frozenset[Format] = frozenset({"csv", "json"})
"""What holds all results of a run in one file."""
PICTURES: frozenset[Format] = frozenset({"sc", "pdf"})
"""What shows the image."""
_FIGURES = ("auc", "sensitivity", "specificity")


@dataclass(frozen=True)
class ModelFacts:
    """What is told of the model that answered.

    Attributes
    ----------
    key : ModelKey
    name : str
    trained_on : str
        The scope of its package, in words.
    evidence : str
        What its sealed test found, in people; empty where its package has no evaluation.
    figures : tuple
        Name, value, lower and upper end, cases of figures of that test, see `interop.words.figure_lines`.
    licence : str
    """

    key: ModelKey
    name: str
    trained_on: str = ""
    evidence: str = ""
    figures: tuple[tuple[str, float, float, float, int], ...] = ()
    licence: str = ""

    @classmethod
    def of(cls, key: ModelKey, package: Package | None) -> ModelFacts:
        """Return the facts of a package; only its id where it is no longer here, or has been changed."""
        if package is None or package.manifest_hash != key.manifest_hash:
            return cls(key, key.id)
        sealed: Mapping[str, Any] = (package.report() or {}).get("sealed") or {}
        metadata = package.metadata
        figures = tuple(_figure(name, sealed[name]) for name in _FIGURES if _is_figure(sealed.get(name)))
        evidence = str(sealed.get("in_people") or "")
        return cls(key, metadata.name, package.scope.text, evidence, figures, metadata.licence)


def _figure(name: str, told: Mapping[str, Any]) -> tuple[str, float, float, float, int]:
    return name, told["value"], told["low"], told["high"], told["n"]


def _is_figure(figure: Any) -> bool:  # noqa: ANN401 - a report of any age
    names = ("value", "low", "high", "n")
    return isinstance(figure, dict) and all(isinstance(figure.get(name), int | float) for name in names)


@dataclass(frozen=True)
class StackFacts:
    """What is told of an answer that is about all images of a stack.

    Attributes
    ----------
    how : str
        By which rule the images' scores come to one.
    about : str
        The class or label that `score` is about.
    score : float
    limit : float or None
        Its operating point.
    answered, refused, failed : int
        Images.
    images : tuple of (str, int)
        SOP Instance UID and frame number (from 1) of each image that could be read, in the order of scrolling.
    """

    how: Aggregate
    about: str
    score: float
    limit: float | None
    answered: int
    refused: int
    failed: int
    images: tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """An answer about one frame, or about a stack.

    Attributes
    ----------
    number : int
        Its place among the results that are sent together, from 1.
    source : str
        Where the image came from; told only where identity is asked for.
    frame_number : int
        From 1.
    prediction : Prediction
        May be a refusal.
    model : ModelFacts
    header : SourceHeader or None
        What the image's instance says of itself; None for pictures.
    frame : Frame or None
        None where no format that shows the image is asked for.
    stack : StackFacts or None
        Where the answer is about a stack: source, frame number and header are those of its foremost image then.
    """

    number: int
    source: str
    frame_number: int
    prediction: Prediction
    model: ModelFacts
    header: SourceHeader | None = None
    frame: Frame | None = None
    stack: StackFacts | None = None
