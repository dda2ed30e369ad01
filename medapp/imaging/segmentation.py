"""Segmentations as values: segments, and the planes in which their pixels lie (PS3.3 C.8.20)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

from medapp.imaging.study import Geometry

SegmentationKind: TypeAlias = Literal["BINARY", "FRACTIONAL", "LABELMAP"]


@dataclass(frozen=True)
class Segment:
    """What one segment stands for, PS3.3 C.8.20.4.

    Attributes
    ----------
    number : int
        Segment Number, or the pixel value in a label map.
    label : str
        Segment Label, else the meaning of its property type.
    algorithm : str
        ``AUTOMATIC``, ``SEMIAUTOMATIC``, ``MANUAL`` or empty.
    algorithm_name : str
    property_type : str
        Code meaning of the Segmented Property Type.
    colour : tuple of 3 int
        sRGB, 0 to 255.
    """

    number: int
    label: str = ""
    algorithm: str = ""
    algorithm_name: str = ""
    property_type: str = ""
    colour: tuple[int, int, int] = (255, 0, 0)


@dataclass(frozen=True)
class SourceFrame:
    """An image that a plane was made from: its SOP Instance UID and frame, from 1; frame 0 stands for all."""

    sop_instance_uid: str
    frame: int = 0


@dataclass(frozen=True, eq=False)
class SegmentPlane:
    """One frame of a segmentation, cropped to where it is not empty.

    Attributes
    ----------
    number : int
        Frame in its file, from 1.
    tile : int
        Which tile of a slide it is, row by row from 1; 0 where it is none.
    segment : int or None
        Segment Number; None in a label map, whose values are the numbers.
    sources : tuple of SourceFrame
    geometry : Geometry
        Of the whole frame, before cropping.
    thickness_mm : float or None
        How far it reaches along its normal.
    top, left : int
        Where the first row and column of `values` lie in the frame.
    values : ndarray of uint8 or uint16, shape (h, w)
        0 where there is nothing; 1 inside (BINARY), up to `Segmentation.largest` (FRACTIONAL), or labels. (0, 0)
        where the frame is empty.
    """

    number: int
    tile: int
    segment: int | None
    sources: tuple[SourceFrame, ...]
    geometry: Geometry
    thickness_mm: float | None
    top: int
    left: int
    values: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A segmentation object: an overlay on the images that it was made from.

    Attributes
    ----------
    source : str
        The file, as the readers know it.
    rows, columns : int
        Of its frames.
    largest : int
        The value that stands for 100 % (Maximum Fractional Value); 1 in the other kinds.
    fractional_type : str
        ``PROBABILITY`` or ``OCCUPANCY`` in the kind FRACTIONAL.
    tiles : int
        The tiles that its slide has; 0 where it is none.
    """

    source: str
    sop_instance_uid: str
    kind: SegmentationKind
    rows: int
    columns: int
    segments: tuple[Segment, ...] = ()
    planes: tuple[SegmentPlane, ...] = ()
    label: str = ""
    largest: int = 1
    fractional_type: str = ""
    tiles: int = 0
    refers_to: tuple[str, ...] = field(default=())

    @cached_property
    def by_number(self) -> dict[int, Segment]:
        """The segments by their number."""
        return {segment.number: segment for segment in self.segments}
