"""Pictures of an X screen that Xvfb keeps in a file (`-fbdir`): the format of `xwd`, and the buttons in it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HEADER_WORDS, COLOUR_BYTES = 25, 12
ACCENT, NEARLY = (77, 163, 255), 12
LEAST_HEIGHT, LEAST_WIDTH = 20, 40


@dataclass(frozen=True)
class Button:
    """A button that calls to be pressed, in pixels of the screen: its middle, and how wide it is."""

    x: int
    y: int
    width: int


class ScreenError(ValueError):
    """A screen that is not 32 bits a pixel."""


def picture_of(data: bytes) -> NDArray[np.uint8]:
    """Return the screen as rows, columns, red-green-blue.

    Parameters
    ----------
    data : bytes
        A file of `xwd`, version 7, in Z format with 32 bits a pixel (XWDFile.h of X11).
    """
    words = struct.unpack(f">{HEADER_WORDS}I", data[: 4 * HEADER_WORDS])
    header_bytes, columns, rows, bits, line_bytes, colours = (words[n] for n in (0, 4, 5, 11, 12, 19))
    if words[1] != 7 or bits != 32:
        raise ScreenError(f"expected version 7 with 32 bits a pixel, got version {words[1]} with {bits}")
    start = header_bytes + COLOUR_BYTES * colours
    lines = np.frombuffer(data, np.uint8, rows * line_bytes, start).reshape(rows, line_bytes)
    pixels = lines[:, : 4 * columns].reshape(rows, columns, 4)
    is_little = words[7] == 0
    return np.ascontiguousarray(pixels[..., 2::-1] if is_little else pixels[..., 1:])


def main_buttons(picture: NDArray[np.uint8]) -> list[Button]:
    """Return the buttons filled with the dark theme's accent, which are the next thing to do; the largest first."""
    filled = (np.abs(picture.astype(np.int16) - ACCENT).max(axis=-1) < NEARLY).astype(np.uint8)
    _, _, parts, _ = cv2.connectedComponentsWithStats(filled)
    boxes = sorted(((int(size), x, y, w, h) for x, y, w, h, size in parts[1:].tolist()), reverse=True)
    large = [(x, y, w, h) for _, x, y, w, h in boxes if w >= LEAST_WIDTH and h >= LEAST_HEIGHT]
    return [Button(x + w // 2, y + h // 2, w) for x, y, w, h in large]


def save(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture as PNG."""
    from PIL import Image

    Image.fromarray(picture).save(path)
