"""Radiographs with planted copies, unreadable files and stamped text, as folders that the check is run on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.files import write_bytes

PATTERN = r"^(p\d+|copy\d+)_"
CLASSES = ("NORMAL", "PNEUMONIA")
KINDS = ("encoded", "resized", "brightened", "cropped", "everything")
CROPPED = 0.05
WORDS = ("WARD 3", "PORTABLE", "AP ERECT", "SITE B")
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Planted:
    """What was planted in a folder of cases.

    Attributes
    ----------
    copies : tuple of (str, str, str)
        Names of original and copy below the folder, and the kind of copy.
    across, other_label : frozenset of str
        Copies on the other side of the given split, and copies in the other class.
    unreadable : frozenset of str
        Names of files that hold no picture.
    """

    copies: tuple[tuple[str, str, str], ...]
    across: frozenset[str]
    other_label: frozenset[str]
    unreadable: frozenset[str]


def originals(folder: Path, count: int, rng: np.random.Generator) -> list[Path]:
    """Choose radiographs of both classes, of each patient all: follow-ups are no copies."""
    by_patient: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*/*.jpeg")):
        number = re.search(r"(?:NORMAL2-)?(?:person|IM-)\d+", path.name)
        assert number is not None
        by_patient.setdefault(f"{path.parent.name} {number.group()}", []).append(path)
    chosen: list[Path] = []
    for patient in rng.permutation(sorted(by_patient)):
        if len(chosen) >= count:
            break
        chosen += by_patient[patient]
    return chosen


def plant(source: Path, target: Path, count: int, numbers: tuple[int, int, int, int], seed: int) -> Planted:
    """Write radiographs into train and test; `numbers`: copies, of those across and mislabelled, unreadable files."""
    rng = np.random.default_rng(seed)
    copies, across, mislabelled, broken = numbers
    placed = _placed(originals(source, count, rng), target, rng)
    chosen = rng.choice(len(placed), copies, replace=False)
    written = []
    for number, index in enumerate(chosen):
        name = placed[index]
        part, label, _ = name.split("/")
        part = _other(part, ("train", "test")) if number < across else part
        label = _other(label, CLASSES) if across <= number < across + mislabelled else label
        kind = KINDS[number % len(KINDS)]
        copy = f"{part}/{label}/copy{number:04}_0.{'png' if number % 2 else 'jpeg'}"
        write(target / copy, changed(read(target / name), kind, rng), int(rng.integers(40, 92)))
        written.append((name, copy, kind))
    names = [copy for _, copy, _ in written]
    unreadable = frozenset(_broken(target, number, rng) for number in range(broken))
    return Planted(
        tuple(written), frozenset(names[:across]), frozenset(names[across : across + mislabelled]), unreadable
    )


def _placed(paths: Sequence[Path], target: Path, rng: np.random.Generator) -> list[str]:
    patients = {
        path: path.parent.name + "".join(re.findall(r"(?:NORMAL2-)?(?:person|IM-)\d+", path.name)) for path in paths
    }
    numbers = {patient: number for number, patient in enumerate(dict.fromkeys(patients.values()))}
    sealed = set(rng.choice(len(numbers), len(numbers) // 5, replace=False).tolist())
    names = []
    for place, path in enumerate(paths):
        number = numbers[patients[path]]
        name = f"{'test' if number in sealed else 'train'}/{path.parent.name}/p{number:05}_{place}.jpeg"
        write_bytes(target / name, path.read_bytes())
        names.append(name)
    return names


def _other(value: str, both: tuple[str, str]) -> str:
    return both[1] if value == both[0] else both[0]


def changed(picture: Picture, kind: str, rng: np.random.Generator) -> Picture:
    """Return a copy: `encoded` stays as it is, for what is lossy happens when it is written."""
    if kind in {"cropped", "everything"}:
        picture = _cropped(picture, rng)
    if kind in {"brightened", "everything"}:
        light = (picture / 255.0) ** rng.uniform(0.7, 1.4) * rng.uniform(0.75, 1.25) + rng.uniform(-0.08, 0.08)
        picture = np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
    if kind in {"resized", "everything"}:
        share = float(rng.uniform(0.5, 1.6))
        picture = np.asarray(cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_LINEAR), np.uint8)
    return picture


def _cropped(picture: Picture, rng: np.random.Generator) -> Picture:
    high, wide = picture.shape
    top, bottom, left, right = rng.uniform(0, CROPPED, 4)
    return picture[round(top * high) : high - round(bottom * high), round(left * wide) : wide - round(right * wide)]


def stamped(picture: Picture, rng: np.random.Generator) -> Picture:
    """Return a picture with a word in its upper or lower part."""
    written = picture.copy()
    high, wide = picture.shape
    row = int(rng.choice([rng.integers(16, 30), rng.integers(high - 16, high - 6)]))
    place = (int(rng.integers(3, wide // 2)), row)
    cv2.putText(written, str(rng.choice(WORDS)), place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
    return written


def plant_text(source: Path, target: Path, count: int, seed: int) -> None:
    """Write radiographs, those of pneumonia with a word on each."""
    rng = np.random.default_rng(seed)
    for name in _placed(originals(source, count, rng), target, rng):
        if f"/{CLASSES[1]}/" in name:
            write(target / name, stamped(read(target / name), rng), 90)


def read(path: Path) -> Picture:
    """Return a grey picture."""
    return np.asarray(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def write(path: Path, picture: Picture, quality: int) -> None:
    """Write a picture in the format of the name."""
    made, data = cv2.imencode(
        path.suffix, picture, [cv2.IMWRITE_JPEG_QUALITY, quality] if path.suffix == ".jpeg" else []
    )
    assert made
    write_bytes(path, data.tobytes())


def _broken(target: Path, number: int, rng: np.random.Generator) -> str:
    """Write a file that is no picture any more: noise after the first bytes, cut off, or a header that lies."""
    name = f"train/{CLASSES[number % 2]}/broken{number:03}.{('png', 'jpeg', 'dcm')[number % 3]}"
    start = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"\0" * 128 + b"DICM")[number % 3]
    write_bytes(target / name, start + rng.bytes(int(rng.integers(20, 4000))))
    return name
