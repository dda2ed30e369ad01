"""Ultrasound regions: parts of a picture that have units of their own (US Region Calibration, PS3.3 C.8.5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

RegionKind: TypeAlias = Literal["none", "2d", "motion", "spectral", "waveform", "graphics"]


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
        Unit of one step to the right and down: ``mm``, ``s``, ``mm/s``, ``Hz``, ``dB``, ``%``, ``°``, … or empty.
    x_delta, y_delta : float
        Physical value per pixel in these units; its sign tells the direction.
    reference : tuple of 2 float or None
        The pixel (x, y) of the picture that has the physical value `reference_value`.
    reference_value : tuple of 2 float
    is_transparent : bool
        Whether what lies below shows through: of several regions at a pixel an opaque one counts.
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
    is_transparent: bool = False

    def contains(self, x: float, y: float) -> bool:
        """Tell whether the pixel (x, y) lies in the region."""
        return self.left <= round(x) <= self.right and self.top <= round(y) <= self.bottom

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Row and column spacing of a two-dimensional region in space, else None."""
        if self.kind != "2d" or self.x_unit != "mm" or self.y_unit != "mm":
            return None
        return abs(self.y_delta), abs(self.x_delta)
