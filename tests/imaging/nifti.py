"""As much of NIfTI-1 as the reference volumes use: shape, type, scale, and where the voxels lie."""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {2: "u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 256: "i1", 512: "<u2", 768: "<u4"}
_COLOURS = {128: 3, 2304: 4}


@dataclass(frozen=True, eq=False)
class Volume:
    """Scaled `values` (i, j, k[, t][, colour]) and the affine from voxel to patient, right–anterior–superior, in mm."""

    values: NDArray[Any]
    affine: NDArray[np.float64]


def read_nifti(path: Path) -> Volume:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    dimensions = struct.unpack_from("<8h", raw, 40)
    (kind,) = struct.unpack_from("<h", raw, 70)
    offset, slope, intercept = struct.unpack_from("<3f", raw, 108)
    rows = [struct.unpack_from("<4f", raw, 280 + 16 * n) for n in range(3)]
    shape = list(dimensions[1 : dimensions[0] + 1])
    dtype, colours = (_TYPES[kind], 0) if kind in _TYPES else ("u1", _COLOURS[kind])
    count = int(np.prod(shape)) * max(1, colours)
    flat = np.frombuffer(raw, dtype, count, int(offset))
    if colours:  # the channels of a voxel lie together
        values = np.moveaxis(flat.reshape([colours, *shape], order="F"), 0, -1)
    else:
        values = flat.reshape(shape, order="F")
    if slope not in {0.0, 1.0} or intercept:
        values = values * np.float64(slope) + intercept
    return Volume(values, np.array([*rows, (0, 0, 0, 1)], np.float64))
