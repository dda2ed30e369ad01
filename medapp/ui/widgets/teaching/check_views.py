"""What step 3 shows, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from medapp.jobs import Progress


@dataclass(frozen=True)
class Offer:
    """Something that can be done about a finding: its words, and its place among what is offered."""

    text: str
    number: int


@dataclass(frozen=True)
class Place:
    """Where a probe looks: ``frame``, ``corners``, or nowhere in particular; and how far, as a share of the side."""

    where: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class FindingView:
    """One finding of the check.

    `fixes` change the pictures, `exclusions` leave cases out; `pictures` is how many there are to show.
    """

    severity: str
    text: str
    paths: tuple[str, ...] = ()
    code: str = ""
    key: str = ""
    figure: str = ""
    fixes: tuple[Offer, ...] = ()
    exclusions: tuple[Offer, ...] = ()
    pictures: int = 0
    place: Place = Place()
    kept_because: str = ""


@dataclass(frozen=True)
class DecisionView:
    """What was decided: its words, the finding's sentence, and its place among the decisions."""

    text: str
    about: str
    number: int


@dataclass(frozen=True, eq=False)
class PictureView:
    """A case that shows a finding; without pixels it could not be read."""

    name: str
    label: str
    pixels: NDArray[np.uint8] | None


@dataclass(frozen=True, eq=False)
class PageView:
    """Some of the pictures of a finding: their page from 0, as many of them as are read."""

    number: int
    pictures: tuple[PictureView, ...] = ()


@dataclass(frozen=True)
class CheckView:
    """What the numbers can prove, what was found, and what was decided."""

    proves: str = ""
    findings: tuple[FindingView, ...] = ()
    sealed_text: str = ""
    sealed: bool = False
    can_seal: bool = False
    decisions: tuple[DecisionView, ...] = ()
    checking: Progress | None = None
    stale: bool = False
    locked: bool = False
    pages: Mapping[str, PageView] = field(default_factory=dict)
