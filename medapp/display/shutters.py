"""What display shutters cover: of the image's own pixels, and of a screen. They hide the picture, never its values."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.placing import image_span, placed_on
from medapp.display.viewport import ImageShape, Viewport, pixel_aspect
from medapp.imaging.frame import Frame
from medapp.imaging.shutters import Shutter

_FAR = 1e6
_FRACTION_BITS = 8
_masks: weakref.WeakKeyDictionary[Frame, NDArray[np.uint8]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def covered_by(shutters: Sequence[Shutter], shape: tuple[int, int], aspect: float = 1.0) -> NDArray[np.bool_]:
    """Return which pixels of an image the shutters cover, all together.

    Parameters
    ----------
    shutters : sequence of Shutter
    shape : tuple of 2 int
        Rows and columns.
    aspect : float
        A pixel's height divided by its width: a circle is one on the screen (C.7.6.11.1).

    Returns
    -------
    ndarray of bool, shape `shape`
    """
    covered = np.zeros(shape, np.bool_)
    for shutter in shutters:
        covered |= ~_seen_through(shutter, shape, aspect)
    return covered


def _seen_through(shutter: Shutter, shape: tuple[int, int], aspect: float) -> NDArray[np.bool_]:
    if shutter.covered is not None:
        seen = np.ones(shape, np.bool_)
        rows, columns = (min(ours, its) for ours, its in zip(shape, shutter.covered.shape, strict=True))
        seen[:rows, :columns] = ~shutter.covered[:rows, :columns]
        return seen
    y, x = np.ogrid[: shape[0], : shape[1]]
    if shutter.shape == "rectangular":
        (left, top), (right, bottom) = shutter.points
        return _boxed(x, left, right) & _boxed(y, top, bottom)
    if shutter.shape == "circular":
        ((column, row),) = shutter.points
        return np.asarray((x - column) ** 2 + ((y - row) * aspect) ** 2 <= shutter.radius**2)
    return _polygon(shutter.points, shape)


def _boxed(places: NDArray[Any], first: float, last: float) -> NDArray[np.bool_]:
    return np.asarray((places >= first) & (places <= last))


def _polygon(corners: tuple[tuple[float, float], ...], shape: tuple[int, int]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, np.uint8)
    scaled = np.rint(np.clip(corners, -_FAR, _FAR) * 2**_FRACTION_BITS).astype(np.int32)
    cv2.fillPoly(mask, [scaled], 1, shift=_FRACTION_BITS)
    return mask.astype(np.bool_)


def draw_shutters(
    picture: NDArray[np.uint8], frame: Frame, viewport: Viewport, screen: tuple[int, int] | None
) -> NDArray[np.uint8]:
    """Return `picture` covered by the shutters of its frame.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
    frame : Frame
    viewport : Viewport
        Where the frame lies on the screen.
    screen : tuple of 2 int or None
        Width and height; None where the picture is the frame's own pixels.

    Notes
    -----
    PS3.3 C.7.6.11. Covered pixels have the grey level of the first shutter, also when the picture is
    inverted. What lies beside the image stays as it is.
    """
    if not frame.shutters:
        return picture
    covered = _covered(frame)
    if screen is not None:
        covered = _on_screen(covered, frame, viewport, screen)
    shuttered = picture.copy()
    cv2.copyTo(np.full_like(picture, frame.shutters[0].grey), covered, shuttered)
    return shuttered


def _covered(frame: Frame) -> NDArray[np.uint8]:
    """Return what the shutters of a frame cover, 1 there; kept as long as the frame is."""
    with _lock:
        known = _masks.get(frame)
    if known is None:
        known = covered_by(frame.shutters, frame.shape, pixel_aspect(frame.geometry)).view(np.uint8)
        with _lock:
            _masks[frame] = known
    return known


def _on_screen(
    covered: NDArray[np.uint8], frame: Frame, viewport: Viewport, screen: tuple[int, int]
) -> NDArray[np.uint8]:
    matrix = viewport.source_to_screen(ImageShape.of(frame), screen)
    span = image_span(matrix, frame.shape, screen)
    mask: NDArray[np.uint8] = placed_on(screen, covered, matrix, interpolation="nearest", span=span)
    return mask
