"""From arrays to pictures of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

_FORMATS = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}


def as_qimage(pixels: NDArray[np.uint8], scale: float = 1) -> QImage:
    """Return a copy of `pixels`, shape (h, w), (h, w, 3) or (h, w, 4), for a screen of `scale` dots per pixel."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    image = QImage(pixels.data, width, height, width * channels, _FORMATS[channels]).copy()
    image.setDevicePixelRatio(scale)
    return image


def screen_view_of(colours: NDArray[np.uint8]) -> QImage:
    """Return an image on the bytes of `colours` themselves: blue, green, red, unused; they must outlive it."""
    height, width = colours.shape[:2]
    return QImage(colours.data, width, height, width * 4, QImage.Format.Format_RGB32)
