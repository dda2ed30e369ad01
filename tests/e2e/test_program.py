"""The program itself, by real keys: palette, settings, keys of one's own, guide, tutorial, and what was open last."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTreeWidget,
    QWidget,
)

from medapp.folders import user_folders
from medapp.imaging.phantom import write_ct_series
from medapp.storage.settings import Settings, SettingsFile
from medapp.ui.widgets.viewer import Viewer
from tests.e2e.driver import Driver, drive

pytestmark = pytest.mark.e2e
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def series(tmp_path: Path) -> Path:
    write_ct_series(tmp_path / "thorax", slices=12, size=64)
    return tmp_path / "thorax"


def open_series(hands: Driver, series: Path) -> Viewer:
    """Drop the stack, and wait until all of it is known and its first image is on screen."""
    viewer = hands.find(Viewer, "viewer")
    hands.drop([series])
    hands.wait_for(lambda: viewer.content.picture is not None, "the first picture")
    hands.wait_for(lambda: said(hands, "job_text") == "No jobs running", "all images")
    hands.settled(viewer)
    viewer.setFocus()
    return viewer


def said(hands: Driver, name: str) -> str:
    found = hands.window.findChild(QLabel, name)
    return found.text() if found is not None and found.isVisible() else ""


def place_of(hands: Driver) -> tuple[str, int]:
    """The series and the image on screen: the picture's size depends on the screen's, which a restored window fits."""
    picture = hands.find(Viewer, "viewer").content.picture
    return ("", -1) if picture is None else (picture.place.series, picture.place.index)


def press(hands: Driver, name: str) -> None:
    button = hands.find(QPushButton, name)
    hands.wait_for(lambda: button.isVisible() and button.isEnabled(), name)
    hands.click(button)


def test_a_command_is_done_by_name_and_a_key_of_ones_own_does_it_too(qapp: QApplication, series: Path) -> None:
    def script(hands: Driver) -> None:
        viewer = open_series(hands, series)
        plain = hands.settled(viewer)
        hands.key(Qt.Key.Key_K, CTRL)
        QTest.keyClicks(hands.find(QLineEdit, "palette_line"), "invert")
        hands.key(Qt.Key.Key_Return)
        hands.wait_for(lambda: hands.picture(viewer).mean() > plain.mean() + 30, "the inverted picture")

        hands.key(Qt.Key.Key_K, CTRL)
        QTest.keyClicks(hands.find(QLineEdit, "palette_line"), "keyboard short")
        hands.key(Qt.Key.Key_Return)
        hands.wait_for(lambda: hands.window.findChild(QDialog, "shortcut_editor"), "the editor")
        tree = hands.find(QTreeWidget, "keys_tree")
        item = next(iter(tree.findItems("Invert", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)))
        tree.setCurrentItem(item)
        edit = hands.find(QKeySequenceEdit, "keys_edit")
        edit.setFocus()
        QTest.keyClick(edit, Qt.Key.Key_F7)
        hands.wait_for(lambda: "F7 is free" in said(hands, "keys_told"), "what is known of the key")
        press(hands, "keys_add")
        press(hands, "keys_close")
        hands.window.activateWindow()
        hands.wait_for(hands.window.isActiveWindow, "the keyboard's focus")
        viewer.setFocus()
        QTest.keyClick(viewer, Qt.Key.Key_F7)
        hands.wait_for(lambda: hands.picture(viewer).mean() < plain.mean() + 10, "the picture as it was")

    drive(["open"], script)
    assert SettingsFile(user_folders().settings).load()[0].keys == {"invert": ("I", "F7")}


def test_the_mouse_works_like_the_viewer_that_was_chosen_on_the_start_page(qapp: QApplication, series: Path) -> None:
    def script(hands: Driver) -> None:
        press(hands, "mouse_weasis")
        press(hands, "mouse_dismiss")
        viewer = open_series(hands, series)
        before = hands.settled(viewer)
        hands.drag(viewer, QPoint(0, -120), Qt.MouseButton.RightButton)
        menu = next(m for m in hands.window.findChildren(QMenu) if m.isVisible())
        menu.close()
        assert (hands.settled(viewer) == before).all()
        hands.drag(viewer, QPoint(60, 40), Qt.MouseButton.MiddleButton)
        assert (hands.settled(viewer) != before).any(), "the middle button pans"

    drive(["open"], script)
    settings = SettingsFile(user_folders().settings).load()[0]
    assert (settings.mouse, settings.mouse_asked) == ("weasis", False)


def test_settings_sheet_and_guide_open_by_their_keys_and_the_window_goes_on(qapp: QApplication, series: Path) -> None:
    def script(hands: Driver) -> None:
        for key, held, name in (
            (Qt.Key.Key_Comma, CTRL, "settings_dialog"),
            (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier, "key_sheet_window"),
            (Qt.Key.Key_F1, SHIFT, "guide"),
        ):
            hands.wait_for(hands.window.isActiveWindow, "the keyboard's focus")
            QTest.keyClick(hands.window, key, held)
            hands.wait_for(lambda n=name: hands.window.findChild(QDialog, n), name)
            dialog = hands.find(QDialog, name)
            hands.wait_for(dialog.isVisible, name)
            assert not dialog.isModal()
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            hands.wait_for(lambda n=name: hands.window.findChild(QDialog, n) is None, f"the end of {name}")
            hands.window.activateWindow()

    drive(["open"], script)


def test_by_choice_the_next_start_shows_what_was_open_last(qapp: QApplication, series: Path) -> None:
    SettingsFile(user_folders().settings).save(Settings(restore_session=True))

    def first(hands: Driver) -> None:
        open_series(hands, series)
        hands.key(Qt.Key.Key_Home)
        for _ in range(3):
            hands.key(Qt.Key.Key_Down)
        hands.wait_for(lambda: place_of(hands)[1] == 3, "the fourth image")
        shown.append(place_of(hands))

    def second(hands: Driver) -> None:
        hands.wait_for(lambda: place_of(hands) == shown[0], "the same image as before")
        assert not said(hands, "notice"), "what comes back by choice needs no explanation"

    shown: list[tuple[str, int]] = []
    drive(["open"], first)
    drive(["open"], second)


def test_the_tutorial_knows_what_was_done_and_is_resumed_where_it_was_left(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = user_folders()

    def begin(hands: Driver) -> None:
        assert said(hands, "tutorial_title") == "Open images"
        press(hands, "tutorial_action")
        hands.wait_for(lambda: said(hands, "tutorial_done"), "the picture to be noticed")
        press(hands, "tutorial_next")
        viewer = hands.find(QWidget, "viewer")
        hands.wait_for(lambda: said(hands, "job_text") == "No jobs running", "all images")
        for _ in range(6):
            hands.wheel(viewer, -1)
            hands.settled(viewer)
        hands.wait_for(lambda: said(hands, "tutorial_done"), "the scrolling to be noticed")
        press(hands, "tutorial_next")
        hands.drag(viewer, QPoint(60, 30))
        hands.wait_for(lambda: said(hands, "tutorial_done"), "the window to be noticed")

    def resume(hands: Driver) -> None:
        assert said(hands, "tutorial_title") == "Look closer"

    for script in (begin, resume):
        monkeypatch.setenv("MEDAPP_HOME", str(home.data.parent))
        drive(["open", "--tutorial"], script)
    assert not home.projects.exists()
    assert not home.models.exists()
    assert not home.settings.exists(), "the person's own settings are not written either"
