"""How a frame is to be exported: everything that can be chosen about its look, and the picture that comes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.display.drawing import draw, drawing_of
from medapp.display.overlays import draw_overlay
from medapp.display.placing import Interpolation
from medapp.display.presentation import Presented, fitted_to
from medapp.display.render import Resampled, grey, render_frame, resample
from medapp.display.segments import SegmentLayers, draw_segments
from medapp.display.shutters import draw_shutters
from medapp.display.viewport import ImageShape, Viewport
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.voi import Voi

LARGEST_SIDE = 16384
SEGMENT_OPACITY = 0.35


@dataclass(frozen=True)
class Region:
    """A part of an image: its first pixel (x, y) from 0, and its size in pixels; it may reach beyond the image."""

    x: int
    y: int
    width: int
    height: int

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom edge; pixel centres are whole numbers."""
        return self.x - 0.5, self.y - 0.5, self.x + self.width - 0.5, self.y + self.height - 0.5


@dataclass(frozen=True)
class Extent:
    """Which part of a frame is exported, which way up and how large.

    Attributes
    ----------
    turned : Viewport
        Turns and flip; its zoom and centre are not used.
    region : Region or None
        None is the whole image.
    size : tuple of 2 int or None
        Width and height of the picture.
    zoom : float or None
        Pixels of the picture per pixel of the image.
    centre : tuple of 2 float or None
        With size and zoom: the point (x, y) in the middle.
    interpolation : str
    """

    turned: Viewport = field(default_factory=Viewport)
    region: Region | None = None
    size: tuple[int, int] | None = None
    zoom: float | None = None
    centre: tuple[float, float] | None = None
    interpolation: Interpolation = "linear"

    @property
    def is_own_size(self) -> bool:
        """Whether the frame's own pixels are exported, not resampled."""
        return self.size is None and self.zoom is None

    def region_of(self, frame: Frame) -> Region:
        """Return the region, the whole of `frame` where none is chosen."""
        rows, columns = frame.shape
        return self.region or Region(0, 0, columns, rows)

    def placed(self, frame: Frame) -> tuple[Viewport, tuple[int, int]]:
        """Return viewport and size of a resampled picture.

        Raises
        ------
        MedappError
            ``render.too_large`` where a side would be longer than 16,384 pixels.
        """
        image, edges = ImageShape.of(frame), self.region_of(frame).edges
        size = self.size or self._size(edges, image)
        if max(size) > LARGEST_SIDE:
            raise MedappError("render.too_large", width=size[0], height=size[1], most=LARGEST_SIDE)
        viewport = fitted_to(edges, self.turned, image, size, zoom=self.zoom)
        if self.centre is not None:
            viewport = Viewport(viewport.zoom, self.centre, viewport.quarter_turns, viewport.flipped)
        return viewport, size

    def _size(self, edges: tuple[float, float, float, float], image: ImageShape) -> tuple[int, int]:
        zoom = self.zoom or 1.0
        width = math.ceil((edges[2] - edges[0]) * image.stretch[0] * zoom - 1e-6)
        height = math.ceil((edges[3] - edges[1]) * image.stretch[1] * zoom - 1e-6)
        return (height, width) if self.turned.quarter_turns % 2 else (width, height)

    def own_pixels(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return the region of an array of the frame's own pixels, flipped and turned; 0 beside the image."""
        region = self.region or Region(0, 0, pixels.shape[1], pixels.shape[0])
        cut = np.zeros((region.height, region.width, *pixels.shape[2:]), pixels.dtype)
        rows = slice(max(0, region.y), min(pixels.shape[0], region.y + region.height))
        columns = slice(max(0, region.x), min(pixels.shape[1], region.x + region.width))
        part = pixels[rows.start : max(rows.start, rows.stop), columns.start : max(columns.start, columns.stop)]
        if part.size:
            top, left = rows.start - region.y, columns.start - region.x
            cut[top : top + part.shape[0], left : left + part.shape[1]] = part
        flipped = cut[:, ::-1] if self.turned.flipped else cut
        return np.ascontiguousarray(np.rot90(flipped, -self.turned.quarter_turns))

    def resampled(self, frame: Frame) -> Resampled:
        """Return the frame resampled to the picture's size."""
        viewport, size = self.placed(frame)
        return resample(frame, viewport, size, interpolation=self.interpolation)


@dataclass(frozen=True, eq=False)
class Covering:
    """What lies on the picture itself: its shutters and overlay planes, and segments of the study.

    Attributes
    ----------
    overlays, shutters : bool
        Whether the file's, or the state's, are drawn.
    segments : sequence of SegmentLayers
    opacity : float
        Of the segments' fill, 0 to 1.
    """

    overlays: bool = True
    shutters: bool = True
    segments: Sequence[SegmentLayers] = ()
    opacity: float = SEGMENT_OPACITY

    def drawn(
        self, pixels: NDArray[np.uint8], frame: Frame, viewport: Viewport, size: tuple[int, int] | None
    ) -> NDArray[np.uint8]:
        """Return a picture with all of it, from the bottom up; `size` is None for the frame's own pixels."""
        if self.shutters:
            pixels = draw_shutters(pixels, frame, viewport, size)
        if self.overlays:
            pixels = draw_overlay(pixels, frame, viewport, size)
        for layers in self.segments:
            pixels = draw_segments(pixels, layers, viewport, size, self.opacity)
        return pixels


@dataclass(frozen=True, eq=False)
class Look:
    """What a frame is shown with.

    Attributes
    ----------
    voi : Window, Lut or None
        None leaves colour as it is.
    inverted : bool
        The other way round than the file asks.
    overlays, shutters : bool
        Whether the file's, or the state's, are drawn. Drawings of a state belong to the overlays.
    segments : sequence of SegmentLayers
    opacity : float
        Of the segments' fill, 0 to 1.
    presented : Presented or None
        The presentation state that is applied; the frame is its frame.
    """

    voi: Voi | None
    inverted: bool = False
    overlays: bool = True
    shutters: bool = True
    segments: Sequence[SegmentLayers] = ()
    opacity: float = SEGMENT_OPACITY
    presented: Presented | None = None

    @property
    def covering(self) -> Covering:
        """What is laid over the picture."""
        return Covering(self.overlays, self.shutters, self.segments, self.opacity)


def picture_of(frame: Frame, look: Look, extent: Extent) -> NDArray[np.uint8]:
    """Return a frame as it is shown, 8 bits.

    Parameters
    ----------
    frame : Frame
    look : Look
    extent : Extent

    Returns
    -------
    ndarray of uint8, shape (height, width) or (height, width, 3)
        The frame's own pixels, exactly, where the extent has no size.

    Notes
    -----
    From the bottom up: picture, shutters, overlay planes, segments, drawings of a presentation state.
    """
    invert = frame.inverted != look.inverted
    if extent.is_own_size:
        pixels = look.covering.drawn(render_frame(frame, look.voi, invert=invert), frame, Viewport(), None)
        return _with_drawings(extent.own_pixels(pixels), frame, look, *_own_place(frame, extent))
    viewport, size = extent.placed(frame)
    pixels = grey(extent.resampled(frame), look.voi, invert=invert)
    pixels = look.covering.drawn(pixels, frame, viewport, size)
    return _with_drawings(pixels, frame, look, ImageShape.of(frame), viewport, size)


def _own_place(frame: Frame, extent: Extent) -> tuple[ImageShape, Viewport, tuple[int, int]]:
    """Return where the frame's own pixels lie in an exported picture of them: pixels are square there."""
    region, rows_columns = extent.region_of(frame), frame.shape
    size = (region.width, region.height)
    size = size[::-1] if extent.turned.quarter_turns % 2 else size
    image = ImageShape(*rows_columns)
    return image, fitted_to(region.edges, extent.turned, image, size, zoom=1.0), size


def _with_drawings(
    pixels: NDArray[np.uint8], frame: Frame, look: Look, image: ImageShape, viewport: Viewport, size: tuple[int, int]
) -> NDArray[np.uint8]:
    if not look.overlays or look.presented is None or not look.presented.annotations:
        return pixels
    return draw(pixels, drawing_of(look.presented, image, viewport, size))
