"""Sixteen bits on a GPU where that changes no answer: checked on a few pictures whenever a network is put there."""

from __future__ import annotations

import logging
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from medapp.classify import network, novelty
from medapp.classify.network import Classifier
from medapp.classify.package import Package
from medapp.imaging.phantom import WHITE_12_BIT, PhantomCase, radiograph

log = logging.getLogger(__name__)
TOLERANCE = 1e-2
"""No probability, and no p-value of being like the training data, may change by more."""
TRIED = 4
HALF = {"cuda": torch.float16, "mps": torch.float16}
"""What GPUs compute twice as fast with; processors mostly do not, and answer in 32 bits."""


def load(package: Package, device: torch.device) -> Classifier:
    """Return a package's network on a device; on a GPU with 16 bits, where they agree. Raises as `network.load`."""
    classifier = network.load(package, device)
    kind = next(classifier.parameters()).device.type
    if kind in HALF:
        settle(classifier, package, HALF[kind])
    return classifier


def settle(classifier: Classifier, package: Package, half: torch.dtype, tolerance: float = TOLERANCE) -> float:
    """Let a network compute with 16 bits where that changes no answer about a few pictures.

    Parameters
    ----------
    classifier : Classifier
        On its device; `Classifier.half_type` is set, or left None.
    package : Package
        Its package, a classifier.
    half : torch.dtype
        float16 or bfloat16.
    tolerance : float, default 0.01
        The largest change of a probability or a p-value.

    Returns
    -------
    float
        The largest change; infinite where the device cannot do it at all.
    """
    if package.metadata.kind == "backbone":
        return float("inf")
    pictures = _pictures(package.preprocess.size, rgb=package.preprocess.colour == "rgb")
    outliers = package.novelty()
    before = _answers(classifier, package, outliers, pictures)
    classifier.half_type = half
    try:
        after = _answers(classifier, package, outliers, pictures)
    except NotImplementedError:  # an operation that the device lacks with 16 bits
        after = np.full_like(before, np.nan)
    difference = float(np.abs(after - before).max())
    if not difference <= tolerance:  # also where it is no number
        classifier.half_type = None
        difference = difference if np.isfinite(difference) else float("inf")
    log.info("16 bits change an answer by %.2g at most: %s", difference, "kept" if classifier.half_type else "not kept")
    return difference


@torch.inference_mode()
def _answers(
    classifier: Classifier, package: Package, outliers: dict[str, NDArray[Any]] | None, pictures: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return probabilities, and the p-values where there are any, of each picture."""
    device = next(classifier.parameters()).device
    middle, deep = classifier.features_of(torch.from_numpy(pictures).to(device))
    logits = classifier.logits_of(deep).float().cpu().numpy()
    told = package.calibration.probabilities(logits)
    if outliers is None:
        return told
    p_values = novelty.p_value(outliers, middle.float().cpu().numpy(), deep.float().cpu().numpy())
    return np.concatenate([told, p_values[:, None]], axis=1)


def _pictures(size: int, *, rgb: bool) -> NDArray[np.uint8]:
    """Return phantoms of radiographs, and noise, which reaches every value."""
    drawn = [radiograph(PhantomCase(seed, nodule=bool(seed % 2), size=size)) for seed in range(TRIED - 1)]
    grey = [cv2.convertScaleAbs(picture, alpha=255 / WHITE_12_BIT) for picture in drawn]
    noise = np.random.default_rng(0).integers(0, 256, (size, size), dtype=np.uint8)
    stacked = np.stack([*grey, noise]).astype(np.uint8)
    return np.repeat(stacked[..., None], 3, axis=3) if rgb else stacked
