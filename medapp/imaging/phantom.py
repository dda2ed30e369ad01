"""Synthetic radiographs and CT, the same for the same seed: for tests, the tutorial and the built-in sample.

The pictures are simple on purpose: a chest with lungs, ribs and a heart, with or without a nodule. They
belong to nobody, so they may be shown, shipped and broken.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.files import atomic_writer, write_bytes

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

WHITE_12_BIT = 4095
NODULE, NORMAL = "nodule", "normal"
UID_ROOT = "2.25."


@dataclass(frozen=True)
class PhantomCase:
    """One synthetic case: the seed of its anatomy, and whether it has a nodule."""

    seed: int
    nodule: bool
    size: int = 256


def radiograph(case: PhantomCase) -> NDArray[np.uint16]:
    """Draw a frontal chest radiograph.

    Parameters
    ----------
    case : PhantomCase
        The same case gives the same pixels. Two cases with one seed differ in the nodule alone.

    Returns
    -------
    ndarray of uint16, shape (size, size)
        12-bit values, bone bright.
    """
    rng = np.random.default_rng(case.seed)
    n = case.size
    rows, columns = np.mgrid[0:n, 0:n].astype(np.float32) / n
    image = np.full((n, n), 0.06, np.float32)
    width, height = rng.uniform(0.40, 0.46), rng.uniform(0.52, 0.60)
    image += 0.55 * _ellipse(rows, columns, (0.55, 0.5), (height, width), 0.03)
    lungs = _lungs(rows, columns, rng)
    image -= 0.38 * np.clip(sum(lungs), 0, 1)
    image += 0.30 * _ellipse(rows, columns, (0.64, rng.uniform(0.53, 0.57)), (0.15, rng.uniform(0.10, 0.14)), 0.05)
    image += 0.22 * _ellipse(rows, columns, (0.55, 0.5), (0.6, 0.035), 0.02)
    image += _ribs(rows, columns, rng)
    centre, radius = _nodule_place(rng), rng.uniform(0.030, 0.042)
    if case.nodule:
        image += 0.26 * _ellipse(rows, columns, centre, (radius, radius), 0.3 * radius)
    texture = cv2.GaussianBlur(rng.standard_normal((n, n)).astype(np.float32), (0, 0), n / 60)
    image += np.float32(0.02) * texture / texture.std() + 0.012 * rng.standard_normal((n, n)).astype(np.float32)
    image *= np.float32(rng.uniform(0.9, 1.1))
    grey: NDArray[np.uint16] = np.rint(np.clip(image, 0, 1) * WHITE_12_BIT).astype(np.uint16)
    return grey


def ct_volume(seed: int = 0, slices: int = 24, size: int = 256) -> NDArray[np.int16]:
    """Draw a thorax as axial slices in Hounsfield units, shape (slices, size, size), feet first."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    volume = np.empty((slices, size, size), np.int16)
    for z, level in enumerate(np.linspace(-1, 1, slices)):
        bulge = float(np.sqrt(max(0.05, 1 - 0.6 * level * level)))
        body = _ellipse(rows, columns, (0.5, 0.5), (0.32, 0.42), 0.005)
        lungs = sum(_ellipse(rows, columns, (0.48, x), (0.22 * bulge, 0.14 * bulge), 0.006) for x in (0.29, 0.71))
        heart = _ellipse(rows, columns, (0.44, 0.54), (0.13 * bulge, 0.12 * bulge), 0.008)
        spine = _ellipse(rows, columns, (0.72, 0.5), (0.05, 0.05), 0.006)
        aorta = _ellipse(rows, columns, (0.62, 0.56), (0.028, 0.028), 0.004)
        hu: NDArray[Any] = -1000 + 1040 * body
        hu = hu - 860 * np.clip(lungs, 0, 1) * (1 - heart)
        hu = hu + 260 * spine * body + 120 * aorta * body
        if abs(level - 0.2) < 0.12:
            hu = hu + 780 * _ellipse(rows, columns, (0.42, 0.30), (0.025, 0.025), 0.006)
        volume[z] = np.rint(hu + 12 * rng.standard_normal((size, size))).astype(np.int16)
    return volume


