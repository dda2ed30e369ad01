"""What the values of a decoded frame mean beyond their rescale: regions, real-world values, SUV, marks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from medapp.imaging.attributes import text
from medapp.imaging.cine import frame_ms, plays_back_and_forth
from medapp.imaging.frame import Frame
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.marks import marks_of
from medapp.imaging.real_world import RealWorldMapping, real_world_of
from medapp.imaging.regions import regions_of
from medapp.imaging.study import Note
from medapp.imaging.suv import SuvScale, suv_scale
from medapp.imaging.tiles import tile_count

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SUV = "SUVbw"


def with_meaning(frame: Frame, scope: FrameScope, transfer_syntax: str) -> Frame:
    """Return `frame` with all that its data set says about the meaning of its values.

    Parameters
    ----------
    frame : Frame
        As decoded.
    scope : FrameScope
        The data sets that speak about it.
    transfer_syntax : str
    """
    dataset = scope.dataset
    kind = frame.stored.dtype.kind
    mappings = real_world_of(scope, is_float=kind == "f", is_signed=kind == "i") if not frame.is_colour else ()
    scale = _suv(dataset, frame, mappings)
    reasons = (Note(f"suv.{scale.reason}"),) if scale.reason else ()
    if text(dataset, "SegmentationType") and (tiles := tile_count(dataset)):
        reasons = (*reasons, Note.of("segmentation.tile", tiles=tiles))
    return replace(
        frame,
        unit=frame.unit or _unit_of_values(frame, mappings),
        regions=regions_of(dataset, *frame.shape),
        real_world=mappings,
        suv_factor=scale.factor,
        marks=marks_of(dataset, transfer_syntax),
        shown_ms=frame_ms(dataset, frame.number - 1),
        sweeps=plays_back_and_forth(dataset),
        notes=frame.notes + reasons,
    )


def _unit_of_values(frame: Frame, mappings: tuple[RealWorldMapping, ...]) -> str:
    """Return the unit of a mapping that leaves the modality values as they are: then it is theirs as well."""
    for mapping in mappings:
        same = (mapping.slope, mapping.intercept) == (frame.slope, frame.intercept)
        if same and not mapping.table and frame.modality_lut is None:
            return mapping.unit
    return ""


def _suv(dataset: Dataset, frame: Frame, mappings: tuple[RealWorldMapping, ...]) -> SuvScale:
    """Return the SUV scale of a PET image; a mapping to SUV in the file goes before our own computation."""
    if frame.modality != "PT" or frame.is_colour:
        return SuvScale(None)
    for mapping in mappings:
        if mapping.unit == _SUV and not mapping.table and mapping.intercept == frame.intercept == 0 and frame.slope:
            return SuvScale(mapping.slope / frame.slope)
    if not text(dataset, "Units") and not mappings:
        return SuvScale(None, "units")
    return suv_scale(dataset)
