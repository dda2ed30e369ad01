"""Words on a picture: wrapped to its width, in the font that medapp brings along."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medapp.folders import resource_path

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
_LEADING = 1.35
_MARGIN = 0.8
_LONGEST_WORD = 60


@dataclass(frozen=True)
class Line:
    """A line of words: its text, and whether it is bold."""

    text: str
    bold: bool = False


@cache
def _font(name: str, pixels: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(resource_path("fonts", name), pixels)


def words_below(width: int, lines: list[Line], pixels: int) -> NDArray[np.uint8]:
    """Return a black strip with lines of white words, as high as they need.

    Parameters
    ----------
    width : int
        Of the strip, in pixels.
    lines : list of Line
        Each is wrapped where it is too long.
    pixels : int
        Height of the letters.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
    """
    from PIL import Image, ImageDraw

    margin = round(_MARGIN * pixels)
    wrapped = [Line(part, line.bold) for line in lines for part in _wrapped(line, width - 2 * margin, pixels)]
    leading = round(_LEADING * pixels)
    strip = Image.new("RGB", (width, 2 * margin + leading * len(wrapped)))
    pen = ImageDraw.Draw(strip)
    for number, line in enumerate(wrapped):
        font = _font(BOLD if line.bold else REGULAR, pixels)
        pen.text((margin, margin + number * leading), line.text, font=font, fill="white")
    return np.array(strip)


def _wrapped(line: Line, room: int, pixels: int) -> list[str]:
    """Return a line in parts that fit; a word longer than the strip is broken."""
    font = _font(BOLD if line.bold else REGULAR, pixels)
    parts: list[str] = []
    rest = ""
    for word in _short_words(line.text):
        longer = f"{rest} {word}".strip()
        if rest and font.getlength(longer) > room:
            parts.append(rest)
            longer = word
        rest = longer
        while font.getlength(rest) > room and len(rest) > 1:
            fitting = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or font.getlength(rest[:n]) <= room)
            parts.append(rest[:fitting])
            rest = rest[fitting:]
    return [*parts, rest]


def _short_words(text: str) -> list[str]:
    """Return the words of a text without what is no character to be seen."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return [word[i : i + _LONGEST_WORD] for word in plain.split() for i in range(0, len(word), _LONGEST_WORD)]
