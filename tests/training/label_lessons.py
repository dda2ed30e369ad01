"""A lesson on drawn pictures with two labels that may occur together, some of them blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from medapp.classify.network import build
from medapp.classify.preprocess import PreprocessSpec
from medapp.files import write_bytes, write_text
from medapp.imaging.frame import Frame
from medapp.training.cases.truth import UNKNOWN
from medapp.training.learning.lesson import Group, Lesson
from medapp.training.learning.memory import Portions
from medapp.training.learning.pictures import PictureCache
from medapp.training.learning.precision import round_weights
from tests.training.trial_lessons import CONFIG, SIZE

LABELS = ("disc", "stripes")
LEARNED, SEALED = 96, 48


def drawn(seed: int, *, disc: bool, stripes: bool, size: int = SIZE) -> NDArray[np.uint8]:
    """Draw noise, with a bright disc on the left and stripes on the right where they belong."""
    rng = np.random.default_rng(seed)
    grey = rng.integers(0, 60, (size, size)).astype(np.uint8)
    unit = size // 8
    if disc:
        cv2.circle(grey, (2 * unit, int(rng.integers(2, 7)) * unit), int(1.5 * unit), 200, -1)
    if stripes:
        top = int(rng.integers(0, 5)) * unit
        grey[top : top + 3 * unit : 2, 5 * unit :] = 255
    return grey


def marks_of(count: int, *, blanks: float = 0.2, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what is drawn in each picture, and what of it is known: shapes (count, 2)."""
    rng = np.random.default_rng(seed)
    drawn_ = (rng.random((count, 2)) < (0.4, 0.5)).astype(np.int64)
    return drawn_, np.where(rng.random((count, 2)) < blanks, UNKNOWN, drawn_)


@contextmanager
def label_lesson(
    folder: Path, steps: int = 6, other: Sequence[int] = (), known: NDArray[np.int64] | None = None, **config: Any
) -> Iterator[Lesson]:
    """Give a lesson, the same each time, but for the pictures at the `other` places; `known` replaces its truth."""
    count = LEARNED + SEALED
    there, blanked = marks_of(count)
    truth = blanked if known is None else known
    folder.mkdir(parents=True, exist_ok=True)
    with PictureCache(folder, count, PreprocessSpec(size=SIZE)) as pictures:
        for place in range(count):
            seed = place + 10_000 * (place in other)
            disc, stripes = (bool(mark) != (place in other) for mark in there[place])
            pictures.put(place, Frame(drawn(seed, disc=disc, stripes=stripes)))
        torch.manual_seed(0)
        network = build("small_cnn", 2)
        round_weights(network)
        everyone = np.arange(count)
        sides = [Group(e, truth[e], e // 2) for e in (everyone[:LEARNED], everyone[LEARNED:])]
        chosen = replace(CONFIG, **config)
        yield Lesson(network, True, pictures, *sides, chosen, 0, Portions.of(chosen), steps=steps)


def write_labels(root: Path, count: int, *, rare: bool = True, size: int = 64, first: int = 0) -> Path:
    """Write pictures and ``labels.csv`` with a patient for each two; nobody but the first patient has ``rare``."""
    there, known = marks_of(count, seed=first)
    lines = ["file;patient;disc;stripes" + (";rare" if rare else "")]
    for number, (marks, told) in enumerate(zip(there, known, strict=True)):
        grey = drawn(first + number, disc=bool(marks[0]), stripes=bool(marks[1]), size=size)
        encoded, data = cv2.imencode(".png", grey)
        assert encoded
        write_bytes(root / "Bilder ä" / f"{number:03}.png", data.tobytes())
        cells = ["" if mark == UNKNOWN else str(mark) for mark in told] + ([str(int(number == 0))] if rare else [])
        lines.append(";".join([f"Bilder ä/{number:03}.png", f"p{(first + number) // 2}", *cells]))
    write_text(root / "labels.csv", "\ufeff" + "\r\n".join(lines) + "\r\n")
    return root / "labels.csv"
