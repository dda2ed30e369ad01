"""The sketch of a picture as the network will see it, so that a remedy is judged without reading any file again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.classify.areas import Area, masked_to, with_masked_border
from medapp.classify.preprocess import PreprocessSpec
from medapp.training.cases.sketch import THUMBNAIL, Sketch, resketched
from medapp.training.cases.survey import Seen

Floats: TypeAlias = NDArray[np.float32]
_BODY = slice(0, 4)
_EVERY_LEVEL = np.linspace(0, 1, THUMBNAIL * THUMBNAIL, dtype=np.float32)
"""What equalising makes of the grey levels; in a thumbnail there are too few of them to show it."""


def seen_as_decided(seen: Sequence[Seen], spec: PreprocessSpec) -> list[Seen]:
    """Return the cases with their sketches under `spec`; as they are where it changes nothing."""
    if spec == PreprocessSpec(size=spec.size, mean=spec.mean, std=spec.std):
        return list(seen)
    return [one if one.sketch is None else replace(one, sketch=sketch_as_decided(one.sketch, spec)) for one in seen]


def sketch_as_decided(sketch: Sketch, spec: PreprocessSpec) -> Sketch:
    """Return the sketch of what `spec` leaves to be seen of a picture.

    Parameters
    ----------
    sketch : Sketch
        Of the whole picture.
    spec : PreprocessSpec
        With a border that is cut off or masked, a crop to the body, or equalised grey levels.

    Returns
    -------
    Sketch
        Made of the thumbnail: what lies under a mask is black, has no part in the grey levels, and a pixel of the
        thumbnail that lies partly under it counts as masked. How many bytes the rest would take is not known.
    """
    area = _area(sketch, spec)
    if area == Area.whole(sketch.thumbnail) and not spec.border_mask and spec.range.kind != "equalised":
        return sketch
    picture = _enlarged(area.of(sketch.thumbnail.astype(np.float32) / np.float32(255)))
    inside = masked_to(Area.whole(picture), spec.border_mask)
    shown = inside.of(picture)
    low, high = float(shown.min()), float(shown.max())
    picture = np.clip((picture - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)
    if spec.range.kind == "equalised":
        picture, shown = _equalised(picture, inside.of(picture)), _EVERY_LEVEL
    else:
        shown = inside.of(picture)
    known = replace(sketch, file=replace(sketch.file, size=0))
    return resketched(known, with_masked_border(picture, spec.border_mask), shown)


def _area(sketch: Sketch, spec: PreprocessSpec) -> Area:
    """Return what is left of the thumbnail where pixels that are cut off in part are left out."""
    area = Area.whole(sketch.thumbnail)
    if spec.crop_to_body:
        top, left, bottom, right = (float(place) * THUMBNAIL for place in sketch.surroundings[_BODY])
        area = Area(int(top), max(int(top) + 1, round(bottom)), int(left), max(int(left) + 1, round(right)))
    cropped = masked_to(area, spec.border_crop)
    return cropped if cropped.top < cropped.bottom and cropped.left < cropped.right else area


def _enlarged(part: Floats) -> Floats:
    if part.shape == (THUMBNAIL, THUMBNAIL):
        return part
    size = (THUMBNAIL, THUMBNAIL)
    return np.asarray(cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_LINEAR), np.float32)


def _equalised(picture: Floats, shown: Floats) -> Floats:
    """Return the share of the shown pixels that are darker, and half of those that are as dark."""
    ordered = np.sort(shown, axis=None)
    ranks = np.searchsorted(ordered, picture, "left") + np.searchsorted(ordered, picture, "right")
    return (ranks / (2 * ordered.size)).astype(np.float32)
