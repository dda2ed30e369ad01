"""Reading presentation states (PS3.3 A.33): from a data set to frozen values; what is malformed is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medapp.errors import MedappError
from medapp.imaging.archive import open_source
from medapp.imaging.attributes import exactly, first_item, integer, items, number, numbers, text
from medapp.imaging.dicom import open_dicom
from medapp.imaging.limits import ReadLimits
from medapp.imaging.luts import luts_in, windows_in
from medapp.imaging.overlay_planes import own_planes
from medapp.imaging.presentation import (
    ActiveOverlay,
    DisplayedArea,
    ImageReference,
    OverlayPlane,
    PresentationState,
    SizeMode,
    SoftcopyVoi,
    StateKind,
    StateRescale,
)
from medapp.imaging.presentation_graphics import annotations_in, layers_in
from medapp.imaging.presentation_references import references_of
from medapp.imaging.shutters import shutters_in
from medapp.imaging.sniff import HEAD_BYTES, kind_of
from medapp.imaging.sop_classes import is_presentation_state

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_KINDS: dict[str, StateKind] = {
    "1": "grayscale",
    "2": "color",
    "3": "pseudo_color",
    "4": "blending",
    "5": "angiographic",
}
_OVERLAYS = range(0x6000, 0x6020, 2)
_ACTIVATION_LAYER = 0x1001
_SIZE_MODES: dict[str, SizeMode] = {"TRUE SIZE": "TRUE SIZE", "MAGNIFY": "MAGNIFY"}


def read_presentation(source: str, limits: ReadLimits) -> PresentationState:
    """Read the presentation state of a source.

    Raises
    ------
    MedappError
        ``presentation.not_one`` where the file is something else, and what reading raises.
    """
    with open_source(source, limits) as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        if kind_of(head) != "dicom":
            raise MedappError("presentation.not_one")
        file = open_dicom(stream, limits)
        sop_class = text(file.dataset, "SOPClassUID") or file.media_class
        if not is_presentation_state(sop_class):
            raise MedappError("presentation.not_one")
        return state_in(file.dataset, _KINDS.get(sop_class.rpartition(".")[2], "other"))


def state_in(dataset: Dataset, kind: StateKind) -> PresentationState:
    """Return what the data set of a presentation state says."""
    planes = own_planes(dataset)
    lut_item = first_item(dataset, "PresentationLUTSequence")
    luts = luts_in(dataset, "PresentationLUTSequence", signed_input=False) if lut_item is not None else ()
    return PresentationState(
        kind=kind,
        label=text(dataset, "ContentLabel"),
        description=text(dataset, "ContentDescription"),
        created=f"{text(dataset, 'PresentationCreationDate')} {text(dataset, 'PresentationCreationTime')}".strip(),
        sop_instance_uid=text(dataset, "SOPInstanceUID"),
        references=_referenced_series(dataset),
        rescale=_rescale(dataset),
        vois=_vois(dataset),
        presentation_lut=luts[0] if luts else None,
        inverse=text(dataset, "PresentationLUTShape").upper() == "INVERSE",
        areas=_areas(dataset),
        quarter_turns=round((number(dataset, "ImageRotation") or 0) / 90) % 4,
        flipped=text(dataset, "ImageHorizontalFlip").upper() == "Y",
        shutters=shutters_in(dataset, {group: plane.mask for group, plane in planes.items()}),
        layers=layers_in(dataset),
        annotations=annotations_in(dataset),
        planes=tuple(OverlayPlane(group, plane.mask, plane.origin) for group, plane in planes.items()),
        active_overlays=_active_overlays(dataset),
        not_applied=_not_applied(dataset, kind),
    )


def _referenced_series(dataset: Dataset) -> tuple[ImageReference, ...]:
    """Return the images of Referenced Series Sequence (C.11.11), also those of a blending state's inputs."""
    scopes = [dataset, *items(dataset, "BlendingSequence")]
    series = [item for scope in scopes for item in items(scope, "ReferencedSeriesSequence")]
    return tuple(
        reference for item in series for reference in references_of(item, series_uid=text(item, "SeriesInstanceUID"))
    )


