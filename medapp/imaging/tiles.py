"""Slides in tiles: how many frames make one picture of the whole (PS3.3 C.7.6.17)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from medapp.imaging.attributes import first_item, integer
from medapp.imaging.functional_groups import FrameScope

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def tile_count(dataset: Dataset) -> int:
    """Return the tiles of the total pixel matrix; 0 where the image is not tiled."""
    total = integer(dataset, "TotalPixelMatrixRows"), integer(dataset, "TotalPixelMatrixColumns")
    tile = integer(dataset, "Rows"), integer(dataset, "Columns")
    if not (total[0] and total[1] and tile[0] and tile[1]):
        return 0
    return math.ceil(total[0] / tile[0]) * math.ceil(total[1] / tile[1])


def tile_of(scope: FrameScope, index: int) -> int:
    """Return which tile of the slide frame `index` (from 0) is, row by row from 1; 0 where it lies between tiles.

    Without a position of its own (TILED_FULL) the order of the frames tells (C.7.6.17.3).
    """
    dataset = scope.dataset
    rows, columns = integer(dataset, "Rows") or 1, integer(dataset, "Columns") or 1
    across = math.ceil((integer(dataset, "TotalPixelMatrixColumns") or columns) / columns)
    item = next((p for g in scope.groups if (p := first_item(g, "PlanePositionSlideSequence")) is not None), None)
    if item is None:
        return index % max(1, tile_count(dataset)) + 1
    row = (integer(item, "RowPositionInTotalImagePixelMatrix") or 1) - 1
    column = (integer(item, "ColumnPositionInTotalImagePixelMatrix") or 1) - 1
    return 0 if row % rows or column % columns else row // rows * across + column // columns + 1
