"""scikit-learn's digits as a folder of cases: ten classes, 8 × 8 pixels, patients unknown."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from sklearn.datasets import load_digits

from medapp.files import write_bytes

LEVELS = 16


def write_digits(root: Path, most: int | None = None) -> Path:
    """Write each digit as a PNG, at most so many of a class, and return `root`."""
    digits = load_digits()
    for digit in range(10):
        for place in np.flatnonzero(digits.target == digit)[:most]:
            grey = np.rint(digits.images[place] * (255 / LEVELS)).astype(np.uint8)
            encoded, data = cv2.imencode(".png", grey)
            assert encoded
            write_bytes(root / str(digit) / f"{place:04}.png", data.tobytes())
    return root
