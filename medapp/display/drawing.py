"""Drawings and texts of a presentation state on a picture: points in screen coordinates first, pixels afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.presentation import Presented
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.presentation import Graphic, Point, StateText, Units

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_WHITE = (255, 255, 255)
_STEPS_OF_CIRCLE = 180
_STEPS_OF_CURVE = 16
_SHIFT = 4
_POINT_RADIUS = 2.0
_FAR = 30_000.0
_TEXT_HEIGHT = 14
_LEADING = 1.2


@dataclass(frozen=True, eq=False)
class Line:
    """A drawing on the screen: its corners (x, y), whether it is filled, and its colour."""

    points: NDArray[np.float64]
    filled: bool
    colour: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Words:
    """A text on the screen.

    Attributes
    ----------
    lines : tuple of str
    box : tuple of 4 float or None
        Left, top, right and bottom; the text starts at its top. None: beside `anchor`.
    anchor : tuple of 2 float or None
        What it is about.
    anchor_visible : bool
        Whether a line leads from the text to `anchor`.
    align : str
        ``LEFT``, ``RIGHT`` or ``CENTER`` within the box.
    """

    lines: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    anchor: Point | None
    anchor_visible: bool
    align: str
    colour: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Drawing:
    """All that a presentation state draws on one screen, the lowest layer first."""

    lines: tuple[Line, ...]
    words: tuple[Words, ...]


@dataclass(frozen=True, eq=False)
class _Place:
    """Turns points of a state into points of the screen."""

    pixels: NDArray[np.float64]
    area: tuple[NDArray[np.float64], NDArray[np.float64]]

    def of(self, points: tuple[Point, ...], units: Units) -> NDArray[np.float64]:
        found = np.array(points, np.float64).reshape(-1, 2)
        if units == "DISPLAY":
            first, size = self.area
            return np.asarray(first + found * size)
        return np.asarray(found @ self.pixels[:, :2].T + self.pixels[:, 2])


def _place(presented: Presented, image: ImageShape, viewport: Viewport, screen: tuple[int, int]) -> _Place:
    matrix = viewport.source_to_screen(image, screen)
    edges = presented.region or (-0.5, -0.5, image.columns - 0.5, image.rows - 0.5)
    corners = np.array([[edges[0], edges[1]], [edges[2], edges[3]]]) @ matrix[:, :2].T + matrix[:, 2]
    first = corners.min(axis=0)
    return _Place(matrix, (first, corners.max(axis=0) - first))


def drawing_of(presented: Presented, image: ImageShape, viewport: Viewport, screen: tuple[int, int]) -> Drawing:
    """Return the annotations of a state as lines and texts in screen coordinates.

    Parameters
    ----------
    presented : Presented
    image : ImageShape
        Of the frame.
    viewport : Viewport
        Where the frame lies on the screen.
    screen : tuple of 2 int
        Width and height in pixels.

    Notes
    -----
    PS3.3 C.10.5: positions in pixels move with the image; those in DISPLAY units are parts of the
    displayed area. Circles are round in the image's own pixels, INTERPOLATED curves pass through their points.
    """
    place = _place(presented, image, viewport, screen)
    lines: list[Line] = []
    words: list[Words] = []
    for annotation in presented.annotations:
        colour = presented.colour_of(annotation.layer) or _WHITE
        lines += [_line(graphic, place, colour) for graphic in annotation.graphics]
        words += [_words(text, place, colour) for text in annotation.texts]
    return Drawing(tuple(lines), tuple(words))


def _line(graphic: Graphic, place: _Place, colour: tuple[int, int, int]) -> Line:
    points = place.of(tuple(map(tuple, _outline(graphic))), graphic.units)
    if graphic.kind == "POINT":
        points = points[0] + _circle(np.zeros(2), _POINT_RADIUS)
    return Line(points, graphic.filled or graphic.kind == "POINT", colour)


def _outline(graphic: Graphic) -> NDArray[np.float64]:
    """Return the corners of a drawing, in its own units."""
    points = np.array(graphic.points, np.float64)
    if graphic.kind == "CIRCLE":
        return _circle(points[0], float(np.hypot(*(points[1] - points[0]))))
    if graphic.kind == "ELLIPSE":
        return _ellipse(points)
    return _curve(points) if graphic.kind == "INTERPOLATED" and len(points) > 2 else points


def _circle(centre: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, _STEPS_OF_CIRCLE + 1)
    return np.asarray(centre + radius * np.column_stack([np.cos(angle), np.sin(angle)]))


def _ellipse(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an ellipse through the ends of its major and its minor axis."""
    centre = (points[0] + points[1]) / 2
    major, minor = (points[1] - points[0]) / 2, (points[3] - points[2]) / 2
    angle = np.linspace(0, 2 * np.pi, _STEPS_OF_CIRCLE + 1)[:, None]
    return np.asarray(centre + major * np.cos(angle) + minor * np.sin(angle))


