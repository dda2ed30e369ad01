"""Pictures that a model of chest radiographs must not answer, far from them and near."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load

SHARED = Path("../shared/data")
KINDS = {"CT of the belly": "AbdomenCT", "MR of the breast": "BreastMRI", "CT of the chest": "ChestCT"}
OTHERS = {"hands": "Hand", "CT of the head": "HeadCT"}
FOLDERS = {
    "series of CT, MR and US": ("dicom/pydicom", "dicom/pydicom-data", "dicom/cornerstone3D", "dicom/dcm_qa_enh"),
    "neck CT": ("dicom/weasis_headneck_ct",),
    "diffusion MR": ("dicom/dcm_qa_philips_dti",),
}
LIMITS = ReadLimits(memory_bytes=0)
Picture = NDArray[np.uint8]


def far(each: int = 40) -> dict[str, list[Frame]]:
    """Return foreign pictures by kind, about `each` of a kind, all without a header."""
    found = {
        name: _of_folder(SHARED / "images/medical_mnist_6x300" / of, each) for name, of in (KINDS | OTHERS).items()
    }
    for name, folders in FOLDERS.items():
        found[name] = _of_files([SHARED / folder for folder in folders], each)
    return {**found, "photographs": list(_photographs(each)), "noise and drawings": list(_drawings(each))}


def _of_folder(folder: Path, most: int) -> list[Frame]:
    return [Frame(load(str(path), 0, LIMITS).stored) for path in sorted(folder.iterdir())[:most]]


def _of_files(folders: list[Path], most: int) -> list[Frame]:
    """Return frames of patients, evenly spread, as pictures that say nothing of themselves."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    step = max(1, len(paths) // (6 * most))
    return list(itertools.islice(_without_header(paths[::step]), most))


def _without_header(paths: list[Path]) -> Iterator[Frame]:
    for path in paths:
        try:
            frame = load(str(path), 0, LIMITS)
        except MedappError:
            continue  # no image: damaged on purpose, a report, a licence
        if min(frame.shape) >= 48 and frame.modality in {"CT", "MR", "US", "PT", "NM", "XA", "RF", "MG"}:
            values = frame.modality_values()
            values = values.mean(axis=2) if values.ndim == 3 else values
            yield Frame(np.ascontiguousarray(values), inverted=frame.inverted, valid=frame.valid, bits_stored=16)


def _photographs(most: int) -> Iterator[Frame]:
    """Parts of the photographs that scikit-learn and matplotlib bring along, grey."""
    from matplotlib import cbook
    from sklearn.datasets import load_sample_images

    whole = [*load_sample_images().images, np.asarray(cv2.imread(cbook.get_sample_data("grace_hopper.jpg", False)))]
    draw = np.random.default_rng(0)
    for number in range(most):
        grey = cv2.cvtColor(whole[number % len(whole)], cv2.COLOR_RGB2GRAY)
        side = int(draw.integers(min(grey.shape) // 3, min(grey.shape)))
        top, left = (int(draw.integers(0, length - side + 1)) for length in grey.shape)
        yield Frame(np.ascontiguousarray(grey[top : top + side, left : left + side]))


def _drawings(most: int) -> Iterator[Frame]:
    draw = np.random.default_rng(1)
    for number in range(most):
        noise = draw.integers(0, 256, (224, 224), np.uint8)
        soft = cv2.GaussianBlur(noise, (0, 0), 1.0 + number)
        page = cv2.putText(np.full((224, 224), 255, np.uint8), f"REPORT {number}", (8, 20 + 4 * number), 0, 1, 0, 2)
        slope = np.tile(np.linspace(0, 255, 224).astype(np.uint8), (224, 1))
        yield Frame(np.ascontiguousarray((noise, soft, page, np.rot90(slope, number))[number % 4]))


def _noisy(picture: Picture) -> Picture:
    grain = np.random.default_rng(int(picture.sum()) % 2**32).normal(0, 25, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _lettered(picture: Picture) -> Picture:
    side = picture.shape[0]
    return np.asarray(cv2.putText(picture.copy(), "AP SUPINE 12:40", (6, side // 2), 0, side / 340, 255, 2), np.uint8)


def _framed(picture: Picture) -> Picture:
    return np.pad(picture, picture.shape[0] // 5)


NEAR: Mapping[str, Callable[[Picture], NDArray[Any]]] = {
    "inverted": lambda p: 255 - p,
    "rotated 90°": np.rot90,
    "rotated 180°": lambda p: np.rot90(p, 2),
    "mirrored": np.fliplr,
    "left half": lambda p: p[:, : p.shape[1] // 2],
    "upper half": lambda p: p[: p.shape[0] // 2],
    "noise (25 of 255)": _noisy,
    "blurred (4 pixels)": lambda p: cv2.GaussianBlur(p, (0, 0), 4),
    "text pasted in": _lettered,
    "framed in black": _framed,
}
"""What is done to a radiograph so that it is not quite one any more."""
