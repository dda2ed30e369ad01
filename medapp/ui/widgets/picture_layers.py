"""The drawn picture and the heat map over it, each kept until what it depends on changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from medapp.display.contours import Box, contours_of
from medapp.display.look import Covering
from medapp.display.overlays import heat_map_rgba
from medapp.display.render import Resampled, for_screen, grey, resample, screen_pixels
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.voi import Voi
from medapp.ui.widgets.images import as_qimage, screen_view_of

HEAT_MAP_COARSENESS = MOVING_COARSENESS = 2
COARSE_FROM = 1_500_000
"""Pixels of a screen from which on a full picture takes too long for a movement."""


@dataclass(frozen=True, eq=False)
class HeatMapView:
    """A heat map and how strongly it is shown."""

    values: NDArray[np.float32]
    opacity: float
    seen: Box | None = None


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture, and where its first pixel lies on the screen; around it the screen is black."""

    image: QImage
    x: int
    y: int

    def rectangle(self, ratio: float) -> QRectF:
        """Return where it lies, for `ratio` pixels of the screen to one of the widget's."""
        size = self.image.size()
        return QRectF(self.x / ratio, self.y / ratio, size.width() / ratio, size.height() / ratio)


class Layers:
    """Draws with `display`: a change of window needs the look-up alone, nothing changed needs nothing."""

    def __init__(self) -> None:
        self._pixels = np.empty((0, 0, 4), np.uint8)
        self.picture_changed()

    def picture_changed(self) -> None:
        """Forget what was drawn for another picture."""
        self._resampled: tuple[object, Resampled] | None = None
        self._image: tuple[object, Drawn] | None = None
        self._heat: tuple[object, QImage] | None = None
        self._lines: tuple[object, tuple[NDArray[np.float64], ...]] | None = None

    def image(
        self,
        frame: Frame,
        viewport: Viewport,
        voi: Voi | None,
        screen: tuple[int, int],
        covering: Covering,
        *,
        moving: bool = False,
    ) -> Drawn:
        """Return `frame` on the screen, valid until the next call; while it is `moving`, from fewer pixels."""
        coarseness = MOVING_COARSENESS if moving and screen[0] * screen[1] >= COARSE_FROM else 1
        coarse, small = _coarse(frame, viewport, screen, coarseness)
        placed = self._placed(frame, coarse, small)
        covered = _covered(covering, frame)
        key = (id(placed), voi, viewport.inverted, screen, covered)
        if self._image is None or self._image[0] != key:
            invert = frame.inverted != viewport.inverted
            if coarseness == 1 and not any(covered):
                rows, columns = placed.span
                self._pixels = screen_pixels(self._part, voi, invert=invert, out=self._memory(self._part.levels.shape))
                self._image = key, Drawn(screen_view_of(self._pixels), columns.start, rows.start)
            else:
                pixels = covering.drawn(grey(placed, voi, invert=invert), frame, coarse, small)
                whole = pixels if coarseness == 1 else cv2.resize(pixels, screen)
                self._pixels = for_screen(whole, self._memory(whole.shape))
                self._image = key, Drawn(screen_view_of(self._pixels), 0, 0)
        return self._image[1]

    def _memory(self, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
        """Return the pixels drawn before, where as many are to be drawn: new memory takes as long as the drawing."""
        return self._pixels if self._pixels.shape[:2] == shape[:2] else None

    def _placed(self, frame: Frame, viewport: Viewport, screen: tuple[int, int]) -> Resampled:
        key = (id(frame), replace(viewport, inverted=False), screen)
        if self._resampled is None or self._resampled[0] != key:
            self._resampled = key, resample(frame, viewport, screen)
            self._part = self._resampled[1].cropped()
        return self._resampled[1]

    def heat_map(self, view: HeatMapView, frame: Frame, viewport: Viewport, screen: tuple[int, int]) -> QImage:
        """Return the heat map, placed as the picture is but computed at half the size: it is smooth anyway."""
        key = (id(view.values), view.opacity, id(frame), viewport, screen)
        if self._heat is None or self._heat[0] != key:
            coarse, small = _coarse(frame, viewport, screen, HEAT_MAP_COARSENESS)
            pixels = heat_map_rgba(view.values, ImageShape.of(frame), coarse, small, view.opacity, view.seen)
            self._heat = key, as_qimage(cv2.resize(pixels, screen))
        return self._heat[1]

    def contours(self, view: HeatMapView, frame: Frame) -> tuple[NDArray[np.float64], ...]:
        """Return the lines around the hot part of a heat map, in pixels of the frame."""
        key = (id(view.values), view.seen, frame.shape)
        if self._lines is None or self._lines[0] != key:
            rows, columns = frame.shape
            self._lines = key, contours_of(view.values, view.seen or (0, rows, 0, columns))
        return self._lines[1]


def _covered(covering: Covering, frame: Frame) -> tuple[bool, bool, tuple[int, ...]]:
    """Return what of a covering lies on a frame; all of it false where nothing does."""
    overlays, shutters = covering.overlays and frame.overlay is not None, covering.shutters and bool(frame.shutters)
    return overlays, shutters, tuple(map(id, covering.segments))


def _coarse(
    frame: Frame, viewport: Viewport, screen: tuple[int, int], coarseness: int
) -> tuple[Viewport, tuple[int, int]]:
    """Return the viewport that shows the same on a screen with so many times fewer pixels a side, and that screen."""
    if coarseness == 1:
        return viewport, screen
    zoom = viewport.effective_zoom(ImageShape.of(frame), screen) / coarseness
    return replace(viewport, zoom=zoom), (max(1, screen[0] // coarseness), max(1, screen[1] // coarseness))
