"""The command palette: all that can be done now, found by name in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTreeWidget
from pytestqt.qtbot import QtBot

from medapp.ui.command_palette import CommandPalette
from medapp.ui.main_window import MainWindow
from medapp.ui.palette_search import Entry, found, score
from medapp.ui.session import Session

ENTRIES = [
    Entry("invert", "Invert", "Image", "I", ("Invert", "反相")),
    Entry("fit", "Fit to window", "Image", "="),
    Entry("tool_window", "Window with the left button", "Image", "W"),
    Entry("theme_dark", "Dark theme", "View"),
]


def ids(query: str, recent: tuple[str, ...] = ()) -> list[str]:
    return [entry.id for entry in found(query, ENTRIES, recent)]


def test_letters_that_follow_each_other_are_found_and_others_are_not() -> None:
    assert ids("ivt") == ["invert"]
    assert ids("drk thm") == ["theme_dark"]
    assert ids("zz") == []


def test_the_beginning_of_a_name_comes_before_its_middle_and_before_scattered_letters() -> None:
    assert ids("window")[:2] == ["tool_window", "fit"]
    assert (score("win", "Window") or 0) > (score("win", "the window") or 0) > (score("win", "who is near") or 0)


def test_scattered_letters_are_left_out_where_a_name_holds_the_word() -> None:
    assert ids("win") == ["tool_window", "fit"]
    assert [e.id for e in found("rot", [Entry("a", "Rotate"), Entry("b", "From the other toolbar")])] == ["a"]


def test_a_name_in_the_other_language_is_found_too() -> None:
    assert ids("反相") == ["invert"]


def test_without_words_the_last_chosen_come_first_and_the_others_stay_in_order() -> None:
    assert ids("", ("theme_dark", "fit")) == ["theme_dark", "fit", "invert", "tool_window"]


def test_of_two_alike_the_one_that_was_chosen_before_comes_first() -> None:
    twins = [Entry("a", "Show list"), Entry("b", "Show line")]
    assert [e.id for e in found("show li", twins, ("b",))] == ["b", "a"]


@pytest.fixture
def palette(window: MainWindow) -> CommandPalette:
    window.program.palette.toggle()
    return window.program.palette


def line(palette: CommandPalette) -> QLineEdit:
    made = palette.widget.findChild(QLineEdit, "palette_line")
    assert made is not None
    return made


def titles(palette: CommandPalette) -> list[str]:
    tree = palette.widget.findChild(QTreeWidget, "palette_tree")
    assert tree is not None
    items = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    return [item.data(0, Qt.ItemDataRole.UserRole) for item in items if item is not None]


def test_only_what_can_be_done_now_is_listed(palette: CommandPalette, session: Session) -> None:
    listed = titles(palette)
    assert "open_files" in listed
    assert "invert" not in listed, "there is no picture"
    assert "palette" not in listed


def test_what_is_chosen_by_keys_is_done_and_comes_first_the_next_time(
    qtbot: QtBot, palette: CommandPalette, session: Session
) -> None:
    qtbot.keyClicks(line(palette), "light")
    qtbot.keyClick(line(palette), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.settings.theme == "light")
    assert not palette.widget.isVisible()
    assert session.settings.palette == ("theme_light",)
    palette.toggle()
    assert titles(palette)[0] == "theme_light"
    palette.close()
    session.choose(theme="dark")


def test_keys_typed_in_the_palette_are_no_commands(qtbot: QtBot, palette: CommandPalette, session: Session) -> None:
    qtbot.keyClicks(line(palette), "l")
    qtbot.keyClick(line(palette), Qt.Key.Key_Down)
    assert session.state.labelling is None
    assert line(palette).text() == "l"


def test_escape_leaves_and_the_keyboard_is_where_it_was(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    before = QApplication.focusWidget()
    window.program.palette.toggle()
    qtbot.waitUntil(lambda: line(window.program.palette).hasFocus())
    qtbot.keyClick(line(window.program.palette), Qt.Key.Key_Escape)
    assert not window.program.palette.widget.isVisible()
    assert QApplication.focusWidget() is before


def test_words_that_find_nothing_say_so(qtbot: QtBot, palette: CommandPalette) -> None:
    qtbot.keyClicks(line(palette), "qqqq")
    told = palette.widget.findChild(QLabel, "palette_none")
    assert told is not None
    assert told.isVisible()
    qtbot.keyClick(line(palette), Qt.Key.Key_Return)
    assert palette.widget.isVisible()


def test_the_windows_of_the_image_are_listed_too(
    qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path
) -> None:
    window.opening.open([ct_folder])
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.jobs.runner.running, timeout=15_000)
    palette = window.program.palette
    palette.toggle()
    qtbot.keyClicks(line(palette), "lung")
    qtbot.keyClick(line(palette), Qt.Key.Key_Return)
    picture = session.state.picture
    assert picture is not None
    qtbot.waitUntil(lambda: getattr(session.state.voi[picture.place.series].window, "width", 0) == 1500)
    assert session.settings.palette == ()
