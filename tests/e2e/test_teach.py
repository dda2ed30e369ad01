"""Teach: 60 phantoms through the six steps with real clicks and keys, until the new model answers in the viewer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from medapp.imaging.phantom import NODULE, PhantomCase, write_cases, write_png
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import press, text_of

pytestmark = pytest.mark.e2e


def test_sixty_phantoms_become_a_model_that_answers_in_the_viewer(qapp: QApplication, tmp_path: Path) -> None:
    cases = write_cases(tmp_path / "cases", patients_per_class=30)
    unseen = write_png(tmp_path / "unseen" / "new.png", PhantomCase(999_999, nodule=True, size=128))

    def script(hands: Driver) -> None:
        hands.click(hands.tool_button("show_teaching"))
        field = hands.find(QLineEdit, "question_people")
        hands.wait_for(field.isVisible, "the question")
        hands.click(field)
        QTest.keyClicks(field, "phantoms")
        press(hands, "question_next")

        hands.drop([cases])
        hands.wait_for(lambda: "Patients are not known" in text_of(hands, "cases_patients"), "the classes")
        pattern = hands.find(QLineEdit, "patient_pattern")
        hands.click(pattern)
        QTest.keyClicks(pattern, r"(patient\d+)_")
        hands.key(Qt.Key.Key_Return)
        hands.wait_for(lambda: "60 patients" in text_of(hands, "cases_patients"), "the count of patients")
        press(hands, "cases_next")

        hands.wait_for(lambda: text_of(hands, "proves"), "what the numbers can prove")
        press(hands, "seal")
        press(hands, "check_next")

        press(hands, "train_instant")
        press(hands, "train_next", seconds=120)

        assert text_of(hands, "in_people") == "", "no figure shows before the seal is opened"
        press(hands, "open_sealed_test")
        hands.wait_for(lambda: "nodule cases found (95 %" in text_of(hands, "in_people"), "the figures in people")
        press(hands, "sealed_next")

        title = hands.find(QLineEdit, "model_title")
        title.selectAll()
        QTest.keyClicks(title, "Nodules of phantoms")
        press(hands, "activate")
        hands.wait_for(lambda: "Nodules of phantoms" in text_of(hands, "model_in_use"), "the model in use")

        hands.click(hands.tool_button("show_reading"))
        hands.drop([unseen])
        viewer = hands.find(QWidget, "viewer")
        hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 200, "the new picture")
        hands.key(Qt.Key.Key_A)
        bar = f"bar_{NODULE}"
        hands.wait_for(lambda: hands.window.findChild(QWidget, bar) is not None, "the answer of the new model")

    drive(["open"], script)
