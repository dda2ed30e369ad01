"""The image of an answer as a picture: windowed, with the contour of the heat map, and with its words below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.display.contours import contours_of
from medapp.display.look import Extent, Look, picture_of
from medapp.display.viewport import ImageShape
from medapp.i18n import ended, spaced, tr
from medapp.imaging.frame import Frame
from medapp.imaging.voi import default_voi, starts_inverted
from medapp.interop.contour import draw_contours
from medapp.interop.lettering import Line, words_below
from medapp.interop.outcome import Outcome
from medapp.interop.words import class_lines, explanation, headline, maker_line, model_line, remarks

LONGEST, SHORTEST = 1024, 512
"""Pixels of the longer side: large images are shrunk to the first, small ones enlarged to the second."""
NARROWEST = 512
_LETTERS = 48


@dataclass(frozen=True, eq=False)
class Picture:
    """An image as it is sent on, and whether a contour lies on it."""

    pixels: NDArray[np.uint8]
    has_contour: bool


def picture_with_contour(outcome: Outcome, look: Look | None = None) -> Picture:
    """Return the image of an outcome, RGB, with the contour of its heat map.

    Parameters
    ----------
    outcome : Outcome
        With its frame.
    look : Look, optional
        What it is shown with; the file's own window where it is None.

    Returns
    -------
    Picture
        Its longer side has 512 to 1,024 pixels; pixels are square. A refusal has no contour.
    """
    frame = outcome.frame
    assert frame is not None, "a picture needs its frame"
    if look is not None and look.presented is not None:
        frame = look.presented.frame
    extent = Extent(zoom=_zoom(frame))
    grey = picture_of(frame, look or default_look(frame), extent)
    pixels = np.repeat(grey[..., None], 3, axis=2) if grey.ndim == 2 else np.ascontiguousarray(grey)
    prediction = outcome.prediction
    if prediction.refused is not None or prediction.heat_map is None:
        return Picture(pixels, has_contour=False)
    viewport, size = extent.placed(frame)
    matrix = viewport.source_to_screen(ImageShape.of(frame), size)
    seen = prediction.seen or (0, frame.shape[0], 0, frame.shape[1])
    lines = contours_of(prediction.heat_map, seen)
    draw_contours(pixels, lines, matrix, max(1, round(max(size) / 400)))
    return Picture(pixels, has_contour=bool(lines))


def default_look(frame: Frame) -> Look:
    """Return what a frame is shown with where nobody has chosen anything."""
    return Look(default_voi(frame), inverted=starts_inverted(frame))


def _zoom(frame: Frame) -> float:
    image = ImageShape.of(frame)
    longest = max(image.columns * image.stretch[0], image.rows * image.stretch[1])
    return min(max(longest, SHORTEST), LONGEST) / longest


def captioned(outcome: Outcome, picture: Picture) -> NDArray[np.uint8]:
    """Return a picture with the words of its answer in a strip below, RGB: nothing of the image is covered."""
    height, columns = picture.pixels.shape[:2]
    width = max(columns, NARROWEST)
    strip = words_below(width, caption(outcome, has_contour=picture.has_contour), max(12, width // _LETTERS))
    whole = np.zeros((height + strip.shape[0], width, 3), np.uint8)
    left = (width - columns) // 2
    whole[:height, left : left + columns] = picture.pixels
    whole[height:] = strip
    return whole


def caption(outcome: Outcome, *, has_contour: bool) -> list[Line]:
    """Return the words of an answer, the answer itself first and bold. No identity is among them."""
    prediction = outcome.prediction
    lines = [Line(headline(prediction), bold=True), Line(explanation(prediction))]
    lines += [Line(text) for text in class_lines(prediction)]
    if outcome.header is not None and outcome.header.frames > 1:
        lines.append(Line(tr("send.about_frame", number=outcome.frame_number)))
    if has_contour:
        lines.append(Line(contour_sentence(outcome)))
    lines += [Line(text) for text in remarks(prediction)]
    if prediction.state != "no_model":
        lines.append(Line(model_line(outcome.model)))
    lines.append(Line(spaced((ended(maker_line()), tr("send.unverified")))))
    return [*lines, Line(tr("send.derived")), Line(tr("research_use"), bold=True)]


def contour_sentence(outcome: Outcome) -> str:
    """Return what the contour is about."""
    name = outcome.prediction.explained
    return tr("send.contour_of", name=name) if name else tr("send.contour")
