"""Reads a segmentation object: its segments, and each frame with the images it belongs to (PS3.3 A.51, A.51.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.archive import open_source
from medapp.imaging.attributes import first_item, integer, items, number, numbers, text
from medapp.imaging.dicom import DicomFile, open_dicom
from medapp.imaging.dicom_frame import decoded_values
from medapp.imaging.dicom_geometry import geometry_of
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.layout import PixelLayout, layout_of
from medapp.imaging.limits import ReadLimits
from medapp.imaging.segment_colours import colour_of
from medapp.imaging.segmentation import Segment, Segmentation, SegmentationKind, SegmentPlane, SourceFrame
from medapp.imaging.sniff import HEAD_BYTES, kind_of
from medapp.imaging.structure_set import STRUCTURE_SET, read_structure_set
from medapp.imaging.study import Geometry
from medapp.imaging.tiles import tile_count, tile_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_KINDS: dict[str, SegmentationKind] = {"BINARY": "BINARY", "FRACTIONAL": "FRACTIONAL", "LABELMAP": "LABELMAP"}


def load_segmentation(source: str, limits: ReadLimits) -> Segmentation:
    """Open a source and read the segmentation, or the structure set, in it; raises as `read_segmentation`."""
    with open_source(source, limits) as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        if kind_of(head) != "dicom":
            raise MedappError("segmentation.none")
        file = open_dicom(stream, limits)
        if text(file.dataset, "SOPClassUID") == STRUCTURE_SET:
            return read_structure_set(file.dataset, source, limits)
        return read_segmentation(file, source, limits)


def read_segmentation(file: DicomFile, source: str, limits: ReadLimits) -> Segmentation:
    """Read all of a segmentation.

    Parameters
    ----------
    file : DicomFile
        Opened without a choice of tags.
    source : str
        What the readers call it.
    limits : ReadLimits
        All planes together, cropped, may take `frame_bytes`.

    Returns
    -------
    Segmentation

    Raises
    ------
    MedappError
        ``segmentation.none`` where the object is no segmentation, ``segmentation.too_large``, and what decoding raises.
    """
    dataset = file.dataset
    kind = _KINDS.get(text(dataset, "SegmentationType").upper())
    if file.pixels is None or kind is None:
        raise MedappError("segmentation.none")
    layout = layout_of(dataset, file.pixels.kind, limits)
    if layout.samples != 1 or layout.kind != "integer" or layout.bits_allocated > 16:
        raise MedappError("segmentation.none")
    segments = tuple(_segments(dataset, kind))
    planes = tuple(_planes(file, layout, kind, limits))
    return Segmentation(
        source=source,
        sop_instance_uid=text(dataset, "SOPInstanceUID"),
        kind=kind,
        rows=layout.rows,
        columns=layout.columns,
        segments=_complete(segments, planes, kind),
        planes=planes,
        label=text(dataset, "ContentLabel"),
        largest=max(1, integer(dataset, "MaximumFractionalValue") or 255) if kind == "FRACTIONAL" else 1,
        fractional_type=text(dataset, "SegmentationFractionalType"),
        tiles=tile_count(dataset),
        refers_to=tuple(sorted({s.sop_instance_uid for plane in planes for s in plane.sources} | _listed(dataset))),
    )


def _segments(dataset: Dataset, kind: SegmentationKind) -> Iterator[Segment]:
    for place, item in enumerate(items(dataset, "SegmentSequence"), start=1):
        stated = integer(item, "SegmentNumber")
        segment = place if stated is None else stated
        if kind == "LABELMAP" and segment == _background(dataset):
            continue
        kind_code = first_item(item, "SegmentedPropertyTypeCodeSequence")
        meaning = "" if kind_code is None else text(kind_code, "CodeMeaning")
        yield Segment(
            number=segment,
            label=text(item, "SegmentLabel") or meaning,
            algorithm=text(item, "SegmentAlgorithmType"),
            algorithm_name=text(item, "SegmentAlgorithmName"),
            property_type=meaning,
            colour=colour_of(item, segment),
        )


def _complete(
    segments: tuple[Segment, ...], planes: tuple[SegmentPlane, ...], kind: SegmentationKind
) -> tuple[Segment, ...]:
    """Add a nameless segment for every number that the frames use and the file does not describe."""
    used: set[int] = set()
    for plane in planes:
        used |= set(np.unique(plane.values).tolist()) if kind == "LABELMAP" else {plane.segment or 1}
    missing = sorted(used - {segment.number for segment in segments} - ({0} if kind == "LABELMAP" else set()))
    return segments + tuple(Segment(n, colour=colour_of(_nothing(), n)) for n in missing)


def _nothing() -> Dataset:
    from pydicom.dataset import Dataset as EmptyDataset

    return EmptyDataset()


def _background(dataset: Dataset) -> int:
    """Return the label of what belongs to no segment (Pixel Padding Value, C.8.20.2)."""
    return integer(dataset, "PixelPaddingValue") or 0


def _listed(dataset: Dataset) -> set[str]:
    """Return the images of the Referenced Series Sequence (C.12.4)."""
    listed = {
        text(image, "ReferencedSOPInstanceUID")
        for series in items(dataset, "ReferencedSeriesSequence")
        for image in items(series, "ReferencedInstanceSequence")
    }
    return listed - {""}


def _planes(file: DicomFile, layout: PixelLayout, kind: SegmentationKind, limits: ReadLimits) -> Iterator[SegmentPlane]:
    dataset = file.dataset
    per_frame = items(dataset, "PerFrameFunctionalGroupsSequence")
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    common = (shared,) if shared is not None else ()
    tiles = tile_count(dataset)
    whole = geometry_of(FrameScope(dataset, common))
    background, budget = _background(dataset) if kind == "LABELMAP" else 0, limits.frame_bytes
    for index in range(layout.frames):
        values, top, left = _cropped(decoded_values(file, layout, index, limits), background)
        budget -= values.nbytes
        if budget < 0:
            raise MedappError("segmentation.too_large", megabytes=limits.frame_bytes // 2**20)
        scope = FrameScope(dataset, (*per_frame[index : index + 1], *common))
        sources = tuple(_sources(scope)) if per_frame or not tiles else _one_slide(dataset)
        yield SegmentPlane(
            number=index + 1,
            tile=tile_of(scope, index) if tiles else 0,
            segment=None if kind == "LABELMAP" else _segment_number(scope, index // tiles if tiles else 0),
            sources=sources,
            geometry=_geometry(scope, whole),
            thickness_mm=_thickness(scope),
            top=top,
            left=left,
            values=values,
        )


def _geometry(scope: FrameScope, whole: Geometry) -> Geometry:
    """Return a frame's geometry; most frames differ in their position alone."""
    own = scope.groups[0] if scope.groups else None
    if own is None or "PlaneOrientationSequence" in own or "PixelMeasuresSequence" in own:
        return geometry_of(scope)
    item = first_item(own, "PlanePositionSequence")
    position = numbers(item, "ImagePositionPatient") if item is not None else []
    return replace(whole, position=(position[0], position[1], position[2])) if len(position) == 3 else whole


