"""Thumbnails without their brightness: what is left is where edges are, whatever the window was."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.sketch import THUMBNAIL

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]

_REACH = 5.0
"""Standard deviation, in pixels of the thumbnail, of what counts as near."""
_GRAIN = 6.0
"""Grey levels of contrast below which it is taken for grain, so that empty parts are not blown up."""


def normalised(thumbnail: Bytes) -> Floats:
    """Return a thumbnail with its local mean taken off, over its local contrast.

    Parameters
    ----------
    thumbnail : ndarray of uint8, shape (48, 48)
        As a sketch keeps it.

    Returns
    -------
    ndarray of float32, shape (48, 48)
        About -3 to 3; 0 where the picture is even.
    """
    grey = thumbnail.astype(np.float32)
    apart = grey - cv2.GaussianBlur(grey, (0, 0), _REACH, borderType=cv2.BORDER_REFLECT)
    spread = cv2.GaussianBlur(apart * apart, (0, 0), _REACH, borderType=cv2.BORDER_REFLECT)
    return np.asarray(apart / (np.sqrt(spread) + _GRAIN), np.float32)


def without_margin(thumbnail: Bytes, top: float, bottom: float, left: float, right: float) -> Bytes:
    """Return the thumbnail that the picture would have had with these shares cut off its sides."""
    high, wide = 1 - top - bottom, 1 - left - right
    inner = np.array([[wide, 0, left * THUMBNAIL], [0, high, top * THUMBNAIL]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            thumbnail,
            inner,
            (THUMBNAIL, THUMBNAIL),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )
