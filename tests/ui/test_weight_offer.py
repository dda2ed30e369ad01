"""Weight files that come to the window: what is guessed, what is asked, and what becomes of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from medapp.classify.registry import Registry
from medapp.classify.weight_plan import PREPROCESS, XRV_LABELS, WeightFacts, WeightPlan
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.ui.session import Session
from medapp.ui.weight_importing import WeightImporting, offer_of, plan_of
from medapp.ui.widgets.weight_offer import WeightAnswer, WeightOffer
from tests.trial_packages import weights

XRV = WeightFacts("xrv_densenet121", 18, (0.5,) * 18, {}, "0" * 64)
PLAIN = WeightFacts("small_cnn", 2, (), {}, "0" * 64)


def child(widget: QWidget, kind: type[Any], name: str) -> Any:
    found = widget.findChild(kind, name)
    assert found is not None
    return found


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(user_folders(), tmp_path / "builtin")


def test_a_network_of_torchxrayvision_is_guessed_and_asked_about(qtbot: QtBot) -> None:
    dialog = WeightOffer(offer_of(Path("nih ü.pt"), XRV))
    qtbot.addWidget(dialog)
    assert child(dialog, QLineEdit, "weight_classes").text().startswith("Atelectasis, Consolidation")
    assert "is this right?" in child(dialog, QLabel, "weight_guess").text()
    with qtbot.waitSignal(dialog.decided) as said:
        QTest.mouseClick(child(dialog, QPushButton, "weight_classifier"), Qt.MouseButton.LeftButton)
    plan = plan_of(said.args[0])
    assert (plan.classes, plan.preprocess) == (XRV_LABELS, PREPROCESS["xrv"])
    assert plan.scope is not None
    assert plan.scope.modalities == ("CR", "DX", "PICTURE")


def test_without_names_of_outputs_it_can_only_be_a_starting_model(qtbot: QtBot) -> None:
    dialog = WeightOffer(offer_of(Path("w.pth"), PLAIN))
    qtbot.addWidget(dialog)
    assert not child(dialog, QPushButton, "weight_classifier").isEnabled()
    QTest.keyClicks(child(dialog, QLineEdit, "weight_classes"), "a, b")
    assert child(dialog, QPushButton, "weight_classifier").isEnabled()
    with qtbot.waitSignal(dialog.decided) as said:
        QTest.mouseClick(child(dialog, QPushButton, "weight_base"), Qt.MouseButton.LeftButton)
    assert plan_of(said.args[0]) == WeightPlan(title="w")


def test_a_modality_that_is_none_is_told() -> None:
    with pytest.raises(MedappError) as caught:
        plan_of(WeightAnswer("w", "a, b", "§", "medapp"))
    assert caught.value.code == "scope.words"


def test_a_file_is_looked_into_and_becomes_a_classifier(
    qtbot: QtBot, session: Session, registry: Registry, tmp_path: Path
) -> None:
    save_file(weights(), tmp_path / "Gewichte ü.safetensors")
    importing = WeightImporting(session)
    with qtbot.waitSignal(importing.offered, timeout=60_000) as offered:
        importing.look_into(tmp_path / "Gewichte ü.safetensors")
    path, view = offered.args
    assert "small_cnn with 2 outputs" in view.found
    with qtbot.waitSignal(importing.installed, timeout=60_000):
        importing.install(path, WeightAnswer("Mine", "ill, well", "DX", "medapp"))
    (entry,) = registry.list().entries
    assert (entry.package.metadata.name, entry.package.metadata.classes) == ("Mine", ("ill", "well"))
    assert "not probabilities" in session.state.notice


def test_a_file_that_holds_no_weights_is_told(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    (tmp_path / "w.pth").write_bytes(b"nothing")
    importing = WeightImporting(session)
    importing.look_into(tmp_path / "w.pth")
    qtbot.waitUntil(lambda: bool(session.state.notice), timeout=60_000)
    assert "w.pth" in session.state.notice