def _thickness(scope: FrameScope) -> float | None:
    """Return how far a frame reaches along its normal, millimetres: the spacing of slices before their thickness."""
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        for item in scope.macro("PixelMeasuresSequence"):
            thickness = number(item, keyword)
            if thickness:
                return abs(thickness)
    return None


def _segment_number(scope: FrameScope, tile_set: int) -> int:
    """Return the segment of a frame; without functional groups, tiles come segment by segment (C.7.6.17.3)."""
    for item in scope.macro("SegmentIdentificationSequence"):
        segment = integer(item, "ReferencedSegmentNumber")
        if segment is not None:
            return segment
    described = items(scope.dataset, "SegmentSequence")
    stated = integer(described[tile_set], "SegmentNumber") if tile_set < len(described) else None
    return tile_set + 1 if stated is None else stated


def _sources(scope: FrameScope) -> Iterator[SourceFrame]:
    """Yield the images that a frame was made from, where its pixels lie on theirs (C.7.6.16.2.6)."""
    for group in scope.groups:
        for derivation in items(group, "DerivationImageSequence"):
            for image in items(derivation, "SourceImageSequence"):
                if text(image, "SpatialLocationsPreserved") in {"NO", "REORIENTED_ONLY"}:
                    continue
                uid = text(image, "ReferencedSOPInstanceUID")
                for frame in numbers(image, "ReferencedFrameNumber") or [0]:
                    yield SourceFrame(uid, int(frame))


def _one_slide(dataset: Dataset) -> tuple[SourceFrame, ...]:
    """Return the slide that a fully tiled segmentation without functional groups refers to, where it is one alone."""
    listed = _listed(dataset)
    return (SourceFrame(next(iter(listed))),) if len(listed) == 1 else ()


def _cropped(values: NDArray[Any], background: int) -> tuple[NDArray[Any], int, int]:
    """Return the part of a frame that is not empty, and its first row and column."""
    if background:
        values = np.where(values == background, 0, values)
    rows, columns = np.flatnonzero(values.any(axis=1)), np.flatnonzero(values.any(axis=0))
    if not rows.size:
        return np.zeros((0, 0), values.dtype), 0, 0
    top, left = int(rows[0]), int(columns[0])
    return values[top : rows[-1] + 1, left : columns[-1] + 1].copy(), top, left
