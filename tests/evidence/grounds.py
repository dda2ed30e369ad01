"""The grounds of the experiment: folders with a given train and test side, patients kept together."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.patients import KNOWN_NAMINGS, patient_in_name
from medapp.training.cases.split import Member, salt_from_seed, split_cases

SOURCE = Path("../shared/data/images/kermany_cxr_224/train")
GROUNDS = ("full", "patients25", "patients100", "border")
FEW = {"patients25": 25, "patients100": 100}
BORDER = 0.06
"""Share of each side that is painted black on the ground "border"; the outer 1.8 % alone tell the classes apart."""
Picture = NDArray[np.uint8]


def made(ground: str, seed: int, folder: Path) -> Path:
    """Return the folder of a ground, made where it is not there yet: ``train/CLASS/…`` and ``test/CLASS/…``."""
    if folder.is_dir():
        return folder
    unfinished = folder.with_name(folder.name + ".part")
    sides = _sides(seed)
    if ground in FEW:
        sides["train"] = _few(sides["train"], FEW[ground], seed)
    change = _without_border if ground == "border" else None
    for side, paths in sides.items():
        for path in paths:
            _put(path, unfinished / side / path.parent.name / path.name, change)
    unfinished.rename(folder)
    return folder


def shifted(cases: Path, folder: Path) -> dict[str, Path]:
    """Return folders of the test side, each changed as another hospital's pictures would be, by the change's name."""
    for name, change in SHIFTS.items():
        if not (folder / name).is_dir():
            for path in sorted((cases / "test").glob("*/*")):
                _put(path, folder / f"{name}.part" / path.parent.name / path.name, change)
            (folder / f"{name}.part").rename(folder / name)
    return {name: folder / name for name in SHIFTS}


def patient_of(path: Path) -> str:
    """Return the patient whom a file's name tells."""
    return patient_in_name(re.compile(KNOWN_NAMINGS["kermany"]), path.name)


def _sides(seed: int) -> dict[str, list[Path]]:
    paths = sorted(SOURCE.glob("*/*"))
    members = [Member(f"{path.parent.name} {patient_of(path)}", path.parent.name, path.name) for path in paths]
    split = split_cases(members, salt_from_seed(seed))
    sides: dict[str, list[Path]] = {"train": [], "test": []}
    for path, member in zip(paths, members, strict=True):
        sides["test" if split.side_of(member.patient) == "sealed" else "train"].append(path)
    return sides


def _few(paths: list[Path], patients: int, seed: int) -> list[Path]:
    """Keep so many patients of each class, with all their pictures."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        found[path.parent.name].add(patient_of(path))
    draw = random.Random(seed)
    kept = {label: set(draw.sample(sorted(names), patients)) for label, names in found.items()}
    return [path for path in paths if patient_of(path) in kept[path.parent.name]]


def _put(path: Path, target: Path, change: Callable[[Picture], Picture] | None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if change is None:
        target.symlink_to(path.resolve())
        return
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(target.with_suffix(".png")), change(np.asarray(picture, np.uint8)))


def _without_border(picture: Picture) -> Picture:
    rows, columns = (round(BORDER * side) for side in picture.shape)
    inside = np.zeros_like(picture)
    inside[rows:-rows, columns:-columns] = picture[rows:-rows, columns:-columns]
    return inside


def _more_contrast(picture: Picture) -> Picture:
    return np.clip((picture.astype(np.float32) - 128) * 1.3 + 118, 0, 255).astype(np.uint8)


def _noisy(picture: Picture) -> Picture:
    grain = np.random.default_rng(int(picture.sum()) % 2**32).normal(0, 12, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _turned(picture: Picture) -> Picture:
    rows, columns = picture.shape
    turn = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), 5, 1)
    return np.asarray(cv2.warpAffine(picture, turn, (columns, rows)), np.uint8)


def _cropped(picture: Picture) -> Picture:
    rows, columns = (round(0.05 * side) for side in picture.shape)
    return picture[rows:-rows, columns:-columns].copy()


SHIFTS: dict[str, Callable[[Picture], Picture]] = {
    "contrast": _more_contrast,
    "noise": _noisy,
    "rotated 5°": _turned,
    "centre 90 %": _cropped,
}
