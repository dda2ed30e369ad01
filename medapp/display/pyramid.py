"""Reduced copies of a frame, so that a large image is averaged when it is shown small; padding never bleeds in."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Frame

LEAST_SIDE = 32
HALVED_AT_ONCE = 2**20
"""Values of an image up to which halving it takes no time on the window's thread."""
_SIGN = np.uint16(0x8000)
_ENDLESS = 1e30  # in place of an infinite value: it can be averaged


@dataclass(frozen=True, eq=False)
class Pyramid:
    """The values of a frame at full size, half, a quarter …

    Attributes
    ----------
    levels : sequence of ndarray
        uint8, uint16 (signed values with their sign bit flipped) or float32; colour last, of four
        channels, the last unused: OpenCV warps four twice as fast as three.
    masks : tuple of ndarray of uint8, or empty
        1 where a level's pixel is mostly valid; empty where all pixels are.
    is_signed : bool
        Whether `levels` hold int16 values with the sign bit flipped: resampling unsigned values is
        three times as fast.
    is_modality : bool
        Whether the values are modality values already: a table cannot be applied after averaging.
    bounds : tuple of 2 int
        The least and the greatest value of whole numbers, which averaging does not leave; (0, -1) of others.
    """

    levels: Sequence[NDArray[Any]]
    masks: tuple[NDArray[np.uint8], ...]
    is_signed: bool
    is_modality: bool
    bounds: tuple[int, int] = (0, -1)


