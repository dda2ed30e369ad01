"""What a project asks of its trainings: the request, which of their models is best, and its rule in words."""

from __future__ import annotations

from pathlib import Path

from medapp.classify.package import read_package
from medapp.i18n import listed, tr
from medapp.training.cases.decided import DECIDED_FILE
from medapp.training.checking.remedies import REMEDIES_FILE
from medapp.training.runs.request import Effort, RunRequest
from medapp.training.runs.run import Run
from medapp.workflows.project_state import Question, State


def request_of(folder: Path, state: State, effort: Effort, base: str, architecture: str) -> RunRequest:
    """Return what the next training of the project in `folder` is to do."""
    question = state.question
    classes = list((state.checked or {}).get("classes", {}))
    sides = folder / DECIDED_FILE
    alarm = [name for name in classes if name.casefold() == question.find.strip().casefold()]
    return RunRequest(
        cases=state.cases,
        effort=effort,
        base=base,
        architecture=architecture,
        name=state.title,
        pattern=state.pattern,
        alarm=alarm[0] if alarm and len(classes) == 2 and "labels" not in (state.checked or {}) else "",
        find_at_least=question.find_at_least,
        prevalence=question.prevalence,
        scope=listed((question.pictures, question.people)),
        without_page=True,  # it is written when the sealed test is opened
        split=str(sides) if sides.is_file() else "",
        remedies=str(folder / REMEDIES_FILE) if state.remedies else "",
        uncertain=state.uncertain,
        mirror=not question.side_matters,
        image_size=0 if question.image_size == Question().image_size else question.image_size,
    )


def development_auc(run: Run) -> float:
    """Return the AUC of a finished training's model on cases for learning that it had not learned from."""
    end = run.state().end or {}
    area = end["report"]["development"]["auc"]
    return float(area["value"]) if area else 0.0


def rule_of(run: Run) -> str:
    """Return the alarm rule of a finished training's model, in words."""
    package = read_package(run.package)
    calibration = package.calibration
    if calibration.several:
        levels = zip(package.metadata.classes, calibration.thresholds, strict=True)
        told = listed(f"{name} ≥ {tr('percent', value=_percent(level))}" for name, level in levels)
        return tr("project.rule_labels", levels=told)
    if calibration.alarm_class is None or calibration.threshold is None:
        return tr("project.rule_highest")
    return tr("project.rule", alarm=calibration.alarm_class, threshold=_percent(calibration.threshold))


def _percent(level: float) -> str:
    percent = 100 * level
    digits = 1 if percent < 9.95 or percent > 99 else 0
    return f"{percent:.{digits}f}"
