"""TIFF: the pages of a file as frames, grey of any depth as it is stored, colour as RGB of 8 bits."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.picture_size import check_size

if TYPE_CHECKING:
    from tifffile import TiffPage

    from medapp.imaging.limits import ReadLimits

_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_ORIENTATION, _TURNED = 274, (5, 6, 7, 8)
_UNASSOCIATED_ALPHA = 2


def is_tiff(stream: IO[bytes]) -> bool:
    """Whether a stream begins like a TIFF or a BigTIFF; it is left at its start."""
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    return head in _STARTS


def tiff_size(stream: IO[bytes]) -> tuple[int, int, int]:
    """Return rows and columns of the first page as it is shown, and the number of pages."""
    import tifffile

    with tifffile.TiffFile(stream) as file:
        page = file.pages.first
        rows, columns = int(page.imagelength), int(page.imagewidth)
        return (columns, rows, len(file.pages)) if _orientation(page) in _TURNED else (rows, columns, len(file.pages))


def tiff_page(stream: IO[bytes], index: int, limits: ReadLimits) -> tuple[NDArray[Any], bool] | None:
    """Decode page `index` (from 0).

    Returns
    -------
    tuple of ndarray and bool, or None
        The values, and whether low values are bright; None for what Pillow knows better (palettes,
        CMYK, YCbCr, JPEG, colour of 8 bits).

    Raises
    ------
    MedappError
        ``picture.no_page``, ``picture.too_large``.
    """
    import tifffile

    with tifffile.TiffFile(stream) as file:
        if index >= len(file.pages):
            raise MedappError("picture.no_page", page=index + 1)
        page = file.pages[index].aspage()
        check_size(page.imagelength, page.imagewidth, limits)
        grey = page.photometric in {_WHITE_IS_ZERO, _BLACK_IS_ZERO}
        if grey and (page.samplesperpixel == 1 or page.bitspersample > 8):
            return _upright(_grey(page), page), page.photometric == _WHITE_IS_ZERO
        if page.photometric == _RGB and page.bitspersample > 8:
            return _upright(_deep_colour(page), page), False
    stream.seek(0)
    return None


def _orientation(page: Any) -> int:  # noqa: ANN401 - tifffile's page
    tag = page.tags.get(_ORIENTATION)
    return int(tag.value) if tag is not None else 1


def _upright(values: NDArray[Any], page: TiffPage) -> NDArray[Any]:
    """Turn a page as its Orientation asks (TIFF 6.0, the numbers that Exif took over)."""
    orientation = _orientation(page)
    if orientation in _TURNED:
        values = np.swapaxes(values, 0, 1)
        orientation = {5: 1, 6: 2, 7: 3, 8: 4}[orientation]
    if orientation in {2, 3}:
        values = values[:, ::-1]
    return values[::-1] if orientation in {3, 4} else values


def _samples(page: TiffPage) -> NDArray[Any]:
    """Return the values with the samples last, in the machine's byte order."""
    values: NDArray[Any] = np.squeeze(page.asarray())
    rows, columns, samples = page.imagelength, page.imagewidth, page.samplesperpixel
    if values.shape == (samples, rows, columns) and samples > 1 and page.planarconfig == 2:
        values = np.moveaxis(values, 0, -1)
    return values.reshape(rows, columns, samples).astype(values.dtype.newbyteorder("="), copy=False)


def _grey(page: TiffPage) -> NDArray[Any]:
    """Return the grey values; what alpha makes transparent is laid on black."""
    samples = _samples(page)
    values: NDArray[Any] = samples[..., 0]
    if samples.shape[-1] > 1 and page.extrasamples[:1] == (_UNASSOCIATED_ALPHA,) and values.dtype.kind == "u":
        values = np.where(samples[..., 1] == 0, values.dtype.type(0), values)
    if page.bitspersample == 1:
        return values.astype(np.uint8) * np.uint8(255)
    if page.bitspersample in {2, 4}:
        return np.asarray(values.astype(np.uint16) * 255 // (2**page.bitspersample - 1), np.uint8)
    return values.astype(np.float32) if values.dtype == np.float16 else values


def _deep_colour(page: TiffPage) -> NDArray[np.uint8]:
    """Return RGB of 8 bits from deeper whole numbers, or from floats of 0 to 1."""
    values = _samples(page)[..., :3]
    if values.dtype.kind == "f":
        return np.asarray(np.rint(np.clip(np.nan_to_num(values), 0, 1) * 255), np.uint8)
    bits = page.bitspersample
    return np.asarray(values >> values.dtype.type(bits - 8), np.uint8)
