"""A presentation state applied to a frame: what the image looks like "as presented" (PS3.4 N.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from medapp.display.pyramid import share_pyramid
from medapp.display.viewport import ImageShape, Viewport, pixel_aspect
from medapp.imaging.automatic_window import full_range
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.presentation import (
    Annotation,
    DisplayedArea,
    Layer,
    PresentationState,
    SoftcopyVoi,
    about,
)
from medapp.imaging.study import Geometry, Window
from medapp.imaging.voi import Voi

_SAME_ASPECT = 1e-4
_NOT_FOR_ONE_IMAGE = frozenset({"blending", "other"})
Part = TypeVar("Part", SoftcopyVoi, DisplayedArea, Annotation)


@dataclass(frozen=True, eq=False)
class Presented:
    """A frame as a presentation state wants it to be seen.

    Attributes
    ----------
    frame : Frame
        With the state's rescale, polarity, presentation LUT, shutters, overlay planes and shape of
        pixels in place of its own. For display only: results belong to the frame as it is stored.
    vois : tuple of Window or Lut
        What the state offers for the frame, its first choice first; empty for colour.
    area : DisplayedArea or None
    quarter_turns, flipped
        As in `Viewport`: the flip comes first.
    annotations : tuple of Annotation
        Those of the frame, the lowest layer first.
    layers : tuple of Layer
    not_applied : tuple of str
        Keys ``presentation.not_applied.<key>`` of what it asks for and is not done.
    """

    frame: Frame
    vois: tuple[Voi, ...]
    area: DisplayedArea | None
    quarter_turns: int
    flipped: bool
    annotations: tuple[Annotation, ...]
    layers: tuple[Layer, ...]
    not_applied: tuple[str, ...]

    @property
    def voi(self) -> Voi | None:
        """What the frame is windowed with; None for colour."""
        return self.vois[0] if self.vois else None

    @property
    def region(self) -> tuple[float, float, float, float] | None:
        """The displayed area as left, top, right and bottom edge in pixels of the frame, or None for all of it."""
        if self.area is None:
            return None
        (x0, y0), (x1, y1) = self.area.first, self.area.last
        return x0 - 0.5, y0 - 0.5, x1 + 0.5, y1 + 0.5

    def colour_of(self, layer: str) -> tuple[int, int, int] | None:
        """Return the colour that a layer recommends, red green blue."""
        return next((known.colour for known in self.layers if known.name == layer), None)

    def viewport(self, screen: tuple[int, int], *, pixels_per_mm: float | None = None) -> Viewport:
        """Return the viewport that shows the displayed area on a screen (C.10.4).

        Parameters
        ----------
        screen : tuple of 2 int
            Width and height in pixels.
        pixels_per_mm : float, optional
            Of the screen, for TRUE SIZE; without it the area is fitted to the screen.
        """
        turned = Viewport(quarter_turns=self.quarter_turns, flipped=self.flipped)
        region = self.region
        if region is None or self.area is None:
            return turned
        zoom = self._zoom(self.area, pixels_per_mm)
        rows, columns = self.frame.shape
        if zoom is None and region == (-0.5, -0.5, columns - 0.5, rows - 0.5):
            return turned
        return fitted_to(region, turned, ImageShape.of(self.frame), screen, zoom=zoom)

    def first_viewport(self) -> Viewport:
        """Return the viewport that shows the displayed area on a screen of any size; TRUE SIZE is fitted to it."""
        turned = Viewport(quarter_turns=self.quarter_turns, flipped=self.flipped)
        region, area = self.region, self.area
        rows, columns = self.frame.shape
        if region is None or area is None:
            return turned
        if (zoom := self._zoom(area, None)) is not None:
            left, top, right, bottom = region
            return replace(turned, zoom=zoom, centre=((left + right) / 2, (top + bottom) / 2))
        whole = (-0.5, -0.5, columns - 0.5, rows - 0.5)
        return turned if region == whole else replace(turned, area=region)

    def _zoom(self, area: DisplayedArea, pixels_per_mm: float | None) -> float | None:
        if area.mode == "MAGNIFY":
            return area.magnification
        if area.mode == "TRUE SIZE" and area.spacing_mm is not None and pixels_per_mm is not None:
            return min(area.spacing_mm) * pixels_per_mm
        return None


def fitted_to(
    region: tuple[float, float, float, float],
    turned: Viewport,
    image: ImageShape,
    screen: tuple[int, int],
    *,
    zoom: float | None = None,
) -> Viewport:
    """Return `turned` showing a region of the image: fitted to the screen, or at a zoom around its middle.

    Parameters
    ----------
    region : tuple of 4 float
        Left, top, right and bottom edge in pixels; pixel centres are whole numbers.
    turned : Viewport
        Its turns, flip and polarity are kept.
    image : ImageShape
    screen : tuple of 2 int
        Width and height in pixels.
    zoom : float, optional
        Screen pixels per source pixel; None fits.
    """
    left, top, right, bottom = region
    width, height = (right - left) * image.stretch[0], (bottom - top) * image.stretch[1]
    if turned.quarter_turns % 2:
        width, height = height, width
    wanted = min(screen[0] / width, screen[1] / height) if zoom is None else zoom
    centre = ((left + right) / 2, (top + bottom) / 2)
    return replace(turned, zoom=wanted, centre=centre)


def presented(frame: Frame, state: PresentationState, sop_instance_uid: str) -> Presented | None:
    """Apply a presentation state to a frame.

    Parameters
    ----------
    frame : Frame
        As stored.
    state : PresentationState
    sop_instance_uid : str
        Of the frame's instance.

    Returns
    -------
    Presented or None
        None where the state is not about the frame (its instance and frame number), or blends several images.

    Notes
    -----
    PS3.4 N.2: modality LUT, VOI LUT and presentation LUT of the state take the place of the image's,
    and its photometric interpretation is ignored (N.2.1.4): low values are dark unless the state's
    shape is INVERSE. A state without a modality LUT keeps the image's, which most states mean
    that leave it out, and this is told; one without a window has the image's, else its full range.
    """
    number = frame.number
    if state.kind in _NOT_FOR_ONE_IMAGE or not state.is_about(sop_instance_uid, number):
        return None
    area = next(iter(_of_frame(state.areas, sop_instance_uid, number)), None)
    shown = _shown(frame, state, area, sop_instance_uid)
    order = {layer.name: layer.order for layer in state.layers}
    annotations = _of_frame(state.annotations, sop_instance_uid, number)
    return Presented(
        frame=shown,
        vois=(*shown.windows, *shown.voi_luts),
        area=area,
        quarter_turns=(-state.quarter_turns if state.flipped else state.quarter_turns) % 4,
        flipped=state.flipped,
        annotations=tuple(sorted(annotations, key=lambda a: order.get(a.layer, 0))),
        layers=state.layers,
        not_applied=_not_applied(frame, state),
    )


def _of_frame(parts: Iterable[Part], sop_instance_uid: str, number: int) -> tuple[Part, ...]:
    return tuple(part for part in parts if about(part.references, sop_instance_uid, number))


def _shown(frame: Frame, state: PresentationState, area: DisplayedArea | None, sop_instance_uid: str) -> Frame:
    """Return the frame with all of the state that changes its look, sharing the reduced copies of the original."""
    rescaled = frame if frame.is_colour else _rescaled(frame, state)
    windows, luts = _vois(rescaled, state, sop_instance_uid)
    shown = replace(
        rescaled,
        inverted=state.inverse and state.presentation_lut is None and not frame.is_colour,
        presentation_lut=None if frame.is_colour else state.presentation_lut,
        windows=windows,
        voi_luts=luts,
        shutters=state.shutters,
        overlay=_overlay(frame, state),
        geometry=_reshaped(frame.geometry, area),
    )
    share_pyramid(frame, shown)
    return shown


def _rescaled(frame: Frame, state: PresentationState) -> Frame:
    """Put the state's modality transform in place of the image's, where it has one."""
    own = state.rescale
    if own is None:
        return frame
    return replace(frame, slope=own.slope, intercept=own.intercept, unit=own.unit, modality_lut=own.lut)


def _vois(frame: Frame, state: PresentationState, uid: str) -> tuple[tuple[Window, ...], tuple[Lut, ...]]:
    """Return the windows and tables of the state for a frame, else the image's own, else its full range."""
    if frame.is_colour:
        return (), ()
    of_frame = _of_frame(state.vois, uid, frame.number)
    windows = tuple(window for voi in of_frame for window in voi.windows)
    luts = tuple(lut for voi in of_frame for lut in voi.luts)
    if windows or luts:
        return windows, luts
    if state.rescale is None and (frame.windows or frame.voi_luts):
        return frame.windows, frame.voi_luts
    return (full_range(frame),), ()


