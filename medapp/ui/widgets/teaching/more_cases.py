"""Would more cases help? What the model knew with fewer patients, and where the curve leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QFrame, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, Curve, LineChart
from medapp.ui.widgets.layouts import column, label

CHART_WIDTH, CHART_HEIGHT = 520, 200
WIDEST_PX, MORE = 760, 50


class MoreCases(QFrame):
    """Renders the learning curve of a report: figures by the number of cases, and the gain of some more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMaximumWidth(WIDEST_PX)
        self._shown: Mapping[str, Any] | None = None
        self._title = label("", "heading", name="more_cases_title")
        self._text = label("", "", wrap=True, name="more_cases_text")
        self.chart = LineChart(CHART_WIDTH, CHART_HEIGHT)
        layout = column(self, margin=4, spacing=2)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self.chart)
        layout.addWidget(label(tr("teach.more_cases_meaning"), "small", wrap=True))

    def render_curve(self, curve: Mapping[str, Any] | None) -> None:
        """Show the curve and what it says; None: no training has told it yet."""
        self.setVisible(bool(curve))
        if not curve or curve is self._shown:
            return
        self._shown = curve
        more = curve.get("more") or {}
        self._title.setText(tr("teach.more_cases", cases=more.get("cases", MORE)))
        self._text.setText(str(curve.get("text", "")))
        figure = tr(f"more_cases.figure.{curve.get('figure', 'auc')}")
        axes, curves = learning_curve(curve.get("points") or (), figure)
        self.chart.setVisible(bool(curves))
        self.chart.render_curves(axes, curves)


def learning_curve(points: Sequence[Mapping[str, Any]], figure: str) -> tuple[Axes, list[Curve]]:
    """Return the figure against the number of cases, with its interval."""
    known = [point for point in points if point.get("value") is not None]
    if len(known) < 2:
        return Axes((0, 1), (0, 1), "", ""), []
    line = tuple((float(p["cases"]), float(p["value"])) for p in known)
    band = tuple((float(p["cases"]), _or(p.get("low"), p["value"]), _or(p.get("high"), p["value"])) for p in known)
    low, high = min(b[1] for b in band), max(b[2] for b in band)
    room = 0.1 * (high - low) or 0.02
    axes = Axes((line[0][0], line[-1][0]), (max(0.0, low - room), min(1.0, high + room)), tr("teach.cases"), figure)
    return axes, [Curve(figure, line, theme.current().accent, band)]


def _or(value: float | None, instead: float) -> float:
    return float(instead if value is None else value)
