"""Ultrasound regions: parts of a picture that have units of their own (US Region Calibration, PS3.3 C.8.5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from medapp.imaging.attributes import integer, items, number

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

RegionKind: TypeAlias = Literal["none", "2d", "motion", "spectral", "waveform", "graphics"]
_KINDS: tuple[RegionKind, ...] = ("none", "2d", "motion", "spectral", "waveform", "graphics")
_UNITS: tuple[tuple[str, float], ...] = (
    ("", 1.0), ("%", 1.0), ("dB", 1.0), ("mm", 10.0), ("s", 1.0), ("Hz", 1.0), ("dB/s", 1.0), ("cm/s", 1.0),
    ("mm²", 100.0), ("cm²/s", 1.0), ("ml", 1.0), ("ml/s", 1.0), ("°", 1.0),
)  # fmt: skip
"""Physical Units (0018,6024), 0 to 12: our unit, and how many of it the file's unit is; centimetres get millimetres."""
_LOW_PRIORITY = 1
_SLACK_PX = 1


@dataclass(frozen=True)
class UltrasoundRegion:
    """A calibrated part of an ultrasound picture.

    Attributes
    ----------
    left, top, right, bottom : int
        Region Location, pixels from 0; `right` and `bottom` belong to the region.
    kind : str
        Region Spatial Format: ``2d``, ``motion`` (M-mode), ``spectral``, ``waveform``, ``graphics`` or ``none``.
    data_type : int
        Region Data Type (0018,6014): 1 tissue, 2 colour flow, 3 PW Doppler, …
    x_unit, y_unit : str
        Unit of one step to the right and down: ``mm``, ``s``, ``cm/s``, ``Hz``, ``dB``, ``%``, ``°``, … or empty.
    x_delta, y_delta : float
        Physical value per pixel in these units; its sign tells the direction.
    reference : tuple of 2 float or None
        The pixel (x, y) of the picture that has the physical value `reference_value`.
    reference_value : tuple of 2 float
    has_priority : bool
        Whether its pixels lie over those of regions without it where they overlap (C.8.5.5.1.3).
    fits : bool
        Whether the region lies in the picture; one that reaches beyond it belongs to a picture that was cropped or
        scaled since, and its calibration is doubtful.
    """

    left: int
    top: int
    right: int
    bottom: int
    kind: RegionKind
    data_type: int
    x_unit: str
    y_unit: str
    x_delta: float
    y_delta: float
    reference: tuple[float, float] | None = None
    reference_value: tuple[float, float] = (0.0, 0.0)
    has_priority: bool = True
    fits: bool = True

    def contains(self, x: float, y: float) -> bool:
        """Tell whether the pixel (x, y) lies in the region."""
        return self.left <= round(x) <= self.right and self.top <= round(y) <= self.bottom

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Row and column spacing of a two-dimensional region in space, else None."""
        if self.kind != "2d" or self.x_unit != "mm" or self.y_unit != "mm":
            return None
        return abs(self.y_delta), abs(self.x_delta)

    def physical_at(self, x: float, y: float) -> tuple[float | None, float | None]:
        """Return the physical values at a pixel (x, y), in `x_unit` and `y_unit`; None where an axis has none."""
        at_x, at_y = self.reference or (self.left, self.top)
        across = (x - at_x) * self.x_delta + self.reference_value[0] if self.x_unit and self.x_delta else None
        down = (y - at_y) * self.y_delta + self.reference_value[1] if self.y_unit and self.y_delta else None
        return across, down


def regions_of(dataset: Dataset, rows: int, columns: int) -> tuple[UltrasoundRegion, ...]:
    """Return the ultrasound regions of an image; malformed ones are left out.

    Parameters
    ----------
    dataset : Dataset
    rows, columns : int
        Size of the picture.

    Notes
    -----
    PS3.3 C.8.5.5.1: bounds are inclusive and count from 0; Reference Pixel counts from the region's corner; the
    physical values grow by Physical Delta for each pixel to the right and down.
    """
    found = (_region(item, rows, columns) for item in items(dataset, "SequenceOfUltrasoundRegions"))
    return tuple(region for region in found if region is not None)


def _region(item: Dataset, rows: int, columns: int) -> UltrasoundRegion | None:
    bounds = [integer(item, f"RegionLocation{name}") for name in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
    left, top, right, bottom = (-1 if bound is None else bound for bound in bounds)
    if min(left, top) < 0 or right < left or bottom < top:
        return None
    x_unit, x_delta, x_value = _axis(item, "X")
    y_unit, y_delta, y_value = _axis(item, "Y")
    kind = integer(item, "RegionSpatialFormat") or 0
    at = integer(item, "ReferencePixelX0"), integer(item, "ReferencePixelY0")
    return UltrasoundRegion(
        left, top, right, bottom,
        kind=_KINDS[kind] if 0 <= kind < len(_KINDS) else "none",
        data_type=integer(item, "RegionDataType") or 0,
        x_unit=x_unit, y_unit=y_unit, x_delta=x_delta, y_delta=y_delta,
        reference=None if at[0] is None or at[1] is None else (left + at[0], top + at[1]),
        reference_value=(x_value, y_value),
        has_priority=not (integer(item, "RegionFlags") or 0) & _LOW_PRIORITY,
        fits=right < columns + _SLACK_PX and bottom < rows + _SLACK_PX,
    )  # fmt: skip


def _axis(item: Dataset, axis: str) -> tuple[str, float, float]:
    """Return unit, value a pixel, and value at the reference pixel of one direction; no unit where nothing is said."""
    code = integer(item, f"PhysicalUnits{axis}Direction") or 0
    delta = number(item, f"PhysicalDelta{axis}") or 0.0
    if not (0 < code < len(_UNITS) and delta):
        return "", 0.0, 0.0
    unit, scale = _UNITS[code]
    value = number(item, f"ReferencePixelPhysicalValue{axis}") or 0.0
    return unit, delta * scale, value * scale
