"""Slides in tiles: how many frames make one picture of the whole (PS3.3 C.7.6.17)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from medapp.imaging.attributes import integer

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def tile_count(dataset: Dataset) -> int:
    """Return the tiles of the total pixel matrix; 0 where the image is not tiled."""
    total = integer(dataset, "TotalPixelMatrixRows"), integer(dataset, "TotalPixelMatrixColumns")
    tile = integer(dataset, "Rows"), integer(dataset, "Columns")
    if not (total[0] and total[1] and tile[0] and tile[1]):
        return 0
    return math.ceil(total[0] / tile[0]) * math.ceil(total[1] / tile[1])
