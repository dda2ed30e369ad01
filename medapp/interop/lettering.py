"""Words on a picture: wrapped to its width, in the font that medapp brings along."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.folders import resource_path

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
_LEADING = 1.35
_MARGIN = 0.8
_ANY_SIZE = 16
_WIDE_FONTS = (
    "msyh.ttc",
    "simsun.ttc",
    "PingFang.ttc",
    "STHeiti Light.ttc",
    "Hiragino Sans GB.ttc",
    "NotoSansCJK-Regular.ttc",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
)
"""Fonts of Windows, macOS and Linux with the letters of East Asia, which are too many to be brought along."""


@dataclass(frozen=True)
class Line:
    """A line of words: its text, and whether it is bold."""

    text: str
    bold: bool = False


@cache
def _font(name: str, pixels: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(resource_path("fonts", name), pixels)


@cache
def _wide_font(pixels: int) -> FreeTypeFont:
    """Return a font of this computer with the letters of East Asia.

    Raises
    ------
    MedappError
        ``send.no_letters`` where there is none.
    """
    from PIL import ImageFont

    for name in _WIDE_FONTS:
        try:
            return ImageFont.truetype(name, pixels)
        except OSError:
            continue
    raise MedappError("send.no_letters")


def is_wide(text: str) -> bool:
    """Tell whether a text has letters of East Asia, which the font that medapp brings along does not know."""
    return any(unicodedata.east_asian_width(c) in "WF" for c in text)


def wide_font_file() -> str | None:
    """Return the file of the font with the letters of East Asia, None where this computer has none."""
    try:
        return str(_wide_font(_ANY_SIZE).path)
    except MedappError:
        return None


@dataclass(frozen=True)
class _Letters:
    """How letters of one size and weight are measured and drawn, each in a font that has it."""

    bold: bool
    pixels: int

    def _runs(self, text: str) -> Iterator[tuple[str, FreeTypeFont]]:
        narrow = _font(BOLD if self.bold else REGULAR, self.pixels)
        for wide, run in groupby(text, is_wide):
            yield "".join(run), _wide_font(self.pixels) if wide else narrow

    def length(self, text: str) -> float:
        """Return how wide a text is, in pixels."""
        return sum(font.getlength(run) for run, font in self._runs(text))

    def draw(self, pen: ImageDraw, place: tuple[float, float], text: str) -> None:
        """Write a text from a place on, all of it on one base line."""
        x, y = place
        for run, font in self._runs(text):
            pen.text((x, y + self.pixels), run, font=font, fill="white", anchor="ls")
            x += font.getlength(run)


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

    Raises
    ------
    MedappError
        ``send.no_letters`` where no font of this computer has the letters.
    """
    from PIL import Image, ImageDraw

    margin = round(_MARGIN * pixels)
    wrapped = [Line(part, line.bold) for line in lines for part in _wrapped(line, width - 2 * margin, pixels)]
    leading = round(_LEADING * pixels)
    strip = Image.new("RGB", (width, 2 * margin + leading * len(wrapped)))
    pen = ImageDraw.Draw(strip)
    for number, line in enumerate(wrapped):
        _Letters(line.bold, pixels).draw(pen, (margin, margin + number * leading), line.text)
    return np.array(strip)


def _wrapped(line: Line, room: int, pixels: int) -> list[str]:
    """Return a line in parts that fit; a word longer than the strip is broken."""
    letters = _Letters(line.bold, pixels)
    parts: list[str] = []
    rest = ""
    for word in "".join(c if c.isprintable() else " " for c in line.text).split():
        longer = f"{rest} {word}".strip()
        if rest and letters.length(longer) > room:
            parts.append(rest)
            longer = word
        rest = longer
        while letters.length(rest) > room and len(rest) > 1:
            fitting = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or letters.length(rest[:n]) <= room)
            parts.append(rest[:fitting])
            rest = rest[fitting:]
    return [*parts, rest]
