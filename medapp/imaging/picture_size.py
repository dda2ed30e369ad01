"""The size that a picture may have."""

from __future__ import annotations

from medapp.errors import MedappError
from medapp.imaging.limits import ReadLimits


def check_size(rows: int, columns: int, limits: ReadLimits) -> None:
    """Refuse a picture by the size in its header, before it is decoded.

    Raises
    ------
    MedappError
        ``picture.too_large``.
    """
    if rows * columns * 4 > limits.frame_bytes:
        raise MedappError("picture.too_large", rows=rows, columns=columns, megabytes=limits.frame_bytes // 2**20)
