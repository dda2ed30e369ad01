"""Step 5: the sealed test, opened on purpose, told in people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, ConfusionMatrix, Curve, LineChart
from medapp.ui.widgets.layouts import button, card, column, label, row
from medapp.ui.widgets.teaching.views import SealedTestView

FIGURES = ("auc", "balanced_accuracy", "accuracy", "sensitivity", "specificity")
ROC_WIDTH, ROC_HEIGHT = 300, 248


class SealedTestStep(QWidget):
    """Renders the rule and, once it was opened, the figures; emits the wish to open it."""

    open_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: Mapping[str, Any] | None = None
        self._rule = label("", "", wrap=True, name="sealed_rule")
        self._open = button("ui.step_sealed_test", self.open_requested.emit, role="primary", name="open_sealed_test")
        self._people = label("", "title", wrap=True, name="in_people")
        self._notes = label("", "attention", wrap=True, name="sealed_notes")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._matrix = ConfusionMatrix()
        self._refused = label(tr("ui.refused_meaning"), "small", wrap=True, name="refused_meaning")
        self._roc_title = label(tr("ui.roc"), "heading", name="roc_title")
        self._roc = LineChart(ROC_WIDTH, ROC_HEIGHT)
        self._results = self._make_results()
        layout = column(self, spacing=3)
        layout.addWidget(label(tr("ui.step_sealed_test"), "title"))
        layout.addWidget(self._rule)
        across = row()
        across.addWidget(self._open)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._results)
        layout.addStretch(1)

    def _make_results(self) -> QWidget:
        results = QWidget()
        layout = column(results, spacing=3)
        layout.addWidget(self._people)
        layout.addWidget(self._notes)
        framed = card()
        inside = row(framed, margin=4, spacing=6)
        figures = column(spacing=2)
        figures.addLayout(self._grid)
        figures.addWidget(self._refused)
        figures.addStretch(1)
        inside.addLayout(figures, 3)
        matrix = column(spacing=2)
        matrix.addWidget(label(tr("ui.confusion"), "heading"))
        matrix.addWidget(self._matrix)
        matrix.addStretch(1)
        inside.addLayout(matrix, 2)
        curve = column(spacing=2)
        curve.addWidget(self._roc_title)
        curve.addWidget(self._roc, 1)
        inside.addLayout(curve, 3)
        layout.addWidget(framed)
        across = row()
        across.addWidget(button("ui.next", self.next_requested.emit, role="primary", name="sealed_next"))
        across.addStretch(1)
        layout.addLayout(across)
        return results

    def render_sealed_test(self, view: SealedTestView) -> None:
        """Show the rule, how often the test was opened, and what it gave."""
        self._rule.setText(view.rule)
        self._open.setText(tr("ui.open_sealed", count=_ordinal(view.openings + 1)))
        self._open.setEnabled(view.can_open)
        self._open.setVisible(view.figures is None)
        self._results.setVisible(view.figures is not None)
        if view.figures is not None and view.figures is not self._figures:
            self._fill(view.figures, view)
        self._figures = view.figures

    def _fill(self, figures: Mapping[str, Any], view: SealedTestView) -> None:
        self._people.setText(str(figures.get("in_people", "")))
        notes = [str(note) for note in figures.get("notes", ())]
        if view.openings > 1:
            notes.insert(0, tr("ui.opened_times", count=view.openings))
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        self._fill_grid(figures, patients_known=view.patients_known)
        self._refused.setVisible(bool(figures.get("refused")))
        confusion = figures.get("confusion") or {"classes": [], "matrix": []}
        self._matrix.render_counts(confusion["classes"], confusion["matrix"])
        points = tuple(_roc_point(p) for p in figures.get("roc", ()))
        axes = Axes((0, 1), (0, 1), tr("ui.roc_x"), tr("ui.roc_y"), diagonal=True)
        self._roc_title.setVisible(bool(points))
        self._roc.setVisible(bool(points))
        curve = Curve(tr("ui.roc"), points, theme.current().accent)
        self._roc.render_curves(axes, [curve], _point_used(figures), tr("ui.alarm_level"))

    def _fill_grid(self, figures: Mapping[str, Any], *, patients_known: bool) -> None:
        while item := self._grid.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        counted = "ui.cases_of_patients" if patients_known else "ui.cases_alone"
        texts = [("ui.cases_tested", tr(counted, **_counts(figures)))]
        texts += [(f"ui.figure_{name}", _interval(figures[name])) for name in FIGURES if figures.get(name)]
        if refused := figures.get("refused"):
            texts.append(("ui.figure_refused", _interval(refused)))
        for number, (key, text) in enumerate(texts):
            self._grid.addWidget(label(tr(key), "dim"), number, 0)
            value: QLabel = label(text, "heading")
            self._grid.addWidget(value, number, 1, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(label(tr("ui.brackets"), "small"), len(texts), 1, Qt.AlignmentFlag.AlignLeft)


def _counts(figures: Mapping[str, Any]) -> dict[str, int]:
    return {"cases": int(figures.get("n_cases", 0)), "patients": int(figures.get("n_patients", 0))}


def _interval(estimate: Mapping[str, Any]) -> str:
    """Return a figure with its interval, two digits each."""
    value, low, high = (estimate.get(name) for name in ("value", "low", "high"))
    if low is None or high is None:
        return f"{value:.2f}"
    return tr("ui.interval", value=f"{value:.2f}", low=f"{low:.2f}", high=f"{high:.2f}")


def _roc_point(point: Mapping[str, float]) -> tuple[float, float]:
    return point["false_positive_rate"], point["true_positive_rate"]


def _point_used(figures: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return where the operating point lies on the curve."""
    found, spared = figures.get("sensitivity"), figures.get("specificity")
    return (1 - spared["value"], found["value"]) if found and spared else None


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
