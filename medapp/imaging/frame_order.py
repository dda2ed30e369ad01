"""The order of the frames of one instance, from its functional groups (PS3.3 C.7.6.16, C.7.6.17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medapp.imaging.attributes import number, numbers
from medapp.imaging.dicom_geometry import geometry_of
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.slices import Slice
from medapp.imaging.splitting import split
from medapp.imaging.stack_order import in_order, notes_on
from medapp.imaging.study import Note
from medapp.imaging.traits import traits_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SORTED_FRAMES = 5000
"""An instance with more frames (a tiled slide) stays as it is stored: to read all its groups takes too long."""
_AS_STORED = (
    "1.2.840.10008.5.1.4.1.1.66.4",  # segmentations belong to their segments, not to a stack
    "1.2.840.10008.5.1.4.1.1.66.7",
    "1.2.840.10008.5.1.4.1.1.77.1.6",  # tiles of a slide
)


def frame_order(dataset: Dataset, frames: int, sop_class: str) -> tuple[tuple[int, ...], tuple[Note, ...]]:
    """Return in which order the frames of an instance are scrolled, and what is to be told of them.

    Parameters
    ----------
    dataset : Dataset
    frames : int
        How many are stored.
    sop_class : str

    Returns
    -------
    order : tuple of int
        Every frame (from 0) once, volume by volume; empty where that is as stored.
    notes : tuple of Note
    """
    if not 2 <= frames <= SORTED_FRAMES or sop_class in _AS_STORED:
        return (), ()
    scopes = FrameScope.of_all(dataset)[:frames]
    if len(scopes) < frames:
        return (), ()
    volumes = [(group, in_order(group.slices)) for group in split(_slices(scopes))]
    order = tuple(one.key for _, ordered in volumes for one in ordered)
    told = {note: None for group, ordered in volumes for note in (*group.notes, *notes_on(ordered))}
    several = (Note.of("frame_volumes", volumes=len(volumes)),) if len(volumes) > 1 else ()
    return () if order == tuple(range(frames)) else order, (*several, *told)


def frame_positions(dataset: Dataset, frames: int) -> tuple[tuple[float, float, float], ...]:
    """Return Image Position (Patient) of each stored frame; empty where one has none, or another orientation.

    Parameters
    ----------
    dataset : Dataset
    frames : int
        How many are stored.
    """
    if not 2 <= frames <= SORTED_FRAMES:
        return ()
    geometries = [geometry_of(scope) for scope in FrameScope.of_all(dataset)[:frames]]
    found = tuple(one.position for one in geometries if one.position is not None)
    orientations = {one.orientation for one in geometries}
    return found if len(found) == frames and len(orientations) == 1 and None not in orientations else ()


def _slices(scopes: Sequence[FrameScope]) -> list[Slice]:
    dimensions = [_dimensions(scope) for scope in scopes]
    rank = {values: n for n, values in enumerate(sorted(set(dimensions)))}
    return [
        Slice(
            key=index,
            number=float(rank[values] if values else index),
            geometry=geometry_of(scope),
            traits=traits_of(scope),
        )
        for index, (scope, values) in enumerate(zip(scopes, dimensions, strict=True))
    ]


def _dimensions(scope: FrameScope) -> tuple[float, ...]:
    """Return what gives a frame its place where positions do not: Dimension Index Values, or In-Stack Position."""
    content = next(scope.macro("FrameContentSequence"))
    values = numbers(content, "DimensionIndexValues")
    position = number(content, "InStackPositionNumber")
    return tuple(values) or (() if position is None else (position,))
