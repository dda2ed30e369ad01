"""Pictures: PNG, JPEG, TIFF, BMP and WebP, grey or colour, 8 or 16 bits, the pages of a TIFF as frames."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.study import Instance, Window

if TYPE_CHECKING:
    from PIL import Image
    from tifffile import TiffPage

PICTURE = "PICTURE"
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2


def read_picture_header(stream: IO[bytes], source: str, limits: ReadLimits) -> FoundImage:
    """Tell size and pages of a picture without decoding it.

    Raises
    ------
    MedappError
        ``picture.damaged``, ``picture.too_large``.
    """
    rows, columns, frames = _guarded(_tiff_size if _is_tiff(stream) else _pillow_size, stream)
    _check_size(rows, columns, limits)
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
    stored, inverted = _guarded(_tiff_page if _is_tiff(stream) else _pillow_page, stream, index, limits)
    stored = _grey_where_equal(stored)
    bits = stored.dtype.itemsize * 8
    windows = (Window(128, 256),) if stored.dtype == np.uint8 and stored.ndim == 2 else ()
    return Frame(np.ascontiguousarray(stored), inverted=inverted, bits_stored=bits, windows=windows, number=index + 1)


def _guarded(function: Any, *arguments: Any) -> Any:  # noqa: ANN401 - passes through
    """Call a decoder and turn whatever it raises for a damaged picture into a problem."""
    try:
        return function(*arguments)
    except (MedappError, MemoryError):
        raise
    except Exception as error:
        raise MedappError("picture.damaged", kind=type(error).__name__) from error


def _is_tiff(stream: IO[bytes]) -> bool:
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    return head in _TIFF_STARTS


def _check_size(rows: int, columns: int, limits: ReadLimits) -> None:
    if rows * columns * 4 > limits.frame_bytes:
        raise MedappError("picture.too_large", rows=rows, columns=columns, megabytes=limits.frame_bytes // 2**20)


def _opened(stream: IO[bytes]) -> Image.Image:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    return Image.open(stream, formats=_FORMATS)


def _pillow_size(stream: IO[bytes]) -> tuple[int, int, int]:
    image = _opened(stream)
    columns, rows = image.size
    if image.getexif().get(_ORIENTATION) in _TURNED:
        rows, columns = columns, rows
    return rows, columns, 1


def _tiff_size(stream: IO[bytes]) -> tuple[int, int, int]:
    import tifffile

    with tifffile.TiffFile(stream) as file:
        page = file.pages.first
        return int(page.imagelength), int(page.imagewidth), len(file.pages)


def _pillow_page(stream: IO[bytes], index: int, limits: ReadLimits) -> tuple[NDArray[Any], bool]:
    from PIL import ImageOps

    image = _opened(stream)
    if getattr(image, "format", "") == "TIFF":
        image.seek(index)
    elif index:
        raise MedappError("picture.no_page", page=index + 1)
    _check_size(image.height, image.width, limits)
    image.load()
    return _array(ImageOps.exif_transpose(image)), False


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


def _tiff_page(stream: IO[bytes], index: int, limits: ReadLimits) -> tuple[NDArray[Any], bool]:
    import tifffile

    with tifffile.TiffFile(stream) as file:
        if index >= len(file.pages):
            raise MedappError("picture.no_page", page=index + 1)
        page = file.pages[index].aspage()
        _check_size(page.imagelength, page.imagewidth, limits)
        if page.samplesperpixel == 1 and page.photometric in {_WHITE_IS_ZERO, _BLACK_IS_ZERO}:
            return _grey_page(page)
        if page.photometric == _RGB and page.bitspersample == 16:
            return _deep_colour(page), False
    stream.seek(0)
    return _pillow_page(stream, index, limits)


def _grey_page(page: TiffPage) -> tuple[NDArray[Any], bool]:
    values = np.squeeze(page.asarray()).reshape(page.imagelength, page.imagewidth)
    inverted = page.photometric == _WHITE_IS_ZERO
    if page.bitspersample == 1:
        values = values.astype(np.uint8) * np.uint8(255)
    elif page.bitspersample in {2, 4}:
        values = (values.astype(np.uint16) * 255 // (2**page.bitspersample - 1)).astype(np.uint8)
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    return values.astype(values.dtype.newbyteorder("=")), inverted


def _deep_colour(page: TiffPage) -> NDArray[np.uint8]:
    values = page.asarray()
    if values.shape[0] == page.samplesperpixel and values.shape[-1] != page.samplesperpixel:
        values = np.moveaxis(values, 0, -1)
    eight: NDArray[np.uint8] = (values[..., :3] >> 8).astype(np.uint8)
    return eight


def _grey_where_equal(values: NDArray[Any]) -> NDArray[Any]:
    """Return one channel where all three are equal: a radiograph saved as a colour picture can then be windowed."""
    if values.ndim == 3 and np.array_equal(values[..., 0], values[..., 1]):
        return values[..., 0] if np.array_equal(values[..., 0], values[..., 2]) else values
    return values
