"""What a file is, apart from its picture: kind, size, and how hard it was compressed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_READ_FOR_TABLES = 64 * 1024
# fmt: off
_STANDARD = np.array([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
])
# fmt: on
"""The luminance table of ITU-T T.81, table K.1."""


@dataclass(frozen=True)
class FileFacts:
    """What a file is.

    Attributes
    ----------
    kind : str
        Its first bytes say: ``jpeg``, ``png``, ``tiff``, ``bmp``, ``webp``, ``dicom``, ``other``.
    size : int
        Bytes.
    quality : int
        Quality of a JPEG, 1 to 100, as the usual encoders count it; 0 where it is none.
    """

    kind: str
    size: int
    quality: int = 0


def file_facts(path: Path) -> FileFacts:
    """Return what a file is; raises OSError where it cannot be read."""
    with path.open("rb") as file:
        start = file.read(_READ_FOR_TABLES)
    kind = _kind(start)
    return FileFacts(kind, path.stat().st_size, jpeg_quality(start) if kind == "jpeg" else 0)


def jpeg_quality(start: bytes) -> int:
    """Return the quality that the first quantisation table of a JPEG stands for; 0 where there is none.

    Notes
    -----
    The usual encoders (Independent JPEG Group) scale table K.1 of ITU-T T.81 by ``5000 / q`` per cent below a
    quality of 50 and by ``200 - 2 q`` above, and keep the entries between 1 and 255: the sum tells the quality.
    """
    table = _first_table(start)
    if table is None:
        return 0
    return 1 + int(np.argmin(np.abs(_sums() - table.sum())))


@cache
def _sums() -> NDArray[np.int64]:
    """Return the sum of the table's entries at each quality from 1 to 100."""
    quality = np.arange(1, 101)
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    sums: NDArray[np.int64] = np.clip((percent[:, None] * _STANDARD + 50) // 100, 1, 255).sum(axis=1)
    return sums


def _first_table(start: bytes) -> NDArray[np.int64] | None:
    """Walk the markers to the first DQT (ITU-T T.81 B.2.4.1)."""
    place = 2
    while place + 4 <= len(start) and start[place] == 0xFF:
        marker, length = start[place + 1], int.from_bytes(start[place + 2 : place + 4], "big")
        if marker == 0xDB:
            wide = start[place + 4] >> 4 if place + 4 < len(start) else 0
            entries = start[place + 5 : place + 5 + 64 * (2 if wide else 1)]
            kind = ">u2" if wide else "u1"
            whole = len(entries) == 64 * np.dtype(kind).itemsize
            return np.frombuffer(entries, kind).astype(np.int64) if whole else None
        if marker == 0xDA or length < 2:
            return None
        place += 2 + length
    return None


def _kind(start: bytes) -> str:
    marks = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"II*\x00": "tiff", b"MM\x00*": "tiff", b"BM": "bmp"}
    if start[128:132] == b"DICM":
        return "dicom"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    return next((kind for mark, kind in marks.items() if start.startswith(mark)), "other")
