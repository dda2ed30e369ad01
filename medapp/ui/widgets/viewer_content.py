"""What a viewer shows, and where its picture lies in the widget."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from medapp.display.cross_reference import CrossLine
from medapp.display.measuring.shapes import Point
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Lut
from medapp.imaging.voi import Voi
from medapp.ui.cell_state import Picture
from medapp.ui.measuring_view import Measures
from medapp.ui.mouse import MouseProfile
from medapp.ui.state import Tool
from medapp.ui.widgets.picture_layers import HeatMapView


@dataclass(frozen=True, eq=False)
class ViewerContent:
    """All that the viewer shows. Texts, window, measurements and heat map belong to `picture` and to no other."""

    picture: Picture | None = None
    viewport: Viewport = field(default_factory=Viewport)
    voi: Voi | None = None
    tool: Tool = Tool.WINDOW
    mouse: MouseProfile = field(default_factory=MouseProfile)
    annotations: bool = True
    overlays: bool = True
    shutters: bool = True
    key_image: bool = False
    heat_map: HeatMapView | None = None
    measures: Measures = field(default_factory=Measures)
    cross_line: CrossLine | None = None
    badges: tuple[str, ...] = ()
    identity: bool = False
    loading: bool = False
    message: str = ""


def is_alike(one: ViewerContent, other: ViewerContent) -> bool:
    """Tell whether two contents look the same, so that nothing needs to be drawn; in doubt they do not."""
    return all(_same(getattr(one, name), getattr(other, name)) for name in _FIELDS)


def _same(one: object, other: object) -> bool:
    return one is other or (not isinstance(one, Lut) and one == other)


def only_window_differs(one: ViewerContent, other: ViewerContent) -> bool:
    """Tell whether two contents look alike but for the window of the same picture."""
    if one.picture is not other.picture or one.heat_map is not None or other.heat_map is not None:
        return False
    return _look(one) == _look(other)


def _look(content: ViewerContent) -> tuple[object, ...]:
    """Return what a content looks like, its picture and its window left out."""
    shown = content.annotations, content.overlays, content.shutters, content.key_image
    beside = content.cross_line, content.badges, content.identity
    return content.viewport, content.tool, shown, content.measures, beside, content.loading, content.message


_FIELDS = tuple(one.name for one in fields(ViewerContent))


@dataclass(frozen=True, eq=False)
class PictureOnScreen:
    """Where a picture lies in a widget.

    Attributes
    ----------
    picture : Picture
    viewport : Viewport
    screen : tuple of 2 int
        Width and height of the widget in pixels of the screen.
    ratio : float
        Pixels of the screen to one of the widget's.
    """

    picture: Picture
    viewport: Viewport
    screen: tuple[int, int]
    ratio: float

    @property
    def shape(self) -> ImageShape:
        """The shape of the picture."""
        return ImageShape.of(self.picture.shown)

    @cached_property
    def _to_screen(self) -> NDArray[np.float64]:
        return self.viewport.source_to_screen(self.shape, self.screen)

    @cached_property
    def _to_source(self) -> NDArray[np.float64]:
        return self.viewport.screen_to_source(self.shape, self.screen)

    @property
    def pixel_px(self) -> float:
        """How many pixels of the widget a source pixel takes, along the direction in which it takes more."""
        return float(np.hypot(*self._to_screen[:, :2]).max()) / self.ratio

    def source_at(self, at: QPointF) -> Point:
        """Return the source point under a point of the widget."""
        x, y = self._to_source @ (at.x() * self.ratio, at.y() * self.ratio, 1.0)
        return float(x), float(y)

    def source_step(self, right: float, down: float) -> Point:
        """Return what a step on the widget is in the source."""
        x, y = self._to_source[:, :2] @ (right * self.ratio, down * self.ratio)
        return float(x), float(y)

    def in_widget(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return source points in the widget, both of shape (n, 2)."""
        placed: NDArray[np.float64] = (points @ self._to_screen[:, :2].T + self._to_screen[:, 2]) / self.ratio
        return placed
