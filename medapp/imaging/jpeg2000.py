"""JPEG 2000 and high-throughput JPEG 2000 codestreams, bare or in a JP2 wrapper (ITU-T T.800, T.814)."""

from __future__ import annotations

import struct

from medapp.errors import MedappError
from medapp.imaging.decoded import Decoded, expect_size
from medapp.imaging.layout import PixelLayout

STARTS = (b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
_COD, _IRREVERSIBLE = b"\xff\x52", 0
_SYCC = b"colr\x01\0\0\0\0\0\x12"
"""A JP2 colour box that names sYCC (enumerated colour space 18), ITU-T T.800 I.5.3.3."""


def decode_jpeg2000(data: bytes, layout: PixelLayout, limit: int) -> Decoded:
    """Decode a frame; size, sign and precision come from SIZ, colour transform and loss from COD.

    Parameters
    ----------
    data : bytes
    layout : PixelLayout
    limit : int
        Bytes that the decoded frame may have.

    Raises
    ------
    MedappError
        ``dicom.frame_damaged``, ``dicom.frame_size``; ``dicom.multi_component`` for the frames of a
        volume in one stream (T.801, transfer syntaxes 92 and 93).
    """
    import imagecodecs

    start = data.find(STARTS[0])
    if start < 0 or len(data) < start + 44:
        raise MedappError("dicom.frame_damaged", kind="JPEG 2000")
    width, height, x0, y0 = struct.unpack_from(">4I", data, start + 8)
    (components,) = struct.unpack_from(">H", data, start + 40)
    if not components:
        raise MedappError("dicom.frame_damaged", kind="JPEG 2000")
    if components > 4:
        raise MedappError("dicom.multi_component", components=components)
    expect_size(height - y0, width - x0, layout, limit)
    depth = data[start + 42]
    transformed, lossless = _coding_style(data, start)
    is_rgb = True if transformed else False if _SYCC in data[:start] else None
    values = imagecodecs.jpeg2k_decode(data[start:] if start else data, numthreads=1)
    return Decoded(values, is_rgb=is_rgb, precision=(depth & 0x7F) + 1, signed=bool(depth & 0x80), lossless=lossless)


def _coding_style(data: bytes, start: int) -> tuple[bool, bool]:
    """Return whether COD names a colour transform, and whether its wavelet is the reversible one (T.800 A.6.1)."""
    cod = data.find(_COD, start)
    if cod < 0 or len(data) <= cod + 13:
        return False, True
    return data[cod + 8] == 1, data[cod + 13] != _IRREVERSIBLE
