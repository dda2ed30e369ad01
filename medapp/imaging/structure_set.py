"""Reads a structure set of radiotherapy as a segmentation: closed contours on their slices, filled (PS3.3 C.8.8.6)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.attributes import exactly, first_item, integer, items, number, numbers, text
from medapp.imaging.limits import ReadLimits
from medapp.imaging.segment_colours import PALETTE
from medapp.imaging.segmentation import Segment, Segmentation, SegmentPlane, SourceFrame
from medapp.imaging.study import Geometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
STEP_MM = 0.5
MOST_STEPS = 512
_CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR"})
_SUBPIXEL_BITS = 6


@dataclass(frozen=True, eq=False)
class _Contour:
    """A closed planar contour: `points` (n, 3) in millimetres."""

    segment: int
    image: str
    points: NDArray[np.float64]
    thickness_mm: float | None


def read_structure_set(dataset: Dataset, source: str, limits: ReadLimits) -> Segmentation:
    """Return the regions of a structure set as segments.

    Parameters
    ----------
    dataset : Dataset
        Of an RT Structure Set.
    source : str
        What the readers call it.
    limits : ReadLimits
        All planes together may take `frame_bytes`.

    Returns
    -------
    Segmentation
        A plane for each region and slice, with pixels of half a millimetre (more where a contour is wider than 256
        mm); points and open contours are left out.

    Raises
    ------
    MedappError
        ``segmentation.too_large``.

    Notes
    -----
    Contours of one region in one slice are filled by the even-odd rule: one inside another is a hole.
    """
    contours = list(_contours(dataset))
    frames = dict(_frames_of_reference(dataset))
    grouped: dict[tuple[int, str, tuple[float, ...]], list[_Contour]] = defaultdict(list)
    for contour in contours:
        grouped[contour.segment, contour.image, _level(contour.points)].append(contour)
    planes: list[SegmentPlane] = []
    budget = limits.frame_bytes
    for index, members in enumerate(grouped.values(), start=1):
        planes.append(_plane(index, members, frames.get(members[0].segment, "")))
        budget -= planes[-1].values.nbytes
        if budget < 0:
            raise MedappError("segmentation.too_large", megabytes=limits.frame_bytes // 2**20)
    return Segmentation(
        source=source,
        sop_instance_uid=text(dataset, "SOPInstanceUID"),
        kind="BINARY",
        rows=0,
        columns=0,
        segments=tuple(_segments(dataset)),
        planes=tuple(planes),
        label=text(dataset, "StructureSetLabel"),
        refers_to=tuple(sorted({contour.image for contour in contours} - {""})),
    )


def _segments(dataset: Dataset) -> Iterator[Segment]:
    colours = {
        integer(item, "ReferencedROINumber"): exactly(item, "ROIDisplayColor", 3)
        for item in items(dataset, "ROIContourSequence")
    }
    for item in items(dataset, "StructureSetROISequence"):
        roi = integer(item, "ROINumber") or 0
        given = colours.get(roi)
        red, green, blue = (min(max(int(v), 0), 255) for v in given or PALETTE[(roi - 1) % len(PALETTE)])
        yield Segment(roi, text(item, "ROIName"), text(item, "ROIGenerationAlgorithm"), colour=(red, green, blue))


def _frames_of_reference(dataset: Dataset) -> Iterator[tuple[int, str]]:
    for item in items(dataset, "StructureSetROISequence"):
        yield integer(item, "ROINumber") or 0, text(item, "ReferencedFrameOfReferenceUID")


def _contours(dataset: Dataset) -> Iterator[_Contour]:
    for region in items(dataset, "ROIContourSequence"):
        roi = integer(region, "ReferencedROINumber") or 0
        for item in items(region, "ContourSequence"):
            values = _coordinates(item)
            if text(item, "ContourGeometricType") not in _CLOSED or len(values) < 9 or len(values) % 3:
                continue
            image = first_item(item, "ContourImageSequence")
            uid = "" if image is None else text(image, "ReferencedSOPInstanceUID")
            yield _Contour(roi, uid, np.array(values).reshape(-1, 3), number(item, "ContourSlabThickness"))


def _coordinates(item: Dataset) -> list[float]:
    """Return Contour Data; from its bytes where they are as read, for pydicom takes seconds for a million numbers."""
    raw = item.get_item("ContourData")
    written = getattr(raw, "value", None)
    if not isinstance(written, bytes):
        return numbers(item, "ContourData")
    try:
        found = [float(part) for part in written.strip(b" \0").split(b"\\")]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def _normal(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal of a contour's plane (Newell), pointing to the positive side of its main axis."""
    following = np.roll(points, -1, axis=0)
    normal = np.cross(points - points[0], following - points[0]).sum(axis=0)
    length = float(np.linalg.norm(normal))
    if length < 1e-9:
        return np.array([0.0, 0.0, 1.0])
    unit: NDArray[np.float64] = normal / length
    return unit if unit[np.abs(unit).argmax()] > 0 else -unit


def _level(points: NDArray[np.float64]) -> tuple[float, ...]:
    """Return what contours of one plane have in common: where it lies, and which way it faces."""
    normal = _normal(points)
    return (round(float(normal @ points.mean(axis=0)), 2), *(round(float(n), 2) + 0.0 for n in normal))


def _plane(index: int, contours: list[_Contour], frame_of_reference: str) -> SegmentPlane:
    """Fill the contours of a region in one plane."""
    points = np.concatenate([contour.points for contour in contours])
    row, column = _axes(_normal(contours[0].points))
    flat = [np.column_stack([contour.points @ row, contour.points @ column]) for contour in contours]
    low, high = np.concatenate(flat).min(axis=0), np.concatenate(flat).max(axis=0)
    step = max(STEP_MM, float((high - low).max()) / MOST_STEPS)
    width, height = (int(n) + 2 for n in np.ceil((high - low) / step))
    mask = np.zeros((height, width), np.uint8)
    scale = 2**_SUBPIXEL_BITS
    corners = [np.rint((part - low) / step * scale).astype(np.int32) for part in flat]
    cv2.fillPoly(mask, corners, 1, shift=_SUBPIXEL_BITS)
    normal = np.cross(row, column)
    origin = row * low[0] + column * low[1] + normal * float((points @ normal).mean())
    geometry = Geometry(
        position=(float(origin[0]), float(origin[1]), float(origin[2])),
        orientation=_six(row, column),
        frame_of_reference=frame_of_reference,
        spacing_mm=(step, step),
        spacing_source="patient",
    )
    image = contours[0].image
    return SegmentPlane(
        number=index,
        tile=0,
        segment=contours[0].segment,
        sources=(SourceFrame(image),) if image else (),
        geometry=geometry,
        thickness_mm=contours[0].thickness_mm,
        top=0,
        left=0,
        values=mask,
    )


def _axes(normal: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two directions at right angles to a normal; those of an axial image for an axial plane."""
    towards = np.eye(3)[int(np.abs(normal).argmin())]
    row = towards - normal * float(towards @ normal)
    row /= np.linalg.norm(row)
    return row, np.cross(normal, row)


def _six(row: Iterable[float], column: Iterable[float]) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = (float(v) for v in (*row, *column))
    return a, b, c, d, e, f
