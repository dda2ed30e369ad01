"""Draws the outline of the hot part of a heat map into a picture that is sent on."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

COLOUR, RIM = (255, 214, 10), (0, 0, 0)
_SHIFT = 4
_FAR = 30_000.0


def draw_contours(
    picture: NDArray[np.uint8], lines: Sequence[NDArray[np.float64]], matrix: NDArray[np.float64], thickness: int
) -> None:
    """Draw closed lines into a colour picture, with a dark rim, so that they stand out on light and on dark.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)
        Changed in place.
    lines : sequence of ndarray of float64, shape (n, 2)
        Corners (x, y) in pixels of the image, see `display.contours`.
    matrix : ndarray, shape (2, 3)
        From pixels of the image to pixels of the picture; the middle of the first pixel is (0, 0).
    thickness : int
        Of the line, in pixels; the rim is a pixel more at each side.
    """
    placed = [np.clip(line @ matrix[:, :2].T + matrix[:, 2], -_FAR, _FAR) for line in lines]
    fixed = [np.rint(line * 2**_SHIFT).astype(np.int32) for line in placed]
    for colour, width in ((RIM, thickness + 2), (COLOUR, thickness)):
        cv2.polylines(picture, fixed, isClosed=True, color=colour, thickness=width, lineType=cv2.LINE_AA, shift=_SHIFT)
