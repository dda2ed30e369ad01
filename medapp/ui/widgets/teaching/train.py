"""Step 4: train, watch it learn, stop and keep the best; compare, and see whether more cases would help."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, give_role, label, named, row
from medapp.ui.widgets.teaching.more_cases import MoreCases
from medapp.ui.widgets.teaching.runs_table import RunsTable
from medapp.ui.widgets.teaching.starting_point import StartingPoint
from medapp.ui.widgets.teaching.step_frame import footer_of, framed
from medapp.ui.widgets.teaching.training_card import TrainingCard
from medapp.ui.widgets.teaching.views import TrainView


class TrainStep(QWidget):
    """Renders the training; emits the wish to train, to pause, to stop, and to go on."""

    train_requested = Signal(str)
    stop_requested = Signal()
    pause_requested = Signal(bool)
    go_on_requested = Signal()
    next_requested = Signal()
    start_requested = Signal(str, str)
    weights_requested = Signal()

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
        self._advice = label("", wrap=True, name="train_advice")
        self._why_not = label("", "attention", wrap=True, name="train_problem")
        self._next = button("ui.next", self.next_requested.emit, role="primary", name="train_next")
        self.starting_point = StartingPoint()
        self.starting_point.start_requested.connect(self.start_requested)
        self.starting_point.weights_requested.connect(self.weights_requested)
        self.card = TrainingCard()
        self.card.stop_requested.connect(self.stop_requested)
        self.card.pause_requested.connect(self.pause_requested)
        self.runs, self.more_cases = RunsTable(), MoreCases()
        self._lay_out()

    def _lay_out(self) -> None:
        self._footer = footer_of(self._next)
        layout = framed(self, self._footer)
        layout.addWidget(label(tr("ui.step_train"), "title"))
        layout.addWidget(label(tr("ui.train_intro"), "dim", wrap=True))
        layout.addWidget(self.starting_point)
        layout.addWidget(self._advice)
        layout.addLayout(_across(self._go_on))
        layout.addLayout(_across(self.instant, self.quick, self.thorough))
        layout.addWidget(self._why_not)
        layout.addWidget(self.card)
        layout.addWidget(self.runs)
        layout.addWidget(self.more_cases)
        layout.addStretch(1)

    def _request(self, effort: str, _: bool = False) -> None:
        self.train_requested.emit(effort)

    def render_train(self, view: TrainView) -> None:
        """Show what can be trained, the training under way, and those that have ended."""
        done = {run.effort for run in view.runs if run.finished}
        self.starting_point.render_start(view.starts, view.start, enabled=view.can_train and not view.running)
        self._render_efforts(view, done)
        self._advice.setText(view.advice)
        self._advice.setVisible(bool(view.advice) and not view.running)
        self._why_not.setText(view.problem)
        self._why_not.setVisible(bool(view.problem))
        self._go_on.setVisible(view.can_go_on)
        self.card.render_training(view)
        self.runs.render_runs(view.runs)
        self.more_cases.render_curve(view.more_cases)
        self._footer.setVisible(bool(done) and not view.running)

    def _render_efforts(self, view: TrainView, done: set[str]) -> None:
        """Show what can be trained; once something was, going on is what stands out."""
        made = {"instant": self.instant, "quick": self.quick, "thorough": self.thorough}
        times = {
            "instant": view.instant_estimate,
            "quick": view.quick_estimate,
            "thorough": view.thorough_estimate,
        }
        if view.running and any(pressed.hasFocus() for pressed in made.values()):
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # Space is not to press what happens to come next
        for effort, pressed in made.items():
            key = f"ui.train_{effort}_again" if effort in done else f"ui.train_{effort}"
            pressed.setText(tr(key, time=times[effort]))
            pressed.setEnabled(view.can_train and not view.running)
        if view.start.architecture:  # a network that knows nothing yet has no features to build on
            self.instant.setEnabled(False)
        give_role(self.instant, "" if done else "primary")


def _across(*widgets: QWidget) -> QHBoxLayout:
    """Return widgets beside each other, at the left."""
    layout = row()
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return layout
