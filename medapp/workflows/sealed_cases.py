"""Pictures of a project's cases, and what the model said about the sealed ones once the test was opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.classify.package import read_package
from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.errors import MedappError
from medapp.training.cases.case import Case
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.survey import ReadsFrames
from medapp.training.checking.remedies import Taken, listing_with, spec_with
from medapp.training.reporting.report_page.answers import read_answers
from medapp.training.reporting.report_page.beside import Mistake
from medapp.training.reporting.report_page.mistakes import worst
from medapp.training.reporting.report_page.sentences import methods, results
from medapp.training.reporting.report_page.writing import beside_package, pictures_of, report_of
from medapp.training.runs.run import Run
from medapp.workflows.lab_book import save_text
from medapp.workflows.teaching import Project

PREDICTIONS = ("eval/predictions.csv", "sealed_predictions.csv")
TRIES = 20


@dataclass(frozen=True, eq=False)
class Picture:
    """A case as a network sees it: grey levels, shape (size, size) or (size, size, 3), and its class."""

    pixels: NDArray[np.uint8]
    label: str


def example_picture(
    cases: Path, find: str, size: int, readers: ReadsFrames, taken: Sequence[Taken] = ()
) -> Picture | None:
    """Return a case for learning as the network sees it, of the class `find` where there is one; None without any.

    What was decided about findings (`taken`) is done to it.
    """
    learning = [case for case in listing_with(list_cases(cases), taken).cases if case.part != "test"]
    spec = spec_with(PreprocessSpec(size=size), taken)
    wanted = find.strip().casefold()
    ordered = sorted(learning, key=lambda case: case.label.casefold() != wanted)
    return next((picture for case in ordered[:TRIES] if (picture := _picture(case, spec, readers))), None)


def _picture(case: Case, spec: PreprocessSpec, readers: ReadsFrames) -> Picture | None:
    try:
        return Picture(network_picture(readers.frame(case.source), spec), case.label)
    except MedappError:
        return None  # unreadable files are told in step 2


def opened_run(project: Project) -> Run:
    """Return the training whose sealed test was opened; raises ``project.not_opened`` before."""
    run = project.best_run()
    if run is None or not project.state.openings:
        raise MedappError("project.not_opened")
    return run


def worst_mistakes(project: Project, readers: ReadsFrames) -> Sequence[Mistake]:
    """Return the wrong answers that the model was surest of, the surest first; refused cases gave no answer.

    Raises
    ------
    MedappError
        ``project.not_opened``, or the faults of the package.
    """
    run = opened_run(project)
    package = read_package(run.package)
    chosen = worst(read_answers(run.folder), report_of(package)["alarm_class"])
    return pictures_of(chosen, Path(project.state.cases), package.preprocess, readers)


def methods_text(project: Project) -> str:
    """Return the methods and results for a manuscript; empty before the sealed test was opened."""
    run, report = project.best_run(), project.report()
    if run is None or report is None:
        return ""
    beside = replace(beside_package(read_package(run.package)), question=asdict(project.state.question))
    return "\n\n".join([*methods(report, beside), *results(report)])


def save_predictions(project: Project, target: Path) -> None:
    """Save the table of answers about the sealed cases.

    Raises
    ------
    MedappError
        ``project.not_opened``, ``predictions.missing``, or ``save.failed``.
    """
    folder = opened_run(project).folder
    found = next((folder / name for name in PREDICTIONS if (folder / name).is_file()), None)
    if found is None:
        raise MedappError("predictions.missing")
    save_text(target, found.read_text(encoding="utf-8"))
