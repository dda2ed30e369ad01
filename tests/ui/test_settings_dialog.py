"""The settings dialog: made from the schema, complete by keyboard, applied at once."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from medapp.i18n import LANGUAGES, catalogue
from medapp.storage.settings import Settings, SettingsFile
from medapp.ui.session import Session
from medapp.ui.settings_window import SettingsWindow
from medapp.ui.widgets.settings_dialog import SettingsDialog

ASKED = [f for f in fields(Settings) if "group" in f.metadata]


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog()
    qtbot.addWidget(made)
    made.render_settings(Settings())
    made.show()
    return made


def control(dialog: QWidget, name: str) -> QWidget:
    found = dialog.findChild(QWidget, f"control_{name}")
    assert found is not None
    return found


def shown(dialog: SettingsDialog) -> set[str]:
    return {f.name for f in ASKED if control(dialog, f.name).isVisibleTo(dialog)}


def test_every_setting_with_a_group_is_a_row_with_texts_in_every_language(dialog: SettingsDialog) -> None:
    for declared in ASKED:
        assert control(dialog, declared.name).accessibleName()
        for language in LANGUAGES:
            texts = catalogue(language)
            words = declared.metadata.get("words", f"setting.{declared.name}")
            wanted = {f"setting.{declared.name}", f"setting.{declared.name}_about"}
            wanted |= {f"{words}_{choice.lower()}" for choice in declared.metadata.get("choices", ())}
            assert wanted <= texts.keys()


def test_a_value_that_is_changed_by_hand_is_asked_for_at_once(qtbot: QtBot, dialog: SettingsDialog) -> None:
    with qtbot.waitSignal(dialog.value_requested) as asked:
        qtbot.keyClick(control(dialog, "automatic_ai"), Qt.Key.Key_Space)
    assert asked.args == ["automatic_ai", True]
    with qtbot.waitSignal(dialog.value_requested) as asked:
        qtbot.keyClick(control(dialog, "font_px"), Qt.Key.Key_Up)
    assert asked.args == ["font_px", 14]
    with qtbot.waitSignal(dialog.value_requested) as asked:
        qtbot.keyClick(control(dialog, "theme"), Qt.Key.Key_Down)
    assert asked.args == ["theme", "light"]


def test_shares_are_shown_in_per_cent_and_asked_for_as_shares(qtbot: QtBot, dialog: SettingsDialog) -> None:
    box = control(dialog, "cache_share")
    assert isinstance(box, QSpinBox)
    assert box.text() == "25 %"
    with qtbot.waitSignal(dialog.value_requested) as asked:
        qtbot.keyClick(box, Qt.Key.Key_Up)
    assert asked.args == ["cache_share", pytest.approx(0.26)]


def test_rendering_asks_for_nothing(qtbot: QtBot, dialog: SettingsDialog) -> None:
    with qtbot.assertNotEmitted(dialog.value_requested):
        dialog.render_settings(Settings(theme="contrast", font_px=16, automatic_ai=True, cache_share=0.5))
    theme, answers = control(dialog, "theme"), control(dialog, "automatic_ai")
    assert isinstance(theme, QComboBox)
    assert isinstance(answers, QCheckBox)
    assert (theme.currentData(), answers.isChecked()) == ("contrast", True)


def test_only_what_was_changed_has_a_way_back(qtbot: QtBot, dialog: SettingsDialog) -> None:
    dialog.render_settings(Settings(font_px=16))
    back = [b for b in dialog.findChildren(QPushButton) if b.objectName().startswith("reset_") and b.isVisible()]
    assert [b.objectName() for b in back] == ["reset_font_px"]
    with qtbot.waitSignal(dialog.value_requested) as asked:
        qtbot.mouseClick(back[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["font_px", 13]


def test_single_buttons_are_asked_about_only_where_the_mouse_is_ones_own(dialog: SettingsDialog) -> None:
    assert {"mouse_left", "mouse_shift_wheel"} <= shown(dialog)
    dialog.render_settings(replace(Settings(), mouse="horos"))
    assert not {"mouse_left", "mouse_shift_wheel"} & shown(dialog)


@pytest.mark.parametrize(
    ("words", "found"), [("memory decoded", {"cache_share"}), ("THEME", {"theme"}), ("xyzzy", set())]
)
def test_words_find_the_settings_that_they_are_about(dialog: SettingsDialog, words: str, found: set[str]) -> None:
    search, nothing = dialog.findChild(QLineEdit, "settings_search"), dialog.findChild(QLabel, "settings_none")
    assert search is not None
    assert nothing is not None
    search.setText(words)
    assert shown(dialog) == found
    assert nothing.isVisible() is not bool(found)


def test_a_group_is_gone_to_whatever_was_searched_before(qtbot: QtBot, dialog: SettingsDialog) -> None:
    search, heading = dialog.findChild(QLineEdit, "settings_search"), dialog.findChild(QLabel, "group_answers")
    assert search is not None
    assert heading is not None
    search.setText("xyzzy")
    dialog.show_group("answers")
    qtbot.waitUntil(lambda: not heading.visibleRegion().isEmpty())
    assert control(dialog, "automatic_ai").isVisible()


def test_what_is_chosen_is_kept_and_shown_wherever_it_was_changed(qtbot: QtBot, session: Session) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    desk = SettingsWindow(window, session)
    desk.show("files")
    dialog = desk.dialog.now
    assert dialog is not None
    desk.show()
    assert desk.dialog.now is dialog, "one dialog at a time"
    qtbot.keyClick(control(dialog, "restore_session"), Qt.Key.Key_Space)
    assert session.settings.restore_session
    file = SettingsFile(session.services.folders.settings)
    qtbot.waitUntil(lambda: file.load()[0].restore_session)
    session.choose(font_px=17)
    size = control(dialog, "font_px")
    assert isinstance(size, QSpinBox)
    assert size.value() == 17
    desk.dialog.tell_anew()
    another = desk.dialog.now
    assert another is not None
    assert another is not dialog
    another.close()
    qtbot.waitUntil(lambda: desk.dialog.now is None)
