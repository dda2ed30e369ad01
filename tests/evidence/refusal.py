"""``python -m tests.evidence refusal``: what the shipped model refuses, and what that spares: error over coverage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.inference import Inference, start
from medapp.classify.package import Package
from medapp.classify.preprocess import network_picture
from medapp.imaging.frame import Frame
from medapp.training.figures.intervals import wilson
from tests.evidence.radiographs import Radiograph, sealed, starter
from tests.evidence.strange import NEAR, Picture, far

LIMITS = (0.0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
WANTED_FAR, ALLOWED_SEALED = 0.95, 0.05
BATCH = 32


@dataclass(frozen=True)
class Told:
    """What would be answered about one picture, how strange it is, and the truth where there is one."""

    p_value: float
    label: str
    truth: str = ""

    @property
    def wrong(self) -> bool:
        """Whether an answer would be an error: of a foreign picture any answer is."""
        return self.label != self.truth


def main(arguments: list[str]) -> int:
    """Ask about everything, print the tables, and tell by the status whether far and sealed are as they must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence refusal")
    parser.add_argument("--near", type=int, default=200, help="radiographs that are changed")
    parser.add_argument("--each", type=int, default=40, help="foreign pictures of each kind")
    args = parser.parse_args(arguments)
    package = starter()
    limit = package.scope.refuse_below
    radiographs = sealed(package)
    model, _ = start("cpu", 1)
    kept = told_of(radiographs, model, package)
    foreign = {name: asked(frames, model, package) for name, frames in far(args.each).items()}
    some = radiographs[:: max(1, len(radiographs) // args.near)]
    near = {name: _changed(some, change, model, package) for name, change in NEAR.items()}
    everything_far = [one for told in foreign.values() for one in told]
    _write_rates("sealed radiographs", {"all": kept}, limit)
    _write_rates("far", {**foreign, "all": everything_far}, limit)
    _write_rates("near", near, limit)
    _write_curve(kept, [one for told in near.values() for one in told], everything_far)
    rates = refused(everything_far, limit) / len(everything_far), refused(kept, limit) / len(kept)
    return 0 if rates[0] >= WANTED_FAR and rates[1] <= ALLOWED_SEALED else 1


def told_of(radiographs: Sequence[Radiograph], model: Inference, package: Package) -> list[Told]:
    """Return what would be said of radiographs."""
    return asked([one.frame for one in radiographs], model, package, [one.label for one in radiographs])


def _changed(
    radiographs: Sequence[Radiograph], change: Callable[[Picture], NDArray[Any]], model: Inference, package: Package
) -> list[Told]:
    frames = [Frame(np.ascontiguousarray(change(np.asarray(one.frame.stored)))) for one in radiographs]
    return asked(frames, model, package, [one.label for one in radiographs])


def asked(frames: Sequence[Frame], model: Inference, package: Package, truths: Sequence[str] = ()) -> list[Told]:
    """Return what the model would say of frames if it refused nothing, and how strange each is."""
    told: list[Told] = []
    for first in range(0, len(frames), BATCH):
        pictures = np.stack([network_picture(frame, package.preprocess) for frame in frames[first : first + BATCH]])
        answers = model.answer(str(package.path), package.manifest_hash, pictures, explain=False)
        assert answers.in_distribution is not None
        truth = truths[first : first + BATCH] or [""] * len(pictures)
        told += map(Told, answers.in_distribution.tolist(), answers.labels, truth)
    return told


def refused(told: Sequence[Told], limit: float) -> int:
    """Return how many are refused below a limit."""
    return sum(one.p_value < limit for one in told)


def _write_rates(title: str, parts: dict[str, list[Told]], limit: float) -> None:
    head = f"{title} | pictures | refused | 95 % interval | wrong, of those answered"
    sys.stdout.write(f"\n| {head} |\n|{'---|' * 5}\n")
    for name, told in parts.items():
        n = refused(told, limit)
        low, high = wilson(n, len(told))
        answered = [one for one in told if one.p_value >= limit]
        wrong = f"{sum(one.wrong for one in answered)} of {len(answered)}"
        share = f"{n / len(told):.1%}"
        sys.stdout.write(f"| {name} | {len(told)} | {share} | {low:.1%} to {high:.1%} | {wrong} |\n")


def _write_curve(kept: list[Told], near: list[Told], foreign: list[Told]) -> None:
    head = "refused below p | sealed answered | wrong | sealed and near answered | wrong | with far answered | wrong"
    sys.stdout.write(f"\n| {head} |\n|{'---|' * 7}\n")
    for limit in LIMITS:
        cells = [f"{limit:g}"]
        for told in (kept, kept + near, kept + near + foreign):
            answered = [one for one in told if one.p_value >= limit]
            wrong = sum(one.wrong for one in answered) / max(1, len(answered))
            cells += [f"{len(answered) / len(told):.1%}", f"{wrong:.1%}"]
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
