"""Presentation states as frozen values: how somebody wanted an image to be shown, PS3.3 A.33, PS3.4 annex N."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Lut
from medapp.imaging.shutters import Shutter
from medapp.imaging.study import Window

StateKind: TypeAlias = Literal["grayscale", "color", "pseudo_color", "blending", "angiographic", "other"]
Units: TypeAlias = Literal["PIXEL", "DISPLAY"]
GraphicType: TypeAlias = Literal["POINT", "POLYLINE", "INTERPOLATED", "CIRCLE", "ELLIPSE"]
SizeMode: TypeAlias = Literal["SCALE TO FIT", "TRUE SIZE", "MAGNIFY"]
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class ImageReference:
    """An image, or some of its frames (from 1; empty: all), that a state or a part of it is about."""

    sop_instance_uid: str
    frames: tuple[int, ...] = ()
    series_uid: str = ""

    def names(self, sop_instance_uid: str, frame_number: int) -> bool:
        """Tell whether it is about this frame (from 1)."""
        return self.sop_instance_uid == sop_instance_uid and (not self.frames or frame_number in self.frames)


def about(references: tuple[ImageReference, ...], sop_instance_uid: str, frame_number: int) -> bool:
    """Tell whether a part of a state is about a frame (from 1); a part without references is about all images."""
    return not references or any(r.names(sop_instance_uid, frame_number) for r in references)


@dataclass(frozen=True, eq=False)
class SoftcopyVoi:
    """Windows or tables for some of the images (Softcopy VOI LUT Sequence, C.11.8); the first is shown."""

    references: tuple[ImageReference, ...] = ()
    windows: tuple[Window, ...] = ()
    luts: tuple[Lut, ...] = ()


@dataclass(frozen=True, eq=False)
class StateRescale:
    """The state's own modality transform, in place of the image's (C.11.1)."""

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""
    lut: Lut | None = None


@dataclass(frozen=True)
class DisplayedArea:
    """What part of the image is to be seen, and how large (C.10.4).

    Attributes
    ----------
    first, last : tuple of 2 float
        The pixels (x, y), from 0, of the corners of the area; they may lie outside the image. Corners
        are those of the image as stored: turns and flips come afterwards.
    mode : str
        ``SCALE TO FIT``, ``TRUE SIZE`` (its size in millimetres) or ``MAGNIFY``.
    spacing_mm : tuple of 2 float or None
        Presentation Pixel Spacing, between rows and between columns.
    aspect : tuple of 2 int or None
        Presentation Pixel Aspect Ratio, vertical then horizontal.
    magnification : float or None
        Screen pixels for one image pixel.
    """

    first: Point
    last: Point
    mode: SizeMode = "SCALE TO FIT"
    spacing_mm: tuple[float, float] | None = None
    aspect: tuple[int, int] | None = None
    magnification: float | None = None
    references: tuple[ImageReference, ...] = ()


@dataclass(frozen=True)
class Graphic:
    """A drawing (C.10.5). `points` are (x, y): pixels from 0 (PIXEL), or 0 to 1 of the displayed area (DISPLAY).

    A circle has its centre and a point on it; an ellipse the ends of its major, then its minor axis.
    """

    kind: GraphicType
    points: tuple[Point, ...]
    units: Units = "PIXEL"
    filled: bool = False


@dataclass(frozen=True)
class StateText:
    """A text (C.10.5), in a box or beside the point that it is about.

    Attributes
    ----------
    lines : tuple of str
    box : tuple of 2 points or None
        Top left and bottom right corner, (x, y) in `box_units`.
    align : str
        Of the text in its box: ``LEFT``, ``RIGHT`` or ``CENTER``.
    anchor : point or None
        What it is about, in `anchor_units`; drawn with a line where `anchor_visible`.
    """

    lines: tuple[str, ...]
    box: tuple[Point, Point] | None = None
    box_units: Units = "PIXEL"
    align: Literal["LEFT", "RIGHT", "CENTER"] = "LEFT"
    anchor: Point | None = None
    anchor_units: Units = "PIXEL"
    anchor_visible: bool = False


@dataclass(frozen=True)
class Annotation:
    """Drawings and texts of one layer on some of the images."""

    layer: str
    graphics: tuple[Graphic, ...] = ()
    texts: tuple[StateText, ...] = ()
    references: tuple[ImageReference, ...] = ()


@dataclass(frozen=True)
class Layer:
    """A graphic layer (C.10.7): those of a higher `order` lie above; `colour` is recommended, red green blue."""

    name: str
    order: int = 0
    colour: tuple[int, int, int] | None = None
    description: str = ""


@dataclass(frozen=True)
class OverlayPlane:
    """An overlay plane that the state itself holds; `group` is 0x6000 to 0x601E, `mask` lies at `origin` (x, y)."""

    group: int
    mask: NDArray[np.bool_] = field(compare=False)
    origin: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class ActiveOverlay:
    """An overlay plane, of the image or of the state, that is to be seen, and the layer that it lies in (C.11.7)."""

    group: int
    layer: str


@dataclass(frozen=True, eq=False)
class PresentationState:
    """All that a presentation state says.

    Attributes
    ----------
    kind : str
        ``grayscale``, ``color``, ``pseudo_color``, ``blending``, ``angiographic`` or ``other``.
    label, description, created : str
        Content Label, Content Description, Presentation Creation Date and Time (``YYYYMMDD HHMMSS``).
    references : tuple of ImageReference
        What it is about; a state says nothing about other images.
    rescale : StateRescale or None
        None: the image's own rescale is not to be applied (PS3.4 N.2.1.1), its values are the stored ones.
    vois : tuple of SoftcopyVoi
    presentation_lut : Lut or None
        Applied to the output of the VOI stage.
    inverse : bool
        Presentation LUT Shape INVERSE.
    areas : tuple of DisplayedArea
    quarter_turns : int
        Clockwise, before the flip.
    flipped : bool
        Left and right exchanged, after the turns.
    shutters : tuple of Shutter
    layers, annotations
        Drawings and texts.
    planes, active_overlays
        Overlay planes of its own, and which planes are to be seen.
    not_applied : tuple of str
        What it asks for and is not done, as message keys ``presentation.not_applied.<key>``.
    """

    kind: StateKind
    label: str = ""
    description: str = ""
    created: str = ""
    sop_instance_uid: str = ""
    references: tuple[ImageReference, ...] = ()
    rescale: StateRescale | None = None
    vois: tuple[SoftcopyVoi, ...] = ()
    presentation_lut: Lut | None = None
    inverse: bool = False
    areas: tuple[DisplayedArea, ...] = ()
    quarter_turns: int = 0
    flipped: bool = False
    shutters: tuple[Shutter, ...] = ()
    layers: tuple[Layer, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    planes: tuple[OverlayPlane, ...] = ()
    active_overlays: tuple[ActiveOverlay, ...] = ()
    not_applied: tuple[str, ...] = ()

    def is_about(self, sop_instance_uid: str, frame_number: int = 1) -> bool:
        """Tell whether it refers to a frame (from 1); one without references is about nothing."""
        return any(r.names(sop_instance_uid, frame_number) for r in self.references)

    @property
    def instances(self) -> frozenset[str]:
        """The SOP Instance UIDs that it refers to."""
        return frozenset(r.sop_instance_uid for r in self.references)


def states_about(
    states: Iterable[PresentationState], sop_instance_uid: str, frame_number: int = 1
) -> tuple[PresentationState, ...]:
    """Return those of `states` that refer to a frame (from 1)."""
    return tuple(state for state in states if state.is_about(sop_instance_uid, frame_number))
