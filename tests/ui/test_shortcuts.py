"""Keys that a person chooses: conflicts are told before they happen, and everything has its way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from medapp.storage.settings import Settings, SettingsFile
from medapp.ui.commands import COMMANDS
from medapp.ui.key_sheet import key_sheet, mouse_rows
from medapp.ui.keys import PRESETS, holders, keys_of, taken_from_others, with_keys
from medapp.ui.keys_window import KeysWindow
from medapp.ui.mouse import profile_of
from medapp.ui.printing import PrintedPage, printed
from medapp.ui.session import Session
from medapp.ui.widgets.shortcut_editor import BY_ID, ShortcutEditor, without_conflicts

INVERT, CINE, OPEN = BY_ID["invert"], BY_ID["cine"], BY_ID["open_files"]


def test_a_command_has_its_own_keys_until_others_are_chosen() -> None:
    assert keys_of(INVERT, {}) == ("I",)
    assert keys_of(INVERT, {"invert": ("F7",)}) == ("F7",)
    assert keys_of(INVERT, {"invert": ()}) == ()


def test_every_key_of_the_program_is_known_to_qt_and_fights_with_no_other() -> None:
    for command in COMMANDS:
        for key in command.shortcuts:
            assert not QKeySequence(key).isEmpty()
            assert not holders(key, command, {})


def test_whoever_has_a_key_is_told_also_where_it_was_chosen() -> None:
    assert holders("Ctrl+O", INVERT, {}) == ("open_files",)
    assert holders("ctrl+o", INVERT, {"open_files": ("F7",)}) == ()
    assert holders("F7", INVERT, {"open_files": ("F7",)}) == ("open_files",)


@pytest.mark.parametrize("key", ["3", "Shift+3"])
def test_digits_belong_to_the_windows_of_the_image(key: str) -> None:
    assert PRESETS in holders(key, INVERT, {})


def test_taking_a_key_leaves_the_other_without_it_and_keeps_its_rest() -> None:
    chosen = taken_from_others({}, INVERT, "PgDown")
    assert keys_of(INVERT, chosen) == ("I", "PgDown")
    assert keys_of(BY_ID["series_next"], chosen) == ("Right",)


def test_what_the_program_has_itself_is_not_kept() -> None:
    assert with_keys({"invert": ("F7",)}, INVERT, ("i",)) == {}
    assert with_keys({}, INVERT, ("no such key", "")) == {"invert": ()}


def test_the_default_is_taken_back_from_whoever_has_it_now() -> None:
    chosen = taken_from_others({}, CINE, "I")
    assert keys_of(INVERT, chosen) == ()
    back = without_conflicts({name: keys for name, keys in chosen.items() if name != "invert"}, INVERT)
    assert (keys_of(INVERT, back), keys_of(CINE, back)) == (("I",), ("C",))


def test_chosen_keys_are_kept_in_the_file_and_nonsense_in_it_is_left_out(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.save(Settings(keys={"invert": ("F7", "Ctrl+I")}))
    assert file.load()[0].keys == {"invert": ("F7", "Ctrl+I")}
    (tmp_path / "settings.json").write_text(
        '{"schema_version": 1, "keys": {"invert": ["F7", 3], "cine": "C", "x": {}}}'
    )
    assert file.load()[0].keys == {"invert": ("F7",)}
    (tmp_path / "settings.json").write_text('{"schema_version": 1, "keys": ["I"]}')
    assert file.load()[0].keys == {}


@pytest.fixture
def editor(qtbot: QtBot) -> ShortcutEditor:
    made = ShortcutEditor()
    qtbot.addWidget(made)
    made.render_keys({})
    made.show()
    return made


def choose(editor: ShortcutEditor, command: str) -> QTreeWidget:
    tree = editor.findChild(QTreeWidget, "keys_tree")
    assert tree is not None
    tree.setCurrentItem(editor._items[command])
    return tree


def part(editor: ShortcutEditor, name: str) -> QPushButton:
    found = editor.findChild(QPushButton, name)
    assert found is not None
    return found


def told(editor: ShortcutEditor) -> str:
    found = editor.findChild(QLabel, "keys_told")
    assert found is not None
    return found.text()


def press(editor: ShortcutEditor, key: str) -> None:
    edit = editor.findChild(QKeySequenceEdit, "keys_edit")
    assert edit is not None
    edit.setKeySequence(QKeySequence(key))


def test_every_command_is_listed_with_its_keys(editor: ShortcutEditor) -> None:
    assert set(editor._items) == {command.id for command in COMMANDS}
    assert editor._items["series_next"].text(1) == "PgDown, Right"


def test_a_free_key_is_added(qtbot: QtBot, editor: ShortcutEditor) -> None:
    choose(editor, "invert")
    assert not part(editor, "keys_add").isEnabled()
    press(editor, "F7")
    assert "free" in told(editor)
    with qtbot.waitSignal(editor.keys_requested) as asked:
        qtbot.mouseClick(part(editor, "keys_add"), Qt.MouseButton.LeftButton)
    assert asked.args == [{"invert": ("I", "F7")}]


def test_a_conflict_is_told_before_the_key_is_taken(qtbot: QtBot, editor: ShortcutEditor) -> None:
    choose(editor, "invert")
    with qtbot.assertNotEmitted(editor.keys_requested):
        press(editor, "Ctrl+O")
    assert "Open files" in told(editor)
    assert part(editor, "keys_add").text() == "Take it"
    with qtbot.waitSignal(editor.keys_requested) as asked:
        qtbot.mouseClick(part(editor, "keys_add"), Qt.MouseButton.LeftButton)
    assert asked.args == [{"open_files": (), "invert": ("I", "Ctrl+O")}]


def test_a_digit_cannot_be_taken_from_the_windows_of_the_image(editor: ShortcutEditor) -> None:
    choose(editor, "invert")
    press(editor, "3")
    assert not part(editor, "keys_add").isEnabled()
    assert "windows of the image" in told(editor)


def test_one_and_all_go_back_to_the_default(qtbot: QtBot, editor: ShortcutEditor) -> None:
    choose(editor, "invert")
    assert not part(editor, "keys_reset").isEnabled()
    editor.render_keys({"invert": (), "cine": ("F7",)})
    with qtbot.waitSignal(editor.keys_requested) as asked:
        qtbot.mouseClick(part(editor, "keys_reset"), Qt.MouseButton.LeftButton)
    assert asked.args == [{"cine": ("F7",)}]
    with qtbot.waitSignal(editor.keys_requested) as asked:
        qtbot.mouseClick(part(editor, "keys_reset_all"), Qt.MouseButton.LeftButton)
    assert asked.args == [{}]


def test_words_and_keys_find_commands(editor: ShortcutEditor) -> None:
    search = editor.findChild(QLineEdit, "keys_search")
    assert search is not None
    search.setText("pgdown right")
    assert [name for name, item in editor._items.items() if not item.isHidden()] == ["series_next"]


def test_what_is_chosen_in_the_editor_is_kept_and_stands_on_the_sheet(qtbot: QtBot, session: Session) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    desk = KeysWindow(window, session)
    editor, sheet = desk.editor.show(), desk.sheet.show()
    editor.keys_requested.emit({"invert": ("F7",)})
    assert session.settings.keys == {"invert": ("F7",)}
    assert editor._items["invert"].text(1) == "F7"
    assert "F7" in sheet.browser.toPlainText()
    editor.close()
    sheet.close()
    file = SettingsFile(session.services.folders.settings)
    qtbot.waitUntil(lambda: file.load()[0].keys == {"invert": ("F7",)})


def test_the_sheet_holds_every_key_and_what_the_mouse_does() -> None:
    page = key_sheet(Settings(mouse="horos"))
    for command in COMMANDS:
        assert not command.shortcuts or QKeySequence(command.shortcuts[0]).toString() in page.replace("&amp;", "&")
    assert ("Pan", "Ctrl + left button") in mouse_rows(profile_of(Settings(mouse="horos")))
    assert ("Menu alone", "Right button") in mouse_rows(profile_of(Settings(mouse="weasis")))


@pytest.mark.parametrize(("name", "begins"), [("keys ü.pdf", b"%PDF-"), ("keys.html", b"<!DOCTYPE")])
def test_the_sheet_is_saved_to_be_printed(
    qtbot: QtBot, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, begins: bytes
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    target = tmp_path / name
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    sheet = KeysWindow(window, session).sheet.show()
    save = sheet.findChild(QPushButton, "key_sheet_window_save")
    assert save is not None
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: name in session.state.notice)
    assert target.read_bytes().startswith(begins)
    sheet.close()


def test_a_page_that_cannot_be_written_is_a_failure_and_leaves_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(OSError, match="file"):
        list(printed(PrintedPage(html="<p>x</p>"), blocked / "keys.pdf"))
    assert blocked.read_text() == "x"
