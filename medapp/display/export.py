"""A frame as a PNG: grey levels or colours of 8 bits, or modality values of 16."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.display.overlays import draw_overlay
from medapp.display.render import grey, render_frame, resample
from medapp.display.viewport import Viewport
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.voi import Voi

SIGNED_OFFSET = 32768
_MOST = 65535


@dataclass(frozen=True, eq=False)
class Png:
    """Pixels and the texts that tell what they mean.

    Attributes
    ----------
    pixels : ndarray of uint8 or uint16, shape (rows, columns) or (rows, columns, 3)
    texts : dict of str to str
        Text chunks of the file.
    """

    pixels: NDArray[Any]
    texts: dict[str, str]

    def save(self, stream: IO[bytes]) -> None:
        """Write the PNG file to `stream`."""
        from PIL import Image
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        for key, text in self.texts.items():
            info.add_text(key, text)
        Image.fromarray(np.ascontiguousarray(self.pixels)).save(stream, "PNG", pnginfo=info)


def picture_of(frame: Frame, voi: Voi | None, size: tuple[int, int] | None, *, overlays: bool) -> Png:
    """Return a frame as it is shown, 8 bits.

    Parameters
    ----------
    frame : Frame
    voi : Window, Lut or None
        None leaves colour as it is.
    size : tuple of 2 int or None
        Width and height to fit the picture in; None keeps the frame's own pixels.
    overlays : bool
        Draw the overlay planes of the file.
    """
    if size is None:
        pixels = render_frame(frame, voi)
    else:
        pixels = grey(resample(frame, Viewport(), size), voi, invert=frame.inverted)
    if overlays and frame.overlay is not None:
        pixels = draw_overlay(pixels, frame, Viewport(), size)
    return Png(pixels, {})


def grey_of_16_bits(frame: Frame, size: tuple[int, int] | None) -> Png:
    """Return modality values as 16 bits: value = pixel × slope + intercept, both in the file's texts.

    Whole values are kept exactly, plus 32768 where they can be negative. Other integers keep their
    stored values and the rescale goes into the texts; floats are scaled to the range they have.

    Raises
    ------
    MedappError
        ``render.colour_16`` for colour.
    """
    if frame.is_colour:
        raise MedappError("render.colour_16")
    if size is None:
        values, inside = frame.modality_values(), frame.valid
    else:
        placed = resample(frame, Viewport(), size)
        values, inside = placed.values, placed.inside
    slope, intercept = _coding(frame, values)
    pixels = np.rint((values.astype(np.float64) - intercept) / slope)
    pixels = np.clip(np.nan_to_num(pixels), 0, _MOST).astype(np.uint16)
    if inside is not None and size is not None:
        pixels[~inside] = 0
    return Png(pixels, {"slope": f"{slope:.17g}", "intercept": f"{intercept:.17g}", "unit": frame.unit})


def _coding(frame: Frame, values: NDArray[Any]) -> tuple[float, float]:
    """Return slope and intercept that turn a pixel of 16 bits into the modality value."""
    low, high = _possible(frame, values)
    whole = frame.modality_lut is not None or (float(frame.slope).is_integer() and float(frame.intercept).is_integer())
    if values.dtype.kind in "iu" or (whole and frame.stored.dtype.kind in "iu"):
        offset = SIGNED_OFFSET if low < 0 else 0
        if low + offset >= 0 and high + offset <= _MOST:
            return 1.0, -float(offset)
    if frame.stored.dtype.kind in "iu" and frame.stored.dtype.itemsize <= 2 and frame.modality_lut is None:
        offset = SIGNED_OFFSET if frame.stored.dtype.kind == "i" else 0
        return frame.slope, frame.intercept - offset * frame.slope
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return ((high - low) / _MOST or 1.0), low


def _possible(frame: Frame, values: NDArray[Any]) -> tuple[float, float]:
    """Return the lowest and highest value of the image, negative also where only its encoding could be.

    The sign of the coding must not change from slice to slice of a series.
    """
    if not values.size:
        return 0.0, 0.0
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    could_be_negative = frame.modality_lut is None and (frame.stored.dtype.kind == "i" or frame.intercept < 0)
    return (min(low, -1.0) if could_be_negative else low), high
