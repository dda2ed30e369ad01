"""The drawn picture and the heat map over it, each kept until what it depends on changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from medapp.display.overlays import draw_overlay, heat_map_rgba
from medapp.display.render import Resampled, grey, resample
from medapp.display.segments import SegmentLayers, draw_segments
from medapp.display.shutters import draw_shutters
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.voi import Voi
from medapp.ui.widgets.images import as_qimage, screen_view_of

HEAT_MAP_COARSENESS = MOVING_COARSENESS = 2
SEGMENT_OPACITY = 0.35
COARSE_FROM = 1_500_000
"""Pixels of a screen from which on a full picture takes too long for a movement."""


@dataclass(frozen=True, eq=False)
class HeatMapView:
    """A heat map and how strongly it is shown."""

    values: NDArray[np.float32]
    opacity: float


@dataclass(frozen=True, eq=False)
class Covering:
    """What lies on the picture itself: its shutters and overlay planes, and segments of the study."""

    overlays: bool = True
    shutters: bool = True
    segments: tuple[SegmentLayers, ...] = ()

    def key(self, frame: Frame) -> object:
        """Return what the covered picture depends on, nothing where nothing covers it."""
        overlays, shutters = self.overlays and frame.overlay is not None, self.shutters and bool(frame.shutters)
        return overlays, shutters, tuple(map(id, self.segments))

    def drawn(
        self, pixels: NDArray[np.uint8], frame: Frame, viewport: Viewport, screen: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Return the picture with all of it, from the bottom up."""
        if self.shutters:
            pixels = draw_shutters(pixels, frame, viewport, screen)
        if self.overlays:
            pixels = draw_overlay(pixels, frame, viewport, screen)
        for layers in self.segments:
            pixels = draw_segments(pixels, layers, viewport, screen, SEGMENT_OPACITY)
        return np.ascontiguousarray(pixels)


class Layers:
    """Draws with `display`: a change of window needs the look-up alone, nothing changed needs nothing."""

    def __init__(self) -> None:
        self._levels = self._colours = np.empty((0, 0), np.uint8)
        self.picture_changed()

    def picture_changed(self) -> None:
        """Forget what was drawn for another picture."""
        self._resampled: tuple[object, Resampled] | None = None
        self._image: tuple[object, QImage] | None = None
        self._heat: tuple[object, QImage] | None = None

    def image(
        self,
        frame: Frame,
        viewport: Viewport,
        voi: Voi | None,
        screen: tuple[int, int],
        covering: Covering,
        *,
        moving: bool = False,
    ) -> QImage:
        """Return `frame` at screen size, valid until the next call; while it is `moving`, from fewer pixels."""
        coarseness = MOVING_COARSENESS if moving and screen[0] * screen[1] >= COARSE_FROM else 1
        coarse, small = _coarse(frame, viewport, screen, coarseness)
        placed = self._placed(frame, coarse, small)
        key = (id(placed), voi, viewport.inverted, screen, covering.key(frame))
        if self._image is None or self._image[0] != key:
            pixels = self._drawn(placed, voi, invert=frame.inverted != viewport.inverted)
            pixels = covering.drawn(pixels, frame, coarse, small)
            if coarseness > 1:
                pixels = cv2.resize(pixels, screen)
            self._image = key, self._qimage(pixels)
        return self._image[1]

    def _drawn(self, placed: Resampled, voi: Voi | None, *, invert: bool) -> NDArray[np.uint8]:
        """Return the grey levels, in the memory of those before where they are as many."""
        before = self._levels if self._levels.shape == placed.levels.shape else None
        pixels = grey(placed, voi, invert=invert, out=before)
        if pixels.ndim == 2:
            self._levels = pixels
        return pixels

    def _qimage(self, pixels: NDArray[np.uint8]) -> QImage:
        """Return the image in the format of the screen: drawing grey levels takes twice as long."""
        before = self._colours if self._colours.shape[:2] == pixels.shape[:2] else None
        code = cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_RGB2BGRA
        self._colours = np.asarray(cv2.cvtColor(pixels, code, before))
        return screen_view_of(self._colours)

    def _placed(self, frame: Frame, viewport: Viewport, screen: tuple[int, int]) -> Resampled:
        key = (id(frame), viewport.fit() if viewport.zoom is None else viewport, screen)
        if self._resampled is None or self._resampled[0] != key:
            self._resampled = key, resample(frame, viewport, screen)
        return self._resampled[1]

    def heat_map(self, view: HeatMapView, frame: Frame, viewport: Viewport, screen: tuple[int, int]) -> QImage:
        """Return the heat map, placed as the picture is but computed at half the size: it is smooth anyway."""
        key = (id(view.values), view.opacity, id(frame), viewport, screen)
        if self._heat is None or self._heat[0] != key:
            coarse, small = _coarse(frame, viewport, screen, HEAT_MAP_COARSENESS)
            pixels = heat_map_rgba(view.values, ImageShape.of(frame), coarse, small, view.opacity)
            self._heat = key, as_qimage(cv2.resize(pixels, screen))
        return self._heat[1]


def _coarse(
    frame: Frame, viewport: Viewport, screen: tuple[int, int], coarseness: int
) -> tuple[Viewport, tuple[int, int]]:
    """Return the viewport that shows the same on a screen with so many times fewer pixels a side, and that screen."""
    if coarseness == 1:
        return viewport, screen
    zoom = viewport.effective_zoom(ImageShape.of(frame), screen) / coarseness
    return replace(viewport, zoom=zoom), (max(1, screen[0] // coarseness), max(1, screen[1] // coarseness))
