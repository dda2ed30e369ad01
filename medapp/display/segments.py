"""Draws segments over a picture: fill and contour, in one pass however many there are."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.placing import image_span, placed_on
from medapp.display.segment_layers import SegmentLayers, legend, segments_of
from medapp.display.segment_planes import lies_over
from medapp.display.viewport import Viewport

__all__ = ["SegmentLayers", "draw_segments", "legend", "lies_over", "segments_of"]

_CODES = 65536


def draw_segments(
    picture: NDArray[np.uint8],
    layers: SegmentLayers,
    viewport: Viewport,
    screen: tuple[int, int] | None,
    opacity: float,
) -> NDArray[np.uint8]:
    """Return `picture` with segments over it: fill and contour.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
    layers : SegmentLayers
    viewport : Viewport
        Where the image lies on the screen.
    screen : tuple of 2 int or None
        Width and height; None where the picture is the frame's own pixels.
    opacity : float
        0 to 1, of the fill; contours are always opaque.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        A new array.
    """
    placed = _own_pixels(layers) if screen is None else _placed(layers, viewport, screen)
    if placed is None:
        return picture.copy() if picture.ndim == 3 else _rgb(picture)
    box, codes = placed
    mixed = _mixed(picture[box], codes, *layers.colours(min(max(opacity, 0.0), 1.0)))
    if mixed.shape[:2] == picture.shape[:2]:
        return mixed
    drawn = picture.copy() if picture.ndim == 3 else _rgb(picture)
    drawn[box] = mixed
    return drawn


_Placed: TypeAlias = tuple[tuple[slice, slice], NDArray[Any]]
"""A box of the screen, and for each of its pixels twice the index, plus 1 on a contour."""


def _rgb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture: NDArray[np.uint8] = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    return picture


def _own_pixels(layers: SegmentLayers) -> _Placed | None:
    if layers.is_empty:
        return None
    return (slice(0, layers.image.rows), slice(0, layers.image.columns)), _codes(layers, layers.doubled.copy())


def _placed(layers: SegmentLayers, viewport: Viewport, screen: tuple[int, int]) -> _Placed | None:
    """Return the part of the screen that segments reach, and what lies there; None where none does."""
    if layers.is_empty:
        return None
    matrix = viewport.source_to_screen(layers.image, screen)
    rows, columns = image_span(matrix, (layers.image.rows, layers.image.columns), screen)
    top, left, bottom, right = layers.bounds
    corners = np.array([[left - 1.0, top - 1.0, 1.0], [right, bottom, 1.0]]) @ matrix.T
    first, last = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    x0, x1 = max(columns.start, int(first[0])), min(columns.stop, int(last[0]) + 1)
    y0, y1 = max(rows.start, int(first[1])), min(rows.stop, int(last[1]) + 1)
    if x1 <= x0 or y1 <= y0:
        return None
    moved = matrix.copy()
    moved[:, 2] -= (x0, y0)
    doubled = placed_on((x1 - x0, y1 - y0), layers.doubled, moved, interpolation="nearest")
    return (slice(y0, y1), slice(x0, x1)), _codes(layers, doubled)


def _codes(layers: SegmentLayers, doubled: NDArray[Any]) -> NDArray[Any]:
    """Add 1 to twice the index where the contour of a segment runs, just inside of it; `doubled` is changed."""
    ids = doubled
    if layers.outlines is not None:
        ids = cv2.LUT(doubled, _filled(layers.outlines.repeat(2), doubled.dtype))
    edge = cv2.compare(cv2.erode(ids, np.ones((3, 3), np.uint8)), ids, cv2.CMP_LT)
    codes: NDArray[Any] = cv2.add(doubled, 1, doubled, edge)
    return codes


def _filled(table: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return a table with an entry for every value of a type."""
    full = np.zeros((256 if dtype == np.uint8 else _CODES, *table.shape[1:]), table.dtype)
    full[: len(table)] = table
    return full


def _mixed(
    picture: NDArray[np.uint8], codes: NDArray[Any], colours: NDArray[np.float64], strengths: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Return the colours of `picture` with those of the codes over them."""
    colours = colours.repeat(2, axis=0)
    strengths = np.column_stack([strengths, np.ones(len(strengths))]).ravel()  # fill, contour, fill, …
    strengths[1] = 0.0  # there is no contour of nothing
    if picture.ndim == 2 and codes.dtype == np.uint8:
        return _mixed_with_grey(picture, codes, colours, strengths)
    return _blended(picture if picture.ndim == 3 else _rgb(picture), codes, colours, strengths)


def _mixed_with_grey(
    grey: NDArray[np.uint8], codes: NDArray[np.uint8], colours: NDArray[np.float64], strengths: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Look up grey level and code together: red, green and blue in one word."""
    below = (np.arange(256.0)[None, :] * (1 - strengths)[:, None])[..., None]
    table = np.zeros((len(strengths), 256, 4), np.uint8)
    table[..., :3] = np.rint(below + (colours * strengths[:, None])[:, None, :])
    pairs = cv2.merge([np.ascontiguousarray(grey), codes]).view("<u2")[..., 0]
    return np.asarray(cv2.cvtColor(_looked_up(pairs, table.reshape(-1, 4)), cv2.COLOR_RGBA2RGB))


def _blended(
    picture: NDArray[np.uint8], codes: NDArray[Any], colours: NDArray[np.float64], strengths: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Weaken what lies below and add what lies above, in passes over the whole picture."""
    table = np.column_stack([colours * strengths[:, None], (1 - strengths) * 255])
    above = _looked_up(codes, np.rint(table).astype(np.uint8))
    left = cv2.cvtColor(cv2.extractChannel(above, 3), cv2.COLOR_GRAY2RGB)
    weakened = cv2.multiply(np.ascontiguousarray(picture), left, scale=1 / 255)
    return np.asarray(cv2.add(weakened, cv2.cvtColor(above, cv2.COLOR_RGBA2RGB), weakened))


def _looked_up(index: NDArray[Any], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the four bytes of `table` for every index, in one look-up of words."""
    words: NDArray[np.int32] = cv2.LUT(index, _filled(table.view(np.int32)[:, 0], index.dtype))
    return words.view(np.uint8).reshape(*index.shape, 4)
