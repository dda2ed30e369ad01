"""Compressed frames: from one codestream to an array. The codestream is believed before the tags."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.layout import PixelLayout
from medapp.imaging.native import container, shaped

RLE, DEFLATED_FRAMES = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1"
_VIDEO = tuple(f"1.2.840.10008.1.2.4.{n}" for n in range(100, 109))
_NATIVE = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"}
_JPEG_START, _J2K_START, _JP2_START = b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  "
_JXL_STARTS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7})
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded frame and what its codestream says about it.

    Attributes
    ----------
    values : ndarray, shape (rows, columns) or (rows, columns, samples)
    is_rgb : bool or None
        Whether colour is already RGB; None where the stream does not say and the tag decides.
    precision : int or None
        Bits of a value by the stream, None where it does not say.
    signed : bool or None
        Sign by the stream, None where it does not say.
    """

    values: NDArray[Any]
    is_rgb: bool | None = None
    precision: int | None = None
    signed: bool | None = None


def is_encapsulated(transfer_syntax: str) -> bool:
    """Whether a transfer syntax keeps frames in fragments."""
    return transfer_syntax not in _NATIVE


def is_video(transfer_syntax: str) -> bool:
    """Whether a transfer syntax is a video stream (MPEG2, MPEG-4, HEVC), which is not read."""
    return transfer_syntax.startswith(_VIDEO)


def decode_frame(data: bytes, transfer_syntax: str, layout: PixelLayout) -> Decoded:
    """Decode one frame.

    Parameters
    ----------
    data : bytes
        The frame's codestream, its fragments joined.
    transfer_syntax : str
        UID, used where the stream does not tell what it is.
    layout : PixelLayout

    Returns
    -------
    Decoded

    Raises
    ------
    MedappError
        ``dicom.frame_damaged``, ``dicom.frame_size``, ``dicom.syntax_unknown``.
    """
    try:
        decoded = _by_stream(data, transfer_syntax, layout)
    except (MedappError, MemoryError):
        raise
    except Exception as error:
        raise MedappError("dicom.frame_damaged", kind=type(error).__name__) from error
    expected = (layout.rows, layout.columns)
    if decoded.values.shape[:2] != expected:
        found = decoded.values.shape
        raise MedappError(
            "dicom.frame_size", rows=expected[0], columns=expected[1], found_rows=found[0], found_columns=found[1]
        )
    return decoded


def _by_stream(data: bytes, transfer_syntax: str, layout: PixelLayout) -> Decoded:
    if transfer_syntax == RLE:
        return Decoded(_decode_rle(data, layout))
    if transfer_syntax == DEFLATED_FRAMES:
        return Decoded(_decode_deflated(data, layout))
    if data.startswith(_JPEG_START):
        return _decode_jpeg(data, layout)
    if data.startswith((_J2K_START, _JP2_START)):
        return _decode_jpeg2000(data, layout)
    if data.startswith(_JXL_STARTS):
        return _decode_jpegxl(data)
    if not data:
        raise MedappError("dicom.frame_damaged", kind="empty")
    raise MedappError("dicom.syntax_unknown", uid=transfer_syntax[:64])


def _check_size(rows: int, columns: int, layout: PixelLayout) -> None:
    """Refuse, before anything is allocated, a stream that is not of the size that the data set names."""
    if (rows, columns) != (layout.rows, layout.columns):
        raise MedappError(
            "dicom.frame_size", rows=layout.rows, columns=layout.columns, found_rows=rows, found_columns=columns
        )


@dataclass(frozen=True)
class _JpegHeader:
    kind: int
    precision: int
    rows: int
    columns: int
    components: bytes
    is_jfif: bool
    adobe_transform: int | None


def _jpeg_header(data: bytes) -> _JpegHeader:
    """Walk the markers to the start of frame, ITU-T T.81 B.2."""
    position, is_jfif, adobe = 2, False, None
    while position + 4 <= len(data):
        if data[position] != 0xFF or data[position + 1] == 0xFF or data[position + 1] in _ALONE:
            position += 1 if data[position + 1] == 0xFF or data[position] != 0xFF else 2
            continue
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        body = data[position + 4 : position + 2 + length]
        if marker in _SOF and len(body) >= 6:
            precision, rows, columns, count = struct.unpack_from(">BHHB", body)
            return _JpegHeader(marker, precision, rows, columns, body[6 : 6 + 3 * count : 3], is_jfif, adobe)
        is_jfif |= marker == 0xE0 and body.startswith(b"JFIF")
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        position += 2 + max(length, 2)
    raise MedappError("dicom.frame_damaged", kind="JPEG")


def _jpeg_is_rgb(header: _JpegHeader, layout: PixelLayout) -> bool:
    """Tell the stream's colour space: by Adobe's marker, JFIF, the components' names, and only then by the tag."""
    if header.adobe_transform is not None:
        return header.adobe_transform == 0
    if header.is_jfif:
        return False
    if header.components == b"RGB":
        return True
    return header.kind == 0xC3 or layout.photometric == "RGB"


