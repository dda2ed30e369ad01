"""The section on shortcuts: the model without the body and without the frame, and where it looks on average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import Report
from medapp.training.reporting.report_page.markup import Markup, element, figure, joined, paragraph, section, table
from medapp.training.reporting.report_page.numbers import area

SUSPICIOUS = 0.65
"""A model without the body should not be able to tell the classes apart: no better than by chance, .5."""
ROWS = ("whole", "body_masked", "frame_masked")
_CELL = 16


def shortcuts_section(report: Report) -> Markup:
    """Return the section; nothing where the report does not know."""
    told = report.get("shortcuts")
    if not told:
        return Markup("")
    rows = [(tr(f"report.shortcuts.{name}"), area(told.get(name))) for name in ROWS]
    head = ["", tr("report.shortcuts.area")]
    return section(
        "shortcuts",
        tr("report.section.shortcuts"),
        paragraph(tr("report.shortcuts.why", n=told["n"])),
        table(tr("report.shortcuts.caption"), head, rows, "numbers"),
        paragraph(verdict(told)),
        joined(*(_map(name, rows) for name, rows in told["mean_heat_map"].items())),
    )


def verdict(told: Mapping[str, Any]) -> str:
    """Say what the figure without the body means."""
    without_body = told.get("body_masked")
    if not without_body:
        return ""
    if (without_body["low"] or 0) > SUSPICIOUS:
        return tr("report.shortcuts.found")
    return tr("report.shortcuts.unclear" if (without_body["high"] or 1) > SUSPICIOUS else "report.shortcuts.none")


def _map(name: str, rows: Sequence[Sequence[float]]) -> Markup:
    """Draw a mean map: the darker a place, the more of the score came from it."""
    caption = tr("report.shortcuts.map", name=name)
    cells = [
        element("rect", x=_CELL * x, y=_CELL * y, width=_CELL, height=_CELL, fill="#1b5e9e", fill_opacity=float(value))
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
    ]
    width, height = _CELL * len(rows[0]), _CELL * len(rows)
    edge = element("rect", x=0, y=0, width=width, height=height, fill="none", stroke="#888888")
    box = f"0 0 {width} {height}"
    drawn = element("svg", element("title", caption), *cells, edge, viewBox=box, width=width, height=height, role="img")
    return figure(drawn, caption)
