"""Which image of one stack lies where an image of another does: for stacks that are scrolled together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.display.cross_reference import PARALLEL_DEGREES, angle_between
from medapp.imaging.slices import normal_of
from medapp.imaging.study import Geometry, Instance, Series

SAME_PLACE_MM = 0.01
_ONE_DIRECTION_DEGREES = 1.0

Bond: TypeAlias = Literal["position", "offset"]


@dataclass(frozen=True, eq=False)
class StackPlaces:
    """Where the images of a stack lie.

    Attributes
    ----------
    normal : ndarray, shape (3,)
        Across the images, of length 1.
    centres : ndarray, shape (images, 3)
        The middle of each image, millimetres, in the order of scrolling.
    frame_of_reference : str
        In which the places are told; empty where the files do not say.
    """

    normal: NDArray[np.float64]
    centres: NDArray[np.float64]
    frame_of_reference: str

    @property
    def along_mm(self) -> NDArray[np.float64]:
        """Where the images lie along the normal, millimetres."""
        along: NDArray[np.float64] = self.centres @ self.normal
        return along


def stack_places(series: Series) -> StackPlaces | None:
    """Return where the images of a series lie; None where one has no place, or where they are not parallel."""
    first = series.instances[0].geometry
    across = normal_of(first)
    if across is None:
        return None
    normal = np.array(across)
    centres: list[NDArray[np.float64]] = []
    for instance in series.instances:
        own = normal_of(instance.geometry)
        found = _centres(instance)
        if own is None or found is None or angle_between(normal, np.array(own)) > _ONE_DIRECTION_DEGREES:
            return None
        if instance.geometry.frame_of_reference != first.frame_of_reference:
            return None
        centres.append(found)
    return StackPlaces(normal / np.linalg.norm(normal), np.concatenate(centres), first.frame_of_reference)


def _centres(instance: Instance) -> NDArray[np.float64] | None:
    """Return the middles of the shown frames of an instance, shape (frames, 3)."""
    geometry = instance.geometry
    if instance.frames > 1:
        if len(instance.frame_positions) != instance.frames:
            return None
        first = np.array(instance.frame_positions)[list(instance.shown)]
    elif geometry.position is None:
        return None
    else:
        first = np.array([geometry.position])
    middles: NDArray[np.float64] = first + _to_the_middle(geometry, instance.rows, instance.columns)
    return middles


def _to_the_middle(geometry: Geometry, rows: int, columns: int) -> NDArray[np.float64]:
    if geometry.spacing_mm is None or geometry.orientation is None:
        return np.zeros(3)
    cosines = np.array(geometry.orientation)
    between_rows, between_columns = geometry.spacing_mm
    along_row, along_column = cosines[:3] * between_columns, cosines[3:] * between_rows
    middle: NDArray[np.float64] = along_row * (columns - 1) / 2 + along_column * (rows - 1) / 2
    return middle


def bond_between(one: StackPlaces | None, other: StackPlaces | None) -> Bond | None:
    """Return how two stacks can be scrolled together.

    Returns
    -------
    str or None
        ``position`` in one frame of reference, ``offset`` where there is none in common; None where they share one but
        their planes cross: then lines tell where slices lie.
    """
    if one is None or other is None or not one.frame_of_reference:
        return "offset"
    if one.frame_of_reference != other.frame_of_reference:
        return "offset"
    return "position" if angle_between(one.normal, other.normal) <= PARALLEL_DEGREES else None


def index_at_same_place(one: StackPlaces, index: int, other: StackPlaces, near: int) -> int:
    """Return the image of `other` that lies nearest to image `index` of `one`, in one frame of reference.

    Parameters
    ----------
    one, other : StackPlaces
    index : int
        From 0.
    near : int
        Of several images of `other` at the same place (phases, echoes), the one nearest to this index is taken.
    """
    wanted = float(one.centres[index] @ other.normal)
    return _nearest(other.along_mm, wanted, near)


def index_at_same_offset(
    one: StackPlaces | None,
    index: int,
    other: StackPlaces | None,
    anchors: tuple[int, int],
    count: int,
) -> int:
    """Return the image of another stack that has gone as far from its anchor as `index` has from its own.

    Parameters
    ----------
    one, other : StackPlaces or None
        In millimetres where both are known, each along its own normal; else as many images.
    index : int
        The image of the stack that moves, from 0.
    anchors : tuple of 2 ints
        The images of both stacks that were beside each other when they were linked.
    count : int
        Images in the other stack.

    Notes
    -----
    Two examinations have no space in common, but the same anatomy is as many millimetres away in both, whatever their
    slices' thickness. Where the normals point against each other, so do the ways.
    """
    here, there = anchors
    if one is None or other is None or angle_between(one.normal, other.normal) > PARALLEL_DEGREES:
        return min(max(there + index - here, 0), count - 1)
    way = 1.0 if float(one.normal @ other.normal) > 0 else -1.0
    gone = float(one.along_mm[index] - one.along_mm[here]) * way
    return _nearest(other.along_mm, float(other.along_mm[there]) + gone, there)


def _nearest(along_mm: NDArray[np.float64], wanted: float, near: int) -> int:
    away = np.abs(along_mm - wanted)
    best = np.flatnonzero(away <= away.min() + SAME_PLACE_MM)
    return int(best[np.argmin(np.abs(best - near))])
