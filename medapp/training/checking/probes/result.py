"""What a probe found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from medapp.training.figures.intervals import Estimate

RED = 0.65
"""A probe is red where the lower end of its interval exceeds this."""
Colour: TypeAlias = Literal["red", "amber", "clear"]
DOUBTFUL = frozenset({"histogram", "thumbnail", "people"})
"""Probes that may see the disease or the patient: they ask, and never turn red."""


@dataclass(frozen=True)
class Aspect:
    """A place or property by which a probe tells the classes apart.

    Attributes
    ----------
    name : str
        For people: text ``probe.aspect.<name>``.
    area : Estimate
        Of this alone.
    value : str
        Of an attribute that is a text: the value that is more frequent on one side than on the other.
    with_it, without : float
        Its share among the cases of the class, and among the rest.
    """

    name: str
    area: Estimate
    value: str = ""
    with_it: float = 0.0
    without: float = 0.0


@dataclass(frozen=True)
class ProbeResult:
    """What one probe says to one question.

    Attributes
    ----------
    code : str
        The probe: ``headers``, ``people``, ``frame``, ``corners``, ``outside``, ``window``, ``histogram``, ``file``,
        ``thumbnail``.
    label : str
        The class or label that is told from the rest.
    area : Estimate
        Area under the ROC curve with an interval that holds for all probes together.
    aspects : tuple of Aspect
        What tells the classes apart, the most telling first; empty where the probe is clear.
    shown : tuple of str
        Names of cases that show it, first those of the class.
    follows : str
        Another probe that this one may only follow from; empty where there is none.
    share : float
        How far from the edge it reaches, as a share of the side; 0 where it is not about a place.
    """

    code: str
    label: str
    area: Estimate
    aspects: tuple[Aspect, ...] = ()
    shown: tuple[str, ...] = ()
    follows: str = ""
    share: float = 0.0

    @property
    def colour(self) -> Colour:
        """Red, amber (a question, or what may only follow from another probe), or clear."""
        if (self.area.low or 0.0) <= RED:
            return "clear"
        return "amber" if self.code in DOUBTFUL or self.follows else "red"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without names of cases."""
        return {
            "code": self.code,
            "label": self.label,
            "area": self.area.to_json(),
            "colour": self.colour,
            "aspects": [{"name": one.name, "area": one.area.to_json(), "value": one.value} for one in self.aspects],
            "follows": self.follows,
            "share": round(self.share, 4),
        }
