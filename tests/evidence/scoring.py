"""What each of the models says about each test picture, as it is and shifted; nothing is computed twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from medapp.classify.network import load
from medapp.classify.package import read_package
from medapp.classify.preprocess import network_picture
from medapp.imaging.readers import Readers
from tests.evidence import grounds
from tests.evidence.plain_script import LOOK, network

BATCH = 32


def score_everything(kind: str, place: Path, *, full: bool) -> None:
    """Write ``scores-….npy``: the second class' logit above the first's, and at which it alarms, of each test side."""
    sides = {"as it is": place / "cases" / "test"}
    if full:
        sides |= grounds.shifted(place / "cases", place / "shifted")
    for name, folder in sides.items():
        target = place / kind / f"scores-{name}.npy"
        if not target.is_file():
            paths = sorted(folder.glob("*/*"))
            scores = _of_script if kind == "script" else _of_package
            np.save(target, np.concatenate(list(scores(place / kind, paths))))


def _of_script(folder: Path, paths: list[Path]) -> Iterator[NDArray[np.float64]]:
    model = network(2)
    model.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))
    model.eval()
    for some in _batches(paths):
        pictures = torch.stack([LOOK(Image.open(path).convert("RGB")) for path in some])
        with torch.inference_mode():
            logits = model(pictures).double().numpy()
        yield logits[:, 1] - logits[:, 0]


def _of_package(folder: Path, paths: list[Path]) -> Iterator[NDArray[np.float64]]:
    package = read_package(folder / "package")
    model = load(package)
    model.eval()
    with Readers() as readers:
        for some in _batches(paths):
            pictures = np.stack([network_picture(readers.frame(str(path)), package.preprocess) for path in some])
            with torch.inference_mode():
                logits = model.logits_of(model.features_of(torch.from_numpy(pictures))[1]).double().numpy()
            probability = np.clip(package.calibration.probabilities(logits)[:, 1], 1e-15, 1 - 1e-15)
            threshold = package.calibration.threshold or 0.5
            calibrated = np.log(probability / (1 - probability)) - np.log(threshold / (1 - threshold))
            yield calibrated


def _batches(paths: list[Path]) -> Iterator[list[Path]]:
    for start in range(0, len(paths), BATCH):
        yield paths[start : start + BATCH]
