"""From a frame to grey levels: resample the values to the screen first, window them afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.placing import Interpolation, from_level, image_span, level_for, placed_on
from medapp.display.pyramid import pyramid_of
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.study import Window
from medapp.imaging.voi import Voi, apply_voi

_SIGN = 0x8000
_WHOLE_REACH = 2**31
"""OpenCV rounds to 32-bit integers before it clamps: what lies beyond turns from white to black."""
_WHOLE_TYPES = (np.uint8, np.int8, np.uint16, np.int16)


@dataclass(frozen=True, eq=False)
class Resampled:
    """A frame at screen size, before windowing.

    Attributes
    ----------
    frame : Frame
        Where it comes from.
    levels : ndarray, shape (height, width) or (height, width, 3)
        Values as the pyramid holds them.
    inside : ndarray of bool, shape (height, width)
        False beside the image and on padding.
    is_signed, is_modality : bool
        As in `Pyramid`.
    bounds : tuple of 2 int
        The least and the greatest of `levels` where the image is; greatest below least: not known.
    span : tuple of 2 slice
        The rows and columns of the screen that the image reaches.
    """

    frame: Frame
    levels: NDArray[Any]
    inside: NDArray[np.bool_]
    is_signed: bool
    is_modality: bool
    bounds: tuple[int, int]
    span: tuple[slice, slice]

    def cropped(self) -> Resampled:
        """Return the part of the screen that the image reaches; what lies around is black."""
        rows, columns = self.span
        whole = slice(0, rows.stop - rows.start), slice(0, columns.stop - columns.start)
        return replace(self, levels=self.levels[self.span], inside=self.inside[self.span], span=whole)

    @cached_property
    def mask(self) -> NDArray[np.uint8]:
        """255 inside, 0 beside the image and on padding; made once, for a drag of the window draws many times."""
        return np.negative(self.inside.view(np.uint8))

    @cached_property
    def is_full(self) -> bool:
        """Whether nothing of it lies beside the image or on padding."""
        return bool(self.inside.all())

    @property
    def values(self) -> NDArray[Any]:
        """Modality values at screen size; of colour, the colours."""
        return self._to_modality(self.stored)

    @property
    def stored(self) -> NDArray[Any]:
        """Stored values at screen size; modality values where `is_modality`."""
        return (self.levels ^ np.uint16(_SIGN)).view(np.int16) if self.is_signed else self.levels

    def _to_modality(self, stored: NDArray[Any]) -> NDArray[Any]:
        return stored if self.is_modality or self.frame.is_colour else self.frame.modality_values(stored)

    def table(self, voi: Voi, *, invert: bool) -> NDArray[np.uint8]:
        """Return a table of grey levels for `levels` (8 or 16 bits); black for values that they do not have."""
        table = np.zeros(2 ** (8 * self.levels.dtype.itemsize), np.uint8)
        least, greatest = self.bounds if self.bounds[0] <= self.bounds[1] else (0, len(table) - 1)
        codes = np.arange(least, greatest + 1, dtype=self.levels.dtype)
        stored = (codes ^ np.uint16(_SIGN)).view(np.int16) if self.is_signed else codes
        table[least : greatest + 1] = _grey_of(self._to_modality(stored), self.frame, voi, invert=invert)
        return table


def resample(
    frame: Frame, viewport: Viewport, screen: tuple[int, int], *, interpolation: Interpolation = "linear"
) -> Resampled:
    """Place a frame on a screen; the part of rendering that a change of window does not need.

    Parameters
    ----------
    frame : Frame
    viewport : Viewport
    screen : tuple of 2 int
        Width and height in pixels.
    interpolation : str
        Between pixels: ``linear``, ``nearest`` or ``lanczos``.

    Returns
    -------
    Resampled

    Notes
    -----
    Pixels are averaged where the image is shrunk by more than 2, from a pyramid that is built once
    per frame, unless ``nearest`` is asked for. Discrete values (labels, one bit, palettes) are never mixed.
    """
    interpolation = "nearest" if frame.discrete else interpolation
    pyramid = pyramid_of(frame)
    matrix = viewport.source_to_screen(ImageShape.of(frame), screen)
    level = 0 if interpolation == "nearest" else level_for(matrix, len(pyramid.levels))
    values, mask = pyramid.levels[level], pyramid.masks[level] if pyramid.masks else None
    placed = from_level(matrix, frame.shape, values.shape)
    span = image_span(matrix, frame.shape, screen)
    levels = placed_on(screen, values, placed, interpolation=interpolation, span=span)
    if levels.ndim == 3:
        levels = cv2.cvtColor(levels, cv2.COLOR_RGBA2RGB)
    if mask is None:
        inside = np.zeros((screen[1], screen[0]), np.bool_)
        inside[span] = True
    else:
        inside = placed_on(screen, mask, placed, interpolation="nearest", span=span).view(np.bool_)
    bounds = (0, -1) if interpolation == "lanczos" else pyramid.bounds  # it leaves them
    return Resampled(frame, levels, inside, pyramid.is_signed, pyramid.is_modality, bounds, span)


def grey(
    resampled: Resampled, voi: Voi | None, *, invert: bool = False, out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Turn a resampled frame into grey levels; all that a drag of the window needs.

    Parameters
    ----------
    resampled : Resampled
    voi : Window, Lut or None
        None leaves colour as it is; a grey frame needs one.
    invert : bool
        Show low values bright: ``frame.inverted != viewport.inverted``.
    out : ndarray of uint8, shape (height, width), optional
        Memory that may be used for the answer; new memory takes as long as the look-up.

    Returns
    -------
    ndarray of uint8, shape (height, width) or, for colour, (height, width, 3)
        Black beside the image and on padding, also when inverted.
    """
    levels = resampled.levels
    if resampled.frame.is_colour:
        return _masked(_colour(levels, voi, invert=invert), resampled)
    assert voi is not None
    if levels.dtype in (np.uint8, np.uint16):
        picture = cv2.LUT(levels, resampled.table(voi, invert=invert), out)  # six times as fast as numpy's take
    else:
        picture = _float_grey(resampled.values, resampled.frame, voi, invert=invert)
    if not resampled.is_modality and resampled.frame.supplement is not None:
        picture = _with_supplement(picture, resampled.stored, resampled.frame)
    return _masked(picture, resampled)


