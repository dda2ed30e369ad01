"""Which images a presentation state, or a part of it, is about: Referenced Image Sequence, PS3.3 C.11.11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medapp.imaging.attributes import items, numbers, text
from medapp.imaging.presentation import ImageReference

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def references_of(item: Dataset, *, series_uid: str = "") -> tuple[ImageReference, ...]:
    """Return the images that an item refers to, empty where it speaks about all of the state's images."""
    return tuple(
        ImageReference(uid, tuple(int(n) for n in numbers(image, "ReferencedFrameNumber")), series_uid)
        for image in items(item, "ReferencedImageSequence")
        if (uid := text(image, "ReferencedSOPInstanceUID"))
    )
