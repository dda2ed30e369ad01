"""A lossless JPEG encoder for tests (ITU-T T.81 annex H): any predictor and point transform, one component."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray


def lossless_jpeg(values: NDArray[np.integer], precision: int, predictor: int = 1, point_transform: int = 0) -> bytes:
    """Encode unsigned values; what the point transform drops is lost."""
    shifted = values.astype(np.int64) >> point_transform
    differences = (shifted - _predicted(shifted, precision, predictor, point_transform)).ravel() & 0xFFFF
    differences = np.where(differences > 32768, differences - 65536, differences)
    bits = "".join(_code(int(difference)) for difference in differences)
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    rows, columns = values.shape
    frame = struct.pack(">BHHBBBB", precision, rows, columns, 1, 1, 0x11, 0)
    table = bytes([0, *_LENGTHS, *range(17)])
    start = bytes([1, 1, 0, predictor, 0, point_transform])
    return b"\xff\xd8" + _segment(0xC3, frame) + _segment(0xC4, table) + _segment(0xDA, start) + scan + b"\xff\xd9"


_LENGTHS = (0, 0, 0, 0, 17, *[0] * 11)
"""Every category 0–16 has a code of five bits: its number."""


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _code(difference: int) -> str:
    size = abs(difference).bit_length()
    code = f"{size:05b}"
    if size in {0, 16}:
        return code
    extra = difference if difference > 0 else difference + 2**size - 1
    return code + f"{extra:0{size}b}"


def _predicted(values: NDArray[np.int64], precision: int, predictor: int, point_transform: int) -> NDArray[np.int64]:
    left, above, corner = (np.zeros_like(values) for _ in range(3))
    left[:, 1:], above[1:], corner[1:, 1:] = values[:, :-1], values[:-1], values[:-1, :-1]
    formulas = {
        1: left,
        2: above,
        3: corner,
        4: left + above - corner,
        5: left + ((above - corner) >> 1),
        6: above + ((left - corner) >> 1),
        7: (left + above) >> 1,
    }
    predicted = formulas[predictor]
    predicted[0, 1:] = values[0, :-1]
    predicted[1:, 0] = values[:-1, 0]
    predicted[0, 0] = 1 << (precision - point_transform - 1)
    return predicted