def screen_pixels(
    resampled: Resampled, voi: Voi | None, *, invert: bool, out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Return what `grey` does as a screen holds it: blue, green, red, opaque.

    Parameters
    ----------
    resampled, voi, invert
        As for `grey`.
    out : ndarray of uint8, shape (height, width, 4), optional
        Memory that may be used for the answer.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
    """
    levels = resampled.levels
    in_one_pass = levels.ndim == 2 and levels.dtype in (np.uint8, np.uint16) and resampled.frame.supplement is None
    if in_one_pass and resampled.is_full and voi is not None:
        packed = resampled.table(voi, invert=invert).astype(np.uint32) * 0x010101 | 0xFF000000
        before = None if out is None else out.view(np.int32)[..., 0]
        shades: NDArray[np.int32] = cv2.LUT(levels, packed.view(np.int32), before)
        return shades.view(np.uint8).reshape(*levels.shape, 4)
    return for_screen(grey(resampled, voi, invert=invert), out)


def for_screen(pixels: NDArray[np.uint8], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Return grey levels or colours as a screen holds them: blue, green, red, opaque; in the memory of `out`."""
    code = cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_RGB2BGRA
    return np.asarray(cv2.cvtColor(pixels, code, out))


def _masked(picture: NDArray[np.uint8], resampled: Resampled) -> NDArray[np.uint8]:
    """Make what is not inside black; grey levels in place."""
    masked: NDArray[np.uint8]
    if resampled.is_full:
        return picture
    if picture.ndim == 2:
        masked = cv2.bitwise_and(picture, resampled.mask, dst=picture)
    else:
        masked = cv2.bitwise_and(picture, picture, mask=resampled.mask)
    return masked


def _colour(colours: NDArray[Any], voi: Voi | None, *, invert: bool) -> NDArray[np.uint8]:
    if voi is None:
        return (255 - colours).astype(np.uint8) if invert else colours.astype(np.uint8)
    table = apply_voi(np.arange(256, dtype=np.uint8), voi, invert=invert)
    picture: NDArray[np.uint8] = cv2.LUT(colours, table)
    return picture


def _grey_of(values: NDArray[Any], frame: Frame, voi: Voi, *, invert: bool) -> NDArray[np.uint8]:
    return apply_voi(values, voi, invert=invert, presentation_lut=frame.presentation_lut)


def _with_supplement(picture: NDArray[np.uint8], stored: NDArray[Any], frame: Frame) -> NDArray[np.uint8]:
    """Paint the colours of a supplemental palette over the grey levels, which end where it begins (C.7.6.19)."""
    if frame.supplement is None:
        return picture
    coloured = stored >= frame.supplement.first
    painted: NDArray[np.uint8] = np.repeat(picture[..., None], 3, axis=2)
    painted[coloured] = frame.supplement.colours(stored[coloured])
    return painted


def _float_grey(values: NDArray[Any], frame: Frame, voi: Voi, *, invert: bool) -> NDArray[np.uint8]:
    """Window floats; the linear functions in one pass of OpenCV, which rounds and clamps as they ask."""
    is_linear = isinstance(voi, Window) and voi.function != "SIGMOID" and voi.width > 1
    if not is_linear or frame.presentation_lut is not None:
        return _grey_of(values, frame, voi, invert=invert)
    assert isinstance(voi, Window)
    scale, offset = _line(voi)
    if invert:
        scale, offset = -scale, 255 - offset
    single = values.astype(np.float32, copy=False)
    if not cv2.norm(single, cv2.NORM_INF) * abs(scale) + abs(offset) < _WHOLE_REACH:
        return _grey_of(values, frame, voi, invert=invert)
    picture: NDArray[np.uint8] = cv2.addWeighted(single, scale, single, 0, offset, dtype=cv2.CV_8U)
    return picture


def _line(window: Window) -> tuple[float, float]:
    """Return scale and offset from value to grey level of a linear window (PS3.3 C.11.2.1.2.1, C.11.2.1.3.2)."""
    half = 0.5 if window.function == "LINEAR" else 0.0
    scale = 255 / (window.width - 2 * half)
    return scale, 127.5 - (window.center - half) * scale


def render_frame(frame: Frame, voi: Voi | None, *, invert: bool | None = None) -> NDArray[np.uint8]:
    """Return the frame's own pixels as grey levels or colours, not resampled.

    Parameters
    ----------
    frame : Frame
    voi : Window, Lut or None
        None leaves colour as it is; a grey frame needs one.
    invert : bool or None
        Show low values bright; None as the file asks.

    Returns
    -------
    ndarray of uint8, shape (rows, columns) or (rows, columns, 3)
        Padding is black.
    """
    invert = frame.inverted if invert is None else invert
    if frame.is_colour:
        return _colour(frame.stored, voi, invert=invert)
    assert voi is not None
    if frame.stored.dtype in _WHOLE_TYPES:
        codes = np.arange(2 ** (8 * frame.stored.dtype.itemsize), dtype=f"u{frame.stored.dtype.itemsize}")
        table = _grey_of(frame.modality_values(codes.view(frame.stored.dtype)), frame, voi, invert=invert)
        picture = table[frame.stored.view(codes.dtype)]
    else:
        picture = _grey_of(frame.modality_values(), frame, voi, invert=invert)
    picture = _with_supplement(picture, frame.stored, frame)
    if frame.valid is not None:
        picture[~frame.valid] = 0
    return picture
