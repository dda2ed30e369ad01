"""Sets of cases with a shortcut planted in one class, or with none: phantoms, other parts of the body, radiographs."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from medapp.files import write_bytes
from tests.evidence.grounds import patient_of

IMAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "images"
PAIRS = (("HeadCT", "ChestCT"), ("Hand", "CXR"), ("BreastMRI", "AbdomenCT"), ("AbdomenCT", "ChestCT"))
CLASSES = ("first", "second")
PATTERN = r"(p\d+)_"
Picture = NDArray[np.uint8]
Change = Callable[[Picture, np.random.Generator], Picture]


@dataclass(frozen=True)
class Plant:
    """A shortcut that is planted in the second class.

    Attributes
    ----------
    name : str
        What it is.
    probes : dict
        The probes that name it right, with their aspects.
    strong, weak : callable
        What is done to a picture.
    quality : tuple of int
        JPEG quality of the second class, strong and weak; 0: as the first.
    maker : tuple of float
        Share of the second class that has the other maker, and 1 minus that of the first; 0: no headers.
    """

    name: str
    probes: dict[str, set[str]]
    strong: Change
    weak: Change
    quality: tuple[int, int] = (0, 0)
    maker: tuple[float, float] = (0.0, 0.0)


def same(picture: Picture, _: np.random.Generator) -> Picture:
    """Change nothing."""
    return picture


def marker(side: float, level: int) -> Change:
    """Put a letter-like mark into the upper left corner."""

    def change(picture: Picture, draw: np.random.Generator) -> Picture:
        rows, columns = picture.shape
        size = max(3, round(side * min(rows, columns)))
        top, left = (int(n) for n in draw.integers(1, max(2, size // 3), 2) + size // 4)
        changed = picture.copy()
        for part in (
            changed[top : top + size, left : left + max(1, size // 3)],
            changed[top + size - max(1, size // 3) : top + size, left : left + size],
        ):
            part[:] = np.clip(part.astype(int) + level, 0, 255)
        return changed

    return change


def framed(width: float, level: int) -> Change:
    """Brighten the edge all around."""

    def change(picture: Picture, _: np.random.Generator) -> Picture:
        wide = max(1, round(width * min(picture.shape)))
        changed = np.clip(picture.astype(int) + level, 0, 255).astype(np.uint8)
        changed[wide:-wide, wide:-wide] = picture[wide:-wide, wide:-wide]
        return changed

    return change


def windowed(gain: float, shift: float) -> Change:
    """Change contrast and brightness."""
    return lambda picture, _: np.clip(picture * gain + shift, 0, 255).astype(np.uint8)


def wider(factor: float) -> Change:
    """Stretch to another aspect ratio."""
    return lambda picture, _: _scaled(picture, factor, 1.0)


def grained(deviation: float) -> Change:
    """Add noise."""
    return lambda picture, draw: np.clip(np.rint(picture + draw.normal(0, deviation, picture.shape)), 0, 255).astype(
        np.uint8
    )


def smaller(factor: float) -> Change:
    """Store at a lower resolution."""
    return lambda picture, _: _scaled(picture, factor, factor)


def blurred(factor: float) -> Change:
    """Lower the true resolution and enlarge again."""

    def change(picture: Picture, _: np.random.Generator) -> Picture:
        size = (picture.shape[1], picture.shape[0])
        return np.asarray(cv2.resize(_scaled(picture, factor, factor), size, interpolation=cv2.INTER_LINEAR), np.uint8)

    return change


def _scaled(picture: Picture, across: float, down: float) -> Picture:
    size = (round(picture.shape[1] * across), round(picture.shape[0] * down))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


_FINE = {"file": {"noise", "sharpness"}}
PLANTS = (
    Plant("corner marker", {"corners": {"top left"}}, marker(0.08, 220), marker(0.05, 70)),
    Plant("frame", {"frame": {"top", "right", "bottom", "left"}}, framed(0.02, 150), framed(0.012, 30)),
    Plant("window", {"window": {"range", "clipping", "gaps"}}, windowed(0.7, 30), windowed(0.93, 6)),
    Plant("aspect ratio", {"file": {"aspect"}}, wider(1.25), wider(1.05)),
    Plant("noise", {"file": {"noise", "sharpness"}}, grained(10), grained(3)),
    Plant("JPEG quality", {"file": {"quality", "blocks"}}, same, same, quality=(50, 85)),
    Plant("resolution", {"file": {"size"}}, smaller(0.6), smaller(0.9)),
    Plant("true resolution", {"file": {"noise", "sharpness"}}, blurred(0.5), blurred(0.8)),
    Plant("header maker", {"headers": {"maker"}}, same, same, maker=(1.0, 0.88)),
)
STRENGTHS = ("strong", "weak")


def phantom(draw: np.random.Generator, side: int = 160) -> Picture:
    """Draw a body with two organs on a dark ground, each time a little different."""
    picture = np.full((side, side), int(draw.integers(8, 20)), np.uint8)
    middle = tuple(int(n) for n in side // 2 + draw.integers(-6, 7, 2))
    axes = tuple(int(n) for n in (side * np.array((0.36, 0.42)) * draw.uniform(0.9, 1.05, 2)).round())
    cv2.ellipse(picture, middle, axes, float(draw.uniform(-6, 6)), 0, 360, int(draw.integers(90, 140)), -1)
    for place in (-1, 1):
        centre = (middle[0] + place * side // 6, middle[1] - side // 20)
        size = tuple(int(n) for n in (side * np.array((0.11, 0.2)) * draw.uniform(0.8, 1.2, 2)).round())
        cv2.ellipse(picture, centre, size, 0, 0, 360, int(draw.integers(30, 70)), -1)
    smooth = cv2.GaussianBlur(picture, (0, 0), float(draw.uniform(1.0, 1.6)))
    grain = draw.normal(0, draw.uniform(3, 5), picture.shape)
    return np.clip(np.rint(smooth * draw.uniform(0.85, 1.15) + grain), 0, 255).astype(np.uint8)


Cases = tuple[list[tuple[str, Picture]], list[tuple[str, Picture]]]


def phantoms(seed: int, n: int) -> Cases:
    """Return pictures of either class, with the patient of each; two of every third patient."""
    draw = np.random.default_rng(seed)
    sides: Cases = ([], [])
    for place in range(n):
        for number, side in enumerate(sides):
            patient = f"p{2 * (place - (place % 3 == 2)) + number:05}"
            side.append((patient, phantom(draw)))
    return sides


def other_parts(seed: int, n: int) -> Cases:
    """Return two parts of the body of ``medical_mnist_6x300``."""
    draw, pair = np.random.default_rng(seed), PAIRS[seed % len(PAIRS)]
    found = []
    for number, name in enumerate(pair):
        paths = sorted((IMAGES / "medical_mnist_6x300" / name).iterdir())
        chosen = [paths[i] for i in draw.permutation(len(paths))[:n]]
        found.append([(f"p{2 * i + number:05}", _read(path)) for i, path in enumerate(chosen)])
    return found[0], found[1]


def one_part(seed: int, n: int) -> Cases:
    """Return one part of the body of ``medical_mnist_6x300``, at random in two classes."""
    draw = np.random.default_rng(seed)
    names = sorted({name for pair in PAIRS for name in pair})
    paths = sorted((IMAGES / "medical_mnist_6x300" / names[seed % len(names)]).iterdir())
    chosen = [paths[i] for i in draw.permutation(len(paths))[: 2 * n]]
    cases = [(f"p{i:05}", _read(path)) for i, path in enumerate(chosen)]
    return cases[:n], cases[n:]


def radiographs(seed: int, n: int) -> Cases:
    """Return normal radiographs of children, the patients at random in two classes."""
    draw = np.random.default_rng(seed)
    paths = sorted((IMAGES / "kermany_cxr_224" / "train" / "NORMAL").iterdir())
    patients = sorted({patient_of(path) for path in paths})
    numbers = {patient: i for i, patient in enumerate(patients)}
    second = {patient: bool(mark) for patient, mark in zip(patients, draw.random(len(patients)) < 0.5, strict=True)}
    sides: Cases = ([], [])
    for place in draw.permutation(len(paths)):
        patient = patient_of(paths[place])
        side = sides[second[patient]]
        if len(side) < n:
            side.append((f"p{numbers[patient]:05}", _read(paths[place])))
    return sides


GROUNDS: dict[str, Callable[[int, int], Cases]] = {
    "phantoms": phantoms,
    "medical_mnist pairs": other_parts,
    "radiographs": radiographs,
}
CLEAN: dict[str, Callable[[int, int], Cases]] = {
    "phantoms": phantoms,
    "one class of medical_mnist": one_part,
    "radiographs": radiographs,
}


def write_set(root: Path, cases: Cases, plant: Plant | None, strength: int, seed: int) -> Path:
    """Write the cases as a labelled folder, the plant in the second class, and return `root`."""
    draw = np.random.default_rng(seed + 1)
    for number, (label, side) in enumerate(zip(CLASSES, cases, strict=True)):
        for place, (patient, picture) in enumerate(side):
            shown, quality = picture, 92
            if plant is not None and number:
                shown = (plant.strong, plant.weak)[strength](picture, draw)
                quality = plant.quality[strength] or quality
            data, kind = _encoded(shown, quality, plant, strength, number, draw)
            write_bytes(root / label / f"{patient}_{place}.{kind}", data)
    return root


def _encoded(
    picture: Picture, quality: int, plant: Plant | None, strength: int, number: int, draw: np.random.Generator
) -> tuple[bytes, str]:
    """Encode as DICOM where makers are planted, as JPEG where its quality is, else as PNG."""
    if plant is not None and plant.maker[strength]:
        share = plant.maker[strength] if number else 1 - plant.maker[strength]
        return dicom(picture, "Acme" if draw.random() < share else "Contoso"), "dcm"
    kind = "jpg" if plant is not None and plant.quality[strength] else "png"
    _, data = cv2.imencode(f".{kind}", picture, [cv2.IMWRITE_JPEG_QUALITY, quality] if kind == "jpg" else [])
    return data.tobytes(), kind


def dicom(picture: Picture, maker: str) -> bytes:
    """Return a DICOM file of a picture."""
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.Manufacturer = "DX", maker
    dataset.Rows, dataset.Columns = picture.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    data = picture.tobytes()
    dataset.PixelData = data + bytes(len(data) % 2)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _read(path: Path) -> Picture:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def named(plant: Plant, probes: Sequence[tuple[str, Sequence[str]]]) -> bool:
    """Tell whether one of the red probes, with its aspects, names the plant."""
    return any(set(aspects) & plant.probes.get(code, set()) for code, aspects in probes)
