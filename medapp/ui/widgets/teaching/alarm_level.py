"""The alarm level: one slider, on the cases for learning; on the sealed test the one locked point."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QSlider, QWidget

from medapp.i18n import percent_text, tr
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, Curve, LineChart
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.teaching.figures import of_100_text

STEPS = 1000
CHART_WIDTH, CHART_HEIGHT = 520, 190
Point = tuple[float, float, float]


class AlarmLevel(QWidget):
    """Renders found and spared against the alarm level on validation; the slider asks only about validation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[Point, ...] = ()
        self._locked: float | None = None
        self._alarm = ""
        self._axes = Axes((0, 100), (0, 100), tr("teach.level_axis"), tr("teach.of_100_axis"))
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "alarm_slider")
        self._slider.setRange(0, STEPS)
        self._slider.setPageStep(STEPS // 20)
        self._slider.setAccessibleName(tr("teach.level_slider"))
        self._slider.valueChanged.connect(self._move)
        self._told = label("", "heading", wrap=True, name="alarm_told")
        self._tested = label("", "", wrap=True, name="alarm_tested")
        self.chart = LineChart(CHART_WIDTH, CHART_HEIGHT)
        layout = column(self, margin=2, spacing=2)
        layout.addWidget(self._told)
        across = row()
        across.addWidget(label(tr("teach.level_slider")))
        across.addWidget(self._slider, 1)
        across.addWidget(button("teach.level_back", self._go_back, name="alarm_back"))
        layout.addLayout(across)
        layout.addWidget(self.chart)
        layout.addWidget(self._tested)
        layout.addWidget(label(tr("teach.level_meaning"), "small", wrap=True))
        layout.addStretch(1)

    def render_level(self, report: Mapping[str, Any]) -> bool:
        """Show the validation curve and the locked level; return whether the report has them."""
        points = validation_points(report)
        self._locked, self._alarm = report.get("threshold"), report.get("alarm_class") or ""
        self._points = points
        if not points or self._locked is None:
            return False
        sealed = report.get("sealed") or {}
        self._tested.setText(
            tr(
                "teach.level_tested",
                level=percent_text(self._locked),
                alarm=self._alarm,
                found=of_100_text(sealed.get("sensitivity")),
                spared=of_100_text(sealed.get("specificity")),
            )
        )
        self._tested.setVisible(bool(sealed.get("sensitivity")))
        self._go_back()
        return True

    @Slot()
    def _go_back(self) -> None:
        """Show the locked level."""
        if self._locked is not None:
            with QSignalBlocker(self._slider):
                self._slider.setValue(round(self._locked * STEPS))
            self._show(self._locked)

    @Slot(int)
    def _move(self, place: int) -> None:
        self._show(place / STEPS)

    def _show(self, level: float) -> None:
        if not self._points:
            return
        _, found, spared = point_at(self._points, level)
        texts = {"level": percent_text(level), "alarm": self._alarm}
        shares = {"found": f"{100 * found:.0f}", "false": f"{100 * (1 - spared):.0f}"}
        self._told.setText(tr("teach.level_told", **texts, **shares))
        self.chart.render_curves(self._axes_at(level), _curves(self._points))

    def _axes_at(self, level: float) -> Axes:
        name = tr("teach.level_line", level=percent_text(level))
        return replace(self._axes, upright=100 * level, upright_name=name)


def validation_points(report: Mapping[str, Any]) -> tuple[Point, ...]:
    """Return threshold, sensitivity and specificity on cases for learning, by rising threshold."""
    curve = (report.get("validation") or {}).get("curve") or ()
    return tuple(sorted((float(t), float(found), float(spared)) for t, found, spared in curve))


def point_at(points: Sequence[Point], level: float) -> Point:
    """Return the point of the curve in force at `level`: scores from there on give an alarm."""
    place = bisect_left(points, (level, -1.0, -1.0))
    return points[min(place, len(points) - 1)]


def _curves(points: Sequence[Point]) -> list[Curve]:
    """Return both shares against the level; data colours, the same in every theme."""
    found = _steps([(level, share) for level, share, _ in points])
    spared = _steps([(level, share) for level, _, share in points])
    blue, orange = theme.CLASS_COLOURS[:2]
    return [Curve(tr("teach.found"), found, blue), Curve(tr("teach.spared"), spared, orange)]


def _steps(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return per cents as steps: what holds at a threshold holds from the one before it on, as `point_at` says."""
    levels = [0.0, *(level for level, _ in points)]
    return tuple((100 * x, 100 * y) for (end, y), begin in zip(points, levels, strict=False) for x in (begin, end))
