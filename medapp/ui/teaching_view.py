"""What the teaching page shows, made from what the project remembers. Pure: no job, no file, no signal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from medapp.i18n import tr
from medapp.jobs import Progress
from medapp.training.run import RunState
from medapp.ui.widgets.teaching.views import (
    CasesView,
    CheckView,
    ClassRow,
    FindingView,
    QuestionView,
    RunRow,
    SealedTestView,
    Step,
    StepMark,
    TeachingView,
    TrainView,
    UseView,
)
from medapp.ui.widgets.wording import seconds_text
from medapp.workflows.project_state import Question, State
from medapp.workflows.project_state import StepMark as ProjectMark

START_SECONDS = {"instant": 15.0, "quick": 75.0}
CORE_SECONDS_PER_CASE = {"instant": 0.06, "quick": 0.5}
THOROUGH_PASSES, THOROUGH_PICTURES, CORE_SECONDS_PER_PICTURE = 30, (8_000, 32_000), 0.12
FEW_PATIENTS, ROUNDS_OF_FEW = 300, 6


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A project as it was read in a worker thread, with everything that takes a file to know."""

    state: State
    marks: Mapping[str, ProjectMark]
    runs: tuple[RunRow, ...] = ()
    trained: bool = False
    interrupted: bool = False
    rule: str = ""
    report: Mapping[str, Any] | None = None
    in_use: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Doing:
    """What is going on now, and is forgotten when the window is closed."""

    step: Step = Step.QUESTION
    classes: tuple[ClassRow, ...] = ()
    example: str = ""
    reading: Progress | None = None
    cases_problem: str = ""
    run: RunState | None = None
    progress: Progress | None = None
    training: bool = False
    stopping: bool = False


def question_view(question: Question) -> QuestionView:
    """Return the question with shares in per cent; 0 stands for a prevalence that is not known."""
    return QuestionView(
        pictures=question.pictures,
        people=question.people,
        find=question.find,
        other=question.other,
        find_at_least=round(100 * question.find_at_least),
        prevalence=100 * (question.prevalence or 0.0),
    )


def question_of(view: QuestionView) -> Question:
    """Return the question that was written into the fields."""
    return Question(
        pictures=view.pictures,
        people=view.people,
        find=view.find,
        other=view.other,
        find_at_least=view.find_at_least / 100,
        prevalence=view.prevalence / 100 or None,
    )


def view_of(snapshot: Snapshot | None, doing: Doing) -> TeachingView:
    """Return what the page shows; without a project, an empty one."""
    if snapshot is None:
        return TeachingView(
            title=tr("ui.untitled_project"),
            step=doing.step,
            cases=CasesView(reading=doing.reading, problem=doing.cases_problem),
            train=TrainView(problem=tr("ui.seal_first")),
        )
    state = snapshot.state
    return TeachingView(
        title=state.title,
        step=doing.step,
        marks={step: _mark(step, snapshot) for step in Step},
        question=question_view(state.question),
        cases=_cases_view(state, doing),
        check=_check_view(state),
        train=_train_view(snapshot, doing),
        sealed_test=_sealed_test_view(snapshot),
        use=_use_view(snapshot),
        lab_book=tuple(f"{entry.time[11:16]}  {entry.text}" for entry in state.lab_book),
    )


def _mark(step: Step, snapshot: Snapshot) -> StepMark:
    """Return how far a step is, with what asks for attention in words."""
    mark = snapshot.marks[step.value]
    if not mark.attention:
        return StepMark(mark.done)
    findings = (snapshot.state.checked or {}).get("findings", [])
    blocking = sum(finding["severity"] == "blocking" for finding in findings)
    if step is Step.CASES:
        return StepMark(mark.done, tr("ui.mark_unreadable", count=mark.attention))
    if blocking:
        return StepMark(mark.done, tr("ui.mark_blocking", count=blocking))
    return StepMark(mark.done, tr("ui.mark_serious", count=mark.attention))


def _cases_view(state: State, doing: Doing) -> CasesView:
    checked = state.checked or {}
    classes = doing.classes or tuple(ClassRow(name, count) for name, count in checked.get("classes", {}).items())
    return CasesView(
        folder=PurePath(state.cases).name if state.cases else "",
        classes=classes,
        patients=_patients_text(checked),
        pattern=state.pattern,
        example=doing.example,
        unreadable=tuple((PurePath(u["path"]).name, u["reason"]) for u in checked.get("unreadable", ())),
        reading=doing.reading,
        problem=doing.cases_problem,
    )


def _patients_text(checked: Mapping[str, Any]) -> str:
    if not checked:
        return ""
    return (
        tr("ui.patients_known", count=checked["patients"]) if checked["patients_known"] else tr("ui.patients_unknown")
    )


