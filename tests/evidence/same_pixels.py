"""``python -m tests.evidence same_pixels``: the same radiographs in every lossless encoding, and what is answered."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.imaging.readers import ReaderConfig, Readers
from tests.classify.encodings import ENCODINGS, REFERENCE, ROUNDING, Pixels, finely_cut, twelve_bits
from tests.evidence.radiographs import Radiograph, sealed, starter

ALLOWED = 0.01
HEAD = "| encoding | largest difference of a probability | of p | other kinds of answer |\n|---|---|---|---|\n"


def main(arguments: list[str]) -> int:
    """Write each radiograph in each encoding, classify the files, and tell by the status whether all agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence same_pixels")
    parser.add_argument("--radiographs", type=int, default=10)
    args = parser.parse_args(arguments)
    package = starter()
    with Readers(ReaderConfig(processes=1)) as readers, Engine(EngineConfig(device="cpu", threads=1)) as engine:
        chosen = answered(sealed(package), engine, package, args.radiographs)
        exact, fine = [twelve_bits(one) for one in chosen], [finely_cut(one) for one in chosen]
        told = {name: answers_in(name, exact, readers, engine, package) for name in ENCODINGS}
        rounded = {name: answers_in(name, fine, readers, engine, package) for name in (REFERENCE, *ROUNDING)}
    sys.stdout.write(f"{len(told)} encodings of {len(chosen)} radiographs, each holding every value exactly\n\n")
    worst = write_table(told)
    sys.stdout.write("\nThe same enlarged, with values between the grey levels, which these encodings round\n\n")
    write_table(rounded)
    return 0 if worst <= ALLOWED else 1


def write_table(told: Mapping[str, Sequence[Prediction]]) -> float:
    """Print how far each encoding's answers are from the reference's and return the largest difference."""
    worst = 0.0
    sys.stdout.write(HEAD)
    for name, answers in told.items():
        apart, strange, others = compared(answers, told[REFERENCE])
        worst = max(worst, apart, float(others > 0))
        sys.stdout.write(f"| {name} | {apart:.5f} | {strange:.5f} | {others} |\n")
    return worst


def answered(
    radiographs: Sequence[Radiograph], engine: Engine, package: Package, count: int
) -> list[NDArray[np.uint8]]:
    """Return `count` radiographs, spread over all, that are answered: of a refusal there is no probability."""
    step = max(1, len(radiographs) // (2 * count))
    pixels = [np.asarray(one.frame.stored, np.uint8) for one in radiographs[::step]]
    frames = [one.frame for one in radiographs[::step]]
    told = engine.predict_many(frames, package.path)
    return [picture for picture, answer in zip(pixels, told, strict=True) if answer.refused is None][:count]


def answers_in(
    name: str, radiographs: Sequence[Pixels], readers: Readers, engine: Engine, package: Package
) -> list[Prediction]:
    """Return the answers about radiographs written in one encoding and read as any other file."""
    frames = []
    with tempfile.TemporaryDirectory() as folder:
        for number, pixels in enumerate(radiographs):
            place = Path(folder) / str(number)
            place.mkdir()
            frames.append(readers.frame(str(ENCODINGS[name](pixels, place))))
    return engine.predict_many(frames, package.path)


def compared(answers: Sequence[Prediction], reference: Sequence[Prediction]) -> tuple[float, float, int]:
    """Return the largest difference of a probability and of the p-value, and how many answers are of another kind."""
    pairs = list(zip(answers, reference, strict=True))
    apart = [float(np.abs(_shares(one) - _shares(other)).max()) for one, other in pairs if one.state == other.state]
    strange = [abs((one.in_distribution or 0.0) - (other.in_distribution or 0.0)) for one, other in pairs]
    return max(apart, default=0.0), max(strange), sum(one.state != other.state for one, other in pairs)


def _shares(answer: Prediction) -> NDArray[np.float64]:
    return np.array([*(answer.probabilities or {"": 0.0}).values()])
