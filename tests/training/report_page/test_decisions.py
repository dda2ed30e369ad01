"""The report's page tells what was decided about findings, and why some were kept."""

from __future__ import annotations

from medapp.training.reporting.report_page.page import report_page
from tests.training.report_page.trial_report import beside, report

DECIDED = [
    {"code": "mask_border", "text": "Border masked (6 %)", "finding": "shortcut_frame", "about": "The border tells."},
    {"code": "keep", "text": "Kept, because: <i>rare</i>", "finding": "few", "about": ""},
]


def test_decisions_stand_beside_what_they_are_about_as_text() -> None:
    page = report_page({**report(), "remedies": [{**one, "params": {}} for one in DECIDED]}, beside())
    assert "Border masked (6 %)" in page
    assert "The border tells." in page
    assert "&lt;i&gt;rare&lt;/i&gt;" in page


def test_a_report_without_decisions_has_no_such_part() -> None:
    assert "What was decided" not in report_page(report(), beside())


def test_a_kept_finding_gives_its_reason() -> None:
    told = report()
    findings = [{**finding, "kept_because": "a rare disease"} for finding in told["cases"]["findings"]]
    page = report_page({**told, "cases": {**told["cases"], "findings": findings}}, beside(kept={}))
    assert findings
    assert "a rare disease" in page


def test_the_page_tells_what_the_network_does_not_see_and_who_was_left_out() -> None:
    known = beside()
    spec = {**known.preprocess, "border_mask": 0.06, "crop_to_body": True}
    told = report()
    page = report_page({**told, "cases": {**told["cases"], "excluded": 12}}, beside(preprocess=spec))
    assert "The outer 6.0 % at each edge are black." in page
    assert "12 left out by a person before" in page
