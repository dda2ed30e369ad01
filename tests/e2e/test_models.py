"""The dialog of models (Ctrl+M) with mouse and keys: import, card, scope, versions, going back, removal, ONNX; and what
becomes of answers that are on screen meanwhile."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QListWidget, QPushButton, QTextBrowser
from torchvision import models

from medapp.classify.archive import pack
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.folders import user_folders
from medapp.i18n import tr
from medapp.ui.widgets.worklist_table import WorklistTable
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import press, text_of
from tests.e2e.test_worklist import cell, opened, without_classifying_ahead
from tests.trial_packages import package_at

pytestmark = pytest.mark.e2e
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def package_file(tmp_path: Path) -> Path:
    made = package_at(tmp_path / "made", scope=Scope(("PICTURE", "DX")), card="# Trial\nHow it was made.\n")
    pack(made, tmp_path / "Modell ü.zip")
    return tmp_path / "Modell ü.zip"


@pytest.fixture
def weight_file(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    torch.save(models.mobilenet_v2(num_classes=3).state_dict(), tmp_path / "mobilenet_v2-mine.pth")
    return tmp_path / "mobilenet_v2-mine.pth"


def rows_of(hands: Driver) -> list[str]:
    shown = hands.find(QListWidget, "models_list")
    return [shown.item(place).text() for place in range(shown.count())]


def choose(hands: Driver, title: str) -> None:
    """Go to a model in the list with the keyboard."""
    shown = hands.find(QListWidget, "models_list")
    wanted = next(place for place, row in enumerate(rows_of(hands)) if title in row)
    shown.setFocus()
    QTest.keyClick(shown, Qt.Key.Key_Home)
    for _ in range(wanted):
        QTest.keyClick(shown, Qt.Key.Key_Down)
    hands.wait_for(lambda: title.partition("\n")[0] in text_of(hands, "model_card_title"), title)


def told(hands: Driver, words: str) -> None:
    hands.wait_for(lambda: words in text_of(hands, "models_told"), words, 180)


def import_file(hands: Driver, monkeypatch: pytest.MonkeyPatch, path: Path, decision: str) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    before = len(rows_of(hands))
    press(hands, "models_import")
    hands.wait_for(lambda: hands.window.findChild(QPushButton, decision), f"the question about {path.name}", 180)
    press(hands, decision)
    hands.wait_for(lambda: len(rows_of(hands)) == before + 1, "the model in the list", 180)


def test_a_model_comes_is_used_narrowed_taken_back_and_removed(
    qapp: QApplication, package_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(hands: Driver) -> None:
        hands.key(Qt.Key.Key_M, CTRL)
        hands.wait_for(lambda: rows_of(hands), "the model that the program brings along")
        shipped = rows_of(hands)
        import_file(hands, monkeypatch, package_file, "offer_install")
        choose(hands, "Trial\n1.0")
        assert "How it was made." in hands.find(QTextBrowser, "model_card_text").toPlainText()
        press(hands, "model_activate")
        told(hands, "1.0")
        field = hands.find(QLineEdit, "model_modalities")
        field.selectAll()
        QTest.keyClicks(field, "DX")
        press(hands, "model_activate")
        hands.wait_for(lambda: any("Trial\n1.0.1" in row for row in rows_of(hands)), "the version with its scope", 60)
        hands.wait_for(lambda: "1.0.1" in text_of(hands, "models_told"), "what was done")
        press(hands, "models_go_back")
        told(hands, "In use again: Trial")
        assert in_use() == "trial@1.0"
        choose(hands, "Trial\n1.0.1")
        press(hands, "model_remove")
        hands.wait_for(lambda: text_of(hands, "model_remove_question"), "the question")
        press(hands, "model_remove_now")
        hands.wait_for(lambda: not any("1.0.1" in row for row in rows_of(hands)), "the version to be gone")
        choose(hands, "Trial\n1.0")
        press(hands, "model_remove")
        told(hands, "not removed")
        press(hands, "model_export_onnx")
        told(hands, "Wrote trial.onnx")
        press(hands, "models_close")
        hands.wait_for(lambda: hands.window.findChild(QDialog, "models_dialog") is None, "the dialog to be gone")
        assert len(shipped) == 1

    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    target = tmp_path / "trial.onnx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    drive(["open"], script)
    assert target.stat().st_size > 100_000
    names = {str(entry.ref) for entry in Registry(user_folders()).list().entries if not entry.builtin}
    assert names == {"trial@1.0"}


def in_use() -> str:
    package = Registry(user_folders()).in_use()[0]
    return f"{package.metadata.id}@{package.metadata.version}"


def test_answers_on_screen_are_marked_as_old_when_another_model_comes_into_use_and_come_back_with_their_own(
    qapp: QApplication, package_file: Path, weight_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(user_folders())
    registry.install(package_file)
    registry.activate("trial")
    without_classifying_ahead()
    folder = tmp_path / "Bilder"
    folder.mkdir()
    for number in range(4):
        noise = np.random.default_rng(number).integers(0, 90 + 40 * number, (64, 64)).astype(np.uint8)
        (folder / f"{number}.png").write_bytes(cv2.imencode(".png", noise)[1].tobytes())

    def states(table: WorklistTable) -> set[str]:
        return {cell(table, row, 1) for row in range(table.rows.rowCount())}

    def script(hands: Driver) -> None:
        opened(hands, folder)
        hands.key(Qt.Key.Key_F8)
        table = hands.find(WorklistTable, "worklist_table")
        hands.wait_for(lambda: table.rows.rowCount() == 4, "the rows")
        press(hands, "worklist_start")
        hands.wait_for(lambda: states(table) == {"answered"}, "all answers", 300)
        hands.key(Qt.Key.Key_M, CTRL)
        hands.wait_for(lambda: rows_of(hands), "the models")
        import_weights(hands, monkeypatch, weight_file)
        choose(hands, "mobilenet_v2-mine")
        assert text_of(hands, "model_card_warning") == tr("model.not_calibrated")
        press(hands, "model_activate")
        hands.wait_for(lambda: states(table) == {"answered, by an older model"}, "the answers to be marked")
        press(hands, "models_go_back")
        hands.wait_for(lambda: states(table) == {"answered"}, "the answers of the model in use")

    drive(["open"], script)


def import_weights(hands: Driver, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    press(hands, "models_import")
    hands.wait_for(lambda: hands.window.findChild(QLineEdit, "weight_classes"), "the questions", 180)
    field = hands.find(QLineEdit, "weight_classes")
    field.setFocus()
    QTest.keyClicks(field, "one, two, three")
    press(hands, "weight_classifier")
    hands.wait_for(lambda: any("mobilenet_v2-mine" in row for row in rows_of(hands)), "the model in the list", 180)
