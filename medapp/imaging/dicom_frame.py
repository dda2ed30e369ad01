"""One frame of a DICOM file: stored values, and all that turns them into modality values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.ages import years_old
from medapp.imaging.attributes import first_item, integer, number, text
from medapp.imaging.colour import rgb_of
from medapp.imaging.decoded import Decoded
from medapp.imaging.dicom import DicomFile
from medapp.imaging.dicom_geometry import geometry_of
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.icc import profile_of, to_srgb
from medapp.imaging.layout import PixelLayout, layout_of
from medapp.imaging.limits import ReadLimits
from medapp.imaging.luts import luts_in, windows_in
from medapp.imaging.meaning import with_meaning
from medapp.imaging.overlay_planes import has_embedded_planes, overlay_of, own_planes
from medapp.imaging.padding import valid_pixels
from medapp.imaging.palettes import palette_of, supplement_of
from medapp.imaging.pixels import decode
from medapp.imaging.shutters import Shutter, shutters_in
from medapp.imaging.stored import size_notes, stored_values
from medapp.imaging.study import Window

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def read_frame(file: DicomFile, index: int, limits: ReadLimits) -> Frame:
    """Decode one frame of an opened file.

    Parameters
    ----------
    file : DicomFile
        Opened without a choice of tags.
    index : int
        From 0.
    limits : ReadLimits

    Returns
    -------
    Frame

    Raises
    ------
    MedappError
        ``dicom.no_pixels``, ``dicom.frame_missing``, ``dicom.truncated`` and what the codecs raise.
    """
    if file.pixels is None:
        raise MedappError("dicom.no_pixels")
    layout = layout_of(file.dataset, file.pixels.kind, limits)
    if not 0 <= index < layout.frames:
        raise MedappError("dicom.frame_missing", frame=index + 1, frames=layout.frames)
    scope = FrameScope.of(file.dataset, index)
    return with_meaning(_frame(file, layout, scope, index, limits), scope, file.transfer_syntax)


def _frame(file: DicomFile, layout: PixelLayout, scope: FrameScope, index: int, limits: ReadLimits) -> Frame:
    decoded = decode(file, layout, index, limits)
    general = _general(file, layout, scope, index)
    general["notes"] = size_notes(decoded, layout)
    if decoded.values.ndim == 3:
        return _colour_frame(rgb_of(decoded, layout), scope, general)
    if layout.photometric == "PALETTE COLOR":
        indices = stored_values(decoded, layout).values
        palette = palette_of(file.dataset, signed_input=indices.dtype.kind == "i")
        return _colour_frame(palette.colours(indices), scope, general)
    return _grey_frame(file, layout, decoded, scope, general)


def _colour_frame(rgb: NDArray[np.uint8], scope: FrameScope, general: dict[str, Any]) -> Frame:
    shown, notes = to_srgb(rgb, profile_of(scope))
    return Frame(stored=shown, **{**general, "notes": general["notes"] + notes})


def decoded_values(file: DicomFile, layout: PixelLayout, index: int, limits: ReadLimits) -> NDArray[Any]:
    """Return the stored values of frame `index` (from 0) of a grey image, and nothing else; raises as `read_frame`."""
    return stored_values(decode(file, layout, index, limits), layout).values


def _general(file: DicomFile, layout: PixelLayout, scope: FrameScope, index: int) -> dict[str, Any]:
    """Return what all frames have, colour or not."""
    return {
        "modality": text(file.dataset, "Modality").upper() or "OT",
        "body_part": text(file.dataset, "BodyPartExamined").upper(),
        "view": text(file.dataset, "ViewPosition").upper(),
        "age_years": _age(file.dataset),
        "maker": text(file.dataset, "Manufacturer").upper(),
        "geometry": geometry_of(scope),
        "number": index + 1,
        "discrete": layout.bits_stored == 1
        or layout.photometric == "PALETTE COLOR"
        or text(file.dataset, "SegmentationType") in {"BINARY", "LABELMAP"},
        "overlay": overlay_of(file.dataset, layout, None, index),
        "shutters": _shutters(file.dataset, index),
    }


def _age(dataset: Dataset) -> float | None:
    born, taken = text(dataset, "PatientBirthDate"), text(dataset, "StudyDate")
    return years_old(text(dataset, "PatientAge"), born, taken)


def _shutters(dataset: Dataset, index: int) -> tuple[Shutter, ...]:
    named = integer(dataset, "ShutterOverlayGroup") is not None
    planes = own_planes(dataset, index) if named else {}
    return shutters_in(dataset, {group: plane.mask for group, plane in planes.items()})


def _grey_frame(
    file: DicomFile, layout: PixelLayout, decoded: Decoded, scope: FrameScope, general: dict[str, Any]
) -> Frame:
    dataset = file.dataset
    stored = stored_values(decoded, layout, planes_above=has_embedded_planes(dataset, layout))
    is_signed = stored.values.dtype.kind == "i"
    slope, intercept, unit = _rescale(scope)
    tables = luts_in(dataset, "ModalityLUTSequence", signed_input=is_signed)
    if tables:
        unit = _lut_unit(dataset)
    elif not unit and general["modality"] == "CT" and _has_rescale(scope):
        unit = "HU"
    signed_output = not tables and (stored.values.dtype.kind in "if" or intercept < 0 or slope < 0)
    return Frame(
        stored=stored.values,
        slope=slope,
        intercept=intercept,
        modality_lut=tables[0] if tables else None,
        valid=valid_pixels(dataset, stored, layout),
        inverted=layout.photometric == "MONOCHROME1" or text(dataset, "PresentationLUTShape") == "INVERSE",
        unit=unit or _pet_unit(dataset),
        bits_stored=stored.bits,
        windows=_frame_windows(scope),
        voi_luts=_voi_luts(scope, signed_input=signed_output),
        supplement=supplement_of(scope, signed_input=is_signed),
        **{
            **general,
            "overlay": overlay_of(dataset, layout, decoded.values, general["number"] - 1),
            "notes": general["notes"] + stored.notes,
        },
    )


def _rescale(scope: FrameScope) -> tuple[float, float, str]:
    for item in scope.macro("PixelValueTransformationSequence"):
        slope, intercept = number(item, "RescaleSlope"), number(item, "RescaleIntercept")
        if slope is not None or intercept is not None:
            return slope if slope else 1.0, intercept or 0.0, _unit(text(item, "RescaleType"))
    return 1.0, 0.0, ""


def _has_rescale(scope: FrameScope) -> bool:
    """Whether a rescale is given for the frame at all."""
    return any(number(i, "RescaleIntercept") is not None for i in scope.macro("PixelValueTransformationSequence"))


def _unit(rescale_type: str) -> str:
    return "" if rescale_type in {"US", "NORMALIZED"} else rescale_type


def _lut_unit(dataset: Dataset) -> str:
    item = first_item(dataset, "ModalityLUTSequence")
    return _unit(text(item, "ModalityLUTType")) if item is not None else ""


def _pet_unit(dataset: Dataset) -> str:
    units, kind = text(dataset, "Units"), text(dataset, "SUVType")
    if units == "GML" and kind not in {"", "BW"}:
        return f"SUV {kind}"
    return {"BQML": "Bq/ml", "GML": "SUV", "CNTS": "counts"}.get(units, units)


def _frame_windows(scope: FrameScope) -> tuple[Window, ...]:
    found = (windows_in(item) for item in scope.macro("FrameVOILUTSequence"))
    return next((windows for windows in found if windows), ())


def _voi_luts(scope: FrameScope, *, signed_input: bool) -> tuple[Lut, ...]:
    found = (luts_in(item, "VOILUTSequence", signed_input=signed_input) for item in scope.macro("FrameVOILUTSequence"))
    return next((luts for luts in found if luts), ())
