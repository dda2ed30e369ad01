"""The opened sealed test: what the slider and the prevalence may change, and which tabs have something to say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from medapp.ui.widgets.teaching.alarm_level import point_at, validation_points
from medapp.ui.widgets.teaching.sealed_test import SealedTestStep
from medapp.ui.widgets.teaching.trust import trust_text
from tests.ui.teaching_states import report, sealed_view, several_report


@pytest.fixture
def step(qtbot: QtBot) -> SealedTestStep:
    made = SealedTestStep()
    qtbot.addWidget(made)
    made.render_sealed_test(sealed_view(report()))
    return made


def text_of(step: QWidget, name: str) -> str:
    found = step.findChild(QLabel, name)
    assert found is not None
    return found.text()


def titles(step: SealedTestStep) -> list[str]:
    return [step.tabs.bar.tabText(place) for place in step.tabs.offered]


def test_the_slider_begins_at_the_locked_level_and_moves_on_validation_alone(step: SealedTestStep) -> None:
    slider = step.findChild(QSlider, "alarm_slider")
    assert slider is not None
    assert slider.value() == 360
    locked, tested, people = (text_of(step, name) for name in ("alarm_told", "alarm_tested", "in_people"))
    slider.setValue(800)
    assert text_of(step, "alarm_told") != locked
    assert text_of(step, "alarm_told").startswith("On the cases for learning, at 80 %")
    assert step.alarm_level.chart._axes.upright_name == "level 80 %"
    assert (text_of(step, "alarm_tested"), text_of(step, "in_people")) == (tested, people)
    back = step.findChild(QPushButton, "alarm_back")
    assert back is not None
    back.click()
    assert text_of(step, "alarm_told") == locked


def test_a_level_has_the_shares_of_the_next_threshold_from_there_on() -> None:
    points = validation_points({"validation": {"curve": [[0.9, 0.2, 1.0], [0.1, 1.0, 0.3], [0.5, 0.8, 0.7]]}})
    assert [point_at(points, level)[0] for level in (0.0, 0.1, 0.11, 0.5, 0.95)] == [0.1, 0.1, 0.5, 0.5, 0.9]


def test_predictive_values_follow_the_share_that_is_typed(step: SealedTestStep) -> None:
    share = step.findChild(QDoubleSpinBox, "test_prevalence")
    assert share is not None
    assert share.value() == 5.0
    rare = text_of(step, "prevalence_told")
    share.setValue(50.0)
    common = text_of(step, "prevalence_told")
    assert rare.startswith("of 100 alarms 34")
    assert common.startswith("of 100 alarms 91")


def test_a_share_that_nobody_gave_is_told_to_be_assumed_until_one_is_typed(step: SealedTestStep) -> None:
    told, share = step.findChild(QLabel, "prevalence_assumed"), step.findChild(QDoubleSpinBox, "test_prevalence")
    assert told is not None
    assert share is not None
    given = sealed_view(report())
    step.render_sealed_test(replace(given, prevalence=None, openings=given.openings + 1))
    assert not told.isHidden()
    share.setValue(12.0)
    assert told.isHidden()
    step.render_sealed_test(replace(given, prevalence=0.05, openings=given.openings + 2))
    assert told.isHidden()


def test_after_the_test_was_opened_the_keyboard_is_at_the_tabs(qtbot: QtBot, step: SealedTestStep) -> None:
    opened = sealed_view(report())
    step.render_sealed_test(replace(opened, figures=None, report=None, openings=0))
    with qtbot.waitExposed(step):
        step.show()
    step.activateWindow()
    open_it = step.findChild(QPushButton, "open_sealed_test")
    assert open_it is not None
    open_it.setFocus()
    qtbot.waitUntil(open_it.hasFocus)
    step.render_sealed_test(opened)
    assert step.tabs.bar.hasFocus()
    step.hide()


def test_the_same_report_rendered_again_leaves_what_was_typed(step: SealedTestStep) -> None:
    share = step.findChild(QDoubleSpinBox, "test_prevalence")
    assert share is not None
    share.setValue(33.0)
    step.render_sealed_test(replace(sealed_view(report()), mistakes=None))
    assert share.value() == 33.0


def test_tabs_without_anything_to_say_are_left_out(step: SealedTestStep) -> None:
    whole = ["Figures", "Alarm level", "Is 80 % really 80 %?", "Groups", "Mistakes", "Methods text"]
    assert titles(step) == whole
    told = report()
    told["sealed"] |= {"groups": [], "calibration": None}
    del told["validation"]
    step.render_sealed_test(sealed_view(told, methods=""))
    assert titles(step) == ["Figures", "Mistakes"]


def test_several_labels_stand_in_a_table_of_their_own(step: SealedTestStep) -> None:
    step.render_sealed_test(sealed_view(several_report(), prevalence=None))
    assert titles(step) == ["Figures", "Labels", "Mistakes", "Methods text"]
    told = {label.text() for label in step.labels.findChildren(QLabel)}
    assert {"pneumothorax", "Fewer than 20 with it: read the interval."} <= told
    assert not step.prevalence.isVisibleTo(step)


def test_a_report_of_a_project_without_sealed_cases_says_so(qtbot: QtBot) -> None:
    step = SealedTestStep()
    qtbot.addWidget(step)
    nothing: dict[str, Any] = {"in_people": "There are no sealed cases."}
    step.render_sealed_test(sealed_view({"sealed": nothing, "threshold": None}))
    assert text_of(step, "in_people") == "There are no sealed cases."
    assert titles(step) == ["Figures", "Methods text"]


def test_mistakes_are_asked_for_when_they_are_looked_at(qtbot: QtBot, step: SealedTestStep) -> None:
    step.show()
    with qtbot.waitSignal(step.mistakes_requested):
        step.tabs.bar.setCurrentIndex(titles(step).index("Mistakes") + 1)  # the tab of labels is left out before it
    step.render_sealed_test(sealed_view(report(), mistakes=()))
    assert text_of(step, "mistakes_told").startswith("No wrong answer")
    step.hide()


def test_the_methods_text_is_copied_as_it_stands(step: SealedTestStep) -> None:
    copy = step.findChild(QPushButton, "methods_copy")
    assert copy is not None
    copy.click()
    assert QGuiApplication.clipboard().text().startswith("Methods. The model was")


@pytest.mark.parametrize(("name", "signal"), [("save_report", "report"), ("save_predictions", "predictions")])
def test_report_and_predictions_can_be_taken_along(qtbot: QtBot, step: SealedTestStep, name: str, signal: str) -> None:
    button = step.findChild(QPushButton, name)
    assert button is not None
    with qtbot.waitSignal(getattr(step, f"{signal}_requested")):
        button.click()


def test_trust_is_told_at_80_percent_or_where_the_curve_comes_nearest() -> None:
    curve = [[0.1, 0.12, 0.05, 0.2], [0.6, 0.5, 0.4, 0.62]]
    assert trust_text({"smoothed": curve}) == "Where it said about 60 %, 50 of 100 had it (40–62)."
    assert "Too few cases" in trust_text({"smoothed": []})
