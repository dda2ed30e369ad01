"""What a source pixel is worth where something is measured, in which unit, and where that is known from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medapp.display.measuring.shapes import Calibration, Point
from medapp.display.viewport import pixel_aspect
from medapp.imaging.frame import Frame
from medapp.imaging.regions import UltrasoundRegion

MM, PX = "mm", "px"


@dataclass(frozen=True)
class Scale:
    """Physical values of one step.

    Attributes
    ----------
    across, down : float
        Of one pixel to the right, and of one down; positive.
    x_unit, y_unit : str
        ``mm``, ``px``, or what an ultrasound region has: ``s``, ``cm/s``, …
    source : str
        ``patient``, ``detector``, ``magnified``, ``calibrated`` and ``by_hand`` as `Geometry.spacing_source` has them,
        ``region`` or ``doubtful`` of an ultrasound region, ``none`` for pixels.
    aspect : float
        Height of a pixel divided by its width; for angles where no millimetres are known.
    in_space : bool
        Whether both directions are of space, or pixels, so that there are lengths and areas; not so where one is time.
    """

    across: float = 1.0
    down: float = 1.0
    x_unit: str = PX
    y_unit: str = PX
    source: str = "none"
    aspect: float = 1.0
    in_space: bool = True

    @property
    def is_mm(self) -> bool:
        """Whether lengths are millimetres."""
        return self.in_space and self.x_unit == MM

    def length(self, start: Point, end: Point) -> float:
        """Return the distance of two points in `x_unit`; only where the scale is in space."""
        return math.hypot((end[0] - start[0]) * self.across, (end[1] - start[1]) * self.down)

    def square(self, points: Sequence[Point]) -> NDArray[np.float64]:
        """Return points in a plane where a step is as long in every direction, shape (n, 2): angles are true there."""
        step = (self.across, self.down) if self.is_mm else (1.0, self.aspect)
        return np.asarray(points, np.float64) * step


def scale_of(frame: Frame, points: Sequence[Point]) -> Scale:
    """Return what pixels are worth for something that is drawn through `points`.

    Parameters
    ----------
    frame : Frame
    points : sequence of Point
        In an ultrasound picture a region's units hold where all of them lie in it; from one region into another, and
        outside of all, there are pixels only.

    Notes
    -----
    PS3.3 10.7 (what a spacing is measured at), C.8.5.5 (ultrasound regions), C.7.6.3.1.7 (aspect).
    """
    aspect = pixel_aspect(frame.geometry)
    if frame.regions:
        region = common_region(frame, points)
        return Scale(aspect=aspect) if region is None else _of_region(region, aspect)
    spacing, source = frame.geometry.spacing_mm, frame.geometry.spacing_source
    if spacing is None or source == "none":
        return Scale(aspect=aspect)
    return Scale(spacing[1], spacing[0], MM, MM, source, spacing[0] / spacing[1])


def common_region(frame: Frame, points: Sequence[Point]) -> UltrasoundRegion | None:
    """Return the region whose units hold: all points lie in it, and no other such region disagrees."""
    around = [region for region in frame.regions if all(region.contains(*point) for point in points)]
    calibrated = [region for region in around if region.x_unit or region.y_unit]
    scales = {(r.x_unit, r.y_unit, round(abs(r.x_delta), 9), round(abs(r.y_delta), 9)) for r in calibrated}
    if len(scales) > 1:
        first = [region for region in calibrated if region.has_priority]
        return first[0] if len(first) == 1 else None
    return calibrated[0] if calibrated else None


def _of_region(region: UltrasoundRegion, aspect: float) -> Scale:
    spacing = region.spacing_mm
    if spacing is not None:
        source = "region" if region.fits else "doubtful"
        return Scale(spacing[1], spacing[0], MM, MM, source, spacing[0] / spacing[1])
    across = (abs(region.x_delta), region.x_unit) if region.x_unit else (1.0, PX)
    down = (abs(region.y_delta), region.y_unit) if region.y_unit else (1.0, PX)
    return Scale(across[0], down[0], across[1], down[1], "region", aspect, in_space=False)


def calibration_from(frame: Frame, start: Point, end: Point, length_mm: float) -> Calibration:
    """Return the spacing at which a line is as long as a person says.

    Parameters
    ----------
    frame : Frame
        Its pixels keep how much taller than wide they are.
    start, end : Point
    length_mm : float

    Raises
    ------
    ValueError
        Where the line has no length, or `length_mm` is no positive number.
    """
    aspect = pixel_aspect(frame.geometry)
    widths = math.hypot(end[0] - start[0], (end[1] - start[1]) * aspect)
    if not (widths > 0 and math.isfinite(length_mm) and length_mm > 0):
        raise ValueError(f"a line of {widths:g} pixels cannot be {length_mm:g} mm long")
    width_mm = length_mm / widths
    return Calibration((width_mm * aspect, width_mm))


def calibrated(frame: Frame, calibration: Calibration | None) -> Frame:
    """Return `frame` with the spacing that a person gave it; regions of the file hold no longer."""
    if calibration is None:
        return frame
    geometry = replace(frame.geometry, spacing_mm=calibration.spacing_mm, spacing_source="by_hand")
    return replace(frame, geometry=geometry, regions=())
