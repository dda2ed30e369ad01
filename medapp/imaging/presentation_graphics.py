"""Reading the drawings and texts of presentation states: graphic annotations and layers, PS3.3 C.10.5 and C.10.7."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from medapp.imaging.attributes import exactly, integer, items, number, numbers, raw_value, text
from medapp.imaging.presentation import Annotation, Graphic, GraphicType, Layer, Point, StateText, Units
from medapp.imaging.presentation_references import references_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_POINTS_NEEDED = {"POINT": 1, "POLYLINE": 2, "INTERPOLATED": 2, "CIRCLE": 2, "ELLIPSE": 4}
_LINE_END = re.compile(r"\r\n|\r|\n")
_D50 = np.array([0.9642, 1.0, 0.8249])
_XYZ_TO_SRGB = np.array(  # of the white of the profile connection space, D50 (Bradford)
    [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]]
)


def annotations_in(dataset: Dataset) -> tuple[Annotation, ...]:
    """Return the graphic annotations of a presentation state."""
    return tuple(
        Annotation(
            layer=text(item, "GraphicLayer"),
            graphics=tuple(g for o in items(item, "GraphicObjectSequence") if (g := _graphic(o)) is not None),
            texts=tuple(t for o in items(item, "TextObjectSequence") if (t := _text(o)) is not None),
            references=references_of(item),
        )
        for item in items(dataset, "GraphicAnnotationSequence")
    )


def _graphic(item: Dataset) -> Graphic | None:
    kind = text(item, "GraphicType").upper()
    flat, units = numbers(item, "GraphicData"), _units(item, "GraphicAnnotationUnits")
    points = tuple(_from_centre((x, y), units) for x, y in zip(flat[::2], flat[1::2], strict=False))
    known: dict[str, GraphicType] = {name: name for name in get_args(GraphicType)}
    if kind not in known or units is None or len(points) < _POINTS_NEEDED[kind]:
        return None
    return Graphic(known[kind], points, units, filled=text(item, "GraphicFilled").upper() == "Y")


def _units(item: Dataset, keyword: str) -> Units | None:
    """Return what positions are counted in; those of a slide's total matrix are not of this frame."""
    return {"PIXEL": "PIXEL", "DISPLAY": "DISPLAY"}.get(text(item, keyword).upper())  # type: ignore[return-value]


def _from_centre(point: tuple[float, ...], units: Units | None) -> Point:
    """Move the origin from the upper left corner of the first pixel (C.10.5.1.2) to its centre."""
    half = 0.5 if units == "PIXEL" else 0.0
    return point[0] - half, point[1] - half


def _text(item: Dataset) -> StateText | None:
    lines = tuple(line.rstrip() for line in _LINE_END.split(str(raw_value(item, "UnformattedTextValue") or "")))
    box_units, anchor_units = _units(item, "BoundingBoxAnnotationUnits"), _units(item, "AnchorPointAnnotationUnits")
    top_left = exactly(item, "BoundingBoxTopLeftHandCorner", 2)
    bottom_right = exactly(item, "BoundingBoxBottomRightHandCorner", 2)
    anchor = exactly(item, "AnchorPoint", 2)
    has_box = top_left is not None and bottom_right is not None and box_units is not None
    has_anchor = anchor is not None and anchor_units is not None
    if not any(lines) or not (has_box or has_anchor):
        return None
    box = (_from_centre(top_left, box_units), _from_centre(bottom_right, box_units)) if has_box else None  # type: ignore[arg-type]
    return StateText(
        lines=lines,
        box=box,
        box_units=box_units or "PIXEL",
        align=_align(text(item, "BoundingBoxTextHorizontalJustification").upper()),
        anchor=_from_centre(anchor, anchor_units) if anchor is not None and has_anchor else None,
        anchor_units=anchor_units or "PIXEL",
        anchor_visible=text(item, "AnchorPointVisibility").upper() == "Y",
    )


def _align(named: str) -> Literal["LEFT", "RIGHT", "CENTER"]:
    if named == "RIGHT":
        return "RIGHT"
    return "CENTER" if named == "CENTER" else "LEFT"


def layers_in(dataset: Dataset) -> tuple[Layer, ...]:
    """Return the graphic layers of a presentation state, the lowest first."""
    layers = (
        Layer(
            name=text(item, "GraphicLayer"),
            order=integer(item, "GraphicLayerOrder") or 0,
            colour=_colour(item),
            description=text(item, "GraphicLayerDescription"),
        )
        for item in items(dataset, "GraphicLayerSequence")
    )
    return tuple(sorted(layers, key=lambda layer: layer.order))


def _colour(item: Dataset) -> tuple[int, int, int] | None:
    """Return the recommended colour, else the recommended grey, of 16 bits both (C.10.7.1.1)."""
    lab = exactly(item, "GraphicLayerRecommendedDisplayCIELabValue", 3)
    if lab is not None:
        return srgb_of((lab[0], lab[1], lab[2]))
    grey = number(item, "GraphicLayerRecommendedDisplayGrayscaleValue")
    level = None if grey is None else round(min(max(grey, 0), 65535) * 255 / 65535)
    return None if level is None else (level, level, level)


def srgb_of(encoded: tuple[float, float, float]) -> tuple[int, int, int]:
    """Return a CIELab value of DICOM (PS3.3 C.10.7.1.1, 16 bits each, D50) as sRGB."""
    lightness = encoded[0] * 100 / 65535
    a, b = (value * 255 / 65535 - 128 for value in encoded[1:])
    y = (lightness + 16) / 116
    roots = np.array([y + a / 500, y, y - b / 200])
    linear = np.where(roots > 6 / 29, roots**3, (roots - 4 / 29) * 3 * (6 / 29) ** 2)
    rgb = np.clip(_XYZ_TO_SRGB @ (linear * _D50), 0, 1)
    coded = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(value) * 255) for value in coded)
    return red, green, blue
