"""Step 4: train, watch it learn, stop and keep the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.charts import Axes, Curve, LineChart
from medapp.ui.widgets.layouts import button, card, column, give_role, label, named, row
from medapp.ui.widgets.teaching.views import RunRow, TrainView
from medapp.ui.widgets.wording import time_left_text

CHART_WIDTH, CHART_HEIGHT = 520, 240
WIDEST_PX = 760


class TrainStep(QWidget):
    """Renders the training; emits the wish to train, to pause, to stop, and to go on."""

    train_requested = Signal(str)
    stop_requested = Signal()
    pause_requested = Signal(bool)
    go_on_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.instant = named(QPushButton(), "train_instant")
        self.instant.setProperty("role", "primary")
        self.instant.setMinimumHeight(44)
        self.quick = named(QPushButton(), "train_quick")
        self.thorough = named(QPushButton(), "train_thorough")
        for effort, made in (("instant", self.instant), ("quick", self.quick), ("thorough", self.thorough)):
            made.clicked.connect(partial(self._request, effort))
        self._go_on = button("ui.go_on_training", self.go_on_requested.emit, name="train_go_on")
        self._paused = False
        self._why_not = label("", "attention", wrap=True, name="train_problem")
        self._runs: tuple[RunRow, ...] | None = None
        self._run_rows = column(spacing=1)
        self._next = button("ui.next", self.next_requested.emit, role="primary", name="train_next")
        self._running = self._make_running()
        layout = column(self, spacing=3)
        layout.addWidget(label(tr("ui.step_train"), "title"))
        layout.addWidget(label(tr("ui.train_intro"), "dim", wrap=True))
        efforts = row()
        efforts.addWidget(self.instant)
        efforts.addWidget(self.quick)
        efforts.addWidget(self.thorough)
        efforts.addStretch(1)
        interrupted = row()
        interrupted.addWidget(self._go_on)
        interrupted.addStretch(1)
        layout.addLayout(interrupted)
        layout.addLayout(efforts)
        layout.addWidget(self._why_not)
        layout.addWidget(self._running)
        layout.addLayout(self._run_rows)
        across = row()
        across.addWidget(self._next)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addStretch(1)

    def _make_running(self) -> QWidget:
        framed = card()
        framed.setMaximumWidth(WIDEST_PX)
        layout = column(framed, margin=4, spacing=3)
        top = row()
        self._phase = label("", "heading", name="train_phase")
        self._left = label("", "dim", name="train_left")
        self._pause = button("ui.pause_training", self._request_pause, name="train_pause")
        self._stop = button("ui.stop_training", self.stop_requested.emit, name="train_stop")
        top.addWidget(self._phase)
        top.addWidget(self._left, 1)
        top.addWidget(self._pause)
        top.addWidget(self._stop)
        layout.addLayout(top)
        self._progress = QProgressBar(textVisible=False)
        layout.addWidget(self._progress)
        self._chart = LineChart(CHART_WIDTH, CHART_HEIGHT)
        layout.addWidget(self._chart)
        self._notes = label("", "small", wrap=True, name="train_notes")
        layout.addWidget(self._notes)
        return framed

    def _request(self, effort: str, _: bool = False) -> None:
        self.train_requested.emit(effort)

    def _request_pause(self) -> None:
        self.pause_requested.emit(not self._paused)

    def render_train(self, view: TrainView) -> None:
        """Show what can be trained, the training under way, and those that have ended."""
        done = {run.effort for run in view.runs if run.finished}
        self._render_efforts(view, done)
        self._why_not.setText(view.problem)
        self._why_not.setVisible(bool(view.problem))
        self._running.setVisible(view.running or bool(view.curve))
        self._phase.setText(view.phase)
        told = [text for text in (time_left_text(view.seconds_left), view.speed) if text]
        self._left.setText(" · ".join(told) if view.running else "")
        self._stop.setVisible(view.running)
        self._stop.setEnabled(not view.stopping)
        self._paused = view.paused
        self._pause.setText(tr("ui.continue_training" if view.paused else "ui.pause_training"))
        self._pause.setVisible(view.running)
        self._pause.setEnabled(not view.stopping)
        self._go_on.setVisible(view.can_go_on)
        self._progress.setVisible(view.running)
        self._progress.setRange(0, view.total)
        self._progress.setValue(view.done)
        self._notes.setText("\n".join(view.notes))
        self._notes.setVisible(bool(view.notes))
        axes, curves = _curves(view.curve)
        self._chart.setVisible(bool(curves))
        self._chart.render_curves(axes, curves)
        self._render_runs(view.runs)
        self._next.setVisible(bool(done) and not view.running)

    def _render_efforts(self, view: TrainView, done: set[str]) -> None:
        """Show what can be trained; once something was, going on is what stands out."""
        instant = "ui.train_instant_again" if "instant" in done else "ui.train_instant"
        quick = "ui.train_quick_again" if "quick" in done else "ui.train_quick"
        self.instant.setText(tr(instant, time=view.instant_estimate))
        thorough = "ui.train_thorough_again" if "thorough" in done else "ui.train_thorough"
        self.quick.setText(tr(quick, time=view.quick_estimate))
        self.thorough.setText(tr(thorough, time=view.thorough_estimate))
        give_role(self.instant, "" if done else "primary")
        for made in (self.instant, self.quick, self.thorough):
            made.setEnabled(view.can_train and not view.running)

    def _render_runs(self, runs: tuple[RunRow, ...]) -> None:
        if runs == self._runs:
            return
        self._runs = runs
        while item := self._run_rows.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in runs:
            title = tr("ui.training_result", effort=tr(f"ui.effort_{one.effort}"))
            self._run_rows.addWidget(label(title, "heading"))
            self._run_rows.addWidget(label(one.text, "dim", wrap=True))


def _curves(passes: Sequence[Mapping[str, Any]]) -> tuple[Axes, list[Curve]]:
    """Return the area under the curve per pass; where too few passes measured it, the training loss."""
    areas = tuple((float(p["number"]), float(p["auc"])) for p in passes if p["auc"] is not None)
    losses = [float(p["train_loss"]) for p in passes if p["train_loss"] is not None]
    if len(areas) > 1 or not losses:
        return _chart("ui.curve_auc", areas, highest=1.0)
    # folds count their passes anew, so the order tells how far the training is
    return _chart("ui.curve_loss", tuple((float(n), loss) for n, loss in enumerate(losses, start=1)), lowest=0.0)


def _chart(
    key: str, points: tuple[tuple[float, float], ...], *, lowest: float | None = None, highest: float | None = None
) -> tuple[Axes, list[Curve]]:
    """Return one curve on axes with some room around it."""
    if not points:
        return Axes((0, 1), (0, 1), "", ""), []
    values = [y for _, y in points]
    room = 0.1 * (max(values) - min(values)) or 0.05
    low = min(values) - room if lowest is None else lowest
    high = max(values) + room if highest is None else highest
    axes = Axes((points[0][0], max(points[0][0] + 1, points[-1][0])), (low, high), tr("ui.pass"), tr(key))
    return axes, [Curve(tr(key), points, theme.current().accent)]
