"""Tables of the sealed test: groups of cases, and labels that may occur together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.training.cases.case_traits import grouped_by
from medapp.training.reporting.report_page.numbers import area
from medapp.ui.widgets.layouts import column, label
from medapp.ui.widgets.teaching.figures import empty, fill_table, new_grid, of_100_text


class _Table(QWidget):
    """A table with a sentence over it."""

    def __init__(self, meaning: str) -> None:
        super().__init__()
        self._grid = new_grid()
        layout = column(self, margin=2, spacing=3)
        layout.addWidget(label(meaning, "dim", wrap=True))
        layout.addLayout(self._grid)
        layout.addStretch(1)

    def _fill(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        empty(self._grid)
        fill_table(self._grid, [tr(f"teach.column_{name}") for name in heads], rows)


class Groups(_Table):
    """Renders how well the model does in groups of the sealed cases: site, maker, sex, age, view."""

    def __init__(self) -> None:
        super().__init__(tr("teach.groups_meaning"))

    def render_groups(self, groups: Sequence[Mapping[str, Any]]) -> bool:
        """Show a row a group; return whether there is any."""
        heads = ("by", "group", "cases", "positive", "auc", "sensitivity", "specificity", "warning")
        self._fill(heads, [_group_row(group) for group in groups])
        return bool(groups)


class Labels(_Table):
    """Renders how well each of several labels is told."""

    def __init__(self) -> None:
        super().__init__(tr("teach.labels_meaning"))

    def render_labels(self, labels: Sequence[Mapping[str, Any]]) -> bool:
        """Show a row a label; return whether there is any."""
        heads = ("label", "cases", "positive", "auc", "sensitivity", "specificity", "warning")
        self._fill(heads, [_label_row(one) for one in labels])
        return bool(labels)


def _group_row(group: Mapping[str, Any]) -> tuple[str, ...]:
    return grouped_by(str(group.get("by", ""))), str(group.get("group", "")), *_figures(group)


def _label_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    return str(one.get("label", one.get("name", ""))), *_figures(one)


def _figures(one: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{one.get('n', 0):,}",
        f"{one.get('positive', 0):,}",
        area(one.get("auc")),
        of_100_text(one.get("sensitivity")),
        of_100_text(one.get("specificity")),
        str(one.get("warning") or ""),
    )
