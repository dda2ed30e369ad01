"""The page of a measurement on cases that the model had no part in."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.jobs import run_to_end
from medapp.training.measure import Measured, measure
from medapp.training.reporting.report_page.evaluation import case_answers, write_evaluation_page
from tests.training.report_page.reading import Page
from tests.training.trial_cases import PlainReaders, write_classes
from tests.workflows.answering import AnsweringEngine, model

PATTERN = r"((?:healthy|ill)\d+)_"


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """What a model that errs now and then says of 40 pictures, one of which it refuses."""
    engine = AnsweringEngine()
    engine.noise["errs"] = 3.0
    cases, package = write_classes(tmp_path / "Fälle", 20), model(tmp_path / "model", "errs")
    first = PlainReaders().frame(str(min((cases / "ill").iterdir())))
    engine.refuses["errs"] = {first.identity}
    return run_to_end(measure(cases, package, PlainReaders(), engine, PATTERN, 0.05))


def test_the_answers_are_those_that_were_measured(measured: Measured) -> None:
    answers = case_answers(measured)
    assert len(answers) == 40
    assert [a.refused for a in answers].count(True) == 1
    told = measured.figures()
    wrong = sum(a.given != a.truth for a in answers if not a.refused)
    assert wrong == told["answered"] - sum(told["confusion"]["matrix"][k][k] for k in range(2)) > 0


def test_the_page_shows_the_mistakes_and_says_nothing_of_a_training(measured: Measured, tmp_path: Path) -> None:
    write_evaluation_page(measured, tmp_path / "page.html", PlainReaders())
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.faults == []
    wrong = sum(a.given != a.truth for a in case_answers(measured) if not a.refused)
    assert len(page.all("img")) == min(12, wrong)
    assert measured.figures()["in_people"] in page.text
    assert "1 of 40 cases" in page.text
    assert "The measurement" in page.text
    assert "Sealed for the test" not in page.text
    assert "training" not in [heading["id"] for heading in page.all("h2")]
    assert str(tmp_path) not in html
    assert "ill000" not in html


def test_without_readers_there_are_no_pictures(measured: Measured, tmp_path: Path) -> None:
    write_evaluation_page(measured, tmp_path / "page.html")
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert not page.all("img")
    assert "answered cases were answered wrongly" in page.text
