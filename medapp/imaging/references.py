"""Which images an object was made from or speaks about: segmentations, parametric maps, presentation states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from medapp.imaging.attributes import items, text
from medapp.imaging.sop_classes import SEGMENTATIONS
from medapp.imaging.study import PresentationRef, StructureRef

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TAGS = """ReferencedSeriesSequence SourceImageSequence ContentLabel ContentDescription PresentationCreationDate
    PresentationCreationTime BlendingSequence StructureSetLabel ReferencedFrameOfReferenceSequence"""
REFERENCE_TAGS = tuple(_TAGS.split())
DERIVED_CLASSES = SEGMENTATIONS | {"1.2.840.10008.5.1.4.1.1.30"}
"""Segmentation, label map segmentation and parametric map storage."""
_REFERENCES_LIMIT = 20_000


def source_images(dataset: Dataset) -> tuple[str, ...]:
    """Return the SOP Instance UIDs that an instance refers to, each once, in the order of the file.

    From Referenced Series (PS3.3 C.12.4), Source Image, and the derivation images of its functional groups
    (C.7.6.16.2.6), which are asked only where the others are silent: there are as many as frames.
    """
    named = _unique(_instances(items(dataset, "ReferencedSeriesSequence")))
    if named:
        return named
    direct = _unique(text(item, "ReferencedSOPInstanceUID") for item in items(dataset, "SourceImageSequence"))
    return direct or _unique(_derived_from(dataset))


def _unique(uids: Iterator[str]) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for uid in uids:
        if uid:
            seen[uid] = None
        if len(seen) >= _REFERENCES_LIMIT:
            break
    return tuple(seen)


def _instances(series: list[Dataset]) -> Iterator[str]:
    for one in series:
        for keyword in ("ReferencedInstanceSequence", "ReferencedImageSequence"):
            for item in items(one, keyword):
                yield text(item, "ReferencedSOPInstanceUID")


def _derived_from(dataset: Dataset) -> Iterator[str]:
    groups = (*items(dataset, "SharedFunctionalGroupsSequence"), *items(dataset, "PerFrameFunctionalGroupsSequence"))
    for group in groups:
        for derivation in items(group, "DerivationImageSequence"):
            for item in items(derivation, "SourceImageSequence"):
                yield text(item, "ReferencedSOPInstanceUID")


def structures_in(dataset: Dataset, source: str) -> StructureRef:
    """Return what a structure set is called, and where its contours lie (PS3.3 C.8.8.5)."""
    spaces = items(dataset, "ReferencedFrameOfReferenceSequence")
    return StructureRef(
        source=source,
        label=text(dataset, "StructureSetLabel"),
        spaces=_unique(text(space, "FrameOfReferenceUID") for space in spaces),
        refers_to=_unique(_drawn_on(spaces)),
    )


def _drawn_on(spaces: list[Dataset]) -> Iterator[str]:
    for space in spaces:
        for study in items(space, "RTReferencedStudySequence"):
            for series in items(study, "RTReferencedSeriesSequence"):
                for image in items(series, "ContourImageSequence"):
                    yield text(image, "ReferencedSOPInstanceUID")


def presentation_in(dataset: Dataset, source: str) -> PresentationRef:
    """Return what a presentation state is called and which images it presents (PS3.3 C.11.10, C.11.11, C.11.14)."""
    blended = (
        inner for item in items(dataset, "BlendingSequence") for inner in items(item, "ReferencedSeriesSequence")
    )
    series = [*items(dataset, "ReferencedSeriesSequence"), *blended]
    return PresentationRef(
        source=source,
        label=text(dataset, "ContentLabel"),
        description=text(dataset, "ContentDescription"),
        created=text(dataset, "PresentationCreationDate") + text(dataset, "PresentationCreationTime"),
        refers_to=_unique(_instances(series)),
    )
