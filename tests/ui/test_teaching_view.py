"""The teaching page shows what the project remembers, and nothing of the sealed test before it was opened."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medapp.jobs import Progress
from medapp.training.checking.findings import SEVERITIES
from medapp.training.runs.run import RunState
from medapp.ui.teaching_state import Doing, Snapshot
from medapp.ui.teaching_train_view import run_row
from medapp.ui.teaching_view import question_of, question_view, view_of
from medapp.ui.widgets.teaching.check import CheckStep
from medapp.ui.widgets.teaching.check_views import CheckView, FindingView
from medapp.ui.widgets.teaching.question import QuestionStep
from medapp.ui.widgets.teaching.rail import StepRail
from medapp.ui.widgets.teaching.sealed_test import SealedTestStep
from medapp.ui.widgets.teaching.train import TrainStep
from medapp.ui.widgets.teaching.use import UseStep
from medapp.ui.widgets.teaching.views import (
    QuestionView,
    RunRow,
    SealedTestView,
    Step,
    StepMark,
    TeachingView,
    TrainView,
    UseView,
)
from medapp.ui.widgets.themed import Mark
from medapp.workflows.project_state import Named, Question, State
from medapp.workflows.project_state import StepMark as ProjectMark

CHECKED: dict[str, Any] = {
    "classes": {"nodule": 30, "normal": 30},
    "patients": 60,
    "patients_known": True,
    "unreadable": [],
    "findings": [{"code": "few", "severity": "caution", "text": "Few patients."}],
    "proves": "Even 5 of 5 right shows only at least 57 % (95 % interval).",
    "split": {
        "given": False,
        "sealed": {"nodule": 6, "normal": 6},
        "development": {"nodule": 24, "normal": 24},
        "sealed_patients": 12,
        "development_patients": 48,
    },
}
ESTIMATE = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 12}
FIGURES: dict[str, Any] = {
    "in_people": "Of 100 with nodule it finds 88 (77–95).",
    "n_cases": 12,
    "n_patients": 12,
    "auc": ESTIMATE,
    "sensitivity": ESTIMATE,
    "specificity": ESTIMATE,
    "confusion": {"classes": ["nodule", "normal"], "matrix": [[5, 1], [0, 6]]},
    "roc": [
        {"threshold": 1.0, "false_positive_rate": 0.0, "true_positive_rate": 0.0},
        {"threshold": 0.5, "false_positive_rate": 0.0, "true_positive_rate": 0.8},
        {"threshold": 0.0, "false_positive_rate": 1.0, "true_positive_rate": 1.0},
    ],
    "notes": [],
}


@pytest.fixture
def snapshot() -> Snapshot:
    state = State("Nodules", "2026-01-02T10:00:00Z", cases="/data/cases", checked=CHECKED)
    return Snapshot(state, {step.value: ProjectMark() for step in Step})


def texts_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def press(widget: QWidget, name: str) -> None:
    found = widget.findChild(QPushButton, name)
    assert found is not None
    assert found.isEnabled()
    found.click()


def test_a_question_survives_the_way_to_the_fields_and_back() -> None:
    question = Question("chest", "children", "nodule", "normal", 0.95, 0.05)
    assert question_of(question_view(question)) == question


def test_a_prevalence_that_is_not_known_stays_unknown() -> None:
    assert question_of(question_view(Question())).prevalence is None


def test_without_a_project_nothing_can_be_trained() -> None:
    view = view_of(None, Doing())
    assert not view.train.can_train
    assert view.train.problem


def test_training_waits_for_the_seal(snapshot: Snapshot) -> None:
    assert not view_of(snapshot, Doing()).train.can_train
    sealed = replace(snapshot, state=replace(snapshot.state, sealed="2026-01-02T11:00:00Z"))
    assert view_of(sealed, Doing()).train.can_train


def test_blocking_findings_keep_the_test_from_being_sealed(snapshot: Snapshot) -> None:
    assert view_of(snapshot, Doing()).check.can_seal
    blocking = [{"code": "x", "severity": "blocking", "text": "Too few."}]
    blocked = replace(snapshot, state=replace(snapshot.state, checked={**CHECKED, "findings": blocking}))
    assert not view_of(blocked, Doing()).check.can_seal


def test_the_model_can_be_used_only_after_the_sealed_test(snapshot: Snapshot) -> None:
    trained = replace(snapshot, trained=True)
    assert not view_of(trained, Doing()).use.can_activate
    opened = replace(
        trained,
        state=replace(snapshot.state, openings=1),
        report={"sealed": FIGURES, "cases": {"patients_known": True}},
    )
    assert view_of(opened, Doing()).use.can_activate


def test_going_back_needs_an_activated_model(snapshot: Snapshot) -> None:
    assert not view_of(snapshot, Doing()).use.can_go_back
    named = Named("nodule", "1.0", "Nodule", activated=True)
    assert view_of(replace(snapshot, state=replace(snapshot.state, named=named)), Doing()).use.can_go_back


def test_a_run_is_told_by_the_cases_for_learning_alone() -> None:
    end = {"event": "finished", "report": {"development": {"auc": ESTIMATE}, "sealed": {"auc": {"value": 0.11}}}}
    row = run_row("quick", end)
    assert row.figure == "0.90 (0.80–0.95)"


def test_a_run_that_failed_says_why() -> None:
    assert run_row("instant", {"event": "failed", "reason": "The disk is full."}).text == "The disk is full."


def test_the_rail_marks_what_is_done_and_what_asks_for_attention(qtbot: QtBot) -> None:
    rail = StepRail()
    qtbot.addWidget(rail)
    rail.render_steps("x", Step.CHECK, {Step.QUESTION: StepMark(done=True), Step.CHECK: StepMark(True, "2 serious")})
    question, check = (rail.findChild(QPushButton, f"step_{step}") for step in (Step.QUESTION, Step.CHECK))
    assert question is not None
    assert check is not None
    assert question.accessibleName().endswith("✓")
    assert check.accessibleName().endswith("⚠ 2 serious ✓")
    assert check.isChecked()
    with qtbot.waitSignal(rail.step_requested) as asked:
        question.click()
    assert asked.args == [Step.QUESTION]


def test_the_rail_is_as_wide_as_its_longest_line(qtbot: QtBot) -> None:
    rail = StepRail()
    qtbot.addWidget(rail)
    rail.render_steps("x", Step.CHECK, {Step.CASES: StepMark(True, "100 unreadable")})
    cases, mark = rail.findChild(QPushButton, f"step_{Step.CASES}"), rail.findChild(QLabel, f"mark_{Step.CASES}")
    assert cases is not None
    assert mark is not None
    assert mark.text() == "⚠ 100 unreadable ✓"
    assert rail.width() > cases.sizeHint().width() + mark.sizeHint().width()


def test_the_question_is_asked_for_as_it_is_written(qtbot: QtBot) -> None:
    step = QuestionStep()
    qtbot.addWidget(step)
    step.render_question(TeachingView().question)
    edit = step.findChild(QLineEdit, "question_find")
    assert edit is not None
    edit.setText("nodule")
    with qtbot.waitSignal(step.question_requested) as asked:
        edit.editingFinished.emit()
    assert asked.args[0].find == "nodule"
    assert asked.args[0].find_at_least == 90


def test_findings_stand_with_their_weight(qtbot: QtBot) -> None:
    step = CheckStep()
    qtbot.addWidget(step)
    findings = (FindingView("blocking", "Too few.", ("a.png",)), FindingView("note", "Sizes differ."))
    step.render_check(CheckView(proves="Little.", findings=findings))
    assert "To be mended before a training" in texts_of(step)
    assert "Check: 1 to mend" in texts_of(step)
    assert "a.png" in texts_of(step)
    seal = step.findChild(QPushButton, "seal")
    assert seal is not None
    assert not seal.isEnabled()


@pytest.mark.parametrize(
    ("weights", "title"),
    [
        (("serious", "caution"), "Check: 1 serious finding"),
        (("serious", "serious", "note"), "Check: 2 serious findings"),
        (("caution", "note"), "Check"),
    ],
)
def test_serious_findings_are_named_in_the_title(qtbot: QtBot, weights: tuple[str, ...], title: str) -> None:
    step = CheckStep()
    qtbot.addWidget(step)
    step.render_check(CheckView(proves="Little.", findings=tuple(FindingView(weight, "x") for weight in weights)))
    shown = step.findChild(QLabel, "check_title")
    assert shown is not None
    assert shown.text() == title


def test_every_weight_of_a_finding_has_an_icon_of_its_own(qtbot: QtBot) -> None:
    step = CheckStep()
    qtbot.addWidget(step)
    step.render_check(CheckView(findings=tuple(FindingView(weight, "x") for weight in SEVERITIES)))
    pictures = [mark.pixmap().toImage() for mark in step.findChildren(Mark)]
    assert len(pictures) == len(SEVERITIES)
    assert all(one != other for one, other in itertools.combinations(pictures, 2))


def test_where_patients_are_unknown_the_card_leads_to_the_pattern(qtbot: QtBot) -> None:
    step = CheckStep()
    qtbot.addWidget(step)
    step.render_check(CheckView(findings=(FindingView("serious", "Patients?", code="patients_unknown"),)))
    with qtbot.waitSignal(step.pattern_requested):
        press(step, "give_pattern")


@pytest.mark.parametrize(
    ("step", "severity", "text"),
    [
        (Step.CHECK, "serious", "1 serious"),
        (Step.CHECK, "blocking", "1 to mend"),
        (Step.CASES, "note", "1 unreadable"),
        (Step.USE, "note", ""),
    ],
)
def test_a_mark_of_the_rail_says_what_asks_for_attention(
    snapshot: Snapshot, step: Step, severity: str, text: str
) -> None:
    found = [{"code": "x", "severity": severity, "text": "x"}]
    state = replace(snapshot.state, checked={**CHECKED, "findings": found})
    marks = {**snapshot.marks, step.value: ProjectMark(attention=1 if text else 0)}
    assert view_of(replace(snapshot, state=state, marks=marks), Doing()).marks[step].attention == text


def test_where_patients_are_unknown_images_alone_are_counted(qtbot: QtBot, snapshot: Snapshot) -> None:
    state = replace(snapshot.state, checked={**CHECKED, "patients_known": False}, openings=1)
    report = {"sealed": FIGURES, "cases": {"patients_known": False}}
    view = view_of(replace(snapshot, state=state, report=report), Doing())
    assert view.check.sealed_text == "For learning: 48 images. For the test: 12 images."
    step = SealedTestStep()
    qtbot.addWidget(step)
    step.render_sealed_test(view.sealed_test)
    assert "12 images" in texts_of(step)
    assert "patients" not in texts_of(step)


def test_once_something_was_trained_going_on_is_what_stands_out(qtbot: QtBot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    step.render_train(TrainView(can_train=True))
    assert step.instant.property("role") == "primary"
    assert step.instant.text().startswith("Train (about")
    step.render_train(TrainView(can_train=True, runs=(RunRow("instant", "AUC 0.90"),)))
    assert step.instant.property("role") == ""
    assert step.instant.text().startswith("Train again (about")
    assert step.quick.text().startswith("Improve (about")
    assert "Train (last layer)" in texts_of(step.runs)
    go_on = step.findChild(QPushButton, "train_next")
    assert go_on is not None
    assert go_on.property("role") == "primary"


def test_after_a_training_that_failed_training_is_what_stands_out(qtbot: QtBot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    step.render_train(TrainView(can_train=True, runs=(RunRow("instant", "The disk is full.", finished=False),)))
    assert step.instant.property("role") == "primary"
    go_on = step.findChild(QPushButton, "train_next")
    assert go_on is not None
    assert not go_on.isVisibleTo(step)


def test_a_training_under_way_can_be_stopped_but_not_started_again(qtbot: QtBot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    step.render_train(TrainView(can_train=True, running=True, phase="Learning", done=3, total=9, seconds_left=100))
    assert not step.instant.isEnabled()
    assert "time left 1:40" in texts_of(step)
    with qtbot.waitSignal(step.stop_requested):
        press(step, "train_stop")


def test_a_training_that_is_not_up_yet_can_be_neither_paused_nor_stopped(qtbot: QtBot, snapshot: Snapshot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    for followed in (False, True):
        step.render_train(view_of(snapshot, Doing(training=True, followed=followed)).train)
        for name in ("train_pause", "train_stop"):
            button = step.findChild(QPushButton, name)
            assert button is not None
            assert button.isEnabled() is followed


def test_how_fast_a_training_goes_stands_beside_the_time_left(qtbot: QtBot, snapshot: Snapshot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    state = RunState().after({"event": "speed", "images_per_second": 41.6, "memory_mb": 1536})
    progress = Progress(3, 9, "Learning", 100)
    step.render_train(view_of(snapshot, Doing(training=True, run=state, progress=progress)).train)
    assert "time left 1:40 · 42 images/s · 1.5 GB of memory" in texts_of(step)
    waiting = replace(state, paused=True)
    step.render_train(view_of(snapshot, Doing(training=True, run=waiting, progress=progress)).train)
    assert "images/s" not in "".join(texts_of(step))


def test_a_training_under_way_can_be_let_wait_and_an_interrupted_one_gone_on_with(qtbot: QtBot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    for paused in (False, True):
        step.render_train(TrainView(can_train=True, running=True, paused=paused))
        with qtbot.waitSignal(step.pause_requested) as asked:
            press(step, "train_pause")
        assert asked.args == [not paused]
    go_on = step.findChild(QPushButton, "train_go_on")
    assert go_on is not None
    assert not go_on.isVisibleTo(step)
    step.render_train(TrainView(can_train=True, can_go_on=True))
    with qtbot.waitSignal(step.go_on_requested):
        press(step, "train_go_on")


@pytest.mark.parametrize("effort", ["instant", "quick", "thorough"])
def test_each_effort_can_be_asked_for(qtbot: QtBot, effort: str) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    step.render_train(TrainView(can_train=True))
    with qtbot.waitSignal(step.train_requested) as asked:
        press(step, f"train_{effort}")
    assert asked.args == [effort]


def test_a_curve_grows_with_the_passes(qtbot: QtBot, snapshot: Snapshot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    points = tuple({"number": n, "train_loss": 1 / n, "validation_loss": None, "auc": None} for n in (1, 2, 3))
    doing = Doing(training=True, run=RunState(curve=points), progress=Progress(3, 9, "Learning"))
    step.render_train(view_of(snapshot, doing).train)
    assert [len(curve.points) for curve in step.card.chart._curves] == [3]


def test_figures_are_hidden_until_the_test_is_opened(qtbot: QtBot) -> None:
    step = SealedTestStep()
    qtbot.addWidget(step)
    step.render_sealed_test(SealedTestView("The rule.", can_open=True))
    assert "Of 100" not in texts_of(step)
    with qtbot.waitSignal(step.open_requested):
        press(step, "open_sealed_test")
    step.render_sealed_test(SealedTestView("The rule.", can_open=True, openings=1, figures=FIGURES))
    assert "Of 100 with nodule it finds 88" in texts_of(step)
    assert "0.90 (0.80–0.95)" in texts_of(step)


def test_the_operating_point_is_marked_on_the_curve(qtbot: QtBot) -> None:
    step = SealedTestStep()
    qtbot.addWidget(step)
    step.render_sealed_test(SealedTestView(figures=FIGURES, openings=1))
    assert step.figures.roc._mark == pytest.approx((0.1, 0.9))


def test_a_second_opening_is_told(qtbot: QtBot) -> None:
    step = SealedTestStep()
    qtbot.addWidget(step)
    step.render_sealed_test(SealedTestView(figures=FIGURES, openings=2))
    assert "opened 2 times" in texts_of(step)


def test_the_name_goes_with_the_wish_to_activate(qtbot: QtBot) -> None:
    step = UseStep()
    qtbot.addWidget(step)
    step.render_use(UseView(name="Nodule", can_activate=True))
    with qtbot.waitSignal(step.activate_requested) as asked:
        press(step, "activate")
    assert asked.args == ["Nodule"]


def test_what_was_typed_stays_when_an_older_question_is_rendered(qtbot: QtBot) -> None:
    step = QuestionStep()
    qtbot.addWidget(step)
    find = step.findChild(QLineEdit, "question_find")
    assert find is not None
    qtbot.keyClicks(find, "nodule")
    step.render_question(QuestionView(people="phantoms"))
    assert find.text() == "nodule"
    step.render_question(QuestionView(people="phantoms", find="tumour"))
    assert find.text() == "tumour"
