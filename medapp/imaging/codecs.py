"""Compressed frames: from one codestream to an array. What a stream begins with counts before the transfer syntax."""

from __future__ import annotations

import zlib
from typing import Any

from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging import jpeg, jpeg2000
from medapp.imaging.decoded import Decoded
from medapp.imaging.layout import PixelLayout
from medapp.imaging.native import values_of
from medapp.imaging.rle import decode_rle, looks_like_rle

RLE, DEFLATED_FRAMES = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1"
GE_BIG_ENDIAN_PIXELS = "1.2.840.113619.5.2"
_VIDEO = tuple(f"1.2.840.10008.1.2.4.{n}" for n in range(100, 109))
_REFERENCED = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (94, 95, 204, 205))
_NATIVE = {
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    GE_BIG_ENDIAN_PIXELS,
}
_JXL_STARTS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")


def is_encapsulated(transfer_syntax: str) -> bool:
    """Whether a transfer syntax keeps frames in fragments."""
    return transfer_syntax not in _NATIVE


def is_video(transfer_syntax: str) -> bool:
    """Whether a transfer syntax is a video stream (MPEG2, MPEG-4, HEVC), which is not read."""
    return transfer_syntax.startswith(_VIDEO)


def is_elsewhere(transfer_syntax: str) -> bool:
    """Whether a transfer syntax keeps its pixels on a server (JPIP), so that the file has none."""
    return transfer_syntax in _REFERENCED


def is_codestream(head: bytes) -> bool:
    """Whether bytes begin like a stream of a codec that is told by its first bytes."""
    return head.startswith((jpeg.START, *jpeg2000.STARTS, *_JXL_STARTS))


def decode_frame(data: bytes, transfer_syntax: str, layout: PixelLayout, limit: int) -> Decoded:
    """Decode one frame.

    Parameters
    ----------
    data : bytes
        The frame's codestream, its fragments joined.
    transfer_syntax : str
        UID, used where the stream does not tell what it is.
    layout : PixelLayout
    limit : int
        Bytes that the decoded frame may have.

    Returns
    -------
    Decoded

    Raises
    ------
    MedappError
        ``dicom.frame_damaged``, ``dicom.frame_size``, ``dicom.jpeg_process``, ``dicom.syntax_unknown``.
    """
    try:
        return _by_stream(data, transfer_syntax, layout, limit)
    except (MedappError, MemoryError):
        raise
    except Exception as error:
        raise MedappError("dicom.frame_damaged", kind=type(error).__name__) from error


def _by_stream(data: bytes, transfer_syntax: str, layout: PixelLayout, limit: int) -> Decoded:
    if not data:
        raise MedappError("dicom.frame_damaged", kind="empty")
    if transfer_syntax == DEFLATED_FRAMES:
        return Decoded(_decode_deflated(data, layout))
    if transfer_syntax == RLE and looks_like_rle(data):
        return Decoded(decode_rle(data, layout))
    if is_codestream(data):
        return _decode_codestream(data, layout, limit)
    if transfer_syntax == RLE:
        return Decoded(decode_rle(data, layout))
    if len(data) in _plain_sizes(layout):  # Encapsulated Uncompressed (PS3.5 A.4.11), or a wrong transfer syntax
        return Decoded(values_of(data, layout))
    if looks_like_rle(data):
        return Decoded(decode_rle(data, layout))
    raise MedappError("dicom.syntax_unknown", uid=transfer_syntax[:64])


def _decode_codestream(data: bytes, layout: PixelLayout, limit: int) -> Decoded:
    if data.startswith(jpeg.START):
        return jpeg.decode_jpeg(data, layout, limit)
    if data.startswith(jpeg2000.STARTS):
        return jpeg2000.decode_jpeg2000(data, layout, limit)
    import imagecodecs

    return Decoded(imagecodecs.jpegxl_decode(data, numthreads=1), is_rgb=True)


def _plain_sizes(layout: PixelLayout) -> tuple[int, int]:
    """Return the bytes of an uncompressed frame, without and with padding to an even length."""
    size = (layout.frame_bits + 7) // 8
    return size, size + size % 2


def _decode_deflated(data: bytes, layout: PixelLayout) -> NDArray[Any]:
    """Deflated Image Frame Compression, PS3.5 A.4.14: each frame deflated by itself."""
    size = (layout.frame_bits + 7) // 8
    raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size)
    if len(raw) < size:
        raise MedappError("dicom.truncated")
    return values_of(raw, layout)
