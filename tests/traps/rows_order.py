"""Traps about what belongs together and in which order."""

from __future__ import annotations

from medapp.imaging.study import NotImage
from tests.traps.table import Opened, Row


def _is_a_report(opened: Opened) -> None:
    found = opened.header().found
    assert isinstance(found, NotImage)
    assert found.what == "structured_report"


ROWS = (
    Row(
        30,
        "pydicom/test-SR.dcm",
        "a structured report has no picture",
        "listed as a report, no problem",
        _is_a_report,
    ),
)
