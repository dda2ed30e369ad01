"""Writing the page of a run or of a package: gathers what lies there, reads the pictures of the worst mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import cv2

from medapp.classify.package import Package, read_package
from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.errors import MedappError
from medapp.files import read_json, write_json, write_text
from medapp.imaging.frame import Frame
from medapp.training.reporting.report_page.answers import read_answers
from medapp.training.reporting.report_page.beside import Beside, CaseAnswer, Mistake, Report
from medapp.training.reporting.report_page.mistakes import worst
from medapp.training.reporting.report_page.page import report_page
from medapp.training.runs.events import PACKAGE_FOLDER, REQUEST_FILE

PAGE_FILE = "eval/report.html"
COMPARISON_FILE = "eval/comparison.json"
PICTURE_SIZE = 224
LONGEST_ABOUT = 20_000


class ReadsFrame(Protocol):
    """What the pictures need of ``imaging.readers.Readers``."""

    def frame(self, source: str, index: int = 0) -> Frame:
        """Return one frame."""
        ...


def write_page(target: Path, report: Report, beside: Beside) -> None:
    """Write the page of `report` to `target`.

    Raises
    ------
    MedappError
        ``report.damaged`` where the report is not what its schema says, as that of a package from elsewhere may be;
        ``report.write`` where the disk refuses.
    """
    try:
        page = report_page(report, beside)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError) as error:
        raise MedappError("report.damaged", id=str(beside.model.get("id", ""))) from error
    try:
        write_text(target, page)
    except OSError as error:
        raise MedappError("report.write", file=target.name, reason=error.strerror or "") from error


def beside_package(package: Package) -> Beside:
    """Return what a package says beside its report."""
    return Beside(
        model=package.metadata.to_json() | {"manifest_hash": package.manifest_hash},
        preprocess={name: value for name, value in package.preprocess.to_json().items() if name != "schema_version"},
        scope=package.scope.to_json(),
        card=package.card(),
    )


def report_of(package: Package) -> dict[str, Any]:
    """Return the report that a package keeps; raises ``report.none`` where it has none."""
    report = package.report()
    if report is None or "cases" not in report:
        raise MedappError("report.none", id=package.metadata.id)
    return report


def write_run_page(
    folder: Path,
    target: Path | None = None,
    readers: ReadsFrame | None = None,
    *,
    question: Mapping[str, Any] | None = None,
    kept: Mapping[str, str] | None = None,
    openings: int | None = None,
) -> Path:
    """Write the page of the finished run in `folder` and return where it is.

    Parameters
    ----------
    folder : Path
        The run folder.
    target : Path, optional
        Where to write; ``eval/report.html`` in the run folder by default.
    readers : Readers, optional
        Reads the pictures of the worst mistakes; without them, or where the cases are gone, there are no pictures.
    question, kept : mapping, optional
        The question of the project, and why findings of its check were kept, by their code.
    openings : int, optional
        How often the sealed test was opened.

    Raises
    ------
    MedappError
        ``report.none``, ``report.write``, or the faults of `read_package`.
    """
    package = read_package(folder / PACKAGE_FOLDER)
    report = report_of(package) | ({} if openings is None else {"openings": openings})
    answers, request = read_answers(folder), _document(folder / REQUEST_FILE)
    pictures: tuple[Mistake, ...] = ()
    if readers is not None and request.get("cases"):
        chosen = worst(answers, report["alarm_class"])
        pictures = pictures_of(chosen, Path(request["cases"]), package.preprocess, readers)
    told = question or _question_of(request)
    whole = replace(
        beside_package(package),
        question=told,
        answers=answers,
        mistakes=pictures,
        kept=kept or {},
        comparison=_document(folder / COMPARISON_FILE),
        about_cases=_about_in(request),
    )
    target = target or folder / PAGE_FILE
    write_page(target, report, whole)
    return target


def keep_comparison(folder: Path, comparison: Mapping[str, Any]) -> None:
    """Keep what a comparison with the model in use said beside the report of a run; a full disk costs only that."""
    with suppress(OSError):
        write_json(folder / COMPARISON_FILE, comparison)


def _about_in(request: Mapping[str, Any]) -> str:
    """Return what the trainer said about the cases, where its file is still there."""
    name = request.get("about")
    try:
        return Path(name).read_text(encoding="utf-8")[:LONGEST_ABOUT] if isinstance(name, str) and name else ""
    except (OSError, ValueError):
        return ""


def _document(path: Path) -> Mapping[str, Any]:
    """Return what a file says; nothing where it is not there or cannot be read."""
    try:
        document = read_json(path)
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, Mapping) else {}


def _question_of(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a training from the command line was asked, as far as it says."""
    return {"find_at_least": request.get("find_at_least"), "prevalence": request.get("prevalence")}


def pictures_of(
    answers: Sequence[CaseAnswer], root: Path, spec: PreprocessSpec, readers: ReadsFrame
) -> tuple[Mistake, ...]:
    """Return the answers with what the network saw of each case; one whose file is gone or changed is left out."""
    found = []
    for one in answers:
        try:
            picture = picture_of(readers.frame(str(root / one.name)), spec)
        except (MedappError, OSError):
            continue
        found.append(Mistake(one.truth, one.given, one.certainty, picture))
    return tuple(found)


def picture_of(frame: Frame, spec: PreprocessSpec) -> bytes:
    """Return the network's picture of `frame` as PNG, `PICTURE_SIZE` pixels wide at most."""
    picture = network_picture(frame, spec)
    if max(picture.shape[:2]) > PICTURE_SIZE:
        picture = cv2.resize(picture, (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_AREA)
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", picture)
    return encoded.tobytes()
