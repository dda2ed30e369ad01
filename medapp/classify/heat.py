"""Heat maps as values, without torch: how much of one lies outside the body."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.classify.areas import body_mask


def outside_body(heat_map: NDArray[np.float32], picture: NDArray[np.uint8]) -> float:
    """Return the share of a heat map that lies outside the body.

    Parameters
    ----------
    heat_map : ndarray of float32, shape (h, w)
        0 to 1, over the whole of `picture`.
    picture : ndarray of uint8, shape (size, size) or (size, size, 3)
        The network picture that it is about.

    Returns
    -------
    float
        0 to 1; 0 for a map of zeros. A cell on the edge of the body counts by the part of it that lies outside.
    """
    grey = picture if picture.ndim == 2 else picture.max(axis=2)
    outside = (~body_mask(grey)).astype(np.float32)
    rows, columns = heat_map.shape
    shares = cv2.resize(outside, (columns, rows), interpolation=cv2.INTER_AREA)
    total = float(heat_map.sum())
    return 0.0 if total <= 0 else float((heat_map * shares).sum()) / total
