"""Pictures: PNG, JPEG, TIFF, BMP and WebP, grey or colour, 8 or 16 bits, the pages of a TIFF as frames."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.colour import to_8_bits
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.icc import to_srgb
from medapp.imaging.jpeg import JpegHeader, jpeg_header
from medapp.imaging.limits import ReadLimits
from medapp.imaging.picture_size import check_size
from medapp.imaging.study import Instance, Window
from medapp.imaging.tiff import is_tiff, tiff_page, tiff_size

if TYPE_CHECKING:
    from PIL import Image

PICTURE = "PICTURE"
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)
_RGB_MODES = ("RGB", "RGBA", "P")
_JPEG_HEAD = 64 * 1024
"""Where the start of frame must lie: behind metadata, which in photographs can be long."""


def read_picture_header(stream: IO[bytes], source: str, limits: ReadLimits) -> FoundImage:
    """Tell size and pages of a picture without decoding it.

    Raises
    ------
    MedappError
        ``picture.damaged``, ``picture.too_large``.
    """
    size = _guarded(tiff_size, stream) if is_tiff(stream) else _guarded(_pillow_size, stream, limits)
    rows, columns, frames = size
    check_size(rows, columns, limits)
    return FoundImage(Instance(source, "picture", rows, columns, min(frames, limits.frames)), PICTURE, series_uid="")


def read_picture(stream: IO[bytes], index: int, limits: ReadLimits) -> Frame:
    """Decode one page of a picture.

    Returns
    -------
    Frame
        Grey of 8 or 16 bits (or 32, or float, in a TIFF) as it is stored, else RGB uint8; a colour
        picture whose three channels are equal is grey. Transparent parts are laid on black. Pictures
        of 8 bits are shown as they are, their window is the full range.

    Raises
    ------
    MedappError
        ``picture.damaged``, ``picture.too_large``, ``picture.no_page``.
    """
    stored, inverted = _guarded(_page, stream, index, limits)
    stored = _grey_where_equal(stored)
    bits = stored.dtype.itemsize * 8
    windows = (Window(128, 256),) if stored.dtype == np.uint8 and stored.ndim == 2 else ()
    return Frame(np.ascontiguousarray(stored), inverted=inverted, bits_stored=bits, windows=windows, number=index + 1)


def _page(stream: IO[bytes], index: int, limits: ReadLimits) -> tuple[NDArray[Any], bool]:
    """Return the values of a page, and whether low ones are bright."""
    if is_tiff(stream):
        return tiff_page(stream, index, limits) or _pillow_page(stream, index, limits)
    rare = _rare_jpeg(stream)
    if rare is not None:
        check_size(rare.rows, rare.columns, limits)
        return _jpeg_page(stream, rare, index)
    return _pillow_page(stream, index, limits)


def _guarded(function: Any, *arguments: Any) -> Any:  # noqa: ANN401 - passes through
    """Call a decoder and turn whatever it raises for a damaged picture into a problem."""
    try:
        return function(*arguments)
    except (MedappError, MemoryError):
        raise
    except Exception as error:
        raise MedappError("picture.damaged", kind=type(error).__name__) from error


def _opened(stream: IO[bytes]) -> Image.Image:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    return Image.open(stream, formats=_FORMATS)


def _pillow_size(stream: IO[bytes], limits: ReadLimits) -> tuple[int, int, int]:
    rare = _rare_jpeg(stream)
    if rare is not None:
        return rare.rows, rare.columns, 1
    image = _opened(stream)
    columns, rows = image.size
    check_size(rows, columns, limits)  # before Exif is asked for: Pillow decodes a PNG to find it behind the pixels
    if image.getexif().get(_ORIENTATION) in _TURNED:
        rows, columns = columns, rows
    return rows, columns, 1


def _pillow_page(stream: IO[bytes], index: int, limits: ReadLimits) -> tuple[NDArray[Any], bool]:
    from PIL import ImageOps

    image = _opened(stream)
    if getattr(image, "format", "") == "TIFF":
        image.seek(index)
    elif index:
        raise MedappError("picture.no_page", page=index + 1)
    check_size(image.height, image.width, limits)
    if _is_deep_with_alpha(stream):
        return _deep_grey_on_black(stream), False
    image.load()
    values = _array(ImageOps.exif_transpose(image))
    profile = image.info.get("icc_profile") or b""
    return (to_srgb(values, profile)[0] if values.ndim == 3 and image.mode in _RGB_MODES else values), False


def _is_deep_with_alpha(stream: IO[bytes]) -> bool:
    """Whether a PNG holds grey of 16 bits with alpha, which Pillow reads with 8: depth and colour type in IHDR."""
    stream.seek(0)
    head = stream.read(26)
    return head.startswith(b"\x89PNG") and head[24:26] == b"\x10\x04"


def _deep_grey_on_black(stream: IO[bytes]) -> NDArray[np.uint16]:
    import imagecodecs

    stream.seek(0)
    grey, alpha = np.moveaxis(imagecodecs.png_decode(stream.read()).astype(np.uint32), -1, 0)
    return np.asarray((grey * alpha + 32767) // 65535, np.uint16)


def _jpeg_page(stream: IO[bytes], header: JpegHeader, index: int) -> tuple[NDArray[Any], bool]:
    """Decode a JPEG that Pillow does not know: of 12 bits, or lossless."""
    import imagecodecs

    if index:
        raise MedappError("picture.no_page", page=index + 1)
    stream.seek(0)
    values = imagecodecs.jpeg_decode(stream.read())
    return (values if values.ndim == 2 else to_8_bits(values, header.precision)), False


def _rare_jpeg(stream: IO[bytes]) -> JpegHeader | None:
    """Return the header of a JPEG of more than 8 bits, lossless, or JPEG-LS; None for all others."""
    stream.seek(0)
    head = stream.read(_JPEG_HEAD)
    stream.seek(0)
    if not head.startswith(b"\xff\xd8\xff"):
        return None
    try:
        header = jpeg_header(head)
    except MedappError:
        return None
    return header if header.precision > 8 or header.is_lossless else None


def _array(image: Image.Image) -> NDArray[Any]:
    """Return the values of a decoded picture: deep grey as it is, all else as grey or RGB of 8 bits."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in {"I", "F"}:
        deep = np.asarray(image)
        fits = image.mode == "I" and deep.size and deep.min() >= 0 and deep.max() <= 65535
        return deep.astype(np.uint16) if fits else deep
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if image.mode in {"LA", "RGBA", "PA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image)
    return np.asarray(image.convert("RGB"))


def _grey_where_equal(values: NDArray[Any]) -> NDArray[Any]:
    """Return one channel where all three are equal: a radiograph saved as a colour picture can then be windowed."""
    if values.ndim == 3 and np.array_equal(values[..., 0], values[..., 1]):
        return values[..., 0] if np.array_equal(values[..., 0], values[..., 2]) else values
    return values
