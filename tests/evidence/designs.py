"""``python -m tests.evidence designs``: the intervals on other kinds of tests, and those of paired differences."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from medapp.training.figures.ranking import auc_difference
from tests.evidence.coverage import FIGURES, figures_at, held
from tests.evidence.draws import Draw, ppv_of

POSITIVES, AREAS = (10, 20, 50), (0.7, 0.85, 0.99)
PAIRS = ((0.7, 0.75), (0.85, 0.9), (0.95, 0.99), (0.99, 0.95), (0.99, 0.99), (0.85, 0.85))
CORRELATIONS = (0.5, 0.9)


@dataclass(frozen=True)
class Design:
    """How many patients there are, with how many images, how much alike.

    Attributes
    ----------
    name : str
        What is different.
    with_class, without : float
        Patients of either side for each positive that is asked for.
    images : int
        Of each patient.
    alike : float
        Share of the variance that images of a patient have in common.
    """

    name: str
    with_class: float = 1.0
    without: float = 2.0
    images: int = 1
    alike: float = 1.0


DESIGNS = (
    Design("as many without", without=1),
    Design("ten times as many without", without=10),
    Design("three images", without=1, images=3, alike=0.5),
    Design("two images of half the patients", with_class=0.5, without=1, images=2, alike=0.8),
)


def normal(design: Design, positives: int, area: float, rng: np.random.Generator) -> Draw:
    """Draw a test whose scores are normal."""
    ill, well = int(design.with_class * positives), int(design.without * positives)
    patients = np.repeat(np.arange(ill + well), design.images)
    positive = patients < ill
    return Draw(_distance(area) * positive + _noise(rng, patients, design.alike), positive, patients)


def mixed(positives: int, area: float, rng: np.random.Generator) -> Draw:
    """Draw a test of patients with three images, of which a third has the class, whoever's they are."""
    patients = np.repeat(np.arange(positives), 3)
    positive = rng.random(len(patients)) < 1 / 3
    positive[:2] = True, False
    return Draw(_distance(area) * positive + _noise(rng, patients, 0.6), positive, patients)


def exponential(positives: int, area: float, rng: np.random.Generator) -> Draw:
    """Draw a test whose scores are exponential."""
    patients = np.arange(3 * positives)
    positive = patients < positives
    return Draw(rng.exponential(1, len(patients)) * np.where(positive, area / (1 - area), 1), positive, patients)


def _distance(area: float) -> float:
    return float(np.sqrt(2) * norm.ppf(area))


def _noise(rng: np.random.Generator, patients: NDArray[np.int64], alike: float) -> NDArray[np.float64]:
    shared = np.sqrt(alike) * rng.standard_normal(int(patients.max()) + 1)
    noise: NDArray[np.float64] = shared[patients] + np.sqrt(1 - alike) * rng.standard_normal(len(patients))
    return noise


def _kinds() -> Iterator[tuple[str, Callable[[int, float, np.random.Generator], Draw]]]:
    yield from ((design.name, partial(normal, design)) for design in DESIGNS)
    yield "labels differ within patients", mixed
    yield "exponential scores", exponential


def _row(name: str, positives: int, area: float, count: int, draw: Callable[..., Draw]) -> str:
    rng = np.random.default_rng([positives, round(1000 * area)])
    middle, share = _distance(area) / 2, float(norm.cdf(_distance(area) / 2))
    shares = (share, share)
    if draw is exponential:
        middle, shares = 1.5, (float(np.exp(-1.5 * (1 - area) / area)), float(1 - np.exp(-1.5)))
    truth = dict(zip(FIGURES, (area, *shares, sum(shares) / 2, ppv_of(*shares)), strict=True))
    told = [figures_at(draw(positives, area, rng), middle) for _ in range(count)]
    cells = [f"{100 * np.mean([held(one[name], truth[name]) for one in told]):.1f}" for name in FIGURES]
    return f"| {name} | {positives} | {area} | " + " | ".join(cells) + " |"


def _paired_row(positives: int, areas: tuple[float, float], alike: float, several: bool, count: int) -> str:
    rng, hits = np.random.default_rng([positives, *(round(1000 * a) for a in areas), several]), 0
    n = 3 * positives
    for _ in range(count):
        patients = np.repeat(np.arange(n), rng.integers(1, 5, n) if several else 1)
        positive = patients < positives
        noises = [_noise(rng, patients, 0.6 if several else 1.0) for _ in range(3)]
        first, second = (
            _distance(area) * positive + np.sqrt(alike) * noises[0] + np.sqrt(1 - alike) * own
            for area, own in zip(areas, noises[1:], strict=True)
        )
        hits += held(auc_difference(second, first, positive, patients), areas[1] - areas[0])
    images = "1–4" if several else "1"
    return f"| {positives} | {areas[0]} and {areas[1]} | {alike} | {images} | {100 * hits / count:.1f} |"


def main(arguments: list[str]) -> int:
    """Simulate, and write both tables as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence designs")
    parser.add_argument("--draws", type=int, default=700, help="tests a cell")
    parser.add_argument("--pairs", type=int, default=300, help="paired tests a cell")
    args = parser.parse_args(arguments)
    _say("| design | positives | AUC | " + " | ".join(FIGURES) + " |", "|---" * 8 + "|")
    for (name, draw), positives, area in product(list(_kinds()), POSITIVES, AREAS):
        _say(_row(name, positives, area, args.draws, draw))
    _say("", "| positives | areas | correlation | images | difference held |", "|---" * 5 + "|")
    for several, positives, areas, alike in product((False, True), POSITIVES, PAIRS, CORRELATIONS):
        _say(_paired_row(positives, areas, alike, several, args.pairs))
    return 0


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()
