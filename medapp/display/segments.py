"""Draws segments over a picture: fill and contour, in one pass however many there are."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.render import image_span, placed_on
from medapp.display.segment_layers import SegmentLayers, legend, segments_of
from medapp.display.segment_planes import lies_over
from medapp.display.viewport import Viewport

__all__ = ["SegmentLayers", "draw_segments", "legend", "lies_over", "segments_of", "segments_rgba"]

_CODES = 65536


def segments_rgba(
    layers: SegmentLayers, viewport: Viewport, screen: tuple[int, int], opacity: float
) -> NDArray[np.uint8]:
    """Return the segments as a picture to lay over the image: fill and contour.

    Parameters
    ----------
    layers : SegmentLayers
    viewport : Viewport
    screen : tuple of 2 int
        Width and height in pixels.
    opacity : float
        0 to 1, of the fill; contours are always opaque.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue, alpha, not premultiplied.
    """
    rgba = np.zeros((screen[1], screen[0], 4), np.uint8)
    placed = _placed(layers, viewport, screen)
    if placed is not None:
        box, codes = placed
        colours, strengths = layers.colours(min(max(opacity, 0.0), 1.0))
        rgba[box] = _looked_up(codes, colours, strengths * 255)
    return rgba


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
    """Return the colours of `picture` with those of the codes over them, in one look-up for each channel."""
    if codes.dtype != np.uint8:
        return _mixed_of_many(picture, codes, colours, strengths)
    strengths = np.column_stack([strengths, np.ones(len(strengths))]).ravel()  # fill, contour, fill, …
    strengths[1] = 0.0  # there is no contour of nothing
    below = (np.arange(256.0)[None, :] * (1 - strengths)[:, None])[..., None]
    tables = np.rint(below + (colours.repeat(2, axis=0) * strengths[:, None])[:, None, :]).astype(np.uint8)
    if picture.ndim == 2:  # red, green and blue of a grey level in one word
        packed = np.concatenate([tables, np.zeros_like(tables[..., :1])], axis=2).reshape(-1, 4).view(np.int32)[:, 0]
        four = _of_pairs(np.ascontiguousarray(picture), codes, packed).view(np.uint8).reshape(*codes.shape, 4)
        return np.asarray(cv2.cvtColor(four, cv2.COLOR_RGBA2RGB))
    channels = [_of_pairs(c, codes, tables[..., i].ravel()) for i, c in enumerate(cv2.split(picture))]
    return np.asarray(cv2.merge(channels))


def _of_pairs(levels: NDArray[np.uint8], codes: NDArray[np.uint8], table: NDArray[Any]) -> NDArray[Any]:
    """Look up the level and the code of every pixel, taken as one word."""
    pairs = cv2.merge([levels, codes]).view("<u2")[..., 0]
    looked_up: NDArray[Any] = cv2.LUT(pairs, _filled(table, pairs.dtype))
    return looked_up


def _mixed_of_many(
    picture: NDArray[np.uint8], codes: NDArray[Any], colours: NDArray[np.float64], strengths: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Do the same where the codes need two bytes: blend with a picture of the segments."""
    above = _looked_up(codes, colours, strengths * 255)
    alpha = above[..., 3:].astype(np.float32) / 255
    below = (picture if picture.ndim == 3 else _rgb(picture)).astype(np.float32)
    return np.rint(below * (1 - alpha) + above[..., :3] * alpha).astype(np.uint8)


def _looked_up(codes: NDArray[Any], colours: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return red, green, blue and alpha for every code; contours are opaque."""
    table = np.zeros((2 * len(colours), 4), np.uint8)
    table[0::2] = np.rint(np.column_stack([colours, alpha]))
    table[3::2] = np.rint(np.column_stack([colours, np.full(len(colours), 255.0)]))[1:]
    packed: NDArray[np.int32] = cv2.LUT(codes, _filled(table.view(np.int32)[:, 0], codes.dtype))
    return packed.view(np.uint8).reshape(*codes.shape, 4)
