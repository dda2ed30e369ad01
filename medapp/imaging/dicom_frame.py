"""One frame of a DICOM file: stored values, and all that turns them into modality values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.attributes import first_item, integer, number, text
from medapp.imaging.codecs import Decoded, decode_frame, is_encapsulated, is_video
from medapp.imaging.colour import expand_palette, to_8_bits, ybr_to_rgb
from medapp.imaging.dicom import DicomFile, encapsulated_frames
from medapp.imaging.dicom_geometry import geometry_of
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.layout import PixelLayout, layout_of
from medapp.imaging.limits import ReadLimits
from medapp.imaging.luts import luts_in, windows_in
from medapp.imaging.meaning import with_meaning
from medapp.imaging.native import read_native
from medapp.imaging.overlay_planes import overlay_of, own_planes
from medapp.imaging.shutters import Shutter, shutters_in
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
    return with_meaning(_frame(file, layout, scope, index), scope, file.transfer_syntax)


def _frame(file: DicomFile, layout: PixelLayout, scope: FrameScope, index: int) -> Frame:
    decoded = _decode(file, layout, index)
    if decoded.values.ndim == 3:
        return Frame(stored=_rgb(decoded, layout), **_general(file, layout, scope, index))
    if layout.photometric == "PALETTE COLOR":
        indices = _stored(decoded, layout)[0]
        rgb = expand_palette(indices, file.dataset)
        return Frame(stored=rgb, **_general(file, layout, scope, index))
    return _grey_frame(file, layout, decoded, scope, index)


def decoded_values(file: DicomFile, layout: PixelLayout, index: int) -> NDArray[Any]:
    """Return the stored values of frame `index` (from 0) of a grey image, and nothing else; raises as `read_frame`."""
    return _stored(_decode(file, layout, index), layout)[0]


def _decode(file: DicomFile, layout: PixelLayout, index: int) -> Decoded:
    assert file.pixels is not None
    if is_video(file.transfer_syntax):
        raise MedappError("dicom.video")
    offset, length = file.pixels.offset, file.pixels.length
    if length is None:
        found = encapsulated_frames(file, layout.frames)
        return decode_frame(found.read(file.stream, index), file.transfer_syntax, layout)
    if is_encapsulated(file.transfer_syntax):
        file.stream.seek(offset)
        return decode_frame(file.stream.read(length), file.transfer_syntax, layout)
    values = read_native(
        file.stream, offset, length, layout, index,
        little_endian=file.little_endian, words=file.pixels.representation != "OB",
    )  # fmt: skip
    return Decoded(values)


def _general(file: DicomFile, layout: PixelLayout, scope: FrameScope, index: int) -> dict[str, Any]:
    """Return what all frames have, colour or not."""
    return {
        "modality": text(file.dataset, "Modality").upper() or "OT",
        "geometry": geometry_of(scope),
        "number": index + 1,
        "discrete": layout.bits_stored == 1
        or layout.photometric == "PALETTE COLOR"
        or text(file.dataset, "SegmentationType") in {"BINARY", "LABELMAP"},
        "overlay": overlay_of(file.dataset, layout, None, index),
        "shutters": _shutters(file.dataset, index),
    }


def _shutters(dataset: Dataset, index: int) -> tuple[Shutter, ...]:
    named = integer(dataset, "ShutterOverlayGroup") is not None
    planes = own_planes(dataset, index) if named else {}
    return shutters_in(dataset, {group: plane.mask for group, plane in planes.items()})


def _rgb(decoded: Decoded, layout: PixelLayout) -> NDArray[np.uint8]:
    """Return colour as RGB of 8 bits; YBR is converted here unless the codec has done it."""
    values = decoded.values[..., :3]
    if values.shape[-1] != 3:
        raise MedappError("dicom.bad_layout", samples=values.shape[-1], bits=layout.bits_allocated)
    if values.dtype.kind == "f":
        raise MedappError("dicom.bad_layout", samples=3, bits=layout.bits_allocated)
    if decoded.signed:
        values = np.clip(values, 0, None)
    eight = to_8_bits(values, decoded.precision or layout.bits_stored)
    is_ybr = layout.photometric.startswith("YBR") and layout.photometric not in {"YBR_ICT", "YBR_RCT"}
    if is_ybr and not decoded.is_rgb:
        return ybr_to_rgb(eight, layout.photometric)
    return np.ascontiguousarray(eight)


def _grey_frame(file: DicomFile, layout: PixelLayout, decoded: Decoded, scope: FrameScope, index: int) -> Frame:
    dataset = file.dataset
    stored, containers = _stored(decoded, layout)
    slope, intercept, unit = _rescale(scope)
    tables = luts_in(dataset, "ModalityLUTSequence", signed_input=stored.dtype.kind == "i")
    general = _general(file, layout, scope, index)
    if tables:
        unit = _lut_unit(dataset)
    elif not unit and general["modality"] == "CT" and _has_rescale(scope):
        unit = "HU"
    signed_output = not tables and (stored.dtype.kind in "if" or intercept < 0 or slope < 0)
    return Frame(
        stored=stored,
        slope=slope,
        intercept=intercept,
        modality_lut=tables[0] if tables else None,
        valid=_valid(dataset, stored, containers, layout),
        inverted=layout.photometric == "MONOCHROME1" or text(dataset, "PresentationLUTShape") == "INVERSE",
        unit=unit or _pet_unit(dataset),
        bits_stored=layout.bits_stored,
        windows=_frame_windows(scope),
        voi_luts=_voi_luts(scope, signed_input=signed_output),
        **{**general, "overlay": overlay_of(dataset, layout, decoded.values, index)},
    )


def _stored(decoded: Decoded, layout: PixelLayout) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return stored values and, for padding, the containers as they were before masking.

    Notes
    -----
    PS3.5 8.1.1: bits above High Bit are not part of the value (old files keep overlays there), and
    the sign is in the highest stored bit. Where the codestream names a precision or a sign, it is
    believed; unsigned codestreams that hold signed values are sign-extended from their precision.
    """
    values = decoded.values
    if values.dtype.kind == "f":
        return values, values
    bits, high = layout.bits_stored, layout.high_bit
    if decoded.precision is not None and decoded.precision != bits:
        bits = high = decoded.precision
        high -= 1
    if decoded.signed:
        return values, values
    width = values.dtype.itemsize * 8
    unsigned = values.view(f"u{values.dtype.itemsize}")
    if high + 1 > bits:
        unsigned = unsigned >> (high + 1 - bits)
    return _extended(unsigned, min(bits, width), layout.signed), _extended(values, width, layout.signed)