def _overlay(frame: Frame, state: PresentationState) -> NDArray[np.bool_] | None:
    """Return the overlay planes that the state activates: the image's and its own; others are not to be seen."""
    active = {overlay.group for overlay in state.active_overlays}
    own = [plane for plane in state.planes if plane.group in active]
    of_image = bool(active - {plane.group for plane in own})
    drawn = np.zeros(frame.shape, np.bool_) if frame.overlay is None or not of_image else frame.overlay.copy()
    for plane in own:
        _paste(drawn, plane.mask, plane.origin)
    return drawn if drawn.any() else None


def _paste(drawn: NDArray[np.bool_], mask: NDArray[np.bool_], origin: tuple[int, int]) -> None:
    """Lay a plane over `drawn`, its first pixel at `origin` (x, y), which may lie outside."""
    rows, columns = np.nonzero(mask)
    rows, columns = rows + origin[1], columns + origin[0]
    inside = (rows >= 0) & (rows < drawn.shape[0]) & (columns >= 0) & (columns < drawn.shape[1])
    drawn[rows[inside], columns[inside]] = True


def _reshaped(geometry: Geometry, area: DisplayedArea | None) -> Geometry:
    """Return the geometry with the shape of pixels that a displayed area asks for, where it is another one."""
    if area is None or (area.spacing_mm is None and area.aspect is None):
        return geometry
    asked = replace(geometry, spacing_mm=area.spacing_mm, aspect=area.aspect)
    if abs(pixel_aspect(asked) - pixel_aspect(geometry)) < _SAME_ASPECT:
        return geometry
    return replace(asked, spacing_source="none" if area.spacing_mm is None else "calibrated")


def _not_applied(frame: Frame, state: PresentationState) -> tuple[str, ...]:
    has_rescale = frame.modality_lut is not None or (frame.slope, frame.intercept) != (1.0, 0.0)
    if state.rescale is None and has_rescale and not frame.is_colour:
        return (*state.not_applied, "rescale_of_image")
    return state.not_applied