def _told(header: _JpegHeader, layout: PixelLayout) -> int | None:
    """Return the precision, or None where whole containers were encoded: then the tag says what is stored in them."""
    return None if header.precision == layout.bits_allocated else header.precision


def _decode_jpeg(data: bytes, layout: PixelLayout) -> Decoded:
    import imagecodecs

    header = _jpeg_header(data)
    if header.rows or header.kind == 0xF7:  # 0 rows: told at the end of the first scan (DNL)
        _check_size(header.rows, header.columns, layout)
    if header.kind == 0xF7:
        values = imagecodecs.jpegls_decode(data)
        if values.ndim == 3 and values.shape[0] == 3 and values.shape[2] != 3:
            values = np.moveaxis(values, 0, -1)
        return Decoded(values, None, _told(header, layout))
    if len(header.components) != 3:
        return Decoded(imagecodecs.jpeg_decode(data), None, _told(header, layout))
    if header.kind == 0xC3:  # lossless: the decoder leaves the values as they are
        values = imagecodecs.jpeg_decode(data)
        is_ybr = header.adobe_transform == 1 or (header.adobe_transform is None and layout.photometric == "YBR_FULL")
        return Decoded(values, not is_ybr, header.precision)
    space = "rgb" if _jpeg_is_rgb(header, layout) else "ycbcr"
    values = imagecodecs.jpeg_decode(data, colorspace=space, outcolorspace="rgb")
    return Decoded(values, True, header.precision)


def _decode_jpeg2000(data: bytes, layout: PixelLayout) -> Decoded:
    """Decode JPEG 2000 and HTJ2K, bare or in a JP2 wrapper; size, sign and transform come from SIZ and COD."""
    import imagecodecs

    start = data.find(_J2K_START)
    if start < 0 or len(data) < start + 44:
        raise MedappError("dicom.frame_damaged", kind="JPEG 2000")
    width, height, x0, y0 = struct.unpack_from(">4I", data, start + 8)
    _check_size(height - y0, width - x0, layout)
    precision = data[start + 42]
    cod = data.find(b"\xff\x52", start)
    transformed = cod > 0 and len(data) > cod + 8 and data[cod + 8] == 1
    values = imagecodecs.jpeg2k_decode(data[start:], numthreads=1)
    return Decoded(values, transformed or None, (precision & 0x7F) + 1, bool(precision & 0x80))


def _decode_jpegxl(data: bytes) -> Decoded:
    import imagecodecs

    return Decoded(imagecodecs.jpegxl_decode(data, numthreads=1), True)


def _decode_deflated(data: bytes, layout: PixelLayout) -> NDArray[Any]:
    """Deflated Image Frame Compression, PS3.5 A.4.14: each frame deflated by itself."""
    size = (layout.frame_bits + 7) // 8
    raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size)
    if len(raw) < size:
        raise MedappError("dicom.truncated")
    if layout.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")
        return bits[: layout.rows * layout.columns].reshape(layout.rows, layout.columns)
    return shaped(np.frombuffer(raw, container(layout)), layout)


def _decode_rle(data: bytes, layout: PixelLayout) -> NDArray[Any]:
    """Decode RLE, PS3.5 annex G: a segment for each byte of each sample, the highest byte first."""
    import imagecodecs

    if len(data) < 64:
        raise MedappError("dicom.frame_damaged", kind="RLE")
    count, *offsets = struct.unpack("<16I", data[:64])
    width = max(1, layout.bits_allocated // 8)
    if count != layout.samples * width:
        raise MedappError("dicom.frame_damaged", kind="RLE")
    pixels = layout.rows * layout.columns
    packed = layout.bits_allocated == 1
    needed = (pixels + 7) // 8 if packed else pixels
    ends = [*offsets[1:count], len(data)]
    planes = np.zeros((count, needed), np.uint8)
    for plane, start, end in zip(planes, offsets[:count], ends, strict=True):
        if not 64 <= start <= end <= len(data) or (end - start) * 64 < needed:
            raise MedappError("dicom.frame_damaged", kind="RLE")
        raw = np.frombuffer(imagecodecs.packbits_decode(data[start:end]), np.uint8)[:needed]
        if len(raw) < needed:
            raise MedappError("dicom.truncated")
        plane[:] = raw
    if packed:
        return np.unpackbits(planes[0], bitorder="little")[:pixels].reshape(layout.rows, layout.columns)
    samples = planes.reshape(layout.samples, width, pixels).transpose(2, 0, 1)
    values = np.ascontiguousarray(samples).view(f">u{width}")[..., 0].astype(f"u{width}")
    return (
        values.reshape(layout.rows, layout.columns, -1)
        if layout.samples > 1
        else values.reshape(layout.rows, layout.columns)
    )
