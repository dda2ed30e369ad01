"""Teach: phantoms through the six steps with real clicks and keys, until the new model answers in the viewer."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QTabBar,
    QWidget,
)

from medapp.imaging.phantom import NODULE, PhantomCase, write_cases, write_png
from tests.e2e.driver import Driver, drive
from tests.e2e.keyboard import reach, strike, take_focus_back, type_into_dialog
from tests.e2e.screens import press, text_of
from tests.e2e.watchdog import Watchdog

pytestmark = pytest.mark.e2e
PATTERN = r"(patient\d+)_"
BOUND_SECONDS = 0.05
"""What a training may take of the window's thread in one event."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty patients of each class."""
    return write_cases(tmp_path_factory.mktemp("Fälle"), patients_per_class=30)


def write_question(hands: Driver) -> None:
    hands.click(hands.tool_button("show_teaching"))
    for name, text in {"people": "phantoms", "find": NODULE}.items():
        field = hands.find(QLineEdit, f"question_{name}")
        hands.wait_for(field.isVisible, "the question")
        hands.click(field)
        QTest.keyClicks(field, text)
    press(hands, "question_next")


def choose_and_seal(hands: Driver, cases: Path) -> None:
    hands.drop([cases])
    hands.wait_for(lambda: "Patients are not known" in text_of(hands, "cases_patients"), "the classes")
    pattern = hands.find(QLineEdit, "patient_pattern")
    hands.click(pattern)
    QTest.keyClicks(pattern, PATTERN)
    hands.key(Qt.Key.Key_Return)
    hands.wait_for(lambda: "60 patients" in text_of(hands, "cases_patients"), "the count of patients")
    press(hands, "cases_next")
    hands.wait_for(lambda: text_of(hands, "proves"), "what the numbers can prove")
    press(hands, "seal")
    press(hands, "check_next")


def look_into_tabs(hands: Driver) -> list[str]:
    """Click on every tab, and return their titles."""
    bar = hands.find(QTabBar, "sealed_tabs")
    shown = [place for place in range(bar.count()) if bar.isTabVisible(place)]
    for place in shown:
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())
        hands.wait_for(lambda place=place: bar.currentIndex() == place, "the tab")
        QTest.qWait(50)
    return [bar.tabText(place) for place in shown]


def choose_tab(hands: Driver, title: str) -> None:
    bar = hands.find(QTabBar, "sealed_tabs")
    place = next(place for place in range(bar.count()) if bar.tabText(place) == title)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())


def save_by(hands: Driver, name: str, path: Path) -> None:
    type_into_dialog(path)
    press(hands, name)
    take_focus_back(hands)
    hands.wait_for(path.is_file, path.name)


def test_phantoms_become_a_model_that_answers_in_the_viewer(qapp: QApplication, cases: Path, tmp_path: Path) -> None:
    unseen = write_png(tmp_path / "unseen" / "new.png", PhantomCase(999_999, nodule=True, size=128))
    dogs: list[Watchdog] = []

    def script(hands: Driver) -> None:
        write_question(hands)
        choose_and_seal(hands, cases)
        assert hands.find(QComboBox, "start_model").currentText().startswith("Starter model")
        dogs.append(Watchdog(qapp))
        press(hands, "train_instant")
        press(hands, "train_next", seconds=120)
        dogs[0].end(qapp)

        assert text_of(hands, "in_people") == "", "no figure shows before the seal is opened"
        press(hands, "open_sealed_test")
        hands.wait_for(lambda: "nodule cases found (95 %" in text_of(hands, "in_people"), "the figures in people")
        follow_the_prevalence(hands)
        titles = look_into_tabs(hands)
        assert {"Figures", "Alarm level", "Mistakes", "Methods text"} <= set(titles), titles
        move_the_slider(hands)
        copy_the_methods(hands)
        save_by(hands, "save_report", tmp_path / "Bericht.html")
        save_by(hands, "save_predictions", tmp_path / "Antworten.csv")
        save_by(hands, "export_lab_book", tmp_path / "Laborbuch.csv")
        press(hands, "sealed_next")

        title = hands.find(QLineEdit, "model_title")
        title.selectAll()
        QTest.keyClicks(title, "Nodules of phantoms")
        press(hands, "activate")
        hands.wait_for(lambda: "Nodules of phantoms" in text_of(hands, "model_in_use"), "the model in use")
        answer_in_the_viewer(hands, unseen)

    drive(["open"], script)
    print("over 10 ms while it trained:", *dogs[0].worst()[:12], sep="\n  ")
    too_long = [str(busy) for busy in dogs[0].slow if busy.seconds > BOUND_SECONDS]
    assert not too_long, too_long
    assert "<html" in (tmp_path / "Bericht.html").read_text("utf-8")
    assert len(rows_of(tmp_path / "Antworten.csv")) > 5
    actions = [row["action"] for row in rows_of(tmp_path / "Laborbuch.csv")]
    assert actions[0] == "created"
    assert actions[-1] == "opened"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def follow_the_prevalence(hands: Driver) -> None:
    """The figures follow the share that is typed."""
    share = hands.find(QDoubleSpinBox, "test_prevalence")
    before = text_of(hands, "prevalence_told")
    hands.click(share)
    share.selectAll()
    QTest.keyClicks(share, "50")
    hands.key(Qt.Key.Key_Return)
    hands.wait_for(lambda: text_of(hands, "prevalence_told") != before, "other predictive values")