def _ellipse(
    rows: NDArray[np.float32],
    columns: NDArray[np.float32],
    centre: tuple[float, float],
    radii: tuple[float, float],
    softness: float,
) -> NDArray[np.float32]:
    """Return 1 inside an ellipse and 0 outside, with an edge `softness` wide; all in parts of the picture's side."""
    distance = np.sqrt(((rows - centre[0]) / radii[0]) ** 2 + ((columns - centre[1]) / radii[1]) ** 2)
    edge = max(softness / min(radii), 1e-3)
    inside: NDArray[np.float32] = np.clip((1 - distance) / edge + 0.5, 0, 1).astype(np.float32)
    return inside


def _lungs(
    rows: NDArray[np.float32], columns: NDArray[np.float32], rng: np.random.Generator
) -> list[NDArray[np.float32]]:
    height = rng.uniform(0.26, 0.31)
    return [_ellipse(rows, columns, (0.48, x), (height, rng.uniform(0.12, 0.145)), 0.03) for x in (0.31, 0.69)]


def _ribs(rows: NDArray[np.float32], columns: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    phase, slope = rng.uniform(0, 1), rng.uniform(0.5, 0.8)
    wave = np.sin(2 * np.pi * ((rows - slope * np.abs(columns - 0.5)) * 11 + phase))
    chest = _ellipse(rows, columns, (0.5, 0.5), (0.40, 0.38), 0.04)
    ribs: NDArray[np.float32] = (0.07 * np.clip(wave - 0.55, 0, 1) / 0.45 * chest).astype(np.float32)
    return ribs


def _nodule_place(rng: np.random.Generator) -> tuple[float, float]:
    side = rng.choice([0.31, 0.69])
    return float(rng.uniform(0.34, 0.58)), float(side + rng.uniform(-0.05, 0.05))


def phantom_uid(*parts: object) -> str:
    """Return a valid UID (PS3.5 B.2) that is the same for the same parts."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return UID_ROOT + str(int.from_bytes(digest[:15], "big"))


def write_png(path: Path, case: PhantomCase) -> Path:
    """Write the radiograph as an 8-bit grey PNG and return `path`."""
    grey = np.rint(radiograph(case).astype(np.float32) * (255 / WHITE_12_BIT)).astype(np.uint8)
    encoded, data = cv2.imencode(".png", grey)
    assert encoded
    write_bytes(path, data.tobytes())
    return path


def write_dicom(path: Path, case: PhantomCase) -> Path:
    """Write the radiograph as a Digital X-Ray Image (for presentation) and return `path`."""
    dataset = new_dataset("DX", "1.2.840.10008.5.1.4.1.1.1.1", f"Phantom^{case.seed:04}", f"PH{case.seed:04}")
    dataset.StudyInstanceUID = phantom_uid("study", case.seed)
    dataset.SeriesInstanceUID = phantom_uid("series", case.seed, case.nodule)
    dataset.SOPInstanceUID = phantom_uid("image", case.seed, case.nodule, case.size)
    dataset.StudyDescription, dataset.SeriesDescription = "Chest phantom", "PA"
    dataset.BodyPartExamined, dataset.ViewPosition, dataset.PatientOrientation = "CHEST", "PA", ["L", "F"]
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.ImagerPixelSpacing = [round(400 / case.size, 4)] * 2
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    dataset.PresentationLUTShape, dataset.PixelIntensityRelationship = "IDENTITY", "LOG"
    set_pixels(dataset, radiograph(case), bits_stored=12)
    save_dataset(dataset, path)
    return path


def write_ct_series(folder: Path, seed: int = 0, slices: int = 24, size: int = 256) -> list[Path]:
    """Write `ct_volume` as a CT series, 5 mm slices, and return the files."""
    paths = []
    for z, hu in enumerate(ct_volume(seed, slices, size)):
        dataset = new_dataset("CT", "1.2.840.10008.5.1.4.1.1.2", f"Phantom^CT{seed:04}", f"CT{seed:04}")
        dataset.StudyInstanceUID = phantom_uid("ct study", seed)
        dataset.SeriesInstanceUID = dataset.FrameOfReferenceUID = phantom_uid("ct series", seed)
        dataset.SOPInstanceUID = phantom_uid("ct", seed, z, size)
        dataset.StudyDescription, dataset.SeriesDescription = "Thorax phantom", "Axial 5 mm"
        dataset.BodyPartExamined, dataset.ImageType = "CHEST", ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.InstanceNumber, dataset.SeriesNumber = slices - z, 2
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.ImagePositionPatient = [-180, -180, z * 5.0]
        dataset.PixelSpacing, dataset.SliceThickness = [round(360 / size, 4)] * 2, 5
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
        dataset.WindowCenter, dataset.WindowWidth = [40, -600], [400, 1500]
        dataset.WindowCenterWidthExplanation = ["SOFT TISSUE", "LUNG"]
        set_pixels(dataset, np.clip(hu + 1024, 0, WHITE_12_BIT).astype(np.uint16), bits_stored=12)
        path = folder / f"slice{z:03}.dcm"
        save_dataset(dataset, path)
        paths.append(path)
    return paths


def write_cases(folder: Path, patients_per_class: int = 30, *, seed: int = 1, size: int = 128) -> Path:
    """Write a labelled folder: sub-folders ``nodule`` and ``normal``, a PNG per patient, and return `folder`."""
    for index in range(patients_per_class):
        for offset, name in enumerate((NODULE, NORMAL)):
            case = PhantomCase(seed * 100_000 + 2 * index + offset, name == NODULE, size)
            write_png(folder / name / f"patient{case.seed:06}_1.png", case)
    return folder


def write_samples(folder: Path) -> list[Path]:
    """Write the built-in sample below `folder` (once) and return what to open: phantoms, and real DICOM files.

    The real ones come with pydicom's package (its test files) and are opened where they lie.
    """
    wanted = folder / "phantoms"
    if not (wanted / "complete").is_file():
        write_ct_series(wanted / "ct")
        for seed in (1, 2):
            write_dicom(wanted / "chest" / f"radiograph{seed}.dcm", PhantomCase(seed, nodule=seed == 1, size=1024))
        write_bytes(wanted / "complete", b"")
    return [wanted / "ct", wanted / "chest", *pydicom_samples()]


def pydicom_samples(
    names: Sequence[str] = ("CT_small.dcm", "MR_small.dcm", "emri_small.dcm", "examples_ybr_color.dcm"),
) -> list[Path]:
    """Return those of pydicom's test files that are installed, without importing pydicom."""
    spec = importlib.util.find_spec("pydicom")
    roots = list(spec.submodule_search_locations or ()) if spec else []
    found = [Path(root) / "data" / "test_files" / name for root in roots for name in names]
    return [path for path in found if path.is_file()]


def new_dataset(modality: str, sop_class: str, name: str, patient_id: str) -> Dataset:
    """Return the data set that a made-up image begins with: whose it is, and when it was made."""
    from pydicom.dataset import Dataset

    dataset = Dataset()
    dataset.SOPClassUID, dataset.Modality = sop_class, modality
    dataset.PatientName, dataset.PatientID = name, patient_id
    dataset.PatientBirthDate, dataset.PatientSex = "19700101", "O"
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = "20260102"
    dataset.StudyTime, dataset.AccessionNumber = "101500", f"A{patient_id}"
    dataset.Manufacturer = "medapp phantom"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    return dataset


def set_pixels(dataset: Dataset, pixels: NDArray[np.uint16], *, bits_stored: int) -> None:
    """Give a data set grey pixels, shape (rows, columns)."""
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits_stored, bits_stored - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.astype("<u2").tobytes()


def save_dataset(dataset: Dataset, path: Path) -> None:
    """Write a data set as a DICOM file, atomically."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    with atomic_writer(path) as file:
        dataset.save_as(file, enforce_file_format=True)
