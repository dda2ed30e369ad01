"""Overlay planes: graphics of one bit that lie over the image, PS3.3 C.9.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.layout import PixelLayout

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_GROUPS = range(0x6000, 0x6020, 2)
_ROWS, _COLUMNS, _FRAMES, _ORIGIN, _FIRST, _POSITION, _DATA = 0x10, 0x11, 0x15, 0x50, 0x51, 0x102, 0x3000


def overlay_of(
    dataset: Dataset, layout: PixelLayout, containers: NDArray[Any] | None, index: int
) -> NDArray[np.bool_] | None:
    """Return all overlay planes of a frame as one mask.

    Parameters
    ----------
    dataset : Dataset
    layout : PixelLayout
    containers : ndarray of integers or None
        The frame's containers before masking: old files keep planes in bits above the values (PS3.5 8.1.2).
    index : int
        Frame, from 0.

    Returns
    -------
    ndarray of bool, shape (rows, columns), or None
        None where the frame has no overlay. Planes that are malformed are left out.
    """
    mask = None
    for group in _GROUPS:
        if (group, _ROWS) in dataset or (group, _POSITION) in dataset:
            plane = _plane(dataset, group, index)
            if plane is None and (group, _DATA) not in dataset:
                plane = _embedded(dataset, group, layout, containers)
            if plane is not None:
                mask = np.zeros((layout.rows, layout.columns), np.bool_) if mask is None else mask
                _paste(mask, plane, _numbers(dataset, group, _ORIGIN) or [1, 1])
    return mask if mask is not None and mask.any() else None


@dataclass(frozen=True, eq=False)
class Plane:
    """One overlay plane and where its first pixel lies in the image, (x, y) from 0."""

    mask: NDArray[np.bool_]
    origin: tuple[int, int]


def own_planes(dataset: Dataset, index: int = 0) -> dict[int, Plane]:
    """Return the planes of a data set that have data of their own, by group."""
    found: dict[int, Plane] = {}
    for group in _GROUPS:
        mask = _plane(dataset, group, index)
        if mask is not None:
            origin = _numbers(dataset, group, _ORIGIN) or [1]
            found[group] = Plane(mask, (origin[-1] - 1, origin[0] - 1))
    return found


def has_embedded_planes(dataset: Dataset, layout: PixelLayout) -> bool:
    """Whether a plane lies in the bits above the values, where files of before 2004 may have it (PS3.5 8.1.2)."""
    return any(
        (group, _DATA) not in dataset and (_numbers(dataset, group, _POSITION) or [0])[0] > layout.high_bit
        for group in _GROUPS
        if (group, _POSITION) in dataset
    )


def _numbers(dataset: Dataset, group: int, element: int) -> list[int]:
    try:
        value = dataset[group, element].value
        return [int(v) for v in value] if hasattr(value, "__iter__") else [int(value)]
    except Exception:  # noqa: BLE001 - missing, or a malformed value that can raise anything
        return []


def _plane(dataset: Dataset, group: int, index: int) -> NDArray[np.bool_] | None:
    """Unpack the plane of frame `index`, least significant bit first."""
    size = _numbers(dataset, group, _ROWS)[:1] + _numbers(dataset, group, _COLUMNS)[:1]
    if len(size) != 2 or min(size) < 1 or (group, _DATA) not in dataset:
        return None
    frames = (_numbers(dataset, group, _FRAMES) or [1])[0]
    number = index + 1 - (_numbers(dataset, group, _FIRST) or [1])[0]
    if not 0 <= number < frames:
        return None
    data = dataset[group, _DATA].value
    pixels = size[0] * size[1]
    if not isinstance(data, bytes) or len(data) * 8 < pixels * (number + 1):
        return None
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    return bits[pixels * number : pixels * (number + 1)].reshape(size).astype(np.bool_)


def _embedded(
    dataset: Dataset, group: int, layout: PixelLayout, containers: NDArray[Any] | None
) -> NDArray[np.bool_] | None:
    position = (_numbers(dataset, group, _POSITION) or [0])[0]
    in_value = layout.high_bit - layout.bits_stored < position <= layout.high_bit
    if containers is None or containers.dtype.kind != "u" or in_value or not 0 <= position < layout.bits_allocated:
        return None
    plane: NDArray[np.bool_] = (containers >> containers.dtype.type(position) & containers.dtype.type(1)).astype(
        np.bool_
    )
    return plane


def _paste(mask: NDArray[np.bool_], plane: NDArray[np.bool_], origin: list[int]) -> None:
    """Lay a plane into the frame; its origin is (row, column) of its first pixel, from 1, and may lie outside."""
    row, column = origin[0] - 1, origin[-1] - 1
    rows = slice(max(0, row), max(0, min(mask.shape[0], row + plane.shape[0])))
    columns = slice(max(0, column), max(0, min(mask.shape[1], column + plane.shape[1])))
    part = plane[rows.start - row : rows.stop - row, columns.start - column : columns.stop - column]
    if part.size:
        mask[rows, columns] |= part
