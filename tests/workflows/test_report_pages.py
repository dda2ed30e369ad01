"""A project's report as a page: only once its sealed test was opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.files import write_json
from medapp.folders import user_folders
from medapp.training.reporting.report_page.writing import keep_comparison
from medapp.training.runs.events import EVENTS_FILE, REQUEST_FILE
from medapp.workflows.project_state import Question
from medapp.workflows.report_pages import write_report_page
from medapp.workflows.teaching import Project
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import comparison, report
from tests.trial_packages import package_at


@pytest.fixture
def project() -> Project:
    """A project with a finished training whose sealed test nobody has opened."""
    folders = user_folders()
    made = Project.create(folders.projects, "Lunge")
    made.ask(Question(pictures="radiographs", people="children", find="ill", other="healthy", prevalence=0.05))
    folder, whole = folders.runs / "run", report(openings=0)
    package_at(folder / "package", report=whole)
    write_json(folder / REQUEST_FILE, {"schema_version": 1, "cases": "nowhere"})
    end = {"event": "finished", "seconds": 1.0, "package": str(folder / "package"), "report": whole}
    (folder / EVENTS_FILE).write_text(json.dumps(end) + "\n", encoding="utf-8")
    made._record("training", {"effort": "instant"}, runs=(str(folder),))
    return made


def test_before_the_test_is_opened_there_is_no_page(project: Project, tmp_path: Path) -> None:
    with pytest.raises(MedappError) as caught:
        write_report_page(project, tmp_path / "report.html")
    assert caught.value.code == "report.sealed"
    assert not (tmp_path / "report.html").exists()


def test_the_page_has_the_question_and_the_openings(project: Project, tmp_path: Path) -> None:
    project.open_sealed_test()
    project.open_sealed_test()
    page = write_report_page(project, tmp_path / "Bericht.html")
    read = Page(page.read_text(encoding="utf-8"))
    assert "On radiographs of children, tell ill from healthy." in read.text
    assert "The sealed test was opened 2 times." in read.text
    assert "5 in 100" in read.text


def test_opening_the_test_writes_the_page_into_the_run_folder(project: Project) -> None:
    run = project.best_run()
    assert run is not None
    page = run.folder / "eval" / "report.html"
    assert not page.exists()
    project.open_sealed_test()
    assert "Sealed test opened once" in Page(page.read_text(encoding="utf-8")).text


def test_a_comparison_that_was_kept_stands_on_the_page(project: Project, tmp_path: Path) -> None:
    run = project.best_run()
    assert run is not None
    project.open_sealed_test()
    keep_comparison(run.folder, comparison())
    text = Page(write_report_page(project, tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "Against the model before" in text
    assert comparison()["result"]["text"][0] in text


def test_what_the_trainer_told_of_the_cases_stands_on_the_page(project: Project, tmp_path: Path) -> None:
    run = project.best_run()
    assert run is not None
    about = tmp_path / "about.md"
    about.write_text("Two **hospitals** <b>.", encoding="utf-8")
    write_json(run.folder / REQUEST_FILE, {"schema_version": 1, "cases": "nowhere", "about": str(about)})
    project.open_sealed_test()
    text = Page(write_report_page(project, tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "Two hospitals <b>." in text
    assert "As who trained the model told." in text
