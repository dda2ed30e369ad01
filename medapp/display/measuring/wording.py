"""What a measurement says: the lines beside it on the picture, and one sentence for a report. Never a silent unit."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

from medapp.display.measure import value_at
from medapp.display.measuring.figures import Figures
from medapp.display.measuring.scale import Scale
from medapp.display.measuring.shapes import AREAS, Kind, Shape
from medapp.display.measuring.statistics import Statistics
from medapp.display.readout import plain_number
from medapp.i18n import tr
from medapp.imaging.frame import Frame

TEXT_COLUMNS = 40
NOISE = 1e-9
"""An SD that is so small beside its mean is what rounding leaves of none."""


def label_lines(frame: Frame, shape: Shape, figures: Figures) -> tuple[str, ...]:
    """Return the lines that stand beside a shape on the picture; none for an arrow."""
    match shape.kind:
        case Kind.LENGTH:
            return (_length(figures),)
        case Kind.ANGLE | Kind.COBB:
            return (_angle(shape, figures),)
        case Kind.TEXT:
            return tuple(textwrap.wrap(shape.text, TEXT_COLUMNS))
        case Kind.PROBE:
            return _probe(frame, shape)
    return tuple(_area_lines(figures)) if shape.kind in AREAS else ()


def sentence(frame: Frame, shape: Shape, figures: Figures) -> str:
    """Return what a shape says as a line of a report, with units and what they are measured at."""
    name = tr(f"measure.{shape.kind}")
    match shape.kind:
        case Kind.LENGTH:
            return tr("measure.sentence", name=name, told=_length(figures))
        case Kind.ANGLE | Kind.COBB:
            return tr("measure.sentence", name=name, told=_degrees(figures.angle))
        case Kind.TEXT:
            return tr("measure.sentence", name=name, told=shape.text)
        case Kind.PROBE:
            x, y = shape.points[0]
            told = tr("measure.probe_told", x=round(x) + 1, y=round(y) + 1, values=" · ".join(_probe(frame, shape)))
            return tr("measure.sentence", name=name, told=told)
        case Kind.ARROW:
            x, y = shape.points[1]
            return tr("measure.sentence", name=name, told=tr("measure.arrow_told", x=round(x) + 1, y=round(y) + 1))
    return tr("measure.sentence", name=name, told=tr("measure.and").join(_area_parts(figures)))


def with_origin(value: str, scale: Scale) -> str:
    """Return a length or an area with what it is measured at."""
    return tr(f"measured.{scale.source}", value=value)


def _length(figures: Figures) -> str:
    scale = figures.scale
    if figures.length is None and figures.steps is not None:
        told = zip(figures.steps, (scale.x_unit, scale.y_unit), strict=True)
        return " × ".join(f"{plain_number(value)} {unit}" for value, unit in told)
    return with_origin(f"{figures.length or 0:.1f} {scale.x_unit}", scale)


def _angle(shape: Shape, figures: Figures) -> str:
    if shape.kind is Kind.ANGLE or figures.angle is None:
        return _degrees(figures.angle)
    return tr("measure.cobb_label", angle=_degrees(figures.angle))


def _degrees(angle: float | None) -> str:
    return tr("measure.no_angle") if angle is None else f"{angle:.1f}°"


def _probe(frame: Frame, shape: Shape) -> tuple[str, ...]:
    return value_at(frame, *shape.points[0]) or (tr("measure.beside"),)


def _area_lines(figures: Figures) -> Iterator[str]:
    counted = figures.statistics
    if counted is None:
        yield tr("measure.counting")
    elif not counted.n:
        yield _empty(counted)
    else:
        mean, sd = _by_spread(counted.mean, counted.sd)
        yield tr("measure.label_mean", mean=_with_unit(mean, counted), sd=sd)
        yield tr("measure.label_range", low=_number(counted.minimum), high=_value(counted.maximum, counted))
    yield with_origin(_area(figures), figures.scale)


def _area_parts(figures: Figures) -> Iterator[str]:
    counted = figures.statistics
    if counted is not None and not counted.n:
        yield _empty(counted)
    elif counted is not None:
        yield tr("measure.mean", value=_value(counted.mean, counted))
        yield tr("measure.sd", value=_value(counted.sd, counted)) if counted.sd is not None else tr("measure.no_sd")
        yield tr("measure.minimum", value=_value(counted.minimum, counted))
        yield tr("measure.maximum", value=_value(counted.maximum, counted))
        yield tr("measure.pixels", n=counted.n)
        if counted.left_out:
            yield tr("measure.left_out", n=counted.left_out)
    yield tr("measure.area", value=with_origin(_area(figures), figures.scale))
    if figures.size is not None:
        unit = figures.scale.x_unit
        yield tr("measure.size", value=f"{figures.size[0]:.1f} × {figures.size[1]:.1f} {unit}")
    if figures.crosses_itself:
        yield tr("measure.crosses_itself")


def _empty(counted: Statistics) -> str:
    return tr("measure.only_left_out", n=counted.left_out) if counted.left_out else tr("measure.empty")


def _area(figures: Figures) -> str:
    return f"{figures.area or 0:.1f} {figures.scale.x_unit}²"


def _by_spread(mean: float | None, sd: float | None) -> tuple[str, str]:
    """Return mean and SD as the picture shows them: as fine as the SD's second digit; a report has all digits."""
    if mean is None or sd is None:
        return _number(mean), _number(sd)
    if sd <= NOISE * abs(mean):
        return _number(mean), _number(0.0)
    decimals = max(0, 1 - math.floor(math.log10(sd)))
    return f"{mean:.{decimals}f}", f"{sd:.{decimals}f}"


def _value(value: float | None, counted: Statistics) -> str:
    """Return a value with its unit."""
    return _with_unit(_number(value), counted)


def _with_unit(number: str, counted: Statistics) -> str:
    """Return a number with its unit; of colour, that it is luminance."""
    unit = tr("measure.luminance") if counted.quantity == "luminance" else counted.unit
    return f"{number} {unit}".strip()


def _number(value: float | None) -> str:
    """Return a value as people read it, with four figures."""
    return "–" if value is None else plain_number(value)
