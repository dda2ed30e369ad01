"""Pictures of a project's cases, and what the model said about the sealed ones once the test was opened."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.errors import MedappError
from medapp.training.dataset import Case, list_cases
from medapp.training.run import Run
from medapp.training.survey import ReadsFrames
from medapp.workflows.lab_book import save_text

PREDICTIONS = ("eval/predictions.csv", "sealed_predictions.csv")
MOST_MISTAKES, MISTAKE_PX = 12, 224
TRIES = 20


@dataclass(frozen=True, eq=False)
class Picture:
    """A case as a network sees it: grey levels, shape (size, size) or (size, size, 3), and its class."""

    pixels: NDArray[np.uint8]
    label: str


@dataclass(frozen=True, eq=False)
class Mistake:
    """A sealed case with a wrong answer, its picture, and how sure the model was of it (0 to 1)."""

    pixels: NDArray[np.uint8]
    truth: str
    given: str
    probability: float


def example_picture(cases: Path, find: str, size: int, readers: ReadsFrames) -> Picture | None:
    """Return a case for learning as the network sees it, of the class `find` where there is one; None without any."""
    learning = [case for case in list_cases(cases).cases if case.part != "test"]
    wanted = find.strip().casefold()
    ordered = sorted(learning, key=lambda case: case.label.casefold() != wanted)
    for case in ordered[:TRIES]:
        pixels = _picture(case, size, readers)
        if pixels is not None:
            return Picture(pixels, case.label)
    return None


def worst_mistakes(run: Run, cases: Path, readers: ReadsFrames, most: int = MOST_MISTAKES) -> list[Mistake]:
    """Return the wrong answers that the model was surest of, the surest first; refused cases gave no answer.

    Raises
    ------
    MedappError
        ``predictions.missing`` where the run has kept no answers.
    """
    places = {case.name: case for case in list_cases(cases).cases}
    wrong = sorted(_wrong_answers(run), key=lambda answer: -answer[3])
    found: list[Mistake] = []
    for name, truth, given, probability in wrong:
        case = places.get(name)
        pixels = None if case is None else _picture(case, MISTAKE_PX, readers)
        if pixels is not None:
            found.append(Mistake(pixels, truth, given, probability))
        if len(found) == most:
            break
    return found


def _picture(case: Case, size: int, readers: ReadsFrames) -> NDArray[np.uint8] | None:
    try:
        return network_picture(readers.frame(case.source), PreprocessSpec(size=size))
    except MedappError:
        return None  # unreadable files are told in step 2


def _wrong_answers(run: Run) -> Iterator[tuple[str, str, str, float]]:
    """Yield name, truth, given class and its probability of each answered case that is wrong."""
    for row in _predictions(run):
        truth, given = row.get("truth", ""), row.get("answer", row.get("given", ""))
        if not given or truth == given or _is_yes(row.get("refused", "")):
            continue
        probability = row.get(given, row.get(f"p({given})", ""))
        yield row.get("name", row.get("case", "")), truth, given, _number(probability)


def _predictions(run: Run) -> list[Mapping[str, str]]:
    text = predictions_of(run).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _is_yes(text: str) -> bool:
    return text.strip().casefold() in {"yes", "true", "1"}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def predictions_of(run: Run) -> Path:
    """Return the table of answers about the sealed cases; raises ``predictions.missing`` where there is none."""
    for name in PREDICTIONS:
        if (run.folder / name).is_file():
            return run.folder / name
    raise MedappError("predictions.missing")


def save_predictions(run: Run, target: Path) -> None:
    """Copy the table of answers about the sealed cases; raises ``save.failed`` or ``predictions.missing``."""
    save_text(target, predictions_of(run).read_text(encoding="utf-8"))
