"""Presentation states made for one test each."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID, generate_uid

from tests.imaging.synthetic import dicom, item, sequence

GRAYSCALE, COLOR, PSEUDO_COLOR, BLENDING = (f"1.2.840.10008.5.1.4.1.1.11.{n}" for n in (1, 2, 3, 4))
IMAGE = "1.2.3.4.5"


def refer(uid: str = IMAGE, *frames: int) -> Dataset:
    """An item of Referenced Image Sequence."""
    reference = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=uid)
    if frames:
        reference.ReferencedFrameNumber = list(frames) if len(frames) > 1 else frames[0]
    return reference


def state(*references: Dataset, sop_class: str = GRAYSCALE, **attributes: Any) -> FileDataset:
    """A presentation state about `references` (an image with the UID `IMAGE` where there are none)."""
    images = sequence(*(references or (refer(),)))
    dataset = dicom(
        None,
        Modality="PR",
        SOPClassUID=UID(sop_class),
        ContentLabel="LUNGS",
        ContentDescription="as I see it",
        PresentationCreationDate="20260102",
        PresentationCreationTime="030405",
        ReferencedSeriesSequence=sequence(item(SeriesInstanceUID="1.2.3.4", ReferencedImageSequence=images)),
    )
    dataset.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for name, value in attributes.items():
        setattr(dataset, name, value)
    return dataset


def voi(*references: Dataset, **attributes: Any) -> Dataset:
    """An item of Softcopy VOI LUT Sequence."""
    return _about(references, **attributes)


def area(first: tuple[int, int], last: tuple[int, int], *references: Dataset, **attributes: Any) -> Dataset:
    """An item of Displayed Area Selection Sequence; corners (column, row) count from 1."""
    corners = {"DisplayedAreaTopLeftHandCorner": list(first), "DisplayedAreaBottomRightHandCorner": list(last)}
    return _about(references, **{"PresentationSizeMode": "SCALE TO FIT", **corners, **attributes})


def graphic(kind: str, *points: float, units: str = "PIXEL", filled: bool = False) -> Dataset:
    """An item of Graphic Object Sequence; positions as the standard has them."""
    return item(
        GraphicAnnotationUnits=units,
        GraphicDimensions=2,
        NumberOfGraphicPoints=len(points) // 2,
        GraphicData=list(points),
        GraphicType=kind,
        GraphicFilled="Y" if filled else "N",
    )


def annotation(*graphics: Dataset, layer: str = "NOTES", references: tuple[Dataset, ...] = (), **more: Any) -> Dataset:
    """An item of Graphic Annotation Sequence."""
    return _about(references, GraphicLayer=layer, GraphicObjectSequence=sequence(*graphics), **more)


def layer(name: str = "NOTES", order: int = 1, **attributes: Any) -> Dataset:
    return item(GraphicLayer=name, GraphicLayerOrder=order, **attributes)


def add_plane(dataset: Dataset, bits: bytes, rows: int, columns: int, *, group: int = 0x6000, layer: str = "") -> None:
    """Add an overlay plane, activated in `layer` where one is given."""
    for element, kind, value in (
        (0x10, "US", rows), (0x11, "US", columns), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
        (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OW", bits),
    ):  # fmt: skip
        dataset.add_new((group, element), kind, value)
    if layer:
        dataset.add_new((group, 0x1001), "CS", layer)


def _about(references: tuple[Dataset, ...], **attributes: Any) -> Dataset:
    made = item(**attributes)
    if references:
        made.ReferencedImageSequence = sequence(*references)
    return made