def _extended(values: NDArray[Any], bits: int, signed: bool) -> NDArray[Any]:
    """Mask to `bits` and extend the sign."""
    size = values.dtype.itemsize
    unsigned = values.view(f"u{size}")
    if not signed:
        return unsigned if bits == size * 8 else unsigned & unsigned.dtype.type(2**bits - 1)
    spare = size * 8 - bits
    shifted = (unsigned << unsigned.dtype.type(spare)).view(f"i{size}")
    extended: NDArray[Any] = shifted >> shifted.dtype.type(spare)
    return extended


def _valid(
    dataset: Dataset, stored: NDArray[Any], containers: NDArray[Any], layout: PixelLayout
) -> NDArray[np.bool_] | None:
    """Return what is not padding (PS3.3 C.7.5.1.1.2): compared with stored values, and with whole containers.

    The padding value may lie outside Bits Stored, so masking can hide it.
    """
    keywords = ("PixelPaddingValue", "PixelPaddingRangeLimit")
    if stored.dtype.kind == "f":
        keywords = ("FloatPixelPaddingValue", "FloatPixelPaddingRangeLimit")
    first = number(dataset, keywords[0])
    if first is None:
        return None
    last = number(dataset, keywords[1])
    bounds = [_as_stored(v, layout) for v in (first, first if last is None else last)]
    low, high = min(bounds), max(bounds)
    padding = (stored >= low) & (stored <= high)
    if containers is not stored and layout.bits_stored < layout.bits_allocated:
        padding |= (containers >= low) & (containers <= high)
    return ~padding if padding.any() else None


def _as_stored(value: float, layout: PixelLayout) -> float:
    """Read a padding value with the sign of the pixels, whatever its own representation says."""
    if layout.kind != "integer":
        return value
    span = 1 << layout.bits_allocated
    whole = int(value) % span
    return whole - span if layout.signed and whole >= span // 2 else whole


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
    units = text(dataset, "Units")
    return {"BQML": "Bq/ml", "GML": "SUV", "CNTS": "counts"}.get(units, units)


def _frame_windows(scope: FrameScope) -> tuple[Window, ...]:
    found = (windows_in(item) for item in scope.macro("FrameVOILUTSequence"))
    return next((windows for windows in found if windows), ())


def _voi_luts(scope: FrameScope, *, signed_input: bool) -> tuple[Lut, ...]:
    found = (luts_in(item, "VOILUTSequence", signed_input=signed_input) for item in scope.macro("FrameVOILUTSequence"))
    return next((luts for luts in found if luts), ())