def _check_view(state: State) -> CheckView:
    checked = state.checked
    if checked is None:
        return CheckView()
    findings = tuple(
        FindingView(f["severity"], f["text"], tuple(f.get("paths", ())), f["code"]) for f in checked["findings"]
    )
    return CheckView(
        proves=checked["proves"],
        findings=findings,
        sealed_text=_split_text(checked["split"], patients_known=checked["patients_known"]),
        sealed=state.sealed is not None,
        can_seal=not any(finding.severity == "blocking" for finding in findings),
    )


def _split_text(split: Mapping[str, Any], *, patients_known: bool) -> str:
    text = tr(
        "ui.learning_part" if patients_known else "ui.learning_images",
        sealed=sum(split["sealed"].values()),
        images=sum(split["development"].values()),
        patients=split["development_patients"],
    )
    return f"{text} {tr('ui.sealed_given')}" if split["given"] else text


def _train_view(snapshot: Snapshot, doing: Doing) -> TrainView:
    run, progress = doing.run, doing.progress or Progress(0, 0)
    paused = doing.training and run is not None and run.paused
    phase = progress.text if doing.training else tr("ui.training_ended")
    sealed = snapshot.state.sealed is not None
    return TrainView(
        can_train=sealed,
        running=doing.training,
        stopping=doing.stopping,
        paused=paused,
        can_go_on=snapshot.interrupted and not doing.training,
        phase=tr("ui.training_paused") if paused else phase,
        done=progress.done,
        total=progress.total,
        seconds_left=None if paused else progress.seconds_left,
        speed="" if paused or run is None else speed_text(run),
        instant_estimate=estimated("instant", snapshot.state),
        quick_estimate=estimated("quick", snapshot.state),
        thorough_estimate=estimated_thorough(snapshot.state),
        curve=run.curve if run else (),
        notes=run.notes if run else (),
        runs=snapshot.runs,
        problem="" if sealed else tr("ui.seal_first"),
    )


def speed_text(run: RunState) -> str:
    """Return how fast a training learns and the memory that it takes, in words; nothing while it is not known."""
    if run.images_per_second is None:
        return ""
    speed = tr("ui.images_per_second", value=f"{run.images_per_second:.0f}")
    return speed if run.memory_mb is None else f"{speed} · {tr('ui.memory', value=f'{run.memory_mb / 1024:.1f}')}"


def estimated(effort: str, state: State) -> str:
    """Return about how long a training takes on this machine, in words."""
    cases = sum((state.checked or {}).get("classes", {}).values())
    cores = max(1, min(os.cpu_count() or 1, 8))
    return seconds_text(max(10.0, START_SECONDS[effort] + cases * CORE_SECONDS_PER_CASE[effort] / cores))


def estimated_thorough(state: State) -> str:
    """Return how long a thorough training takes at most on this machine, in words; few patients are cross-fitted."""
    split = (state.checked or {}).get("split", {})
    fewest, most = THOROUGH_PICTURES
    pictures = min(most, max(fewest, THOROUGH_PASSES * sum(split.get("development", {}).values())))
    rounds = ROUNDS_OF_FEW if split.get("development_patients", 0) < FEW_PATIENTS else 1
    cores = max(1, min(os.cpu_count() or 1, 8))
    return seconds_text(START_SECONDS["quick"] + rounds * pictures * CORE_SECONDS_PER_PICTURE / cores)


def run_row(effort: str, end: Mapping[str, Any]) -> RunRow:
    """Return what is told about a training that has ended; nothing of it comes from the sealed test."""
    if end["event"] != "finished":
        return RunRow(effort, str(end.get("reason", "")), finished=False)
    area = end["report"]["development"]["auc"]
    if not area:
        return RunRow(effort, tr("ui.run_finished"))
    figures = {name: f"{area[name]:.2f}" for name in ("value", "low", "high") if area[name] is not None}
    if len(figures) < 3:
        return RunRow(effort, tr("ui.run_area_alone", value=figures["value"]))
    return RunRow(effort, tr("ui.run_area", **figures))


def _sealed_test_view(snapshot: Snapshot) -> SealedTestView:
    report = snapshot.report
    return SealedTestView(
        rule=snapshot.rule or tr("ui.train_first"),
        can_open=snapshot.trained,
        openings=snapshot.state.openings,
        figures=(report["sealed"] or {"in_people": tr("ui.no_sealed_cases")}) if report else None,
        patients_known=report is None or report["cases"]["patients_known"],
    )


def _use_view(snapshot: Snapshot) -> UseView:
    named = snapshot.state.named
    names = ", ".join(snapshot.in_use)
    return UseView(
        name=named.name if named else snapshot.state.title,
        can_activate=snapshot.trained and snapshot.state.openings > 0,
        active=named is not None and named.activated,
        in_use=tr("ui.in_use", names=names) if names else tr("ui.none_in_use"),
        can_go_back=named is not None and named.activated,
        problem="" if snapshot.state.openings else tr("ui.open_test_first"),
    )
