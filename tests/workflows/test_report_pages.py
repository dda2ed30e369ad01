"""A project's report as a page: only once its sealed test was opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.files import write_json
from medapp.folders import user_folders
from medapp.training.events import EVENTS_FILE, REQUEST_FILE
from medapp.workflows.project_state import Question
from medapp.workflows.report_pages import write_report_page
from medapp.workflows.teaching import Project
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import report
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
