"""What takes files to know about a project; for worker threads."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medapp.classify.own_words import in_own_words
from medapp.classify.registry import Entry
from medapp.i18n import tr
from medapp.training.cases.case import Case, CaseFolder
from medapp.training.cases.patients import compile_pattern, patient_in_name
from medapp.training.checking.check import Checked
from medapp.training.learning.forecast import Work, forecasts
from medapp.training.learning.rates import rates_here
from medapp.training.runs.request import EFFORTS, Effort
from medapp.training.runs.run import Run
from medapp.ui.session import Services
from medapp.ui.teaching_state import Snapshot
from medapp.ui.teaching_train_view import run_row, start_choices
from medapp.ui.widgets.teaching.views import ClassRow, StartChoice
from medapp.workflows.project_state import State
from medapp.workflows.sealed_cases import methods_text
from medapp.workflows.teaching import Project

LEARNED = ("development", "validation", "learning_curve")
"""Parts of a report that are about cases for learning alone: they may be shown before the sealed test is opened."""


def snapshot_of(project: Project, services: Services) -> Snapshot:
    """Read what the page shows of a project; packages are read whole, and their hashes checked."""
    ended = [(run, run.state().end) for run in project.runs()]
    best = project.best_run()
    rows = tuple(
        run_row(run.request.effort, end, best=best is not None and run.folder == best.folder)
        for run, end in ended
        if end is not None
    )
    starts = start_choices(_models(services.registry.list().entries))
    return Snapshot(
        state=project.state,
        marks={str(step): mark for step, mark in project.steps().items()},
        runs=rows,
        trained=best is not None,
        interrupted=project.interrupted_run() is not None,
        rule=project.rule(),
        evidence=_learned(best),
        report=project.report(),
        methods=methods_text(project),
        starts=starts,
        estimates=_estimates(project.state, starts),
        in_use=tuple(in_own_words(package.metadata.name) for package in services.registry.in_use()),
    )


def _learned(run: Run | None) -> Mapping[str, Any] | None:
    """Return what a training's report says about the cases for learning."""
    if run is None:
        return None
    report = (run.state().end or {}).get("report", {})
    return {name: report[name] for name in LEARNED if name in report}


def _models(entries: Iterable[Entry]) -> Iterator[StartChoice]:
    """Yield the models of this station that a training can start from, the program's own first."""
    for entry in sorted(entries, key=lambda entry: not entry.builtin):
        told = entry.package.metadata
        if entry.builtin:
            yield StartChoice(tr("teach.starter_model", name=in_own_words(told.name)), network=told.architecture)
        else:
            text = tr("teach.own_model", name=told.name, version=told.version)
            yield StartChoice(text, f"{told.id}@{told.version}", network=told.architecture)


def _estimates(state: State, starts: Iterable[StartChoice]) -> dict[str, Mapping[Effort, float]]:
    """Return how long a training of each network takes here, in seconds, as earlier ones or the cores tell."""
    checked = state.checked
    if checked is None:
        return {}
    images = checked.get("images", sum(checked["classes"].values()))
    work = Work("instant", images, checked["patients"] if checked["patients_known"] else images)
    networks = dict.fromkeys(choice.architecture or choice.network for choice in starts)
    return {name: _seconds(work, name, state.question.image_size) for name in networks}


def _seconds(work: Work, network: str, size: int) -> Mapping[Effort, float]:
    rates, basis = rates_here(network, "cpu", os.cpu_count() or 1, size)
    told = forecasts(work, rates, basis)["efforts"]
    return {effort: told[effort]["seconds"] for effort in EFFORTS}


def listed_rows(folder: CaseFolder) -> tuple[ClassRow, ...]:
    """Return the classes of cases that were listed and not read yet."""
    return _rows(folder, folder.cases, patients_known=False)


def class_rows(checked: Checked) -> tuple[ClassRow, ...]:
    """Return the classes of cases that were read, with their patients where they are known."""
    survey = checked.survey
    return _rows(survey.folder, [seen.case for seen in survey.seen], patients_known=survey.rule.known)


def _rows(folder: CaseFolder, cases: Sequence[Case], *, patients_known: bool) -> tuple[ClassRow, ...]:
    there = Counter(name for case in cases for name in case.shows)
    lacking = Counter(name for case in cases for name in case.lacks)
    patients: dict[str, set[str]] = {name: set() for name in folder.classes}
    for case in cases:
        for name in case.shows:
            patients.setdefault(name, set()).add(case.patient)
    return tuple(
        ClassRow(
            name,
            there[name],
            len(patients[name]) if patients_known else None,
            lacking[name] if folder.several else None,
            len(cases) - there[name] - lacking[name] if folder.several else None,
        )
        for name in folder.classes
    )


def example_of(cases: tuple[Case, ...], pattern: str) -> str:
    """Return what `pattern` finds in the name of the first case."""
    if not pattern or not cases:
        return ""
    name = Path(cases[0].name).name
    patient = patient_in_name(compile_pattern(pattern), name)
    return tr("ui.pattern_preview", name=name, patient=patient) if patient else tr("ui.pattern_no_match", name=name)
