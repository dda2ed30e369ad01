"""A picture as the viewer draws it, made in a worker: for files, the clipboard and other programs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from medapp.display.look import Extent
from medapp.display.viewport import Viewport
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.study import Patient, PresentationRef
from medapp.ui.cell_state import Picture
from medapp.ui.companions import Companion
from medapp.ui.measuring_view import Measures
from medapp.ui.widgets.measure_layer import draw_sketches, sketches_of
from medapp.ui.widgets.outlined_text import TEXT, draw_outlined
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent
from medapp.ui.widgets.viewer_painting import Painting, paint_black, paint_texts

MOST_PIXELS = 120_000_000
LINES_OF_TEXT = 48
SMALLEST_FONT_PX = 10
ORIGIN_LINE = 2.5


@dataclass(frozen=True)
class Screenlike:
    """How a picture is drawn.

    Attributes
    ----------
    size : tuple of 2 int or None
        Width and height; None for all pixels of the image, one each, turned as it is on screen.
    font_px : int
        Size of its texts; 0 for one that suits the size.
    texts : bool
        Whether the corners, measurements and marks are drawn.
    identity : bool
        Whether the corners tell who the patient is.
    """

    size: tuple[int, int] | None = None
    font_px: int = 0
    texts: bool = True
    identity: bool = False


def drawn_picture(content: ViewerContent, wanted: Screenlike) -> NDArray[np.uint8]:
    """Return what a viewer shows, shape (height, width, 3).

    Raises
    ------
    MedappError
        ``render.too_large``.
    """
    picture, viewport = content.picture, content.viewport
    assert picture is not None, "there is nothing to draw"
    size = wanted.size
    if size is None:
        viewport, size = _of_own_size(picture, viewport)
    if not wanted.identity:
        picture = without_identity(picture)
    measures = content.measures if wanted.texts else Measures()
    content = replace(content, picture=picture, viewport=viewport, measures=measures, cross_line=None, badges=())
    texts, identity = content.annotations and wanted.texts, content.identity and wanted.identity
    content = replace(content, annotations=texts, identity=identity, message="", loading=False)
    return _painted(content, PictureOnScreen(picture, viewport, size, 1.0), wanted)


def _of_own_size(picture: Picture, viewport: Viewport) -> tuple[Viewport, tuple[int, int]]:
    """Return where all pixels of an image lie in a picture of their own size; pixels are made square."""
    extent = Extent(turned=viewport, zoom=1.0)
    _, size = extent.placed(picture.shown)
    if size[0] * size[1] > MOST_PIXELS:
        raise MedappError("render.too_large", width=size[0], height=size[1], most=MOST_PIXELS)
    return replace(viewport, zoom=1.0, centre=None, area=None), size


def _painted(content: ViewerContent, placed: PictureOnScreen, wanted: Screenlike) -> NDArray[np.uint8]:
    image = QImage(*placed.screen, QImage.Format.Format_RGB32)
    if image.isNull():
        raise MedappError("reader.memory")
    image.fill(Qt.GlobalColor.black)
    painting = Painting()
    drawn = painting.drawn(content, placed, moving=False)
    font = QGuiApplication.font()
    font.setPixelSize(wanted.font_px or max(SMALLEST_FONT_PX, min(placed.screen) // LINES_OF_TEXT))
    painter = QPainter(image)
    try:
        painter.setFont(font)
        paint_black(painter, drawn.rectangle(1.0), late=False)
        painting.paint_picture(painter, content, placed, drawn, late=False)
        if wanted.texts:
            draw_sketches(painter, sketches_of(content.measures, placed, font))
            paint_texts(painter, content, late=False, focused=False)
        if content.heat_map is not None:
            _paint_origin(painter, image.width())
    finally:
        painter.end()  # an image that goes while it is painted on takes the program with it
    return _pixels_of(image)


def _paint_origin(painter: QPainter, width: int) -> None:
    """Say that a model's heat map lies over the picture: nothing else in it would, once it has left the program."""
    height = painter.fontMetrics().height()
    box = QRectF(0, ORIGIN_LINE * height, width, height)
    told = f"{tr('ui.heat_map_on')} · {tr('ui.research_short')}"
    draw_outlined(painter, box, Qt.AlignmentFlag.AlignCenter, told, TEXT)


def _pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Return the pixels of an image as red, green and blue."""
    stored = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    blue_first = stored[:, : image.width() * 4].reshape(image.height(), image.width(), 4)
    return np.ascontiguousarray(blue_first[..., 2::-1])


def without_identity(picture: Picture) -> Picture:
    """Return a picture whose texts do not tell who the patient is: no name, id, dates, and no words of the station."""
    study = replace(picture.study, patient=Patient(), date="", time="", description="", accession="")
    series = replace(picture.series, description="")
    companion = picture.companion
    return replace(
        picture, study=study, series=series, companion=None if companion is None else _nameless_states(companion)
    )


def _nameless_states(companion: Companion) -> Companion:
    """Return a companion whose presentation states have no words of their own."""
    states = tuple(_nameless(state) for state in companion.states)
    applied = None if companion.applied is None else _nameless(companion.applied)
    return replace(companion, states=states, applied=applied)


def _nameless(state: PresentationRef) -> PresentationRef:
    return replace(state, label="", description="")