def move_the_slider(hands: Driver) -> None:
    """The slider tells of cases for learning, and nothing about the sealed test moves."""
    choose_tab(hands, "Alarm level")
    slider = hands.find(QSlider, "alarm_slider")
    hands.wait_for(slider.isVisible, "the slider")
    locked, tested, people = (text_of(hands, name) for name in ("alarm_told", "alarm_tested", "in_people"))
    slider.setFocus()
    for _ in range(4):
        hands.key(Qt.Key.Key_PageDown)
    assert text_of(hands, "alarm_told") != locked
    assert (text_of(hands, "alarm_tested"), text_of(hands, "in_people")) == (tested, people)
    press(hands, "alarm_back")
    assert text_of(hands, "alarm_told") == locked


def copy_the_methods(hands: Driver) -> None:
    choose_tab(hands, "Methods text")
    press(hands, "methods_copy")
    assert QApplication.clipboard().text() == hands.find(QLabel, "methods_text").text()


def answer_in_the_viewer(hands: Driver, image: Path) -> None:
    hands.click(hands.tool_button("show_reading"))
    hands.drop([image])
    viewer = hands.find(QWidget, "viewer")
    hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 200, "the new picture")
    hands.key(Qt.Key.Key_A)
    bar = f"bar_{NODULE}"
    hands.wait_for(lambda: hands.window.findChild(QWidget, bar) or text_of(hands, "refusal"), "the answer", 120)
    assert text_of(hands, "model_name") == "Nodules of phantoms"
    assert text_of(hands, "refusal") == ""


def test_the_six_steps_can_be_gone_with_the_keyboard_alone(qapp: QApplication, cases: Path) -> None:
    def script(hands: Driver) -> None:
        hands.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        hands.wait_for(hands.find(QLineEdit, "question_find").isVisible, "the question")
        QTest.keyClicks(reach(hands, "question_find"), NODULE)
        strike(hands, "question_next")
        type_into_dialog(cases)
        strike(hands, "choose_folder")
        take_focus_back(hands)
        hands.wait_for(lambda: "Patients are not known" in text_of(hands, "cases_patients"), "the classes")
        QTest.keyClicks(reach(hands, "patient_pattern"), PATTERN)
        hands.key(Qt.Key.Key_Return)
        hands.wait_for(lambda: "60 patients" in text_of(hands, "cases_patients"), "the count of patients")
        strike(hands, "cases_next")
        strike(hands, "seal")
        strike(hands, "check_next")
        strike(hands, "train_instant")
        strike(hands, "train_pause")
        hands.wait_for(lambda: text_of(hands, "train_phase") == "Paused", "the pause")
        strike(hands, "train_pause")
        strike(hands, "train_next", seconds=120)
        strike(hands, "open_sealed_test")
        hands.wait_for(lambda: text_of(hands, "in_people"), "the figures in people")
        bar = reach(hands, "sealed_tabs")
        hands.key(Qt.Key.Key_Right)
        assert isinstance(bar, QTabBar)
        assert bar.currentIndex() > 0
        strike(hands, "sealed_next")
        strike(hands, "activate")
        hands.wait_for(lambda: "In use" in text_of(hands, "model_in_use"), "the model in use")

    drive(["open"], script)


def test_nothing_of_the_page_is_cut_off_in_a_small_window(qapp: QApplication) -> None:
    def script(hands: Driver) -> None:
        hands.window.resize(1024, 700)
        hands.click(hands.tool_button("show_teaching"))
        title = hands.find(QLabel, "question_sentence")
        hands.wait_for(title.isVisible, "the question")
        press(hands, "question_next")
        folder = hands.find(QPushButton, "choose_folder")
        hands.wait_for(folder.isVisible, "the cases")
        assert hands.window.rect().contains(folder.mapTo(hands.window, QPoint(folder.width(), folder.height())))

    drive(["open"], script)
