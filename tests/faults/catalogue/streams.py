"""Codestreams of every kind that DICOM has, and files with them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from tests.faults.catalogue.raw import EXPLICIT, PIXELS, SIDE, Elements, fragments, image, ramp, whole

_SYNTAX = "1.2.840.10008.1.2."
JPEG_LS, JPEG_2000, RLE, JPEG, LOSSLESS, HTJ2K, JPEG_XL = (
    f"{_SYNTAX}{end}" for end in ("4.80", "4.90", "5", "4.50", "4.70", "4.201", "4.110")
)  # fmt: skip


def rle(picture: NDArray[Any]) -> bytes:
    """Return a grey picture in DICOM's RLE, PS3.5 annex G: a segment a byte, the highest first."""
    values = picture.astype(picture.dtype.newbyteorder(">"))
    planes = values.view(np.uint8).reshape(picture.size, picture.dtype.itemsize).T
    segments = [imagecodecs.packbits_encode(np.ascontiguousarray(plane).tobytes()) for plane in planes]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = [64 + sum(map(len, segments[:n])) for n in range(len(segments))]
    head = struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments)))
    return head + b"".join(segments)


ENCODERS: Mapping[str, Callable[[NDArray[Any]], bytes]] = {
    "JPEG-LS": imagecodecs.jpegls_encode,
    "JPEG 2000": lambda a: imagecodecs.jpeg2k_encode(a, reversible=True, level=0, codecformat="J2K"),
    "RLE": rle,
    "JPEG": lambda a: imagecodecs.jpeg_encode((a & 255).astype(np.uint8), level=95),
    "lossless JPEG": lambda a: imagecodecs.jpeg_encode(a, lossless=True),
    "HTJ2K": lambda a: imagecodecs.htj2k_encode(a, reversible=True),
    "JPEG XL": lambda a: imagecodecs.jpegxl_encode(a, lossless=True),
}
SYNTAXES = {
    "JPEG-LS": JPEG_LS,
    "JPEG 2000": JPEG_2000,
    "RLE": RLE,
    "JPEG": JPEG,
    "lossless JPEG": LOSSLESS,
    "HTJ2K": HTJ2K,
    "JPEG XL": JPEG_XL,
}


def stream(kind: str, side: int = SIDE) -> bytes:
    """Return the ramp as a codestream."""
    return ENCODERS[kind](ramp(side=side))


def coded(kind: str, *streams: bytes, changed: Elements | None = None, **options: bytes) -> bytes:
    """Return a file whose pixels are in fragments; without `streams`, the ramp in one."""
    elements = image(EXPLICIT, dtype="u1" if kind == "JPEG" else "u2")
    body = fragments(*(streams or (stream(kind),)), **options)
    return whole(EXPLICIT, {**elements, PIXELS: body, **(changed or {})}, uid=SYNTAXES[kind])
