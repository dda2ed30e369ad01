"""``python -m tests.evidence explanations``: is a map better than a random one, and does it depend on the weights?"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.explain import heat_maps
from medapp.classify.explanation import METHODS, RANDOM_MASKS, explain
from medapp.classify.network import Classifier, load
from medapp.classify.package import Package
from medapp.classify.preprocess import network_picture
from medapp.jobs import run_to_end
from tests.evidence.radiographs import Radiograph, sealed, starter

CHANCE, ALIKE = 0.5, 0.7


def main(arguments: list[str]) -> int:
    """Explain radiographs by every method, then with weights made random; the status tells whether both count."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence explanations")
    parser.add_argument("--radiographs", type=int, default=12)
    args = parser.parse_args(arguments)
    package = starter()
    chosen = sealed(package)[7 :: 1056 // (args.radiographs + 1)]
    alike = {part: randomised(package, chosen, part) for part in ("head", "last block and head", "all")}
    for part, correlation in alike.items():
        sys.stdout.write(
            f"Grad-CAM with random weights of the {part}: correlation with the trained {correlation:.2f}\n"
        )
    sys.stdout.write(
        f"\n| method | images | beats random covers, of {RANDOM_MASKS}, mean | median | at least 80 | outside |\n"
    )
    sys.stdout.write(f"|{'---|' * 6}\n")
    better = [_write_row(package, chosen, method, args.radiographs) for method in METHODS]
    return 0 if all(better) and alike["all"] < ALIKE else 1


def _write_row(package: Package, chosen: Sequence[Radiograph], method: str, most: int) -> bool:
    beaten, outside = [], []
    with Engine(EngineConfig(device="cpu", threads=1)) as engine:
        for one in chosen:
            if len(beaten) < most and engine.predict(one.frame, package.path).refused is None:
                told = run_to_end(explain(engine, one.frame, package, next(m for m in METHODS if m == method)))
                beaten.append(told.beaten)
                outside.append(told.outside_body)
    mean, median, surely = np.mean(beaten), np.median(beaten), np.mean(np.array(beaten) >= 80)
    sys.stdout.write(
        f"| {method} | {len(beaten)} | {mean:.0f} | {median:.0f} | {surely:.0%} | {np.mean(outside):.0%} |\n"
    )
    sys.stdout.flush()
    return bool(mean > CHANCE * RANDOM_MASKS)


def randomised(package: Package, chosen: Sequence[Radiograph], part: str) -> float:
    """Return how alike the maps are when weights are made random (Adebayo et al., NeurIPS 2018): mean correlation."""
    trained = load(package)
    other = copy.deepcopy(trained)
    torch.manual_seed(0)
    layers = list(other.network.get_submodule("features").children())
    touched = {"head": [], "last block and head": layers[-2:], "all": layers}[part]
    for module in [other.head, *touched]:
        module.apply(_reset)
    other = _reopened(package, other)
    pictures = np.stack([network_picture(one.frame, package.preprocess) for one in chosen])
    first, second = maps_of(trained, pictures), maps_of(other, pictures)
    return float(np.mean([_correlation(one, two) for one, two in zip(first, second, strict=True)]))


def _reset(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
        module.reset_parameters()


def _reopened(package: Package, changed: Classifier) -> Classifier:
    """Return a classifier with the changed weights: the opened parts of a copy are still those of the first."""
    fresh = load(package)
    fresh.network.load_state_dict(changed.network.state_dict())
    return fresh.eval()


def maps_of(classifier: Classifier, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the Grad-CAM maps of the class that the trained network would not change: the second one."""
    with torch.no_grad():
        _, deep = classifier.maps_of(torch.from_numpy(pictures))
    wanted = torch.ones(len(pictures), dtype=torch.int64)
    told: NDArray[np.float32] = heat_maps(classifier, deep, wanted).numpy()
    return told


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
