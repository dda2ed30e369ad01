"""Shares as numbers of 100, and tables of figures: each is written as on the report page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout

from medapp.i18n import tr
from medapp.training.reporting.report_page.numbers import is_known
from medapp.ui.widgets.layouts import label

Estimate = Mapping[str, Any]


def of_100_text(estimate: Estimate | None) -> str:
    """Return a share as so many of 100, with its interval; a dash where there is none."""
    if not is_known(estimate):
        return tr("report.none")
    value, low, high = estimate["value"], estimate.get("low"), estimate.get("high")
    if low is None or high is None:
        return f"{100 * value:.0f}"
    return tr("teach.of_100", value=f"{100 * value:.0f}", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}")


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while item := layout.takeAt(0):
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def fill_table(grid: QGridLayout, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Fill an empty grid with a head and rows of plain texts; the last column takes the room that is left."""
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    titles = list(heads)
    for place, text in enumerate(titles):
        grid.addWidget(label(text, "small"), 0, place, left)
    for number, texts in enumerate(rows, start=1):
        for place, text in enumerate(texts):
            wrapped = place == len(titles) - 1
            grid.addWidget(label(text, "", wrap=wrapped), number, place, left if not wrapped else Qt.AlignmentFlag(0))
    grid.setColumnStretch(len(titles) - 1, 1)


def new_grid() -> QGridLayout:
    """Return an empty grid with the distances of all tables."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    return grid
