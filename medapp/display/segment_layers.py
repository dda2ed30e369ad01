"""The segments over one image, composed once: for every pixel an index of what lies there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.display.segment_planes import PlacedPlane, planes_on
from medapp.display.viewport import ImageShape
from medapp.imaging.frame import Frame
from medapp.imaging.segmentation import Segment, Segmentation
from medapp.imaging.study import Instance

STEPS = 10
"""Fractions are shown in this many steps."""
HALF = 0.5
_INDICES_OF_A_BYTE, _CODES_OF_A_BYTE, _INDICES = 256, 128, 32768

Member: TypeAlias = tuple[int, float]
"""A segment's number and its share of a pixel, over 0 to 1."""


@dataclass(frozen=True, eq=False)
class SegmentLayers:
    """The segments that lie on one frame, on the frame's own pixels.

    Attributes
    ----------
    image : ImageShape
        Of the frame.
    index : ndarray of uint8 or uint16, shape (rows, columns)
        For every pixel its place in `members`; 0 where there is no segment.
    members : tuple of tuple of Member
        The segments that lie on a pixel with this index; the first is empty.
    segments : tuple of Segment
        All of the segmentation that lie somewhere on the frame.
    """

    image: ImageShape
    index: NDArray[Any]
    members: tuple[tuple[Member, ...], ...]
    segments: tuple[Segment, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no segment lies on the frame."""
        return len(self.members) == 1

    def at(self, x: float, y: float) -> tuple[tuple[Segment, float], ...]:
        """Return the segments at a pixel (x, y) of the frame, each with its share."""
        row, column = round(y), round(x)
        if not (0 <= row < self.image.rows and 0 <= column < self.image.columns):
            return ()
        by_number = {segment.number: segment for segment in self.segments}
        return tuple((by_number[number], share) for number, share in self.members[int(self.index[row, column])])

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """First row and column of what is not empty, and the row and column after its last."""
        rows, columns = np.flatnonzero(self.index.any(axis=1)), np.flatnonzero(self.index.any(axis=0))
        return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1

    @cached_property
    def doubled(self) -> NDArray[Any]:
        """Twice the index: the lowest bit is free for contours."""
        return self.index.astype(np.uint8 if len(self.members) <= _CODES_OF_A_BYTE else np.uint16) * 2

    @cached_property
    def outlines(self) -> NDArray[Any] | None:
        """For every index a number that changes where a contour runs: where a segment reaches half of a pixel.

        None where every index has a contour of its own.
        """
        inside = [frozenset(number for number, share in pixel if share >= HALF) for pixel in self.members]
        numbers = {members: n for n, members in enumerate(dict.fromkeys((frozenset[int](), *inside)))}
        if len(numbers) == len(self.members):
            return None
        return np.array([numbers[members] for members in inside], self.doubled.dtype)

    def colours(self, opacity: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return for every index its colour (n, 3), 0 to 255, and how strongly it covers what lies below (n,)."""
        of = {segment.number: np.array(segment.colour, np.float64) for segment in self.segments}
        colours, strengths = np.zeros((len(self.members), 3)), np.zeros(len(self.members))
        for i, pixel in enumerate(self.members):
            if pixel:
                shares = np.array([share for _, share in pixel])
                colours[i] = shares @ np.array([of[number] for number, _ in pixel]) / shares.sum()
                strengths[i] = shares.max() * opacity
        return colours, strengths


def segments_of(
    segmentation: Segmentation, instance: Instance, frame: Frame, *, hidden: Iterable[int] = ()
) -> SegmentLayers:
    """Return the segments that lie on a frame.

    Parameters
    ----------
    segmentation : Segmentation
    instance : Instance
        The image; the segmentation's own instance gives its segments alone.
    frame : Frame
        One frame of it.
    hidden : iterable of int
        Numbers of segments that are left out.

    Returns
    -------
    SegmentLayers
        Empty where none lies on it. Takes milliseconds, more where the image cuts across the planes: keep it.
    """
    left_out = frozenset(hidden)
    index = np.zeros(frame.shape, np.uint16)
    members: list[tuple[Member, ...]] = [()]
    for plane in planes_on(segmentation, instance, frame):
        if plane.segment is None:
            _add_labels(index, members, plane, left_out)
        elif plane.segment not in left_out:
            _add_segment(index, members, plane, segmentation.largest)
    used = {number for pixel in members for number, _ in pixel}
    present = tuple(segment for segment in segmentation.segments if segment.number in used)
    if len(members) <= _INDICES_OF_A_BYTE:
        index = index.astype(np.uint8)
    return SegmentLayers(ImageShape.of(frame), index, tuple(members), present)


def _window(index: NDArray[np.uint16], plane: PlacedPlane) -> tuple[NDArray[np.uint16], NDArray[Any]]:
    """Return the part of the index that a plane covers, and the plane's part inside of it."""
    window = index[plane.top : plane.top + plane.values.shape[0], plane.left : plane.left + plane.values.shape[1]]
    return window, plane.values[: window.shape[0], : window.shape[1]]


def _add_segment(
    index: NDArray[np.uint16], members: list[tuple[Member, ...]], plane: PlacedPlane, largest: int
) -> None:
    """Lay one segment over what is there: every meeting of it with others gets an index of its own."""
    assert plane.segment is not None
    window, values = _window(index, plane)
    steps = np.minimum(values, largest).astype(np.uint32)
    if largest > 1:
        rounded = (steps * STEPS + largest // 2) // largest
        steps = np.maximum(rounded, steps > 0)  # what is little, but something, is a step
    else:
        steps *= STEPS
    codes = window * np.uint32(STEPS + 1) + steps
    seen = np.flatnonzero(np.bincount(codes.ravel(), minlength=len(members) * (STEPS + 1)))
    table = np.arange(len(members), dtype=np.uint16).repeat(STEPS + 1)
    for code in seen[seen % (STEPS + 1) > 0][: _INDICES - len(members)]:
        table[code] = len(members)
        members.append((*members[code // (STEPS + 1)], (plane.segment, float(code % (STEPS + 1)) / STEPS)))
    window[...] = table[codes]


def _add_labels(
    index: NDArray[np.uint16], members: list[tuple[Member, ...]], plane: PlacedPlane, hidden: frozenset[int]
) -> None:
    """Lay a label map over an empty index; the first of two that overlap stays."""
    window, labels = _window(index, plane)
    seen = np.flatnonzero(np.bincount(labels.ravel()))
    table = np.zeros(int(seen.max(initial=0)) + 1, np.uint16)
    for label in seen[seen > 0][: _INDICES - len(members)]:
        if int(label) not in hidden:
            table[label] = len(members)
            members.append(((int(label), 1.0),))
    np.copyto(window, table[labels], where=window == 0)


def legend(layers: Sequence[SegmentLayers]) -> tuple[Segment, ...]:
    """Return every segment that lies on a picture once, by number."""
    seen = {(s.number, s.label, s.colour): s for layer in layers for s in layer.segments}
    return tuple(seen[key] for key in sorted(seen))
