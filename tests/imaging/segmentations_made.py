"""Segmentations and their source images, made for one test each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from medapp.imaging.limits import ReadLimits
from medapp.imaging.segmentation import Segmentation
from medapp.imaging.segmentation_object import load_segmentation
from tests.imaging.synthetic import dicom, item, saved, sequence

SEGMENTATION, LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"
AXIAL = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
LIMITS = ReadLimits(memory_bytes=0)


@dataclass(frozen=True)
class Plane:
    """One frame of a segmentation: its segment, its source (UID and frame), its position."""

    segment: int = 1
    source: str = ""
    source_frame: int | None = None
    position: tuple[float, float, float] | None = None
    preserved: str = "YES"

    def groups(self) -> Dataset:
        made = item(SegmentIdentificationSequence=sequence(item(ReferencedSegmentNumber=self.segment)))
        if self.source:
            image = item(ReferencedSOPInstanceUID=self.source, SpatialLocationsPreserved=self.preserved)
            if self.source_frame is not None:
                image.ReferencedFrameNumber = self.source_frame
            made.DerivationImageSequence = sequence(item(SourceImageSequence=sequence(image)))
        if self.position is not None:
            made.PlanePositionSequence = sequence(item(ImagePositionPatient=list(self.position)))
        return made


def shared_groups(
    spacing: tuple[float, float] = (1.0, 1.0), orientation: Sequence[float] = AXIAL, thickness: float = 2.0
) -> Dataset:
    measures = item(PixelSpacing=list(spacing), SliceThickness=thickness)
    return item(
        PlaneOrientationSequence=sequence(item(ImageOrientationPatient=list(orientation))),
        PixelMeasuresSequence=sequence(measures),
    )


def segmentation_file(
    pixels: NDArray[Any], planes: Sequence[Plane], *, kind: str = "BINARY", segments: int = 2, **changes: Any
) -> FileDataset:
    """A segmentation of `pixels` (frames, rows, columns); BINARY is packed in bits."""
    described = [
        item(SegmentNumber=n, SegmentLabel=f"part {n}", SegmentAlgorithmType="MANUAL") for n in range(1, segments + 1)
    ]
    made = dicom(
        pixels,
        Modality="SEG",
        SOPClassUID=LABEL_MAP if kind == "LABELMAP" else SEGMENTATION,
        SegmentationType=kind,
        SegmentSequence=sequence(*described),
        FrameOfReferenceUID="1.2.9",
        PerFrameFunctionalGroupsSequence=sequence(*(plane.groups() for plane in planes)),
        SharedFunctionalGroupsSequence=sequence(shared_groups()),
    )
    if kind == "BINARY":
        made.BitsAllocated, made.BitsStored, made.HighBit = 1, 1, 0
        packed = np.packbits(pixels.astype(bool).ravel(), bitorder="little").tobytes()
        made.PixelData = packed + b"\0" * (len(packed) % 2)
    if kind == "FRACTIONAL":
        made.MaximumFractionalValue, made.SegmentationFractionalType = 200, "PROBABILITY"
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def segmentation(folder: Path, pixels: NDArray[Any], planes: Sequence[Plane], **changes: Any) -> Segmentation:
    """The same, written and read as a reader does."""
    return load_segmentation(saved(segmentation_file(pixels, planes, **changes), folder / "seg.dcm"), LIMITS)


def block(rows: int = 16, columns: int = 16, top: int = 4, left: int = 6, size: int = 5) -> NDArray[np.uint8]:
    """A frame with a square of ones."""
    pixels = np.zeros((rows, columns), np.uint8)
    pixels[top : top + size, left : left + size] = 1
    return pixels
