"""The report says whether the model looks at the patient."""

from typing import Any

import pytest

from medapp import schemas
from medapp.training.reporting.report_page.page import report_page
from medapp.training.reporting.report_page.shortcuts import shortcuts_section, verdict
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import EVIL, full_report


def estimate(low: float, high: float) -> dict[str, Any]:
    return {"value": (low + high) / 2, "low": low, "high": high, "n": 40}


def told(low: float, high: float) -> dict[str, Any]:
    areas = {name: estimate(0.9, 0.99) for name in ("whole", "frame_masked")}
    maps = {EVIL: [[0.0, 1.0], [0.5, 0.25]]}
    return {**areas, "body_masked": estimate(low, high), "n": 40, "mean_heat_map": maps}


def test_the_report_may_hold_it_and_the_page_shows_it() -> None:
    report = full_report() | {"shortcuts": told(0.7, 0.9)}
    schemas.check("report", report)
    page = Page(report_page(report))
    assert page.faults == []
    assert "uses what is not the patient" in page.text
    assert "Without the frame" in page.text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.7, 0.9, "it uses what is not the patient"), (0.4, 0.6, "as it should be"), (0.4, 0.8, "cannot be told")],
)
def test_the_figure_without_the_body_is_judged(low: float, high: float, words: str) -> None:
    assert words in verdict(told(low, high))


def test_where_the_area_is_not_known_nothing_is_said() -> None:
    assert verdict({"body_masked": None}) == ""


@pytest.mark.parametrize("report", [{}, {"shortcuts": None}])
def test_an_older_report_has_no_such_section(report: dict[str, Any]) -> None:
    assert shortcuts_section(report) == ""
