"""What the window shows, as one frozen value. Widgets render it; only the session changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Literal, TypeAlias

from medapp.classify.explanation import Explanation
from medapp.classify.prediction import Prediction
from medapp.display.hanging import Hung, at_the_wall
from medapp.display.presentation import Presented
from medapp.display.segments import SegmentLayers
from medapp.display.viewport import ImageShape, Viewport
from medapp.errors import Problem
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance, Scan, Series, Study, Window
from medapp.imaging.voi import starts_inverted
from medapp.jobs import Progress
from medapp.storage.key_images import KeyImage
from medapp.storage.opinions import Opinion
from medapp.storage.settings import Settings
from medapp.ui.companions import Choice, Companion
from medapp.ui.measuring_view import MeasuringView
from medapp.ui.worklist_view import StackView, WorklistView

LEFT_OUT = "x"
REASONS = ("quality", "view", "no_patient", "other_question", "other")
"""Why a case is left out, on the keys 1 to 5; text: ``label.reason_<reason>``."""


class Page(StrEnum):
    """The pages of the window."""

    START = "start"
    READING = "reading"
    TEACHING = "teaching"


class Tool(StrEnum):
    """What the left mouse button does on the image."""

    WINDOW = "window"
    SCROLL = "scroll"
    ZOOM = "zoom"
    PAN = "pan"
    LENGTH = "length"
    ANGLE = "angle"
    COBB = "cobb"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    ARROW = "arrow"
    TEXT = "text"
    PROBE = "probe"
    MAGNIFIER = "magnifier"
    CALIBRATE = "calibrate"


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


@dataclass(frozen=True)
class KeyMarks:
    """Which images are marked as key images, and where those of them lie that are open.

    Attributes
    ----------
    marked : frozenset of KeyImage
        All that this station knows.
    places : mapping of str to tuple of int
        By the key of a series: the indices in its stack, from 0. Series without any are left out.
    alone : bool
        Whether the browser lists nothing else.
    """

    marked: frozenset[KeyImage] = frozenset()
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    alone: bool = False


@dataclass(frozen=True)
class LabelView:
    """Label mode: what the strip shows of the project, of the case on screen, and of what was said last.

    Attributes
    ----------
    title, reader : str
        The label project, and who labels.
    classes, counts : tuple
        The classes on the keys 1 to 9, and how many cases have each.
    unsure, excluded, done, total : int
        Cases of which nobody is sure, that are left out, that have an answer, and all.
    answer : str
        What was said about the case on screen: a class, ``?``, ``x`` for left out, or nothing.
    told : str
        A sentence about what was just said, or about what is left.
    asking : bool
        Whether the reason for leaving the case out is asked for: digits choose it.
    advance : bool
        Whether the next case comes by itself.
    can_undo, settling, kept : bool
        Whether there is something to take back; whether disagreements are settled; whether the case on screen
        belongs to the sealed test.
    upcoming : tuple of Place
        What may be shown next.
    """

    title: str
    reader: str
    classes: tuple[str, ...]
    counts: tuple[int, ...] = ()
    unsure: int = 0
    excluded: int = 0
    done: int = 0
    total: int = 0
    answer: str = ""
    told: str = ""
    asking: bool = False
    advance: bool = True
    can_undo: bool = False
    settling: bool = False
    kept: bool = False
    upcoming: tuple[Place, ...] = ()


@dataclass(frozen=True)
class JobView:
    """A job that the status bar shows."""

    id: int
    title: str
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class State:
    """Everything that the window shows, but for the teaching page, which has a state of its own.

    Attributes
    ----------
    place, picture, loading, picture_problem, viewport, voi, cine, hung
        Of the active cell.
    cells : tuple of Cell
        All cells, in reading order, those of the first window first. The entry of the active one is out of date:
        `cell` gives each as it is.
    active : int
        The active cell, from 0.
    grids : tuple of Grid
        How the cells are laid out, one entry a window.
    arranged : bool
        Whether a person has chosen what is where: then no rule does it any more.
    """

    page: Page = Page.START
    scan: Scan = field(default_factory=Scan)
    cells: tuple[Cell, ...] = (Cell(),)
    active: int = 0
    grids: tuple[Grid, ...] = (Grid(),)
    arranged: bool = False
    link: Link = field(default_factory=Link)
    cross_lines: bool = True
    cine_speed: float = 1.0
    place: Place | None = None
    picture: Picture | None = None
    loading: bool = False
    picture_problem: Problem | None = None
    viewport: Viewport = field(default_factory=Viewport)
    voi: Mapping[str, VoiChoice] = field(default_factory=dict)
    tool: Tool = Tool.WINDOW
    annotations: bool = True
    overlays: bool = True
    shutters: bool = True
    presentation: Choice = field(default_factory=Choice)
    cine: bool = False
    hung: Hung | None = None
    maximised: bool = False
    browser_shown: bool = True
    panel_open: bool = False
    heat_map_shown: bool = True
    heat_map_opacity: float = 0.5
    answer: Answer = field(default_factory=NoPicture)
    labelling: LabelView | None = None
    stack: StackView | None = None
    worklist: WorklistView = field(default_factory=WorklistView)
    opinions: Mapping[tuple[str, str], Opinion] = field(default_factory=dict)
    key_images: KeyMarks = field(default_factory=KeyMarks)
    measuring: MeasuringView = field(default_factory=MeasuringView)
    jobs: tuple[JobView, ...] = ()
    notice: str = ""
    settings: Settings = field(default_factory=Settings)

    def cell(self, number: int) -> Cell:
        """Return what a cell shows."""
        if number != self.active:
            return self.cells[number]
        return Cell(**{name: getattr(self, name) for name in CELL_FIELDS})

    @property
    def series(self) -> Series | None:
        """The series that is wanted on screen."""
        found = self.located
        return found[1] if found else None

    @property
    def located(self) -> tuple[Study, Series] | None:
        """The study and the series that are wanted on screen."""
        if self.place is None:
            return None
        return find_series(self.scan, self.place.series)

    @property
    def shown_answer(self) -> Answered | None:
        """The answer, if it belongs to the picture on screen and to no other."""
        answer, picture = self.answer, self.picture
        if isinstance(answer, Answered) and picture is not None and answer.prediction.identity == picture.identity:
            return answer
        return None


def first_viewport(picture: Picture | None, hung: Hung | None) -> Viewport:
    """Return how a picture is placed and turned before a person changes that, by the rule that has hung it."""
    if picture is None:
        return Viewport()
    first = picture.first_viewport
    if hung is None or hung.series != picture.place.series or picture.presented is not None:
        return first
    return at_the_wall(first, picture.shown.geometry, ImageShape.of(picture.shown), hung)


def series_key(series: Series) -> str:
    """Return what tells a series apart from all others that are open: the source of its first image.

    UIDs do not: a series may be split in several stacks, and pictures have none.
    """
    return series.instances[0].source


def find_series(scan: Scan, key: str) -> tuple[Study, Series] | None:
    """Return the study and the series with `key`, or None."""
    for study in scan.studies:
        for series in study.series:
            if series_key(series) == key:
                return study, series
    return None


def place_of(scan: Scan, source: str, frame: int) -> Place | None:
    """Return where the image `frame` (from 0) of the file `source` is, or None."""
    for series in (series for study in scan.studies for series in study.series):
        index = 0
        for instance in series.instances:
            if instance.source == source and frame in instance.shown:
                return Place(series_key(series), index + instance.shown.index(frame))
            index += instance.frames
    return None


def all_keys(scan: Scan) -> list[str]:
    """Return the keys of all series in the order of the browser."""
    return [series_key(series) for study in scan.studies for series in study.series]
