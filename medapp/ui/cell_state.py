"""What one cell shows: which image of which series, how it is laid over the screen, and how cells are arranged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from medapp.display.hanging import Hung, at_the_wall
from medapp.display.presentation import Presented
from medapp.display.segments import SegmentLayers
from medapp.display.viewport import ImageShape, Viewport
from medapp.errors import Problem
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance, Series, Study, Window
from medapp.imaging.voi import starts_inverted
from medapp.ui.companions import Companion


@dataclass(frozen=True)
class VoiChoice:
    """Which window a series is shown with; it holds for all its images.

    `number` counts the file's windows, then its VOI LUTs, from 0. ``series`` is the automatic window of the
    whole stack, ``automatic`` that of the image on screen when it was chosen.
    """

    kind: Literal["file", "automatic", "series", "fixed"] = "file"
    number: int = 0
    window: Window | None = None


@dataclass(frozen=True)
class Place:
    """One image of one series: the key of the series and the index in its stack, from 0."""

    series: str
    index: int


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame ready to be shown, with everything that says whose it is: both always change together."""

    place: Place
    study: Study
    series: Series
    instance: Instance
    frame: Frame
    automatic: Window | None
    companion: Companion | None = None

    @property
    def identity(self) -> str:
        """The key of results for this picture."""
        return self.frame.identity

    @property
    def presented(self) -> Presented | None:
        """The frame as a presentation state wants it to be seen, where one is applied."""
        return self.companion.presented if self.companion is not None else None

    @property
    def shown(self) -> Frame:
        """The frame for display: as presented, else as it is stored."""
        return self.frame if self.presented is None else self.presented.frame

    @property
    def segments(self) -> tuple[SegmentLayers, ...]:
        """What segmentations of the study mark on it."""
        return self.companion.segments if self.companion is not None else ()

    @property
    def first_viewport(self) -> Viewport:
        """How it is placed and turned before a person changes that."""
        if self.presented is not None:
            return self.presented.first_viewport()
        return Viewport(inverted=starts_inverted(self.frame))


@dataclass(frozen=True, eq=False)
class Cell:
    """What one cell of the layout shows; `State` has the same fields for the active one."""

    place: Place | None = None
    picture: Picture | None = None
    loading: bool = False
    picture_problem: Problem | None = None
    viewport: Viewport = field(default_factory=Viewport)
    voi: Mapping[str, VoiChoice] = field(default_factory=dict)
    cine: bool = False
    hung: Hung | None = None


CELL_FIELDS = tuple(one.name for one in fields(Cell))


@dataclass(frozen=True)
class Grid:
    """The cells of one window: so many rows and columns."""

    rows: int = 1
    columns: int = 1

    @property
    def count(self) -> int:
        """How many cells it has."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Link:
    """What goes along in the other cells when it changes in the active one."""

    scroll: bool = False
    window: bool = False
    zoom: bool = False


def first_viewport(picture: Picture | None, hung: Hung | None) -> Viewport:
    """Return how a picture is placed and turned before a person changes that, by the rule that has hung it."""
    if picture is None:
        return Viewport()
    first = picture.first_viewport
    if hung is None or hung.series != picture.place.series or picture.presented is not None:
        return first
    return at_the_wall(first, picture.shown.geometry, ImageShape.of(picture.shown), hung)
