"""Files of pictures: grey levels or colours of 8 bits, or modality values of 16, as PNG or TIFF."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from medapp.display.look import Extent
from medapp.errors import MedappError
from medapp.imaging.frame import Frame

SIGNED_OFFSET = 32768
_MOST = 65535
_IMAGE_DESCRIPTION = 270
Format = Literal["PNG", "TIFF"]


@dataclass(frozen=True, eq=False)
class Export:
    """Pixels and the texts that tell what they mean.

    Attributes
    ----------
    pixels : ndarray of uint8 or uint16, shape (rows, columns) or (rows, columns, 3)
    texts : dict of str to str
        Text chunks of a PNG, or a JSON object in the Image Description of a TIFF.
    """

    pixels: NDArray[Any]
    texts: dict[str, str] = field(default_factory=dict)

    def save(self, stream: IO[bytes], kind: Format = "PNG") -> None:
        """Write the file to `stream`."""
        from PIL import Image

        image = Image.fromarray(np.ascontiguousarray(self.pixels))
        if kind == "TIFF":
            about = {_IMAGE_DESCRIPTION: json.dumps(self.texts)} if self.texts else {}
            image.save(stream, "TIFF", compression="tiff_adobe_deflate", tiffinfo=about)
        else:
            image.save(stream, "PNG", pnginfo=_chunks(self.texts))


def _chunks(texts: dict[str, str]) -> Any:  # noqa: ANN401 - Pillow's own type, loaded when it is needed
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return info


def grey_of_16_bits(frame: Frame, extent: Extent) -> Export:
    """Return modality values as 16 bits: value = pixel × slope + intercept, both in the file's texts.

    Whole values are kept exactly, plus 32768 where they can be negative. Other integers keep their
    stored values and the rescale goes into the texts; floats are scaled to the range they have.

    Parameters
    ----------
    frame : Frame
    extent : Extent

    Raises
    ------
    MedappError
        ``render.colour_16`` for colour.
    """
    if frame.is_colour:
        raise MedappError("render.colour_16")
    if extent.is_own_size:
        values, inside = frame.modality_values(), None
    else:
        placed = extent.resampled(frame)
        values, inside = placed.values, placed.inside
    slope, intercept = _coding(frame, values)
    pixels = np.rint((values.astype(np.float64) - intercept) / slope)
    pixels = np.clip(np.nan_to_num(pixels), 0, _MOST).astype(np.uint16)
    pixels = extent.own_pixels(pixels) if inside is None else np.where(inside, pixels, np.uint16(0))
    return Export(pixels, {"slope": f"{slope:.17g}", "intercept": f"{intercept:.17g}", "unit": frame.unit})


def stored_of_16_bits(frame: Frame, extent: Extent) -> Export:
    """Return stored values as 16 bits, plus 32768 where they are signed: value = (pixel - offset) × slope + intercept.

    Parameters
    ----------
    frame : Frame
    extent : Extent
        Of the frame's own pixels: stored values are never mixed.

    Returns
    -------
    Export
        With ``offset``, ``slope``, ``intercept`` and ``unit`` in its texts; slope and intercept are left out where a
        table (Modality LUT) takes their place.

    Raises
    ------
    MedappError
        ``render.colour_16`` for colour, ``export.deep`` for floats and more than 16 bits.
    """
    if frame.is_colour:
        raise MedappError("render.colour_16")
    kind = frame.stored.dtype
    if kind.kind not in "iu" or kind.itemsize > 2:
        raise MedappError("export.deep")
    offset = SIGNED_OFFSET if kind.kind == "i" else 0
    pixels = (frame.stored.astype(np.int32) + offset).astype(np.uint16)
    rescale = {} if frame.modality_lut is not None else _rescale(frame)
    return Export(extent.own_pixels(pixels), {"offset": str(offset), **rescale, "unit": frame.unit})


def _rescale(frame: Frame) -> dict[str, str]:
    return {"slope": f"{frame.slope:.17g}", "intercept": f"{frame.intercept:.17g}"}


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