def _rescale(dataset: Dataset) -> StateRescale | None:
    tables = luts_in(dataset, "ModalityLUTSequence", signed_input=False)
    if tables:
        unit = text(items(dataset, "ModalityLUTSequence")[0], "ModalityLUTType")
        return StateRescale(unit="" if unit == "US" else unit, lut=tables[0])
    slope, intercept = number(dataset, "RescaleSlope"), number(dataset, "RescaleIntercept")
    if slope is None and intercept is None:
        return None
    unit = text(dataset, "RescaleType")
    return StateRescale(slope or 1.0, intercept or 0.0, "" if unit == "US" else unit)


def _vois(dataset: Dataset) -> tuple[SoftcopyVoi, ...]:
    """Return the windows and tables of Softcopy VOI LUT Sequence (C.11.8)."""
    signed = (number(dataset, "RescaleIntercept") or 0.0) < 0
    return tuple(
        SoftcopyVoi(references_of(item), windows_in(item), luts_in(item, "VOILUTSequence", signed_input=signed))
        for item in items(dataset, "SoftcopyVOILUTSequence")
    )


def _areas(dataset: Dataset) -> tuple[DisplayedArea, ...]:
    found = (_area(item) for item in items(dataset, "DisplayedAreaSelectionSequence"))
    return tuple(area for area in found if area is not None)


def _area(item: Dataset) -> DisplayedArea | None:
    """Return one displayed area; its corners count from 1, and which is the upper depends on the turns (C.10.4)."""
    corners = ("DisplayedAreaTopLeftHandCorner", "DisplayedAreaBottomRightHandCorner")
    one, other = (exactly(item, keyword, 2) for keyword in corners)
    if one is None or other is None:
        return None
    aspect = exactly(item, "PresentationPixelAspectRatio", 2)
    spacing = exactly(item, "PresentationPixelSpacing", 2)
    magnification = number(item, "PresentationPixelMagnificationRatio")
    return DisplayedArea(
        first=(min(one[0], other[0]) - 1, min(one[1], other[1]) - 1),
        last=(max(one[0], other[0]) - 1, max(one[1], other[1]) - 1),
        mode=_SIZE_MODES.get(text(item, "PresentationSizeMode").upper(), "SCALE TO FIT"),
        spacing_mm=(spacing[0], spacing[1]) if spacing and min(spacing) > 0 else None,
        aspect=(int(aspect[0]), int(aspect[1])) if aspect and min(aspect) >= 1 else None,
        magnification=magnification if magnification and magnification > 0 else None,
        references=references_of(item),
    )


def _active_overlays(dataset: Dataset) -> tuple[ActiveOverlay, ...]:
    """Return which overlay planes are to be seen (Overlay Activation Layer, C.11.7)."""
    named = [(group, (group, _ACTIVATION_LAYER)) for group in _OVERLAYS]
    found = [(group, str(dataset[tag].value or "").strip()) for group, tag in named if tag in dataset]
    return tuple(ActiveOverlay(group, layer) for group, layer in found if layer)


def _not_applied(dataset: Dataset, kind: StateKind) -> tuple[str, ...]:
    """Tell what the state asks for and this program does not do."""
    missing = []
    if items(dataset, "MaskSubtractionSequence"):
        missing.append("mask")
    if kind == "pseudo_color":
        missing.append("palette")
    if kind in {"blending", "other"}:
        missing.append("kind")
    annotations = items(dataset, "GraphicAnnotationSequence")
    if any(items(annotation, "CompoundGraphicSequence") for annotation in annotations):
        missing.append("compound_graphics")
    rotation = integer(dataset, "ImageRotation") or 0
    if rotation % 90 or len(numbers(dataset, "ImageRotation")) > 1:
        missing.append("rotation")
    return tuple(missing)
