"""JPEG and JPEG-LS codestreams: what their markers say, and the values they hold (ITU-T T.81, T.87)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from medapp.errors import MedappError
from medapp.imaging.decoded import Decoded, expect_size
from medapp.imaging.layout import PixelLayout

START = b"\xff\xd8"
_END = b"\xff\xd9"
"""End of image. Without it CharLS looks for one for up to ten seconds, in however few bytes."""
_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7})
_READ = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xF7})
_LOSSLESS, _JPEG_LS = 0xC3, 0xF7
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_PROCESSES = {0xC9: "arithmetic", 0xCA: "arithmetic", 0xCB: "arithmetic"}


@dataclass(frozen=True)
class JpegHeader:
    """What stands before the first scan.

    Attributes
    ----------
    kind : int
        The start-of-frame marker: C0 baseline, C1 extended, C2 progressive, C3 lossless, F7 JPEG-LS.
    names, sampling : bytes
        Identifier and sampling factors of each component.
    adobe_transform : int or None
        0 for no transform, 1 for YCbCr, 2 for YCCK; None without Adobe's marker.
    """

    kind: int
    precision: int
    rows: int
    columns: int
    names: bytes
    sampling: bytes
    is_jfif: bool
    adobe_transform: int | None

    @property
    def is_lossless(self) -> bool:
        """Whether it is of the lossless process (JPEG-LS is another standard)."""
        return self.kind == _LOSSLESS

    @property
    def is_subsampled(self) -> bool:
        """Whether components differ in resolution: then they are luminance and chroma."""
        return len(set(self.sampling)) > 1


def jpeg_header(data: bytes) -> JpegHeader:
    """Walk the markers to the start of frame, ITU-T T.81 B.2.

    Raises
    ------
    MedappError
        ``dicom.frame_damaged`` where there is none.
    """
    position, is_jfif, adobe = 2, False, None
    while position + 4 <= len(data):
        if data[position] != 0xFF or data[position + 1] == 0xFF or data[position + 1] in _ALONE:
            position += 1 if data[position + 1] == 0xFF or data[position] != 0xFF else 2
            continue
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        body = data[position + 4 : position + 2 + length]
        if marker in _SOF and len(body) >= 6:
            precision, rows, columns, count = struct.unpack_from(">BHHB", body)
            names, sampling = body[6 : 6 + 3 * count : 3], body[7 : 6 + 3 * count : 3]
            return JpegHeader(marker, precision, rows, columns, names, sampling, is_jfif, adobe)
        is_jfif |= marker == 0xE0 and body.startswith(b"JFIF")
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        position += 2 + max(length, 2)
    raise MedappError("dicom.frame_damaged", kind="JPEG")


def decode_jpeg(data: bytes, layout: PixelLayout, limit: int) -> Decoded:
    """Decode a frame of any JPEG process but arithmetic and hierarchical ones, or of JPEG-LS.

    Parameters
    ----------
    data : bytes
    layout : PixelLayout
        Its photometric interpretation decides about colour only where the stream does not.
    limit : int
        Bytes that the decoded frame may have.

    Raises
    ------
    MedappError
        ``dicom.frame_damaged``, ``dicom.frame_size``, ``dicom.jpeg_process``.
    """
    import imagecodecs

    header = jpeg_header(data)
    if header.kind not in _READ:
        raise MedappError("dicom.jpeg_process", process=_PROCESSES.get(header.kind, "hierarchical"))
    if header.rows or header.kind == _JPEG_LS:  # 0 rows: told at the end of the first scan (DNL)
        expect_size(header.rows, header.columns, layout, limit)
    if header.kind == _JPEG_LS:
        return _decode_jpeg_ls(data, header, layout)
    if len(header.names) == 4:
        space = "ycck" if header.adobe_transform == 2 else "cmyk"
        values = imagecodecs.jpeg_decode(data, colorspace=space, outcolorspace="cmyk")
        return Decoded(values, precision=header.precision, is_inverted_cmyk=header.adobe_transform is not None)
    if len(header.names) != 3:
        lossless = header.is_lossless
        precision = _told(header, layout, lossless=lossless)
        return Decoded(imagecodecs.jpeg_decode(data), precision=precision, lossless=lossless)
    if header.is_lossless:  # the decoder leaves the values as they are
        values = imagecodecs.jpeg_decode(data)
        is_ybr = header.adobe_transform == 1 or (header.adobe_transform is None and layout.photometric == "YBR_FULL")
        return Decoded(values, is_rgb=not is_ybr, precision=_told(header, layout, lossless=True))
    space = "rgb" if _is_rgb(header, layout) else "ycbcr"
    values = imagecodecs.jpeg_decode(data, colorspace=space, outcolorspace="rgb")
    return Decoded(values, is_rgb=True, precision=header.precision, lossless=False)


def _decode_jpeg_ls(data: bytes, header: JpegHeader, layout: PixelLayout) -> Decoded:
    import imagecodecs

    values = imagecodecs.jpegls_decode(data if data.rstrip(b"\0").endswith(_END) else data + _END)
    if values.ndim == 3 and values.shape[0] == 3 and values.shape[2] != 3:
        values = np.moveaxis(values, 0, -1)
    lossless = _near(data) == 0
    return Decoded(values, precision=_told(header, layout, lossless=lossless), lossless=lossless)


def _told(header: JpegHeader, layout: PixelLayout, *, lossless: bool) -> int | None:
    """Return the precision, or None where whole containers were kept as they are: the tags say what is in them."""
    return None if lossless and header.precision == layout.bits_allocated else header.precision


def _near(data: bytes) -> int:
    """Return the error that a JPEG-LS stream allows: NEAR of its first scan, ITU-T T.87 C.2.3."""
    scan = data.find(b"\xff\xda")
    count = data[scan + 4] if 0 < scan < len(data) - 4 else 0
    place = scan + 5 + 2 * count
    return data[place] if scan > 0 and place < len(data) else 0


def _is_rgb(header: JpegHeader, layout: PixelLayout) -> bool:
    """Tell the colour space: by Adobe's marker, JFIF, subsampling, the components' names, and only then by the tag."""
    if header.adobe_transform is not None:
        return header.adobe_transform == 0
    if header.is_jfif or header.is_subsampled:
        return False
    return header.names == b"RGB" or layout.photometric == "RGB"
