"""Step 3: what is offered about a finding, which pictures show it, and what the page does with both."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from medapp.jobs import Progress
from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import Taken
from medapp.ui.teaching_check_view import check_view, finding_view
from medapp.ui.teaching_state import Doing
from medapp.ui.widgets.teaching.check import CheckStep
from medapp.ui.widgets.teaching.check_views import CheckView, PageView
from medapp.workflows.offers import found, key_of, offered, pictures_of
from medapp.workflows.project_state import State
from tests.ui.check_states import check_states, finding, page_of, texts

SPLIT = {"sealed": {"a": 2}, "development": {"a": 8}, "development_patients": 8, "sealed_patients": 2, "given": False}


def told(code: str, severity: str = "serious", **more: Any) -> dict[str, Any]:
    return {"code": code, "severity": severity, "text": f"About {code}.", "params": {}, "paths": [], **more}


def checked(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "proves": "Little.", "findings": list(findings), "split": SPLIT, "classes": {"a": 10},
        "patients_known": True, "unreadable": [], **more,
    }  # fmt: skip


def state(answer: dict[str, Any], *taken: Taken, stale: bool = False) -> State:
    return State("T", "", checked=answer, remedies=taken, stale=stale)


def test_kept_findings_are_folded_and_all_decisions_listed() -> None:
    few = told("few", "caution", kept_because="rare")
    kept = Taken(Remedy("keep", {"because": "rare"}), "few", "", "About few.")
    view = check_view(state(checked(few, told("sizes_differ", "note")), kept), Doing())
    assert [one.code for one in view.findings] == ["sizes_differ"]
    assert [(one.text, one.about) for one in view.decisions] == [("Kept, because: rare", "About few.")]


def test_nothing_can_be_done_while_it_is_checked_or_trained() -> None:
    answer = checked(told("few"))
    assert not check_view(state(answer), Doing()).locked
    assert check_view(state(answer), Doing(reading=Progress(1, 2))).locked
    assert check_view(state(answer), Doing(training=True)).locked


def test_what_is_offered_is_told_apart_by_what_it_changes() -> None:
    remedies = [
        {"code": "mask_border", "params": {"share": 0.06}},
        {"code": "exclude", "params": {"cases": ["a", "b"]}},
        {"code": "keep", "params": {"because": ""}},
    ]
    view = finding_view(told("text_in_pictures", remedies=remedies), {})
    assert [(one.text, one.number) for one in view.fixes] == [("Mask the border (6 % at each edge)", 0)]
    assert [(one.text, one.number) for one in view.exclusions] == [("Leave out these files (2)", 1)]


def test_a_source_without_a_name_cannot_be_left_out() -> None:
    assert offered(told("confounded_site", remedies=[{"code": "drop_source", "params": {"value": ""}}]), {}) == ()


def test_files_that_cannot_be_read_can_be_left_out_all_at_once() -> None:
    answer = checked(told("unreadable"), unreadable=[{"path": f"/x/{n}.png"} for n in range(30)])
    assert [len(one.params["cases"]) for one in offered(answer["findings"][0], answer)] == [30]
    assert pictures_of(answer["findings"][0], answer) == ()


def test_copies_stand_beside_each_other_among_the_pictures() -> None:
    groups = [{"paths": ["a1", "a2"], "labels": ["a"], "across_split": False}]
    groups += [{"paths": ["b1", "c1"], "labels": ["b", "c"], "across_split": True}]
    answer = checked(told("duplicates"), told("label_conflict"), told("duplicate_across_split"), duplicates=groups)
    assert [pictures_of(one, answer) for one in answer["findings"]] == [("a1", "a2"), ("b1", "c1"), ("b1", "c1")]
    codes = [offered(one, answer)[0].code for one in answer["findings"]]
    assert codes == ["keep_one", "exclude", "keep_one"]


def test_findings_of_one_code_are_told_apart_by_what_they_are_about() -> None:
    one, other = told("few", params={"name": "ill"}), told("few", params={"name": "healthy"})
    assert key_of(one) != key_of(other)
    assert found(checked(one, other), key_of(other)) == other
    assert found(checked(one), key_of(other)) is None


@pytest.fixture
def step(qtbot: QtBot) -> CheckStep:
    made = CheckStep()
    qtbot.addWidget(made)
    made.resize(900, 700)
    return made


def find(step: CheckStep, name: str) -> QPushButton:
    return next(one for one in step.findChildren(QPushButton, name) if not one.isHidden())


def test_the_only_thing_that_is_offered_is_done_by_its_button(step: CheckStep, qtbot: QtBot) -> None:
    step.render_check(CheckView("x", (finding("duplicates", texts()["duplicates"]),)))
    with qtbot.waitSignal(step.fix_requested) as asked:
        find(step, "exclude_duplicates").click()
    assert asked.args[1] == 0


def test_one_of_several_is_chosen_from_a_menu(step: CheckStep, qtbot: QtBot) -> None:
    step.render_check(CheckView("x", (finding("shortcut_frame", texts()["shortcut_frame"]),)))
    actions = find(step, "fix_shortcut_frame").menu().actions()
    assert [action.text()[:4] for action in actions] == ["Mask", "Cut ", "Crop"]
    with qtbot.waitSignal(step.fix_requested) as asked:
        actions[1].trigger()
    assert asked.args == ["shortcut_frame|pneumonia", 1]


def test_a_finding_is_kept_only_with_a_reason_by_keys_alone(step: CheckStep, qtbot: QtBot) -> None:
    step.render_check(CheckView("x", (finding("few", texts()["few"]),)))
    step.show()
    find(step, "keep_few").click()
    line = step.findChild(QLineEdit, "because_few")
    assert line is not None
    assert not find(step, "confirm_few").isEnabled()
    with qtbot.assertNotEmitted(step.keep_requested):
        qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClicks(line, " rare ")
    with qtbot.waitSignal(step.keep_requested) as asked:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == ["few|pneumonia", "rare"]
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.isHidden() or not line.isVisible()
    step.hide()


def test_what_blocks_offers_no_reason(step: CheckStep) -> None:
    step.render_check(CheckView("x", (finding("empty_class", texts()["empty_class"]),)))
    assert not step.findChildren(QPushButton, "keep_empty_class")


def test_the_pictures_are_asked_for_when_they_are_looked_at_and_paged(step: CheckStep, qtbot: QtBot) -> None:
    view = CheckView("x", (finding("duplicates", texts()["duplicates"]),))
    key = view.findings[0].key
    step.render_check(view)
    with qtbot.waitSignal(step.page_requested) as asked:
        step.show()
    assert asked.args == [key, 0]
    step.render_check(CheckView("x", view.findings, pages={key: page_of()}))
    assert not find(step, "before_duplicates").isEnabled()
    with qtbot.waitSignal(step.page_requested) as asked:
        find(step, "after_duplicates").click()
    assert asked.args == [key, 1]
    step.render_check(CheckView("x", view.findings, pages={key: PageView(1, page_of().pictures[:2])}))
    drawn = [one for one in step.findChildren(QLabel, "picture_duplicates") if not one.pixmap().isNull()]
    assert len(drawn) == 2
    step.hide()


def test_what_was_decided_is_folded_and_undone_by_its_place(step: CheckStep, qtbot: QtBot) -> None:
    step.render_check(check_states()["decided"])
    assert not step.findChildren(QPushButton, "undo_1")[0].isVisible()
    step.show()
    find(step, "decided").click()
    with qtbot.waitSignal(step.undo_requested) as asked:
        find(step, "undo_1").click()
    assert asked.args == [1]
    step.hide()


def test_a_check_that_is_out_of_date_is_not_sealed(step: CheckStep) -> None:
    step.render_check(check_states()["stale"])
    assert not find(step, "seal").isEnabled()
    step.render_check(check_states()["decided"])
    assert find(step, "seal").isEnabled()


def test_a_reason_that_is_being_written_survives_pictures_that_come(step: CheckStep, qtbot: QtBot) -> None:
    view = CheckView("x", (finding("duplicates", texts()["duplicates"]),))
    step.render_check(view)
    line = step.findChild(QLineEdit, "because_duplicates")
    assert line is not None
    line.setText("half a sen")
    step.render_check(CheckView("x", view.findings, pages={view.findings[0].key: page_of()}))
    assert step.findChild(QLineEdit, "because_duplicates") is line
