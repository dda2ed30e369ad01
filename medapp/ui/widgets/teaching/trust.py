"""Is 80 % really 80 %? What was observed against what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.training.reporting.report_page.numbers import signed, significant
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, Curve, LineChart
from medapp.ui.widgets.layouts import column, label, row
from medapp.ui.widgets.teaching.figures import empty, fill_table, new_grid

CHART_WIDTH, CHART_HEIGHT = 340, 250
FEW_EVENTS = 100


class Trust(QWidget):
    """Renders the calibration curve with its band, slope, intercept and Brier score."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = label("", "heading", wrap=True, name="trust_told")
        self._few = label("", "attention", wrap=True, name="trust_few")
        self._grid = new_grid()
        self.chart = LineChart(CHART_WIDTH, CHART_HEIGHT)
        self.chart.setMaximumWidth(CHART_WIDTH + 80)
        layout = column(self, margin=2, spacing=2)
        layout.addWidget(self._told)
        layout.addWidget(self._few)
        across = row(spacing=6)
        across.addWidget(self.chart, 1)
        beside = column(spacing=2)
        beside.addLayout(self._grid)
        beside.addWidget(label(tr("teach.trust_meaning"), "small", wrap=True))
        beside.addStretch(1)
        across.addLayout(beside, 1)
        layout.addLayout(across)
        layout.addStretch(1)

    def render_trust(self, figures: Mapping[str, Any]) -> bool:
        """Show how well probabilities were kept; return whether the report tells."""
        calibration = figures.get("calibration") or {}
        if not calibration.get("slope") and not calibration.get("smoothed"):
            return False
        points = calibration.get("smoothed") or ()
        self._told.setText(trust_text(calibration))
        positive = min((figures.get("classes") or {"": FEW_EVENTS}).values())
        self._few.setText(tr("teach.trust_few", count=positive))
        self._few.setVisible(figures.get("told") == "bands" or positive < FEW_EVENTS)
        self._fill(calibration, figures)
        line = tuple((100 * p, 100 * observed) for p, observed, _, _ in points)
        band = tuple((100 * p, 100 * low, 100 * high) for p, _, low, high in points)
        axes = Axes((0, 100), (0, 100), tr("teach.said_axis"), tr("teach.observed_axis"), diagonal=True)
        self.chart.setVisible(bool(line))
        self.chart.render_curves(axes, [Curve(tr("teach.observed_axis"), line, theme.current().accent, band)])
        return True

    def _fill(self, calibration: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
        empty(self._grid)
        rows = [
            (tr(f"teach.{name}"), signed(calibration.get(name)), tr(f"teach.{name}_ideal"))
            for name in ("slope", "intercept")
            if calibration.get(name)
        ]
        brier = calibration.get("brier")
        if brier is None and figures.get("brier") is not None:
            brier = {"value": figures["brier"]}
        if brier:
            rows.append((tr("teach.brier"), signed(brier), tr("teach.brier_ideal")))
        if calibration.get("ece") is not None:
            rows.append((tr("teach.ece"), significant(calibration["ece"]), tr("teach.ece_ideal")))
        fill_table(self._grid, ("", tr("teach.figure"), tr("teach.perfect")), rows)


def trust_text(calibration: Mapping[str, Any]) -> str:
    """Return what was observed where 80 % was said, if so much was ever said; else at the highest share said."""
    points = calibration.get("smoothed") or ()
    if not points:
        return tr("teach.trust_no_curve")
    said, observed, low, high = min(points, key=lambda point: abs(point[0] - 0.8))
    shares = {"observed": observed, "low": low, "high": high}
    return tr("teach.trust_told", said=f"{100 * said:.0f}", **{name: f"{100 * x:.0f}" for name, x in shares.items()})
