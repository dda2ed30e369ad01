"""Position, orientation and spacing of one frame, and where the spacing comes from (PS3.3 C.7.6.2, 10.7)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, cast

from medapp.imaging.attributes import exactly, integer, number, raw_value, text, values
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.regions import regions_of
from medapp.imaging.study import PROJECTIONS, Geometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SpacingSource = Literal["patient", "detector", "magnified", "calibrated", "none"]


def geometry_of(scope: FrameScope) -> Geometry:
    """Return the geometry of a frame; what is missing, or impossible, is None."""
    dataset = scope.dataset
    position = _first(scope, "PlanePositionSequence", "ImagePositionPatient", 3)
    orientation = _first(scope, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    spacing, source = _spacing(scope)
    aspect = exactly(dataset, "PixelAspectRatio", 2)
    letters = [str(v).strip() for v in values(dataset, "PatientOrientation")]
    return Geometry(
        position=cast("Any", position),
        orientation=cast("Any", orientation if orientation and _is_orthonormal(orientation) else None),
        frame_of_reference=text(dataset, "FrameOfReferenceUID"),
        spacing_mm=spacing,
        spacing_source=source,
        patient_orientation=(letters[0], letters[1]) if len(letters) == 2 and all(letters) else None,
        aspect=(int(aspect[0]), int(aspect[1])) if aspect and min(aspect) >= 1 else None,
    )


def _first(scope: FrameScope, macro: str, keyword: str, count: int) -> tuple[float, ...] | None:
    found = (exactly(item, keyword, count) for item in scope.macro(macro))
    return next((value for value in found if value is not None), None)


def _is_orthonormal(cosines: tuple[float, ...]) -> bool:
    """Whether the direction cosines are unit vectors at a right angle, within what rounding leaves."""
    row, column = cosines[:3], cosines[3:]
    dot = sum(r * c for r, c in zip(row, column, strict=True))
    return abs(math.hypot(*row) - 1) < 0.01 and abs(math.hypot(*column) - 1) < 0.01 and abs(dot) < 0.01


def _spacing(scope: FrameScope) -> tuple[tuple[float, float] | None, SpacingSource]:
    """Return the spacing and what it is measured at: projections have it at the detector unless calibrated."""
    dataset = scope.dataset
    patient = _positive(_first(scope, "PixelMeasuresSequence", "PixelSpacing", 2))
    detector = _positive(exactly(dataset, "ImagerPixelSpacing", 2))
    if patient is not None:
        return patient, _meaning(dataset, patient, detector)
    if detector is not None:
        return _at_patient(dataset, detector)
    nominal = _positive(exactly(dataset, "NominalScannedPixelSpacing", 2))
    if nominal is not None:
        return nominal, "detector"
    region = _ultrasound(dataset)
    return region, "none" if region is None else "calibrated"


def _meaning(
    dataset: Dataset, spacing: tuple[float, float], detector: tuple[float, float] | None
) -> Literal["patient", "detector", "calibrated"]:
    """Tell what Pixel Spacing means: in a projection it is the detector's unless something calibrated it (10.7.1.3)."""
    if raw_value(dataset, "PixelSpacingCalibrationType") or (detector is not None and detector != spacing):
        return "calibrated"
    is_projection = detector is not None or text(dataset, "Modality") in PROJECTIONS
    return "detector" if is_projection else "patient"


def _at_patient(dataset: Dataset, detector: tuple[float, float]) -> tuple[tuple[float, float], SpacingSource]:
    """Divide the detector's spacing by the estimated magnification, where there is one."""
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    if factor is None or factor <= 1:
        return detector, "detector"
    return (detector[0] / factor, detector[1] / factor), "magnified"


def _ultrasound(dataset: Dataset) -> tuple[float, float] | None:
    """Return the spacing of the two-dimensional ultrasound regions where they have but one; others have other units."""
    regions = regions_of(dataset, integer(dataset, "Rows") or 0, integer(dataset, "Columns") or 0)
    found = {region.spacing_mm for region in regions if region.spacing_mm is not None}
    return _positive(found.pop()) if len(found) == 1 else None


def _positive(pair: tuple[float, ...] | None) -> tuple[float, float] | None:
    if pair is None or not all(1e-6 < value < 1e4 for value in pair):
        return None
    return pair[0], pair[1]
