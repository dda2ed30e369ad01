"""What lies over the picture: orientation letters, the texts of the corners, the heat map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.contours import Box, grid_to_source
from medapp.display.marks import marks
from medapp.display.measure import spacing_text
from medapp.display.placing import from_level, image_span, level_for, placed_on
from medapp.display.pyramid import overlay_pyramid
from medapp.display.viewport import ImageShape, Viewport
from medapp.i18n import tr
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Geometry, Instance, Series, Study
from medapp.imaging.voi import Voi

_OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}
_AXES = (("L", "R"), ("P", "A"), ("H", "F"))
_OBLIQUE = 0.25
_DRAWN_FROM, _DRAWN_FROM_SMALL = 127, 63


@dataclass(frozen=True)
class Letters:
    """The letters at the four edges of the picture; empty where the file does not tell."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


def orientation_letters(geometry: Geometry, viewport: Viewport) -> Letters:
    """Return which way the patient lies on the screen, after flip and turns.

    Parameters
    ----------
    geometry : Geometry
    viewport : Viewport

    Returns
    -------
    Letters
        L R A P H F, two or three together where the image is oblique, the steepest first (PS3.3
        C.7.6.1.1.1).
    """
    directions = _directions(geometry)
    if directions is None:
        return Letters()
    right, bottom = directions
    left, top = _opposite(right), _opposite(bottom)
    if viewport.flipped:
        left, right = right, left
    for _ in range(viewport.quarter_turns % 4):
        left, top, right, bottom = bottom, left, top, right
    return Letters(left, right, top, bottom)


def _directions(geometry: Geometry) -> tuple[str, str] | None:
    """Return the letters towards which columns and rows count up."""
    if geometry.orientation is not None:
        return _letters(geometry.orientation[:3]), _letters(geometry.orientation[3:])
    if geometry.patient_orientation is not None:
        row, column = geometry.patient_orientation
        if set(row + column) <= set(_OPPOSITE):
            return row, column
    return None


def _letters(vector: tuple[float, ...]) -> str:
    parts = sorted(zip(vector, _AXES, strict=True), key=lambda part: -abs(part[0]))
    return "".join(names[0] if value > 0 else names[1] for value, names in parts if abs(value) > _OBLIQUE)


def _opposite(letters: str) -> str:
    return "".join(_OPPOSITE.get(letter, letter) for letter in letters)


