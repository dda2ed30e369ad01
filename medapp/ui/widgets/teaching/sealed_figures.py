"""The figures of the sealed test: in numbers, right and wrong, the ROC curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.training.reporting.report_page.numbers import area, counted_share, share
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, Curve, LineChart
from medapp.ui.widgets.confusion import ConfusionMatrix
from medapp.ui.widgets.layouts import column, label, row
from medapp.ui.widgets.teaching.figures import empty, new_grid
from medapp.ui.widgets.teaching.views import SealedTestView

FIGURES = {
    "sensitivity": counted_share,
    "specificity": counted_share,
    "auc": area,
    "average_precision": area,
    "balanced_accuracy": share,
    "accuracy": counted_share,
}
"""How each figure is written: what counts cases as counts, what does not as a share or an area."""
ROC_WIDTH, ROC_HEIGHT = 256, 240
MOST_CLASSES = 12


class SealedFigures(QWidget):
    """Renders what came out of the sealed test."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = new_grid()
        self._matrix = ConfusionMatrix()
        self._matrix_title = label(tr("ui.confusion"), "heading", name="confusion_title")
        self._refused = label(tr("ui.refused_meaning"), "small", wrap=True, name="refused_meaning")
        self._roc_title = label(tr("ui.roc"), "heading", name="roc_title")
        self.roc = LineChart(ROC_WIDTH, ROC_HEIGHT)
        self.roc.setMaximumWidth(ROC_WIDTH)
        inside = row(self, margin=2, spacing=4)
        figures = column(spacing=2)
        figures.addLayout(self._grid)
        figures.addWidget(self._refused)
        figures.addStretch(1)
        inside.addLayout(figures, 1)
        matrix = column(spacing=2)
        matrix.addWidget(self._matrix_title)
        matrix.addWidget(self._matrix)
        matrix.addStretch(1)
        inside.addLayout(matrix)
        curve = column(spacing=2)
        curve.addWidget(self._roc_title)
        curve.addWidget(self.roc)
        curve.addStretch(1)
        inside.addLayout(curve)

    def render_figures(self, figures: Mapping[str, Any], view: SealedTestView) -> None:
        """Show the figures, each with its interval."""
        self._fill_grid(figures, patients_known=view.patients_known)
        self._refused.setVisible(bool((figures.get("refused") or {}).get("cases")))
        confusion = figures.get("confusion") or {"classes": [], "matrix": []}
        shown = 0 < len(confusion["classes"]) <= MOST_CLASSES
        self._matrix.setVisible(shown)
        self._matrix_title.setVisible(shown)
        if shown:
            self._matrix.render_counts(confusion["classes"], confusion["matrix"])
        points = tuple(_roc_point(p) for p in figures.get("roc") or ())
        axes = Axes((0, 1), (0, 1), tr("ui.roc_x"), tr("ui.roc_y"), diagonal=True)
        self._roc_title.setVisible(bool(points))
        self.roc.setVisible(bool(points))
        curve = Curve(tr("ui.roc"), points, theme.current().accent)
        self.roc.render_curves(axes, [curve], _point_used(figures), tr("ui.alarm_level"))

    def _fill_grid(self, figures: Mapping[str, Any], *, patients_known: bool) -> None:
        empty(self._grid)
        counted = "ui.cases_of_patients" if patients_known else "ui.cases_alone"
        texts = [(tr("ui.cases_tested"), tr(counted, **_counts(figures)))]
        texts += [
            (tr(f"ui.figure_{name}"), write(figures[name])) for name, write in FIGURES.items() if figures.get(name)
        ]
        texts += [
            (tr("teach.figure_at_specificity", at=f"{100 * one['at']:.0f}"), counted_share(one))
            for one in (figures.get("sensitivity_at_specificity") or ())[:2]
        ]
        if refused := figures.get("refused"):
            texts.append((tr("ui.figure_refused"), counted_share(refused)))
        for number, (name, text) in enumerate(texts):
            self._grid.addWidget(label(name, "dim"), number, 0)
            self._grid.addWidget(label(text, "heading"), number, 1, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(label(tr("ui.brackets"), "small"), len(texts), 1, Qt.AlignmentFlag.AlignLeft)


def _counts(figures: Mapping[str, Any]) -> dict[str, int]:
    return {"cases": int(figures.get("n_cases", 0)), "patients": int(figures.get("n_patients", 0))}


def _roc_point(point: Mapping[str, float]) -> tuple[float, float]:
    return point["false_positive_rate"], point["true_positive_rate"]


def _point_used(figures: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return where the operating point lies on the curve."""
    found, spared = figures.get("sensitivity"), figures.get("specificity")
    return (1 - spared["value"], found["value"]) if found and spared else None
