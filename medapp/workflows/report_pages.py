"""The report as one HTML file, for the window and the command line: of a project, of a package."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from medapp.classify.package import Package
from medapp.errors import MedappError
from medapp.training.reporting.report_page.writing import (
    ReadsFrame,
    beside_package,
    report_of,
    write_page,
    write_run_page,
)
from medapp.workflows.teaching import Project


def write_report_page(project: Project, target: Path | None = None, readers: ReadsFrame | None = None) -> Path:
    """Write the report of the project's best training, once its sealed test was opened, and return where it is.

    Reads up to twelve pictures: call it from a worker.

    Parameters
    ----------
    project : Project
        Its question and the number of openings stand on the page.
    target : Path, optional
        Where to write; ``eval/report.html`` in the run folder by default.
    readers : Readers, optional
        Reads the pictures of the worst mistakes; without them the page has none.

    Raises
    ------
    MedappError
        ``report.sealed`` where the test was not opened yet, ``report.none``, ``report.write``.
    """
    run = project.best_run()
    if run is None or project.report() is None:
        raise MedappError("report.sealed")
    state = project.state
    return write_run_page(run.folder, target, readers, question=asdict(state.question), openings=state.openings)


def write_package_page(package: Package, target: Path) -> None:
    """Write the report that a package keeps to `target`; raises ``report.none`` or ``report.write``."""
    write_page(target, report_of(package), beside_package(package))
