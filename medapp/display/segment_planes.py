"""Which planes of a segmentation lie on an image, and their pixels on the image's own grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Frame
from medapp.imaging.segmentation import Segmentation, SegmentPlane
from medapp.imaging.study import Geometry, Instance

_SAME_PX = 0.02
_PARALLEL_SHARE = 0.1
_LEAST_THICKNESS_MM = 1e-3


@dataclass(frozen=True, eq=False)
class PlacedPlane:
    """Pixels of a plane on the grid of an image: `values` begin at (`top`, `left`) and lie inside it."""

    segment: int | None
    top: int
    left: int
    values: NDArray[Any]


@dataclass(frozen=True, eq=False)
class _Grid:
    """Where pixels lie in the patient: the middle of the first one, steps along x (columns) and y (rows), normal."""

    origin: NDArray[np.float64]
    step_x: NDArray[np.float64]
    step_y: NDArray[np.float64]
    normal: NDArray[np.float64]


def lies_over(segmentation: Segmentation, instance: Instance) -> bool:
    """Tell whether a segmentation belongs to an image: made from it, or in the same frame of reference."""
    if instance.source == segmentation.source or instance.sop_instance_uid in segmentation.refers_to:
        return True
    frames_of_reference = {plane.geometry.frame_of_reference for plane in segmentation.planes} - {""}
    return has_place(instance.geometry) and instance.geometry.frame_of_reference in frames_of_reference


def planes_on(segmentation: Segmentation, instance: Instance, frame: Frame) -> Iterator[PlacedPlane]:
    """Yield the planes that lie on a frame.

    Parameters
    ----------
    segmentation : Segmentation
    instance : Instance
        The image.
    frame : Frame
        One frame of it.

    Yields
    ------
    PlacedPlane
        Resampled to the pixels of the frame, nearest neighbour, where the grids differ.

    Notes
    -----
    A plane made from one image belongs to it (Source Image Sequence, PS3.3 C.7.6.16.2.6). A plane that names several
    images, or none, belongs to those that it coincides with in the same frame of reference, within half its thickness;
    images across its planes show the cut. Without positions the names have to do.
    """
    if instance.source == segmentation.source:
        own = [plane for plane in segmentation.planes if plane.number == frame.number]
        yield from (_as_it_is(plane) for plane in own)
        return
    named = [plane for plane in segmentation.planes if _is_named(plane, segmentation, instance, frame)]
    certain = [plane for plane in named if len(plane.sources) == 1 or not _comparable(plane, frame)]
    for plane in certain:
        if (placed := _on_named(segmentation, plane, frame)) is not None:
            yield placed
    if certain:
        return
    comparable = [plane for plane in segmentation.planes if _comparable(plane, frame)]
    if comparable:
        yield from _by_position(segmentation, comparable, frame)


def _is_named(plane: SegmentPlane, segmentation: Segmentation, instance: Instance, frame: Frame) -> bool:
    """Whether a plane names the frame as its source.

    Of a slide with all its tiles the place of a tile counts, not the frame's number: files exist whose numbers run
    down the columns.
    """
    named = [s for s in plane.sources if s.sop_instance_uid == instance.sop_instance_uid]
    if plane.tile and segmentation.tiles == instance.frames:
        return bool(named) and plane.tile == frame.number
    return any(s.frame in {0, frame.number} for s in named)


def _comparable(plane: SegmentPlane, frame: Frame) -> bool:
    """Whether plane and frame both have a place in the same frame of reference."""
    same = plane.geometry.frame_of_reference == frame.geometry.frame_of_reference != ""
    return same and has_place(plane.geometry) and has_place(frame.geometry)


def _as_it_is(plane: SegmentPlane) -> PlacedPlane:
    return PlacedPlane(plane.segment, plane.top, plane.left, plane.values)


def _on_named(segmentation: Segmentation, plane: SegmentPlane, frame: Frame) -> PlacedPlane | None:
    """Place a plane on the image that it names: pixel on pixel where nothing else is said."""
    if not plane.values.size:
        return None
    grids = _grid(plane.geometry), _grid(frame.geometry)
    if grids[0] is not None and grids[1] is not None:
        return _in_plane(plane, segmentation, grids[0], frame, grids[1])
    return _as_it_is(plane) if frame.shape == (segmentation.rows, segmentation.columns) else None


def has_place(geometry: Geometry) -> bool:
    """Whether an image's pixels have a place in the patient."""
    return geometry.position is not None and geometry.orientation is not None and geometry.spacing_mm is not None


def _grid(geometry: Geometry) -> _Grid | None:
    if geometry.position is None or geometry.orientation is None or geometry.spacing_mm is None:
        return None
    row, column = np.array(geometry.orientation[:3]), np.array(geometry.orientation[3:])
    down, across = geometry.spacing_mm
    return _Grid(np.array(geometry.position), row * across, column * down, np.cross(row, column))


def _in_plane(
    plane: SegmentPlane, segmentation: Segmentation, of: _Grid, frame: Frame, onto: _Grid
) -> PlacedPlane | None:
    """Resample a plane to the grid of a frame that is parallel to it, along the normal."""
    basis = np.column_stack([onto.step_x, onto.step_y])
    solved = np.linalg.pinv(basis) @ np.column_stack([of.step_x, of.step_y, of.origin - onto.origin])
    shape = (segmentation.rows, segmentation.columns)
    if shape == frame.shape and np.abs(solved - np.eye(2, 3)).max() * max(shape) < _SAME_PX * max(shape):
        return _as_it_is(plane)
    shifted: NDArray[np.float64] = solved.astype(np.float64)
    shifted[:, 2] += solved[:, :2] @ np.array([plane.left, plane.top])
    return _warped(plane, shifted, frame.shape)


