"""What the teaching page shows, made from what the project remembers. Pure: no job, no file, no signal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, TypedDict

from medapp.i18n import listed, tell, tr
from medapp.ui.teaching_check_view import check_view
from medapp.ui.teaching_state import Doing, Snapshot
from medapp.ui.teaching_train_view import train_view
from medapp.ui.widgets.teaching.views import (
    CasesView,
    ClassRow,
    QuestionView,
    SealedTestView,
    Step,
    StepMark,
    TeachingView,
    TrainView,
    UseView,
)
from medapp.workflows.project_state import Question, State


class _Asked(TypedDict):
    asks_uncertain: bool
    uncertain: str


def question_view(question: Question) -> QuestionView:
    """Return the question with shares in per cent; 0 stands for a prevalence that is not known."""
    return QuestionView(
        pictures=question.pictures,
        people=question.people,
        find=question.find,
        other=question.other,
        find_at_least=round(100 * question.find_at_least),
        prevalence=100 * (question.prevalence or 0.0),
        together=question.together,
        side_matters=question.side_matters,
        truth=question.truth,
        image_size=question.image_size,
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
        together=view.together,
        side_matters=view.side_matters,
        truth=view.truth,
        image_size=view.image_size,
    )


def view_of(snapshot: Snapshot | None, doing: Doing) -> TeachingView:
    """Return what the page shows; without a project, an empty one."""
    if snapshot is None:
        return TeachingView(
            title=tr("ui.untitled_project"),
            step=doing.step,
            cases=CasesView(reading=doing.reading, problem=_problem_text(doing), **_asked_about(doing)),
            train=TrainView(problem=tr("ui.seal_first")),
        )
    state = snapshot.state
    return TeachingView(
        title=state.title,
        step=doing.step,
        marks={step: _mark(step, snapshot) for step in Step},
        question=question_view(state.question),
        seen=doing.seen,
        cases=_cases_view(state, doing),
        check=check_view(state, doing),
        train=train_view(snapshot, doing),
        sealed_test=_sealed_test_view(snapshot, doing),
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
    classes = doing.classes or checked_rows(checked)
    return CasesView(
        folder=PurePath(state.table["table"] if state.table else state.cases).name if state.cases else "",
        classes=classes,
        patients=_patients_text(checked),
        pattern=state.pattern,
        example=doing.example,
        unreadable=_left_out(checked),
        reading=doing.reading,
        problem=_problem_text(doing),
        **_asked_about(doing),
    )


def _left_out(checked: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the files that are not used and why; those that a table names and that are not there come first."""
    missing = [(name, tr("teach.unmatched")) for name in checked.get("unmatched", ())]
    unreadable = [(PurePath(u["path"]).name, u["reason"]) for u in checked.get("unreadable", ())]
    return (*missing, *unreadable)


def _problem_text(doing: Doing) -> str:
    return tell(doing.cases_problem) if doing.cases_problem is not None else ""


def _asked_about(doing: Doing) -> _Asked:
    """Return whether it must be said what −1 and ? mean in the table, and what was said."""
    refused = doing.cases_problem is not None and doing.cases_problem.code.startswith("table.uncertain")
    return {"asks_uncertain": refused or bool(doing.uncertain), "uncertain": doing.uncertain}


def checked_rows(checked: Mapping[str, Any]) -> tuple[ClassRow, ...]:
    """Return the classes, or the labels that may occur together, as the check has counted them."""
    if labels := checked.get("labels"):
        return tuple(
            ClassRow(name, counts["positive"], without=counts["negative"], unknown=counts["unknown"])
            for name, counts in labels.items()
        )
    return tuple(ClassRow(name, count) for name, count in checked.get("classes", {}).items())


def _patients_text(checked: Mapping[str, Any]) -> str:
    if not checked:
        return ""
    return (
        tr("ui.patients_known", count=checked["patients"]) if checked["patients_known"] else tr("ui.patients_unknown")
    )


def _sealed_test_view(snapshot: Snapshot, doing: Doing) -> SealedTestView:
    report, state = snapshot.report, snapshot.state
    return SealedTestView(
        rule=snapshot.rule or tr("ui.train_first"),
        proves=(state.checked or {}).get("proves", ""),
        can_open=snapshot.trained,
        openings=state.openings,
        figures=(report["sealed"] or {"in_people": tr("ui.no_sealed_cases")}) if report else None,
        report=report,
        prevalence=state.question.prevalence,
        mistakes=doing.mistakes,
        methods=snapshot.methods,
        patients_known=report is None or report["cases"]["patients_known"],
    )


def _use_view(snapshot: Snapshot) -> UseView:
    named = snapshot.state.named
    names = listed(snapshot.in_use)
    return UseView(
        name=named.name if named else snapshot.state.title,
        can_activate=snapshot.trained and snapshot.state.openings > 0,
        active=named is not None and named.activated,
        in_use=tr("ui.in_use", names=names) if names else tr("ui.none_in_use"),
        can_go_back=named is not None and named.activated,
        problem="" if snapshot.state.openings else tr("ui.open_test_first"),
    )
