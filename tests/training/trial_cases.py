"""Labelled folders for tests, and readers that need no process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from medapp.errors import MedappError, Problem
from medapp.files import write_bytes
from medapp.imaging.found import FoundImage, HeaderReply
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance, NotImage, Patient


class PlainReaders:
    """Reads PNG files in this process; `.dcm` files are what `patients` says, `.bin` files are broken."""

    def __init__(self, patients: dict[str, Patient] | None = None) -> None:
        self._patients = patients or {}

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        for source in sources:
            yield HeaderReply(source, self._found(source))

    def _found(self, source: str) -> FoundImage | NotImage | Problem:
        path = Path(source)
        if path.suffix == ".txt":
            return NotImage(source, "text")
        if path.suffix == ".bin":
            return Problem(source, "unexpected", {"kind": "ValueError"})
        patient = self._patients.get(path.name, Patient())
        return FoundImage(Instance(source, "picture", 1, 1), "PICTURE", "series", patient=patient)

    def frame(self, source: str, index: int = 0) -> Frame:
        picture = cv2.imdecode(np.fromfile(source, np.uint8), cv2.IMREAD_UNCHANGED)
        if picture is None:
            raise MedappError("unexpected", kind="ValueError")
        return Frame(picture if picture.ndim == 2 else picture[..., ::-1])


def write_picture(path: Path, seed: int, *, size: int = 48, ill: bool = False) -> Path:
    """Write a picture of noise, with a bright square where it is ill, and return its path."""
    rng = np.random.default_rng(seed)
    grey = rng.integers(0, 90, (size, size), dtype=np.uint8)
    if ill:
        grey[size // 4 : size // 2, size // 4 : size // 2] += 120
    encoded, data = cv2.imencode(".png", grey)
    assert encoded
    write_bytes(path, data.tobytes())
    return path


def write_classes(root: Path, patients: int = 20, images: int = 1, *, part: str = "") -> Path:
    """Write ``healthy`` and ``ill`` with so many patients and images each, and return `root`."""
    for number in range(patients):
        for name in ("healthy", "ill"):
            for image in range(images):
                ill = name == "ill"
                seed = 1000 * (2 * number + ill) + image + 10**6 * len(part)
                write_picture(root / part / name / f"{part}{name}{number:03}_{image}.png", seed, ill=ill)
    return root
