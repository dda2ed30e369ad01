"""Display shutters: what of a picture is covered, PS3.3 C.7.6.11 and C.7.6.15. Values are never changed by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.attributes import exactly, integer, number, numbers, values

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ShutterShape: TypeAlias = Literal["rectangular", "circular", "polygonal", "bitmap"]
_P_VALUES = 65535


@dataclass(frozen=True)
class Shutter:
    """One shutter: what lies outside its shape is covered.

    Attributes
    ----------
    shape : str
        ``rectangular``, ``circular``, ``polygonal`` or ``bitmap``.
    points : tuple of (x, y)
        Columns and rows from 0, pixel centres. Rectangle: the first and the last pixel that are seen;
        circle: its centre; polygon: its corners.
    radius : float
        Of the circle, in pixels along a row.
    covered : ndarray of bool, shape (rows, columns), or None
        What a bitmap shutter covers.
    grey : int
        Grey level of what is covered, 0 to 255 (Shutter Presentation Value).
    """

    shape: ShutterShape
    points: tuple[tuple[float, float], ...] = ()
    radius: float = 0.0
    covered: NDArray[np.bool_] | None = field(default=None, compare=False)
    grey: int = 0


def shutters_in(dataset: Dataset, planes: Mapping[int, NDArray[np.bool_]] | None = None) -> tuple[Shutter, ...]:
    """Return the shutters of an image or a presentation state; one that is malformed is left out.

    Parameters
    ----------
    dataset : Dataset
    planes : mapping of int to ndarray of bool, optional
        Overlay planes by group, one of which a bitmap shutter names (Shutter Overlay Group).

    Notes
    -----
    Rows and columns of the standard count from 1; edges are the last ones seen (C.7.6.11.1).
    """
    grey = _grey_level(dataset)
    named = [str(value).strip().upper() for value in values(dataset, "ShutterShape")]
    found = [_READERS[name](dataset, grey) for name in named if name in _READERS]
    found.append(_bitmap(dataset, grey, planes or {}))
    return tuple(shutter for shutter in found if shutter is not None)


def _grey_level(dataset: Dataset) -> int:
    """Return the covered part's grey level; P-Values take 16 bits (C.7.6.11.1)."""
    value = number(dataset, "ShutterPresentationValue") or 0.0
    return round(min(max(value, 0.0), _P_VALUES) * 255 / _P_VALUES)


def _rectangular(dataset: Dataset, grey: int) -> Shutter | None:
    left, right = number(dataset, "ShutterLeftVerticalEdge"), number(dataset, "ShutterRightVerticalEdge")
    top, bottom = number(dataset, "ShutterUpperHorizontalEdge"), number(dataset, "ShutterLowerHorizontalEdge")
    if left is None or right is None or top is None or bottom is None or right < left or bottom < top:
        return None
    return Shutter("rectangular", ((left - 1, top - 1), (right - 1, bottom - 1)), grey=grey)


def _circular(dataset: Dataset, grey: int) -> Shutter | None:
    centre, radius = exactly(dataset, "CenterOfCircularShutter", 2), number(dataset, "RadiusOfCircularShutter")
    if centre is None or radius is None or radius <= 0:
        return None
    return Shutter("circular", ((centre[1] - 1, centre[0] - 1),), radius, grey=grey)


def _polygonal(dataset: Dataset, grey: int) -> Shutter | None:
    flat = numbers(dataset, "VerticesOfThePolygonalShutter")
    corners = tuple((column - 1, row - 1) for row, column in zip(flat[::2], flat[1::2], strict=False))
    return Shutter("polygonal", corners, grey=grey) if len(corners) >= 3 else None


_READERS: Mapping[str, Callable[[Dataset, int], Shutter | None]] = {
    "RECTANGULAR": _rectangular,
    "CIRCULAR": _circular,
    "POLYGONAL": _polygonal,
}


def _bitmap(dataset: Dataset, grey: int, planes: Mapping[int, NDArray[np.bool_]]) -> Shutter | None:
    """Return the shutter of an overlay plane: where its bits are 1 the picture is covered (C.7.6.15)."""
    group = integer(dataset, "ShutterOverlayGroup")
    covered = planes.get(group) if group is not None else None
    return None if covered is None else Shutter("bitmap", covered=covered, grey=grey)
