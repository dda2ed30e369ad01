"""The dialog of models: what it shows, what it asks for, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QPushButton, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from medapp.classify.contents import Calibration
from medapp.classify.package import write_package
from medapp.classify.registry import Registry
from medapp.folders import user_folders
from medapp.ui.model_desk import ModelDesk
from medapp.ui.models_window import ModelsWindow
from medapp.ui.session import Session
from medapp.ui.widgets.models_dialog import ModelsDialog
from medapp.ui.widgets.models_views import ModelRow, ModelsView
from tests.trial_packages import backbone, contents

ONE = ModelRow("one@1.0", "Chest <b>", "in use", ("a fact",), modalities="DX", card="# Card", in_use=True)
TWO = ModelRow("two@2", "Base", "starting model", (), warning="Not calibrated", answers=False, removable=False)
VIEW = ModelsView((ONE, TWO), chosen="one@1.0")


@pytest.fixture
def dialog(qtbot: QtBot) -> ModelsDialog:
    made = ModelsDialog()
    qtbot.addWidget(made)
    made.render_models(VIEW)
    made.show()
    return made


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(user_folders(), tmp_path / "builtin")


@pytest.fixture
def desk(qtbot: QtBot, session: Session, registry: Registry, tmp_path: Path) -> ModelDesk:
    registry.install(write_package(tmp_path / "one", contents("one")).path)
    uncalibrated = contents("two", calibration=Calibration(calibrated=False))
    registry.install(write_package(tmp_path / "two", uncalibrated).path)
    registry.install(write_package(tmp_path / "base", backbone("base")).path)
    made = ModelDesk(session)
    done(qtbot, made, made.refresh)
    return made


def done(qtbot: QtBot, desk: ModelDesk, act: Any, *arguments: Any) -> None:
    act(*arguments)
    qtbot.waitUntil(lambda: not desk.view.busy, timeout=20_000)


def child(widget: QWidget, kind: type[Any], name: str) -> Any:
    found = widget.findChild(kind, name)
    assert found is not None
    return found


def press(widget: QWidget, name: str) -> None:
    QTest.mouseClick(child(widget, QPushButton, name), Qt.MouseButton.LeftButton)


def test_a_model_is_shown_with_its_card(dialog: ModelsDialog) -> None:
    assert child(dialog, QLabel, "model_card_title").text() == "Chest <b>"
    assert child(dialog, QTextBrowser, "model_card_text").toPlainText() == "Card"
    assert child(dialog, QLineEdit, "model_modalities").text() == "DX"
    assert not child(dialog, QLabel, "model_card_warning").isVisible()


def test_the_use_of_a_model_is_put_forward_only_where_it_would_change_something(dialog: ModelsDialog) -> None:
    activate = child(dialog, QPushButton, "model_activate")
    assert (activate.property("role"), activate.isEnabled()) == ("", True)
    child(dialog, QLineEdit, "model_views").setText("PA")
    assert activate.property("role") == "primary"
    dialog.render_models(replace(VIEW, rows=(replace(ONE, in_use=False), TWO)))
    assert activate.property("role") == "primary"


def test_another_model_is_chosen_with_the_keyboard(qtbot: QtBot, dialog: ModelsDialog) -> None:
    with qtbot.waitSignal(dialog.chosen) as asked:
        QTest.keyClick(child(dialog, QListWidget, "models_list"), Qt.Key.Key_Down)
    assert asked.args == ["two@2"]


def test_a_starting_model_can_be_neither_used_nor_removed_where_it_comes_with_the_program(
    dialog: ModelsDialog,
) -> None:
    dialog.render_models(replace(VIEW, chosen="two@2"))
    enabled = {n: child(dialog, QPushButton, f"model_{n}").isEnabled() for n in ("activate", "remove", "export_zip")}
    assert enabled == {"activate": False, "remove": False, "export_zip": True}
    assert child(dialog, QLabel, "model_card_warning").text() == "Not calibrated"


def test_rendering_asks_for_nothing(qtbot: QtBot, dialog: ModelsDialog) -> None:
    with qtbot.assertNotEmitted(dialog.chosen):
        dialog.render_models(replace(VIEW, chosen="two@2"))


def test_the_scope_that_is_written_is_asked_for(qtbot: QtBot, dialog: ModelsDialog) -> None:
    child(dialog, QLineEdit, "model_views").setText(" PA ")
    with qtbot.waitSignal(dialog.card.activate_requested) as asked:
        press(dialog, "model_activate")
    assert asked.args == ["DX", "", "PA"]


def test_before_a_removal_the_safe_answer_has_the_keyboard(qtbot: QtBot, dialog: ModelsDialog) -> None:
    dialog.activateWindow()
    dialog.render_models(replace(VIEW, asking=True))
    qtbot.waitUntil(lambda: child(dialog, QPushButton, "model_keep").hasFocus())
    with qtbot.waitSignal(dialog.card.removal_confirmed) as asked:
        press(dialog, "model_remove_now")
    assert asked.args == [True]


def test_while_something_is_done_nothing_else_can_be_asked_for(dialog: ModelsDialog) -> None:
    dialog.render_models(replace(VIEW, busy=True))
    for name in ("model_activate", "model_deactivate", "model_remove", "models_import", "models_go_back"):
        assert not child(dialog, QPushButton, name).isEnabled()


def test_a_station_without_a_model_says_what_to_do(dialog: ModelsDialog) -> None:
    dialog.render_models(ModelsView(problems=("broken",), told="done"))
    assert child(dialog, QLabel, "models_empty").isVisible()
    assert not dialog.card.isVisible()
    assert child(dialog, QLabel, "models_problems").text() == "broken"


def test_the_models_are_listed_with_what_is_not_known_of_them(desk: ModelDesk) -> None:
    rows = {row.ref: row for row in desk.view.rows}
    assert set(rows) == {"one@1.0", "two@1.0", "base@1.0"}
    assert rows["one@1.0"].warning == ""
    assert "not probabilities" in rows["two@1.0"].warning
    assert not rows["base@1.0"].answers
    assert rows["one@1.0"].modalities == "CR, DX, PICTURE"


def test_a_model_is_used_and_taken_out_of_use(qtbot: QtBot, desk: ModelDesk, registry: Registry) -> None:
    desk.choose("one@1.0")
    with qtbot.waitSignal(desk.models_changed):
        done(qtbot, desk, desk.activate, "CR, DX, PICTURE", "", "")
    assert [p.metadata.id for p in registry.in_use()] == ["one"]
    assert desk.view.row is not None
    assert desk.view.row.in_use
    done(qtbot, desk, desk.deactivate)
    assert registry.in_use() == ()
    done(qtbot, desk, desk.go_back)
    assert [p.metadata.id for p in registry.in_use()] == ["one"]


def test_another_scope_shows_the_version_that_was_made_for_it(qtbot: QtBot, desk: ModelDesk) -> None:
    desk.choose("one@1.0")
    done(qtbot, desk, desk.activate, "DX", "CHEST", "")
    assert desk.view.chosen == "one@1.0.1"
    assert "version 1.0.1 is in use" in desk.view.told


def test_a_word_that_no_header_holds_is_told(qtbot: QtBot, desk: ModelDesk) -> None:
    desk.choose("one@1.0")
    done(qtbot, desk, desk.activate, "§", "", "")
    assert desk.view.failed
    assert "DICOM header" in desk.view.told


def test_a_model_in_use_is_not_removed_and_another_only_when_that_is_confirmed(
    qtbot: QtBot, desk: ModelDesk, registry: Registry
) -> None:
    desk.choose("one@1.0")
    done(qtbot, desk, desk.activate, "CR, DX, PICTURE", "", "")
    desk.ask_removal()
    assert (desk.view.asking, desk.view.failed) == (False, True)
    desk.choose("two@1.0")
    desk.ask_removal()
    assert desk.view.asking
    desk.settle_removal(False)
    assert len(registry.list().entries) == 3
    desk.ask_removal()
    done(qtbot, desk, desk.settle_removal, True)
    assert "two@1.0" not in {row.ref for row in desk.view.rows}
    assert desk.view.chosen == "one@1.0"


def test_a_model_is_exported_as_a_zip_file(qtbot: QtBot, desk: ModelDesk, tmp_path: Path) -> None:
    desk.choose("one@1.0")
    done(qtbot, desk, lambda: desk.export(tmp_path / "Modell ü.zip", onnx=False))
    assert (tmp_path / "Modell ü.zip").is_file()
    assert desk.view.told == "Wrote Modell ü.zip."


def test_going_back_where_nothing_was_in_use_is_told(qtbot: QtBot, desk: ModelDesk) -> None:
    done(qtbot, desk, desk.go_back)
    assert desk.view.failed


def test_the_dialog_opens_on_what_there_is_and_closes(qtbot: QtBot, desk: ModelDesk, session: Session) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    window = ModelsWindow(session, parent)
    window.open()
    dialog = window._dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: child(dialog, QListWidget, "models_list").count() == 3)
    press(dialog, "models_close")
    assert window._dialog is None
    parent.close()
