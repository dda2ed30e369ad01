"""Novelty on real pictures: radiographs of other patients are kept, foreign pictures without a header refused."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from medapp.classify import novelty
from medapp.classify.network import Classifier, build
from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import ct_volume

pytestmark = [pytest.mark.data, pytest.mark.torch]
ALPHA = 0.01
TRAINING, HELD_OUT, OTHERS = 140, 50, 60


@pytest.fixture(scope="module")
def network(shared_data: Path) -> Classifier:
    half = (0.5, 0.5, 0.5)
    classifier = build("mobilenet_v2", 1000, mean=half, std=half)
    classifier.network.load_state_dict(load_file(shared_data / "weights" / "mobilenet_v2_imagenet.safetensors"))
    torch.set_num_threads(2)
    return classifier.eval()


@pytest.fixture(scope="module")
def radiographs(shared_data: Path) -> list[NDArray[np.uint8]]:
    """One picture each of patients in random order, so that no patient is on two sides."""
    by_patient: dict[str, Path] = {}
    for path in sorted((shared_data / "images" / "kermany_cxr_224" / "train").rglob("*.jpeg")):
        number = re.match(r"(?:NORMAL2-)?(IM-\d+|person\d+)", path.name)
        assert number is not None
        by_patient.setdefault(path.parent.name + number.group(1), path)
    chosen = random.Random(1).sample(sorted(by_patient), TRAINING + HELD_OUT + OTHERS)
    return [opened(by_patient[key]) for key in chosen]


@pytest.fixture(scope="module")
def fitted(network: Classifier, radiographs: list[NDArray[np.uint8]]) -> dict[str, NDArray[Any]]:
    mid, deep = features(network, radiographs[: TRAINING + HELD_OUT])
    return novelty.fit(mid[:TRAINING], deep[:TRAINING], mid[TRAINING:], deep[TRAINING:])


def opened(path: Path) -> NDArray[np.uint8]:
    picture: NDArray[np.uint8] = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return picture


def features(network: Classifier, pictures: list[NDArray[Any]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    spec = PreprocessSpec()
    seen = np.stack([network_picture(Frame(picture), spec) for picture in pictures])
    with torch.inference_mode():
        parts = [network.features_of(torch.from_numpy(seen[n : n + 32])) for n in range(0, len(seen), 32)]
    return torch.cat([mid for mid, _ in parts]).numpy(), torch.cat([deep for _, deep in parts]).numpy()


def share_refused(network: Classifier, fitted: dict[str, NDArray[Any]], pictures: list[NDArray[Any]]) -> float:
    return float(np.mean(novelty.p_value(fitted, *features(network, pictures)) < ALPHA))


def test_radiographs_of_other_patients_are_kept(
    network: Classifier, fitted: dict[str, NDArray[Any]], radiographs: list[NDArray[np.uint8]]
) -> None:
    assert share_refused(network, fitted, radiographs[-OTHERS:]) <= 0.05


def test_ct_mr_hands_and_heads_without_a_header_are_refused(
    network: Classifier, fitted: dict[str, NDArray[Any]], shared_data: Path
) -> None:
    folder = shared_data / "images" / "medical_mnist_6x300"
    foreign = [
        opened(path)
        for kind in ("AbdomenCT", "BreastMRI", "ChestCT", "Hand", "HeadCT")
        for path in sorted((folder / kind).iterdir())[:8]
    ]
    assert share_refused(network, fitted, foreign) >= 0.9


def test_photographs_phantoms_and_drawings_are_refused(network: Classifier, fitted: dict[str, NDArray[Any]]) -> None:
    from sklearn.datasets import load_sample_images

    photographs = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in load_sample_images().images]
    rng = np.random.default_rng(0)
    drawings = [
        np.tile(np.arange(224, dtype=np.uint8), (224, 1)),
        rng.integers(0, 256, (224, 224), dtype=np.uint8),
        np.full((224, 224), 90, np.uint8),
        cv2.putText(np.zeros((224, 224), np.uint8), "REPORT", (8, 120), 0, 1.5, 255, 2),
    ]
    assert share_refused(network, fitted, [*photographs, *drawings, *ct_volume(slices=24)[::8]]) == 1


def test_turned_and_cut_out_radiographs_are_refused_more_often_than_not(
    network: Classifier, fitted: dict[str, NDArray[Any]], radiographs: list[NDArray[np.uint8]]
) -> None:
    others = radiographs[-20:]
    for change in (np.rot90, lambda p: np.rot90(p, 2), lambda p: p[:112, :112], lambda p: np.pad(p, 30)):
        assert share_refused(network, fitted, [change(picture) for picture in others]) > 0.5