def _curve(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a smooth curve through all points (Catmull-Rom); closed where the last is the first."""
    closed = bool(np.allclose(points[0], points[-1]))
    before, behind = (points[-2], points[1]) if closed else (points[0], points[-1])
    padded = np.vstack([before, points, behind])
    t = np.linspace(0, 1, _STEPS_OF_CURVE, endpoint=False)[:, None]
    pieces = [_piece(padded[i : i + 4], t) for i in range(len(points) - 1)]
    return np.vstack([*pieces, points[-1:]])


def _piece(p: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    linear, square = p[2] - p[0], 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
    cubic = 3 * p[1] - p[0] - 3 * p[2] + p[3]
    return np.asarray(0.5 * (2 * p[1] + linear * t + square * t**2 + cubic * t**3))


def _words(text: StateText, place: _Place, colour: tuple[int, int, int]) -> Words:
    box = None
    if text.box is not None:
        corners = place.of(text.box, text.box_units)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        box = (float(left), float(top), float(right), float(bottom))
    anchor = None
    if text.anchor is not None:
        x, y = place.of((text.anchor,), text.anchor_units)[0]
        anchor = (float(x), float(y))
    return Words(text.lines, box, anchor, text.anchor_visible, text.align, colour)


def draw(picture: NDArray[np.uint8], drawing: Drawing) -> NDArray[np.uint8]:
    """Return `picture` with the lines and texts of a drawing.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
    drawing : Drawing

    Returns
    -------
    ndarray of uint8
        A copy; of three channels where a layer has a colour that is not grey.
    """
    parts: tuple[Line | Words, ...] = (*drawing.lines, *drawing.words)
    coloured = any(len(set(part.colour)) > 1 for part in parts)
    drawn = np.repeat(picture[..., None], 3, axis=2) if coloured and picture.ndim == 2 else picture.copy()
    for line in drawing.lines:
        _draw_line(drawn, line)
    for words in drawing.words:
        if words.anchor_visible and words.anchor is not None and words.box is not None:
            leader = np.array([_nearest_edge(words.box, words.anchor), words.anchor])
            _draw_line(drawn, Line(leader, filled=False, colour=words.colour))
    return _with_texts(drawn, drawing.words) if drawing.words else drawn


def _draw_line(picture: NDArray[np.uint8], line: Line) -> None:
    fixed = np.rint(np.clip(line.points, -_FAR, _FAR) * 2**_SHIFT).astype(np.int32)
    colour = line.colour if picture.ndim == 3 else line.colour[:1]
    if line.filled:
        cv2.fillPoly(picture, [fixed], colour, lineType=cv2.LINE_AA, shift=_SHIFT)
    cv2.polylines(picture, [fixed], isClosed=False, color=colour, lineType=cv2.LINE_AA, shift=_SHIFT)


def _nearest_edge(box: tuple[float, float, float, float], point: Point) -> Point:
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


def _with_texts(picture: NDArray[np.uint8], texts: tuple[Words, ...]) -> NDArray[np.uint8]:
    """Write texts with Pillow's own font."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    pen.font = ImageFont.load_default(_TEXT_HEIGHT)
    for words in texts:
        _write(pen, words, words.colour if picture.ndim == 3 else words.colour[0])
    return np.array(image)


def _write(pen: ImageDraw, words: Words, colour: int | tuple[int, ...]) -> None:
    left, top = words.box[:2] if words.box is not None else words.anchor or (0.0, 0.0)
    for number, line in enumerate(words.lines):
        room = words.box[2] - left - pen.textlength(line) if words.box is not None else 0.0
        indent = {"LEFT": 0.0, "CENTER": room / 2, "RIGHT": room}[words.align]
        pen.text((left + indent, top + number * _TEXT_HEIGHT * _LEADING), line, fill=colour)
