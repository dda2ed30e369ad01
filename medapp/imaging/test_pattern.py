"""A pattern to look at before one reads on a screen, drawn by ourselves after the TG18-QC pattern.

The pattern that it follows, and what to look for, are described in: E. Samei et al., Assessment of display
performance for medical imaging systems, AAPM On-Line Report 03 (2005), section 3.2.1 and table III.1. This is not
that report's file: places and sizes are our own.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.imaging.phantom import new_dataset, phantom_uid, save_dataset, set_pixels

SIZE = 1024
WHITE, MIDDLE = 255, 128
PATCHES = tuple(range(8, 256, 16))
"""Sixteen grey levels from black to white, the middles of sixteen equal steps."""
FIVE_PERCENT = 13
NINETY_FIVE_PERCENT = 242
LOW_CONTRAST = 4
PATTERN_UID = phantom_uid("test pattern", SIZE)
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_GRID, _PATCH, _TARGET = 128, 96, 64
_LINES = MIDDLE + 26


def pattern() -> NDArray[np.uint8]:
    """Draw the pattern.

    Returns
    -------
    ndarray of uint8, shape (1024, 1024)
        Grey levels: to be shown one pixel as one pixel, with the full window.
    """
    image = np.full((SIZE, SIZE), MIDDLE, np.uint8)
    _draw_grid(image)
    _draw_patches(image)
    _draw_near_black_and_white(image)
    _draw_ramps(image)
    for row, column in _corners():
        _draw_line_pairs(image, row, column)
    _draw_line_pairs(image, (SIZE - _TARGET) // 2, (SIZE - 2 * _TARGET) // 2)
    _draw_letters(image)
    return image


def _draw_grid(image: NDArray[np.uint8]) -> None:
    """Draw lines and a border: straight, evenly spaced and whole on a screen that is in order."""
    image[::_GRID] = image[:, ::_GRID] = _LINES
    image[:3] = image[-3:] = WHITE
    image[:, :3] = image[:, -3:] = WHITE


def _draw_patches(image: NDArray[np.uint8]) -> None:
    """Draw sixteen patches around the middle, each with two squares that are hardly another grey level."""
    for level, (row, column) in zip(PATCHES, _patch_places(), strict=True):
        patch = image[row : row + _PATCH, column : column + _PATCH]
        patch[:] = level
        patch[8:24, 8:24] = level + LOW_CONTRAST
        patch[-24:-8, -24:-8] = level - LOW_CONTRAST


def _patch_places() -> list[tuple[int, int]]:
    """Return where the patches lie: clockwise around a square, so that neighbours differ by one step."""
    first, step = 272, 96
    across = [(first, first + step * n) for n in range(5)]
    down = [(first + step * n, first + 4 * step) for n in range(1, 5)]
    back = [(first + 4 * step, first + step * n) for n in range(3, -1, -1)]
    up = [(first + step * n, first) for n in range(3, 0, -1)]
    return [*across, *down, *back, *up]


def _draw_near_black_and_white(image: NDArray[np.uint8]) -> None:
    """Draw a square of 5 % in black and one of 95 % in white: both must be seen."""
    for column, outer, inner in ((384, 0, FIVE_PERCENT), (544, WHITE, NINETY_FIVE_PERCENT)):
        image[592:640, column : column + 96] = outer
        image[604:628, column + 36 : column + 60] = inner


def _draw_ramps(image: NDArray[np.uint8]) -> None:
    """Draw ramps of all grey levels at both sides, from black to white and back: smooth, without bands."""
    levels = np.repeat(np.arange(256, dtype=np.uint8), 2)[:, None]
    image[256:768, 128:192] = levels
    image[256:768, 832:896] = levels[::-1]


def _corners() -> list[tuple[int, int]]:
    near, far = 40, SIZE - 40 - _TARGET
    return [(near, near), (near, far - _TARGET), (far, near), (far, far - _TARGET)]


def _draw_line_pairs(image: NDArray[np.uint8], row: int, column: int) -> None:
    """Draw lines of one pixel and of two, upright and lying, black on white: none may blur into grey."""
    half = _TARGET // 2
    rows, columns = np.mgrid[0:half, 0:half]
    for number, lines in enumerate((columns % 2, columns // 2 % 2, rows % 2, rows // 2 % 2)):
        top, left = row + half * (number // 2), column + half * (number % 2)
        image[top : top + half, left : left + half] = lines * WHITE
        low = np.where(lines, MIDDLE + LOW_CONTRAST, MIDDLE - LOW_CONTRAST)
        image[top : top + half, left + _TARGET : left + _TARGET + half] = low


def _draw_letters(image: NDArray[np.uint8]) -> None:
    """Write words whose contrast falls from letter to letter, on black, middle and white."""
    words = "QUALITY CONTROL"
    for row, ground, sign in ((800, 0, 1), (840, MIDDLE, 1), (880, WHITE, -1)):
        image[row : row + 36, 272:752] = ground
        for number, letter in enumerate(words):
            level = int(np.clip(ground + sign * (len(words) - number), 0, WHITE))
            place = (288 + 30 * number, row + 27)
            cv2.putText(image, letter, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, level, 2)


def write_test_pattern(path: Path) -> Path:
    """Write the pattern as a DICOM Secondary Capture and return `path`."""
    dataset = new_dataset("OT", _SECONDARY_CAPTURE, "Test^Pattern", "TEST-PATTERN")
    dataset.StudyInstanceUID = phantom_uid("test pattern study")
    dataset.SeriesInstanceUID = phantom_uid("test pattern series")
    dataset.SOPInstanceUID = PATTERN_UID
    dataset.StudyDescription, dataset.SeriesDescription = "Test pattern", "After AAPM TG18-QC"
    dataset.ConversionType = "SYN"
    dataset.WindowCenter, dataset.WindowWidth = 128, 256
    set_pixels(dataset, pattern().astype(np.uint16), bits_stored=8)
    save_dataset(dataset, path)
    return path
