"""One image or frame as the sorting of a series sees it, and where it lies along the stack."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from medapp.imaging.study import Geometry
from medapp.imaging.traits import Traits

SAME_PLACE_MM = 0.01
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Slice:
    """An image of a series, or a frame of an instance.

    Attributes
    ----------
    key : int
        Whose slice it is: its place in what the caller sorts.
    name : str
        What breaks the last tie: the source, or nothing for frames.
    size : tuple of 2 ints
        Rows, columns.
    kind : hashable
        What can never be scrolled together where it differs: SOP class, grey or colour.
    number : float
        Instance Number, or the number of the frame; infinite where there is none.
    acquired : str
        Date and time of acquisition.
    uid : str
        SOP Instance UID, empty for frames.
    """

    key: int
    name: str = ""
    size: tuple[int, int] = (0, 0)
    kind: Hashable = ""
    number: float = math.inf
    acquired: str = ""
    uid: str = ""
    geometry: Geometry = field(default_factory=Geometry)
    traits: Traits = field(default_factory=Traits)


def normal_of(geometry: Geometry) -> Vector | None:
    """Return the normal of an image's plane, or None where its orientation is unknown."""
    if geometry.orientation is None:
        return None
    rx, ry, rz, cx, cy, cz = geometry.orientation
    return ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the scalar product."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def places(slices: Sequence[Slice]) -> list[float] | None:
    """Return where the slices lie along the normal of the first, millimetres.

    None where one has no position, or where they are not parallel: then their positions give no order.
    """
    normal = normal_of(slices[0].geometry)
    found: list[float] = []
    for one in slices:
        own = normal_of(one.geometry)
        if normal is None or own is None or one.geometry.position is None or dot(own, normal) < 0.99:
            return None
        found.append(dot(normal, one.geometry.position))
    return found


def levels(found: Iterable[float]) -> dict[float, int]:
    """Number the distinct places from the lowest; those closer than 0.01 mm are one."""
    numbered: dict[float, int] = {}
    level, last = -1, -math.inf
    for place in sorted(set(found)):
        if place - last > SAME_PLACE_MM:
            level += 1
        numbered[place] = level
        last = place
    return numbered
