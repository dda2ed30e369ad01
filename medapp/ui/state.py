"""What the window shows, as one frozen value. Widgets render it; only the session changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from medapp.display.hanging import Hung
from medapp.display.measuring.shapes import Kind
from medapp.display.viewport import Viewport
from medapp.errors import Problem
from medapp.imaging.study import Scan, Series, Study
from medapp.jobs import Progress
from medapp.storage.key_images import KeyImage
from medapp.storage.opinions import Opinion
from medapp.storage.settings import Settings
from medapp.ui.answer_state import Answer, Answered, NoPicture
from medapp.ui.cell_state import CELL_FIELDS, Cell, Grid, Link, Picture, Place, VoiChoice
from medapp.ui.companions import Choice
from medapp.ui.label_state import LabelView
from medapp.ui.measuring_view import MeasuringView
from medapp.ui.worklist_view import StackView, WorklistView


class Page(StrEnum):
    """The pages of the window."""

    START = "start"
    READING = "reading"
    TEACHING = "teaching"


class Tool(StrEnum):
    """What the left mouse button does on the image; what draws a shape has that shape's name."""

    WINDOW = "window"
    SCROLL = "scroll"
    ZOOM = "zoom"
    PAN = "pan"
    LENGTH = Kind.LENGTH.value
    ANGLE = Kind.ANGLE.value
    COBB = Kind.COBB.value
    RECTANGLE = Kind.RECTANGLE.value
    ELLIPSE = Kind.ELLIPSE.value
    FREEHAND = Kind.FREEHAND.value
    ARROW = Kind.ARROW.value
    TEXT = Kind.TEXT.value
    PROBE = Kind.PROBE.value
    MAGNIFIER = "magnifier"
    CALIBRATE = "calibrate"


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
