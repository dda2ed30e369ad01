"""What step 4 of the teaching page shows: the training under way, those that ended, and what comes next. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from medapp.i18n import tr
from medapp.jobs import Progress
from medapp.training.reporting.report_page.numbers import area
from medapp.training.runs.request import Effort
from medapp.training.runs.run import RunState
from medapp.ui.teaching_state import Doing, Snapshot, StartWish
from medapp.ui.widgets.teaching.views import RunRow, StartChoice, TrainView
from medapp.ui.widgets.wording import seconds_text

ROUNDING = ((60.0, 5.0), (600.0, 60.0), (3600.0, 300.0), (math.inf, 1800.0))
"""Times below the first number are told in steps of the second, in seconds."""
ARCHITECTURES = (
    "textbook_cnn",
    "mobilenet_v2",
    "resnet18",
    "resnet50",
    "densenet121",
    "efficientnet_b0",
    "convnext_tiny",
    "vit_b_16",
)


def train_view(snapshot: Snapshot, doing: Doing) -> TrainView:
    """Return what step 4 shows."""
    run, progress = doing.run, doing.progress or Progress(0, 0)
    paused = doing.training and run is not None and run.paused
    phase = progress.text if doing.training else tr("ui.training_ended")
    sealed, start = snapshot.state.sealed is not None, chosen_start(snapshot.starts, doing.start)
    return TrainView(
        can_train=sealed,
        running=doing.training,
        stopping=doing.stopping,
        starting=not doing.followed,
        paused=paused,
        can_go_on=snapshot.interrupted and not doing.training,
        phase=tr("ui.training_paused") if paused else phase,
        done=progress.done,
        total=progress.total,
        seconds_left=None if paused else progress.seconds_left,
        speed="" if paused or run is None else speed_text(run),
        instant_estimate=estimated("instant", snapshot, start),
        quick_estimate=estimated("quick", snapshot, start),
        thorough_estimate=estimated("thorough", snapshot, start),
        curve=run.curve if run else (),
        notes=run.notes if run else (),
        runs=snapshot.runs,
        starts=snapshot.starts,
        start=start,
        more_cases=(snapshot.evidence or {}).get("learning_curve"),
        advice=(snapshot.state.checked or {}).get("effort", ""),
        problem="" if sealed else tr("ui.seal_first"),
    )


def speed_text(run: RunState) -> str:
    """Return how fast a training learns and the memory that it takes, in words; nothing while it is not known."""
    if run.images_per_second is None:
        return ""
    speed = tr("ui.images_per_second", value=f"{run.images_per_second:.0f}")
    return speed if run.memory_mb is None else f"{speed} · {tr('ui.memory', value=f'{run.memory_mb / 1024:.1f}')}"


def estimated(effort: Effort, snapshot: Snapshot, start: StartChoice) -> str:
    """Return about how long a training takes on this machine, in words."""
    times = snapshot.estimates.get(start.architecture or start.network) or next(iter(snapshot.estimates.values()), {})
    return seconds_text(round_seconds(times[effort])) if effort in times else tr("teach.some_time")


def round_seconds(seconds: float) -> float:
    """Return a time as exactly as it is known: an estimate is right within a factor, not to the second."""
    step = next((step for most, step in ROUNDING if seconds < most), ROUNDING[-1][1])
    return max(step, round(seconds / step) * step)


def run_row(effort: str, end: Mapping[str, Any], *, best: bool = False) -> RunRow:
    """Return what is told about a training that has ended; nothing of it comes from the sealed test."""
    if end["event"] != "finished":
        return RunRow(effort, str(end.get("reason", "")), finished=False)
    report = end["report"]
    return RunRow(
        effort,
        tr("ui.run_finished"),
        start=_start_text(report.get("training", {})),
        figure=area(report["development"].get("auc")),
        duration=_duration_text(report.get("timing", {})),
        best=best,
    )


def _start_text(training: Mapping[str, Any]) -> str:
    """Return what a training started from: a model's name and version, or the network that began anew."""
    base = training.get("base")
    if base:
        return f"{base['id']} {base['version']}"
    return tr("teach.from_scratch", architecture=training.get("architecture", ""))


def _duration_text(timing: Mapping[str, Any]) -> str:
    seconds = timing.get("total_seconds")
    return "" if seconds is None else seconds_text(seconds)


def start_choices(models: Iterable[StartChoice]) -> tuple[StartChoice, ...]:
    """Return what a training can start from: the models of this station, then a network of each kind."""
    return (*models, *(StartChoice(tr(f"teach.network.{name}"), architecture=name) for name in ARCHITECTURES))


def chosen_start(starts: Sequence[StartChoice], wish: StartWish) -> StartChoice:
    """Return the choice that `wish` stands for; a weights file is one that is not in the list."""
    for choice in starts:
        if (choice.base, choice.architecture) == (wish.base, wish.architecture):
            return choice
    name = PurePath(wish.base).name
    return StartChoice(tr("teach.weights_file", name=name) if name else "", wish.base, wish.architecture)
