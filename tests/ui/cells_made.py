"""Studies for cells: stacks that cross each other, the same patient earlier, breasts and chests from two sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medapp.imaging.phantom import ct_volume, new_dataset, phantom_uid, save_dataset, set_pixels

AXIAL, CORONAL, SAGITTAL = (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1)
CT, DX, MG = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.1.2"


@dataclass(frozen=True)
class Exam:
    """Whose study it is, and when it was made."""

    patient: str = "P1"
    date: str = "20260301"
    name: str = "Muster^Max"

    @property
    def uid(self) -> str:
        return phantom_uid("exam", self.patient, self.date)


def write_stack(
    folder: Path,
    exam: Exam,
    title: str,
    *,
    orientation: tuple[float, ...] = AXIAL,
    images: int = 8,
    first_mm: float = 0.0,
    gap_mm: float = 5.0,
    space: str = "",
    size: int = 32,
    number: int = 1,
) -> Path:
    """A CT stack across its normal from `first_mm` on; `space`: the frame of reference, by default the exam's."""
    normal = np.cross(orientation[:3], orientation[3:])
    volume = ct_volume(number, images, size)
    for n in range(images):
        dataset = new_dataset("CT", CT, exam.name, exam.patient)
        dataset.StudyInstanceUID, dataset.StudyDate, dataset.StudyTime = exam.uid, exam.date, "101500"
        dataset.SeriesInstanceUID = phantom_uid("stack", exam.uid, title)
        dataset.SOPInstanceUID = phantom_uid("slice", exam.uid, title, n)
        dataset.FrameOfReferenceUID = space or phantom_uid("space", exam.uid)
        dataset.SeriesDescription, dataset.SeriesNumber, dataset.InstanceNumber = title, number, n + 1
        dataset.StudyDescription, dataset.BodyPartExamined = "Thorax", "CHEST"
        dataset.ImageOrientationPatient = list(map(float, orientation))
        corner = -np.array(orientation[:3]) * 100 - np.array(orientation[3:]) * 100 + normal * (first_mm + n * gap_mm)
        dataset.ImagePositionPatient = [float(v) for v in corner]
        dataset.PixelSpacing, dataset.SliceThickness = [200 / (size - 1)] * 2, gap_mm
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
        dataset.WindowCenter, dataset.WindowWidth = 40, 400
        set_pixels(dataset, np.clip(volume[n] + 1024, 0, 4095).astype(np.uint16), bits_stored=12)
        save_dataset(dataset, folder / f"{exam.patient} {exam.date} {title}" / f"{n:03}.dcm")
    return folder


def write_view(folder: Path, exam: Exam, sop_class: str, view: str, side: str, towards: tuple[str, str]) -> Path:
    """A projection; `towards`: where its rows and its columns lead in the patient."""
    modality, part = ("MG", "BREAST") if sop_class == MG else ("DX", "CHEST")
    dataset = new_dataset(modality, sop_class, exam.name, exam.patient)
    dataset.StudyInstanceUID, dataset.StudyDate, dataset.StudyTime = exam.uid, exam.date, "101500"
    dataset.SeriesInstanceUID = phantom_uid("view series", exam.uid, view, side)
    dataset.SOPInstanceUID = phantom_uid("view", exam.uid, view, side)
    dataset.SeriesDescription, dataset.BodyPartExamined = f"{side} {view}".strip(), part
    dataset.ViewPosition, dataset.ImageLaterality, dataset.PatientOrientation = view, side, list(towards)
    dataset.ImagerPixelSpacing = [1.0, 1.0]
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    set_pixels(dataset, np.tile(np.arange(40, dtype=np.uint16) * 100, (60, 1)), bits_stored=12)
    save_dataset(dataset, folder / f"{exam.patient} {exam.date} {view} {side}.dcm")
    return folder


def write_breasts(folder: Path, exam: Exam) -> Path:
    """Four views; the right CC has its rows the other way round, so that it must be turned round."""
    write_view(folder, exam, MG, "CC", "L", ("A", "R"))
    write_view(folder, exam, MG, "MLO", "R", ("P", "F"))
    write_view(folder, exam, MG, "CC", "R", ("A", "L"))
    return write_view(folder, exam, MG, "MLO", "L", ("A", "F"))
