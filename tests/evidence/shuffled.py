"""Labels shuffled by patient: what is left to learn is the patient, and only an image-level split can learn that."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.folds import shares
from medapp.training.cases.patients import KNOWN_NAMINGS, choose_rule, patient_key
from medapp.training.figures.evaluate import patient_numbers
from medapp.training.figures.ranking import auc
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.linear import cross_fit

TEST_SHARE = 0.4
PATIENTS, FEWEST_IMAGES, MOST_IMAGES = 150, 2, 6
LEARNING = TrainConfig(threads=1, strengths=(1e-3, 1e-2), folds=3)

Features = tuple[NDArray[np.float32], NDArray[np.int64]]


def invented(patients: int = 100, images: int = 4, size: int = 60, seed: int = 0) -> Features:
    """Return features whose images of a patient are alike, and the patient of each; nothing tells classes apart."""
    rng = np.random.default_rng(seed)
    of_patient = rng.standard_normal((patients, size))
    features = np.repeat(of_patient, images, axis=0) + 0.7 * rng.standard_normal((patients * images, size))
    return features.astype(np.float32), np.repeat(np.arange(patients), images)


def of_radiographs(folder: Path, weights: Path, cache: Path) -> Features:
    """Return features of the frozen network for patients with several radiographs; computed once, kept in `cache`."""
    if not cache.is_file():
        chosen = _with_several(folder)
        owners = patient_numbers([owner for owner, _ in chosen])
        cache.parent.mkdir(parents=True, exist_ok=True)
        with cache.open("wb") as file:
            np.savez(file, features=_looked_at([path for _, path in chosen], weights), patients=owners)
    kept = np.load(cache)
    return kept["features"], kept["patients"]


def _with_several(folder: Path) -> list[tuple[str, Path]]:
    rule = choose_rule([], [], KNOWN_NAMINGS["kermany"])
    images: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*/*.jpeg")):
        images[f"{path.parent.name} {patient_key(rule, path.name, '', path.name)}"].append(path)
    several = [owner for owner in sorted(images) if len(images[owner]) >= FEWEST_IMAGES]
    return [
        (owner, path) for owner in several[:: max(1, len(several) // PATIENTS)] for path in images[owner][:MOST_IMAGES]
    ]


def _looked_at(paths: list[Path], weights: Path) -> NDArray[np.float32]:
    import torch
    from PIL import Image
    from safetensors.torch import load_file

    from tests.evidence.plain_script import LOOK, network

    model = network(2)
    model.load_state_dict({n: w for n, w in load_file(weights).items() if not n.startswith("classifier")}, strict=False)
    model.eval()
    found = []
    for path in paths:
        with torch.inference_mode(), Image.open(path) as picture:
            maps = model.features(LOOK(picture.convert("RGB"))[None])  # type: ignore[operator]
            found.append(maps.mean(dim=(2, 3))[0].numpy())
    return np.stack(found).astype(np.float32)


def shuffled_areas(features: Features, times: int, seed: int = 0) -> dict[str, list[float]]:
    """Return the area on held-out images after each shuffling, with the split by patient and by image."""
    vectors, patients = features
    areas: dict[str, list[float]] = {"by patient": [], "by image": []}
    for turn in range(times):
        rng = np.random.default_rng([seed, turn])
        labels = rng.permutation(np.arange(patients.max() + 1) % 2)[patients].astype(np.int64)
        for name, owner in (("by patient", patients), ("by image", np.arange(len(patients)))):
            areas[name].append(_area(vectors, labels, owner, seed=1000 * seed + turn))
    return areas


def _area(vectors: NDArray[np.float32], labels: NDArray[np.int64], owner: NDArray[np.int64], seed: int) -> float:
    held = shares(owner, labels, (1 - TEST_SHARE, TEST_SHARE), seed) == 1
    fit = cross_fit(vectors[~held], labels[~held], owner[~held], LEARNING, seed).fit
    logits = fit.logits(vectors[held])
    found = auc(logits[:, 1] - logits[:, 0], labels[held] == 1, owner[held])
    assert found is not None
    return found.value


def summary(areas: list[float]) -> dict[str, Any]:
    """Return mean, its standard error, and how many of those .5 lies away."""
    mean, error = float(np.mean(areas)), float(np.std(areas, ddof=1) / np.sqrt(len(areas)))
    return {"mean": round(mean, 4), "error": round(error, 4), "from_half": round((mean - 0.5) / error, 2)}
