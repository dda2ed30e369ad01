"""What the window knows of measurements, and what of it a viewer shows. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from medapp.display.measuring.figures import Figures
from medapp.display.measuring.scale import calibrated
from medapp.display.measuring.shapes import Calibration, Measurement, Shape, Sheet
from medapp.display.measuring.wording import label_lines
from medapp.imaging.frame import Frame

if TYPE_CHECKING:
    from medapp.ui.cell_state import Picture

Where: TypeAlias = tuple[str, int]
"""Source and frame number of an image: at hand at once, while the name that it is kept under may take a hash."""
Name: TypeAlias = tuple[Where, str]
"""A measurement on an image; the same image may be there twice, with other calibrations of its series."""


@dataclass(frozen=True, eq=False)
class Told:
    """What one shape comes to on its image, with the calibration that held; `figures.statistics` may still come."""

    shape: Shape
    calibration: Calibration | None
    figures: Figures


@dataclass(frozen=True, eq=False)
class MeasuringView:
    """Everything measured on the images that were shown.

    Attributes
    ----------
    sheets : mapping
        What is drawn, by image; an image that is not there has not been asked for yet.
    series : mapping
        Calibrations of whole series, by the key of the series.
    told : mapping
        What each measurement comes to, by its image and its name.
    selected : str
        The measurement that keys move and delete, or empty.
    undoable, redoable : frozenset
        Images with steps to take back, or to do again.
    shown : bool
        Whether measurements are drawn.
    """

    sheets: Mapping[Where, Sheet] = field(default_factory=dict)
    series: Mapping[str, Calibration] = field(default_factory=dict)
    told: Mapping[Name, Told] = field(default_factory=dict)
    selected: str = ""
    undoable: frozenset[Where] = frozenset()
    redoable: frozenset[Where] = frozenset()
    shown: bool = True

    def sheet_of(self, picture: Picture) -> Sheet:
        """Return what is drawn on a picture."""
        return self.sheets.get(where_of(picture), Sheet())

    def calibration_of(self, picture: Picture) -> Calibration | None:
        """Return the calibration by hand that holds for a picture: its own, else its series'."""
        return self.sheet_of(picture).calibration or self.series.get(picture.place.series)

    def told_of(self, picture: Picture, measurement_id: str) -> Told | None:
        """Return what a measurement of a picture comes to, once that is known."""
        return self.told.get((where_of(picture), measurement_id))

    def frame_of(self, picture: Picture) -> Frame:
        """Return the frame that is measured, with the spacing that holds for it."""
        return calibrated(picture.frame, self.calibration_of(picture))


@dataclass(frozen=True)
class MeasureItem:
    """One measurement as it is drawn: with the lines beside it."""

    measurement: Measurement
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Measures:
    """The measurements of one picture, as a viewer shows them."""

    items: tuple[MeasureItem, ...] = ()
    selected: str = ""
    frame: Frame | None = field(default=None, compare=False)
    calibration: Calibration | None = None


def where_of(picture: Picture) -> Where:
    """Return which image a picture is."""
    return picture.instance.source, picture.frame.number


def measures_of(view: MeasuringView, picture: Picture | None) -> Measures:
    """Return what a viewer shows of the measurements of `picture`."""
    if picture is None:
        return Measures()
    frame, calibration = view.frame_of(picture), view.calibration_of(picture)
    measured = view.sheet_of(picture).measurements if view.shown else ()
    items = tuple(MeasureItem(each, _lines(frame, view.told_of(picture, each.id))) for each in measured)
    return Measures(items, view.selected, frame, calibration)


def _lines(frame: Frame, told: Told | None) -> tuple[str, ...]:
    return () if told is None else label_lines(frame, told.shape, told.figures)