@dataclass(frozen=True)
class Corners:
    """The lines of the four corners of the picture, from top to bottom."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()


def corner_texts(
    study: Study,
    series: Series,
    instance: Instance,
    frame: Frame | None,
    voi: Voi | None,
    *,
    position: int,
    zoom: float,
) -> Corners:
    """Return the texts of the four corners.

    Parameters
    ----------
    study, series, instance
        What is shown.
    frame : Frame or None
        None while it is being decoded.
    voi : Window, Lut or None
        What it is windowed with.
    position : int
        Index of the image in its stack, from 0.
    zoom : float
        Screen pixels per source pixel.

    Returns
    -------
    Corners
        Lines without content are left out.
    """
    patient = study.patient
    identity = (patient.name, patient.patient_id, " ".join(t for t in (patient.birth_date, patient.sex) if t))
    about = (study.description, series.description, " ".join(t for t in (study.date, study.time[:6]) if t))
    place = (
        tr("corner.image", number=position + 1, total=series.frames),
        tr("corner.size", columns=instance.columns, rows=instance.rows),
        spacing_text(frame) if frame is not None else "",
        *marks(instance, frame),
    )
    look = (_voi_text(frame, voi), tr("corner.zoom", percent=round(zoom * 100)))
    return Corners(*(tuple(line for line in lines if line) for lines in (identity, about, place, look)))


def _voi_text(frame: Frame | None, voi: Voi | None) -> str:
    if frame is None or frame.is_colour or voi is None:
        return ""
    if isinstance(voi, Lut):
        return tr("corner.lut", name=voi.name or "LUT")
    factor, unit = (1.0, frame.unit) if frame.suv_factor is None else (frame.suv_factor, "SUV")
    center, width = f"{voi.center * factor:.6g}", f"{voi.width * factor:.6g}"
    return tr("corner.window", center=center, width=width, unit=unit).strip()


def heat_map_rgba(
    heat_map: NDArray[np.float32],
    image: ImageShape,
    viewport: Viewport,
    screen: tuple[int, int],
    opacity: float,
    seen: Box | None = None,
) -> NDArray[np.uint8]:
    """Place a heat map over the picture with the picture's own transform.

    Parameters
    ----------
    heat_map : ndarray of float32, shape (h, w)
        0 to 1, at any size; covers `seen`.
    image : ImageShape
        Of the frame that it belongs to.
    viewport : Viewport
    screen : tuple of 2 int
        Width and height in pixels.
    opacity : float
        0 to 1, of the highest value.
    seen : tuple of 4 int, optional
        Top, bottom, left and right of what it covers, in pixels of the image; the whole image by default.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue, alpha, not premultiplied. Alpha grows with the value; 0 beside the image.
        Alpha is 0 beside `seen` too. The colours (inferno) keep their order for people who are colour-blind.
    """
    box = seen or (0, image.rows, 0, image.columns)
    placing = viewport.source_to_screen(image, screen)
    matrix = placing @ grid_to_source(heat_map.shape, box)
    bounded = np.clip(np.nan_to_num(heat_map), 0, 1).astype(np.float32)
    bytes_ = np.rint(bounded * 255).astype(np.uint8)
    alpha = np.rint(np.arange(256) * min(max(opacity, 0.0), 1.0)).astype(np.uint8)
    table = np.column_stack([heat_map_colours(), alpha]).view(np.int32)
    corner = np.array([[1.0, 0, box[2]], [0, 1, box[0]], [0, 0, 1]])
    rows, columns = image_span(placing @ corner, (box[1] - box[0], box[3] - box[2]), screen)
    rgba = np.zeros((screen[1], screen[0]), np.int32)
    if rows.stop > rows.start and columns.stop > columns.start:
        matrix[:, 2] -= columns.start, rows.start
        placed = placed_on((columns.stop - columns.start, rows.stop - rows.start), bytes_, matrix)
        rgba[rows, columns] = cv2.LUT(placed, table)
    pixels: NDArray[np.uint8] = rgba.view(np.uint8).reshape(screen[1], screen[0], 4)
    return pixels


def draw_overlay(
    picture: NDArray[np.uint8], frame: Frame, viewport: Viewport, screen: tuple[int, int] | None
) -> NDArray[np.uint8]:
    """Return `picture` with the overlay planes of its frame in white.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
    frame : Frame
    viewport : Viewport
        Where the frame lies on the screen.
    screen : tuple of 2 int or None
        Width and height; None where the picture is the frame's own pixels.
    """
    if frame.overlay is None:
        return picture
    if screen is None:
        mask = frame.overlay.view(np.uint8)
    else:
        levels = overlay_pyramid(frame)
        matrix = viewport.source_to_screen(ImageShape.of(frame), screen)
        level = level_for(matrix, len(levels))
        placed = from_level(matrix, frame.shape, levels[level].shape)
        shares = placed_on(screen, levels[level], placed, span=image_span(matrix, frame.shape, screen))
        mask = cv2.threshold(shares, _DRAWN_FROM if level == 0 else _DRAWN_FROM_SMALL, 1, cv2.THRESH_BINARY)[1]
    with_overlay = picture.copy()
    cv2.copyTo(np.full_like(picture, 255), mask, with_overlay)
    return with_overlay


def heat_map_colours() -> NDArray[np.uint8]:
    """Return the colours of a heat map (inferno), shape (256, 3), from the lowest value to the highest."""
    ramp = np.arange(256, dtype=np.uint8).reshape(256, 1)
    bgr: NDArray[np.uint8] = cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)
    return bgr[:, 0, ::-1]
