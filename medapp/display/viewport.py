"""Where the image lies on the screen: zoom, centre, rotation, flip. A frozen value; every change makes a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Frame
from medapp.imaging.study import Geometry

ZOOM_LEAST, ZOOM_MOST = 0.02, 64.0
_ASPECT_MOST = 20.0


@dataclass(frozen=True)
class ImageShape:
    """Rows and columns of an image, and how much taller than wide its pixels are."""

    rows: int
    columns: int
    aspect: float = 1.0

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return the shape of a frame, its pixels square on screen (PS3.3 C.7.6.3.1.7, 10.7.1.3)."""
        rows, columns = frame.shape
        return cls(rows, columns, pixel_aspect(frame.geometry))

    @property
    def stretch(self) -> tuple[float, float]:
        """Screen pixels per source pixel along columns (x) and rows (y) at zoom 1; the finer one is 1."""
        return (1.0, self.aspect) if self.aspect >= 1 else (1 / self.aspect, 1.0)


def pixel_aspect(geometry: Geometry) -> float:
    """Return a pixel's height divided by its width: from the spacing, else from Pixel Aspect Ratio, else 1."""
    vertical, horizontal = geometry.spacing_mm or geometry.aspect or (1, 1)
    return min(max(vertical / horizontal, 1 / _ASPECT_MOST), _ASPECT_MOST)


@dataclass(frozen=True)
class Viewport:
    """How an image is placed on a screen.

    Attributes
    ----------
    zoom : float or None
        Screen pixels per source pixel, after aspect correction; None fits the image to the screen.
    centre : tuple of 2 floats or None
        The source point (x, y) in the middle of the screen; None is the middle of the image. The
        middle of the first pixel is (0, 0).
    quarter_turns : int
        Clockwise turns by 90 degrees, 0 to 3, applied after the flip.
    flipped : bool
        Whether left and right are exchanged, before the turns.
    inverted : bool
        Whether grey levels are shown the other way round than the file asks.
    area : tuple of 4 floats or None
        Left, top, right and bottom edge, in source pixels, of the part that is fitted where `zoom` is None;
        None is the whole image.
    """

    zoom: float | None = None
    centre: tuple[float, float] | None = None
    quarter_turns: int = 0
    flipped: bool = False
    inverted: bool = False
    area: tuple[float, float, float, float] | None = None

    def source_to_screen(self, image: ImageShape, screen: tuple[int, int]) -> NDArray[np.float64]:
        """Return the affine transform from source (x, y) to screen (x, y).

        Parameters
        ----------
        image : ImageShape
        screen : tuple of 2 int
            Width and height in pixels.

        Returns
        -------
        ndarray of float64, shape (2, 3)
            Order: flip left-right, turn clockwise, scale, shift. Pixel centres have whole coordinates. At zoom 1
            pixels of the image lie on pixels of the screen.
        """
        linear = self._turned() @ np.diag(image.stretch) * self.effective_zoom(image, screen)
        left, top, right, bottom = self._fitted(image)
        centre = self.centre or ((left + right) / 2, (top + bottom) / 2)
        middle = np.array([(screen[0] - 1) / 2, (screen[1] - 1) / 2])
        shift = middle - linear @ np.array(centre)
        if self.zoom == 1.0 and image.stretch == (1.0, 1.0):
            shift = np.rint(shift)  # half a pixel beside it would mix each pixel with its neighbour
        return np.column_stack([linear, shift])

    def screen_to_source(self, image: ImageShape, screen: tuple[int, int]) -> NDArray[np.float64]:
        """Return the inverse of `source_to_screen`, shape (2, 3)."""
        forward = self.source_to_screen(image, screen)
        inverse = np.linalg.inv(forward[:, :2])
        return np.column_stack([inverse, -inverse @ forward[:, 2]])

    def _turned(self) -> NDArray[np.float64]:
        """Return flip and turns as a matrix on (x right, y down)."""
        flip = np.diag([-1.0 if self.flipped else 1.0, 1.0])
        clockwise = np.array([[0.0, -1.0], [1.0, 0.0]])
        return np.linalg.matrix_power(clockwise, self.quarter_turns % 4) @ flip

    def effective_zoom(self, image: ImageShape, screen: tuple[int, int]) -> float:
        """Return the zoom in screen pixels per source pixel, also where the image is fitted."""
        if self.zoom is not None:
            return self.zoom
        left, top, right, bottom = self._fitted(image)
        width, height = (right - left) * image.stretch[0], (bottom - top) * image.stretch[1]
        if self.quarter_turns % 2:
            width, height = height, width
        fitted = min(screen[0] / width, screen[1] / height)
        return fitted if self.area is None else min(max(fitted, ZOOM_LEAST), ZOOM_MOST)

    def _fitted(self, image: ImageShape) -> tuple[float, float, float, float]:
        """Return the edges of what is fitted to the screen."""
        return self.area or (-0.5, -0.5, image.columns - 0.5, image.rows - 0.5)

    def zoomed_at(
        self, factor: float, point: tuple[float, float], image: ImageShape, screen: tuple[int, int]
    ) -> Viewport:
        """Zoom by `factor`; what is at screen `point` (x, y) stays there."""
        zoom = min(max(self.effective_zoom(image, screen) * factor, ZOOM_LEAST), ZOOM_MOST)
        fixed = _applied(self.screen_to_source(image, screen), point)
        zoomed = replace(self, zoom=zoom, centre=fixed)
        middle = ((screen[0] - 1) / 2, (screen[1] - 1) / 2)
        there = (2 * middle[0] - point[0], 2 * middle[1] - point[1])
        return replace(zoomed, centre=_applied(zoomed.screen_to_source(image, screen), there))

    def panned(self, dx: float, dy: float, image: ImageShape, screen: tuple[int, int]) -> Viewport:
        """Move the image by screen pixels; a fitted image keeps its size and is no longer fitted."""
        middle = ((screen[0] - 1) / 2 - dx, (screen[1] - 1) / 2 - dy)
        x, y = _applied(self.screen_to_source(image, screen), middle)
        x = min(max(x, -0.5), image.columns - 0.5)
        y = min(max(y, -0.5), image.rows - 0.5)
        return replace(self, zoom=self.effective_zoom(image, screen), centre=(x, y))

    def rotated(self, quarter_turns: int = 1) -> Viewport:
        """Turn the picture on the screen clockwise by quarter turns (negative: the other way)."""
        return replace(self, quarter_turns=(self.quarter_turns + quarter_turns) % 4)

    def flipped_horizontally(self) -> Viewport:
        """Exchange left and right of what is on the screen, however it is turned."""
        return replace(self, quarter_turns=-self.quarter_turns % 4, flipped=not self.flipped)

    def flipped_vertically(self) -> Viewport:
        """Exchange top and bottom of what is on the screen, however it is turned."""
        return self.flipped_horizontally().rotated(2)

    def with_polarity_toggled(self) -> Viewport:
        """Show grey levels the other way round."""
        return replace(self, inverted=not self.inverted)

    def fit(self) -> Viewport:
        """Fit the whole image to the screen; turns, flip and polarity stay."""
        return replace(self, zoom=None, centre=None, area=None)


def _applied(matrix: NDArray[np.float64], point: tuple[float, float]) -> tuple[float, float]:
    x, y = matrix @ np.array([*point, 1.0])
    return float(x), float(y)