_built: weakref.WeakKeyDictionary[Frame, Pyramid] = weakref.WeakKeyDictionary()
_overlays: weakref.WeakKeyDictionary[Frame, tuple[NDArray[np.uint8], ...]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def pyramid_of(frame: Frame) -> Pyramid:
    """Return the pyramid of a frame; it is built once and lives as long as the frame does."""
    with _lock:
        known = _built.get(frame)
    if known is None:
        known = _build(frame)
        with _lock:
            _built[frame] = known
    return known


def share_pyramid(frame: Frame, shown: Frame) -> None:
    """Let `shown`, the same stored values under another presentation, use the reduced copies of `frame`."""
    if shown.stored is not frame.stored or shown.valid is not frame.valid:
        return
    if shown.modality_lut is not frame.modality_lut:
        return
    with _lock:
        known = _built.get(frame)
        if known is not None:
            _built[shown] = known


def _build(frame: Frame) -> Pyramid:
    is_modality = frame.modality_lut is not None
    values = np.ascontiguousarray(frame.modality_values() if is_modality else frame.stored)
    if frame.is_colour:
        values = cv2.cvtColor(values, cv2.COLOR_RGB2RGBA)
    valid = _numbers(values, frame.valid)
    values, is_signed = _resampled_type(values)
    if valid is None:
        levels: Sequence[NDArray[Any]] = _Halved(values) if values.size <= HALVED_AT_ONCE else _halved(values)
        return Pyramid(levels, (), is_signed, is_modality, _bounds(values))
    filled, masks = _filled(values, valid)
    return Pyramid(filled, masks, is_signed, is_modality, _bounds(filled[0]))


def _bounds(values: NDArray[Any]) -> tuple[int, int]:
    if values.dtype.kind != "u" or values.ndim != 2 or not values.size:
        return 0, -1
    return int(values.min()), int(values.max())


def _numbers(values: NDArray[Any], valid: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Return which values are to be averaged: what is no number is shown as padding is."""
    if values.dtype.kind != "f":
        return valid
    numbers: NDArray[np.bool_] = ~np.isnan(values)
    if numbers.all():
        return valid
    return numbers if valid is None else numbers & valid


def _resampled_type(values: NDArray[Any]) -> tuple[NDArray[Any], bool]:
    """Return the values in a type that OpenCV resamples fast and exactly."""
    if values.dtype in (np.uint8, np.uint16):
        return values, False
    if values.dtype == np.int8:
        values = values.astype(np.int16)
    if values.dtype == np.int16:
        return values.view(np.uint16) ^ _SIGN, True
    if values.dtype.kind != "f":
        return values.astype(np.float32), False
    return np.clip(values, -_ENDLESS, _ENDLESS).astype(np.float32), False


class _Halved(Sequence[NDArray[Any]]):
    """The levels of a small image, each made when it is asked for: scrolled, most are never shown so small."""

    def __init__(self, values: NDArray[Any]) -> None:
        self._made: tuple[NDArray[Any], ...] = (values,)
        self._count, least = 1, min(values.shape[:2])
        while least > LEAST_SIDE:
            self._count, least = self._count + 1, (least + 1) // 2

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[NDArray[Any]]: ...
    def __getitem__(self, index: int | slice) -> NDArray[Any] | Sequence[NDArray[Any]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        index = range(self._count)[index]
        made = self._made  # two threads may make the same level; either is right
        while len(made) <= index:
            made = (*made, _half(made[-1]))
        self._made = made
        return made[index]


def _half(values: NDArray[Any]) -> NDArray[Any]:
    rows, columns = values.shape[:2]
    half: NDArray[Any] = cv2.resize(values, ((columns + 1) // 2, (rows + 1) // 2), interpolation=cv2.INTER_AREA)
    return half


def _halved(values: NDArray[Any], *, to_one_pixel: bool = False) -> list[NDArray[Any]]:
    levels = [values]
    while min(levels[-1].shape[:2]) > LEAST_SIDE or (to_one_pixel and max(levels[-1].shape[:2]) > 1):
        levels.append(_half(levels[-1]))
    return levels


def _filled(
    values: NDArray[Any], valid: NDArray[np.bool_]
) -> tuple[tuple[NDArray[Any], ...], tuple[NDArray[np.uint8], ...]]:
    """Average valid pixels only, and fill padding from the next coarser level, so that no halo appears."""
    masked = cv2.copyTo(values, valid.view(np.uint8))
    weights = _halved(valid.astype(np.float32), to_one_pixel=True)  # there every padded pixel meets a valid one
    sums = _halved(masked.astype(np.float32), to_one_pixel=True)
    filled = np.zeros((1, 1), np.float32)
    levels: list[NDArray[Any]] = []
    for weight, total in zip(reversed(weights[1:]), reversed(sums[1:]), strict=True):
        mean = total / np.maximum(weight, 1e-6)
        coarse = cv2.resize(filled, (mean.shape[1], mean.shape[0]), interpolation=cv2.INTER_NEAREST)
        filled = np.where(weight > 1e-6, mean, coarse).astype(np.float32)
        levels.append(_like(filled, values))
    coarse = cv2.resize(_like(filled, values), (values.shape[1], values.shape[0]), interpolation=cv2.INTER_NEAREST)
    levels.append(cv2.copyTo(values, valid.view(np.uint8), coarse))
    masks = (valid.view(np.uint8), *((weight >= 0.5).view(np.uint8) for weight in weights[1:]))
    return tuple(reversed(levels)), masks


def _like(filled: NDArray[np.float32], values: NDArray[Any]) -> NDArray[Any]:
    """Return averages in the type of the values."""
    return filled if values.dtype == np.float32 else np.rint(filled).astype(values.dtype)


def overlay_pyramid(frame: Frame) -> tuple[NDArray[np.uint8], ...]:
    """Return the overlay planes of a frame at full size, half, a quarter …; 255 where any pixel of it is set.

    Thin lines stay when the image is shown small. Built once, kept as long as the frame is.
    """
    assert frame.overlay is not None
    with _lock:
        known = _overlays.get(frame)
    if known is None:
        levels = [frame.overlay.astype(np.uint8) * np.uint8(255)]
        while min(levels[-1].shape) > LEAST_SIDE:
            rows, columns = levels[-1].shape
            half = cv2.resize(levels[-1], ((columns + 1) // 2, (rows + 1) // 2), interpolation=cv2.INTER_AREA)
            levels.append(cv2.threshold(half, 0, 255, cv2.THRESH_BINARY)[1])
        known = tuple(levels)
        with _lock:
            _overlays[frame] = known
    return known