def _warped(plane: SegmentPlane, matrix: NDArray[np.float64], shape: tuple[int, int]) -> PlacedPlane | None:
    """Warp the cropped pixels of a plane, nearest neighbour, to the part of the frame that they reach."""
    height, width = plane.values.shape
    corners = np.array([[-0.5, -0.5, 1], [width, -0.5, 1], [-0.5, height, 1], [width, height, 1]]) @ matrix.T
    left, top = (max(0, int(v)) for v in np.floor(corners.min(axis=0)))
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    right, bottom = min(int(right), shape[1]), min(int(bottom), shape[0])
    if right <= left or bottom <= top:
        return None
    moved = matrix.copy()
    moved[:, 2] -= (left, top)
    values = cv2.warpAffine(plane.values, moved, (right - left, bottom - top), flags=cv2.INTER_NEAREST)
    return PlacedPlane(plane.segment, top, left, values) if values.any() else None


def _by_position(segmentation: Segmentation, planes: Sequence[SegmentPlane], frame: Frame) -> Iterator[PlacedPlane]:
    """Yield what the planes of one orientation hold where the frame cuts them."""
    onto, first = _grid(frame.geometry), _grid(planes[0].geometry)
    assert onto is not None
    assert first is not None
    alike = [plane for plane in planes if plane.geometry.orientation == planes[0].geometry.orientation]
    places = np.array([float(first.normal @ np.array(plane.geometry.position)) for plane in alike])
    half = _thickness(alike, places) / 2
    depths = _depths(first, onto, frame.shape)
    if np.ptp(depths) < max(half, _LEAST_THICKNESS_MM) * 2 * _PARALLEL_SHARE:
        yield from _parallel(segmentation, alike, places, half, float(depths.mean()), frame, onto)
    else:
        yield from _cut(segmentation, alike, places, half, frame, onto)


def _thickness(planes: Sequence[SegmentPlane], places: NDArray[np.float64]) -> float:
    """Return how thick planes are: as stated, never more than the smallest gap; 1 mm where nothing is known.

    The gap alone does not tell: planes without a segment are often left out of the file.
    """
    gaps = np.diff(np.unique(np.round(places, 3)))
    stated = planes[0].thickness_mm or (float(gaps.min()) if gaps.size else 1.0)
    return min(stated, float(gaps.min(initial=stated)))


def _depths(grid: _Grid, onto: _Grid, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return how far along the normal of `grid` the four corners of an image lie."""
    ends = [(0, 0), (shape[1] - 1, 0), (0, shape[0] - 1), (shape[1] - 1, shape[0] - 1)]
    return np.array([float(grid.normal @ (onto.origin + x * onto.step_x + y * onto.step_y)) for x, y in ends])


def _parallel(
    segmentation: Segmentation,
    planes: Sequence[SegmentPlane],
    places: NDArray[np.float64],
    half: float,
    depth: float,
    frame: Frame,
    onto: _Grid,
) -> Iterator[PlacedPlane]:
    """Yield, for each segment, the plane nearest to a parallel frame within half a thickness."""
    nearest: dict[int | None, tuple[float, SegmentPlane]] = {}
    for plane, place in zip(planes, places, strict=True):
        distance = abs(float(place) - depth)
        known = nearest.get(plane.segment)
        if distance <= half + _LEAST_THICKNESS_MM and (known is None or distance < known[0]):
            nearest[plane.segment] = distance, plane
    for _, plane in nearest.values():
        of = _grid(plane.geometry)
        if of is not None and plane.values.size and (placed := _in_plane(plane, segmentation, of, frame, onto)):
            yield placed


def _cut(
    segmentation: Segmentation,
    planes: Sequence[SegmentPlane],
    places: NDArray[np.float64],
    half: float,
    frame: Frame,
    onto: _Grid,
) -> Iterator[PlacedPlane]:
    """Yield the cut of a frame through a stack of planes, a picture for each segment."""
    rows, columns = frame.shape
    y, x = np.mgrid[0:rows, 0:columns].reshape(2, -1).astype(np.float64)
    first = _grid(planes[0].geometry)
    assert first is not None
    depth = first.normal @ onto.origin + x * (first.normal @ onto.step_x) + y * (first.normal @ onto.step_y)
    cuts: dict[int | None, NDArray[Any]] = {}
    for plane, place in zip(planes, places, strict=True):
        at = np.flatnonzero(np.abs(depth - place) <= half)
        if at.size and plane.values.size:
            picture = cuts.setdefault(plane.segment, np.zeros(rows * columns, plane.values.dtype))
            _sample(plane, onto, x[at], y[at], picture, at)
    for segment, picture in cuts.items():
        if picture.any():
            yield PlacedPlane(segment, 0, 0, picture.reshape(rows, columns))


def _sample(
    plane: SegmentPlane,
    onto: _Grid,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    picture: NDArray[Any],
    at: NDArray[np.intp],
) -> None:
    """Write into `picture`, at `at`, the values of a plane at the points (x, y) of an image."""
    of = _grid(plane.geometry)
    assert of is not None
    to_plane = np.linalg.pinv(np.column_stack([of.step_x, of.step_y]))
    steps = to_plane @ np.column_stack([onto.step_x, onto.step_y])
    start = to_plane @ (onto.origin - of.origin)
    column = np.rint(start[0] + steps[0, 0] * x + steps[0, 1] * y).astype(np.int64) - plane.left
    row = np.rint(start[1] + steps[1, 0] * x + steps[1, 1] * y).astype(np.int64) - plane.top
    inside = (row >= 0) & (row < plane.values.shape[0]) & (column >= 0) & (column < plane.values.shape[1])
    picture[at[inside]] = plane.values[row[inside], column[inside]]
