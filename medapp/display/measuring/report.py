"""The measurements of images for others: sentences for a report, rows for a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from medapp.display.measuring.figures import Figures, figures_of
from medapp.display.measuring.shapes import Measurement, Sheet
from medapp.display.measuring.statistics import Statistics
from medapp.display.measuring.wording import sentence
from medapp.imaging.frame import Frame

COLUMNS = (
    "image", "number", "kind", "text", "length", "length_unit", "angle_degrees", "area", "area_unit", "width", "height",
    "measured_at", "mean", "sd_n_minus_1", "minimum", "maximum", "value_unit", "quantity", "pixels", "left_out",
    "points",
)  # fmt: skip
"""Lengths are in `length_unit`; `measured_at` says where their unit is known from: patient, detector, by_hand, …"""
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, eq=False)
class Measured:
    """A measurement with what it comes to on its frame."""

    measurement: Measurement
    figures: Figures


@dataclass(frozen=True, eq=False)
class MeasuredImage:
    """The measurements of one image of a stack.

    Attributes
    ----------
    number : int
        Of the image in its stack, from 1.
    frame : Frame
        The frame that was measured, with the spacing that held.
    measured : tuple of Measured
        In the order in which they are told.
    """

    number: int
    frame: Frame
    measured: tuple[Measured, ...]

    @classmethod
    def of(cls, number: int, frame: Frame, sheet: Sheet) -> Self:
        """Find out what a sheet comes to on a frame; areas are counted, so it may take a moment."""
        return cls(number, frame, tuple(Measured(each, figures_of(frame, each.shape)) for each in sheet.measurements))


def report_text(images: Sequence[MeasuredImage], about: Callable[[int], str]) -> str:
    """Return the measurements of images as plain sentences, each a line with its number.

    Parameters
    ----------
    images : sequence of MeasuredImage
    about : callable
        Returns the line that stands over the measurements of an image, of the image's number.
    """
    return "\n\n".join("\n".join((about(image.number), *_sentences(image))) for image in images)


def _sentences(image: MeasuredImage) -> Iterator[str]:
    for number, each in enumerate(image.measured, start=1):
        yield f"{number}. {sentence(image.frame, each.measurement.shape, each.figures)}"


def as_csv(images: Sequence[MeasuredImage]) -> str:
    """Return the measurements of images as a table with `COLUMNS`; numbers with points, whatever the language."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for image in images:
        for number, each in enumerate(image.measured, start=1):
            writer.writerow((image.number, number, *_cells(each)))
    return text.getvalue()


def _cells(measured: Measured) -> Iterator[str | int]:
    shape, figures = measured.measurement.shape, measured.figures
    scale = figures.scale
    yield str(shape.kind)
    yield f"'{shape.text}" if shape.text.startswith(_BEGINS_FORMULA) else shape.text
    steps = figures.steps if figures.length is None else None
    yield _figure(figures.length) if steps is None else "×".join(map(_figure, steps))
    told = figures.length is not None or figures.steps is not None or figures.area is not None
    unit = scale.x_unit if scale.in_space else f"{scale.x_unit}×{scale.y_unit}"
    yield unit if told else ""
    yield _figure(figures.angle)
    yield _figure(figures.area)
    yield f"{scale.x_unit}²" if figures.area is not None else ""
    yield from map(_figure, figures.size or (None, None))
    yield scale.source if told else ""
    yield from _counted(figures.statistics)
    yield " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)


def _counted(counted: Statistics | None) -> Iterator[str | int]:
    if counted is None:
        yield from ("",) * 8
        return
    yield from map(_figure, (counted.mean, counted.sd, counted.minimum, counted.maximum))
    yield counted.unit
    yield counted.quantity
    yield counted.n
    yield counted.left_out


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
