"""A training under way: how far it is, the curve that grows, and under Details the losses and what it told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, Curve, LineChart
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.teaching.views import TrainView
from medapp.ui.widgets.wording import time_left_text

CHART_WIDTH, CHART_HEIGHT = 520, 220
WIDEST_PX = 760


class TrainingCard(QFrame):
    """Renders the training under way or the last one; emits the wish to pause and to stop."""

    stop_requested = Signal()
    pause_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMaximumWidth(WIDEST_PX)
        self._paused = False
        self._phase = label("", "heading", name="train_phase")
        self._left = label("", "dim", name="train_left")
        self._pause = button("ui.pause_training", self._request_pause, name="train_pause")
        self._stop = button("ui.stop_training", self.stop_requested.emit, name="train_stop")
        self._progress = QProgressBar(textVisible=False)
        self.chart = LineChart(CHART_WIDTH, CHART_HEIGHT)
        self.losses = LineChart(CHART_WIDTH, CHART_HEIGHT)
        self._notes = label("", "small", wrap=True, name="train_notes")
        self._more = named(QPushButton(tr("teach.details")), "train_details")
        self._more.setProperty("role", "link")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_details)
        self._told = self._growing = self._running = False
        layout = column(self, margin=4, spacing=3)
        top = row()
        top.addWidget(self._phase, 1)
        top.addWidget(self._pause)
        top.addWidget(self._stop)
        layout.addLayout(top)
        layout.addWidget(self._progress)
        layout.addWidget(self._left)
        layout.addWidget(self.chart)
        details = row()
        details.addWidget(self._more)
        details.addStretch(1)
        layout.addLayout(details)
        layout.addWidget(self.losses)
        layout.addWidget(self._notes)

    def _request_pause(self) -> None:
        self.pause_requested.emit(not self._paused)

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self.chart.setVisible(self._growing and (shown or self._running))
        self.losses.setVisible(shown and self._told)
        self._notes.setVisible(shown and bool(self._notes.text()))

    def render_training(self, view: TrainView) -> None:
        """Show how far the training is, and what it has learned so far."""
        self.setVisible(view.running or bool(view.curve))
        self._phase.setText(view.phase)
        told = [text for text in (time_left_text(view.seconds_left), view.speed) if text]
        self._left.setText(" · ".join(told))
        self._left.setVisible(view.running and bool(told))
        self._paused = view.paused
        self._pause.setText(tr("ui.continue_training" if view.paused else "ui.pause_training"))
        for made in (self._stop, self._pause):
            made.setVisible(view.running)
            made.setEnabled(not view.stopping and not view.starting)
        self._progress.setVisible(view.running)
        self._progress.setRange(0, view.total)
        self._progress.setValue(view.done)
        self._notes.setText("\n".join(view.notes))
        axes, curves = growing_curve(view.curve)
        self._growing, self._running = bool(curves), view.running
        self.chart.render_curves(axes, curves)
        axes, curves = loss_curves(view.curve)
        self._told = bool(curves)
        self.losses.render_curves(axes, curves)
        self._more.setVisible(bool(curves) or bool(view.notes))
        self._show_details(self._more.isChecked())


def growing_curve(passes: Sequence[Mapping[str, Any]]) -> tuple[Axes, list[Curve]]:
    """Return the area under the curve per pass; where too few passes measured it, the training loss."""
    areas = tuple((float(p["number"]), float(p["auc"])) for p in passes if p["auc"] is not None)
    if len(areas) > 1 or not _losses(passes, "train_loss"):
        return _chart(tr("ui.curve_auc"), [Curve(tr("ui.curve_auc"), areas, theme.current().accent)], highest=1.0)
    return loss_curves(passes, ("train_loss",))


def loss_curves(
    passes: Sequence[Mapping[str, Any]], names: Sequence[str] = ("train_loss", "validation_loss")
) -> tuple[Axes, list[Curve]]:
    """Return the losses per pass, in the order of the passes: folds count theirs anew."""
    colours = dict(zip(("train_loss", "validation_loss"), theme.CLASS_COLOURS, strict=False))
    curves = [Curve(tr(f"teach.{name}"), _losses(passes, name), colours[name]) for name in names]
    return _chart(tr("teach.loss"), [curve for curve in curves if curve.points], lowest=0.0)


def _losses(passes: Sequence[Mapping[str, Any]], name: str) -> tuple[tuple[float, float], ...]:
    return tuple((float(n), float(p[name])) for n, p in enumerate(passes, start=1) if p[name] is not None)


def _chart(
    title: str, curves: list[Curve], *, lowest: float | None = None, highest: float | None = None
) -> tuple[Axes, list[Curve]]:
    """Return curves on axes with some room around them."""
    points = [point for curve in curves for point in curve.points]
    if not points:
        return Axes((0, 1), (0, 1), "", ""), []
    values = [y for _, y in points]
    room = 0.1 * (max(values) - min(values)) or 0.05
    low = min(values) - room if lowest is None else lowest
    high = max(values) + room if highest is None else highest
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    return Axes((first, max(first + 1, last)), (low, high), tr("ui.pass"), title), curves
