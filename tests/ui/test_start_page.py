"""The start page: four tiles, the mouse line, what was opened last."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton
from pytestqt.qtbot import QtBot

from medapp.storage.settings import Settings
from medapp.ui.widgets.start_page import StartPage


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    made = StartPage()
    qtbot.addWidget(made)
    made.render_settings(Settings())
    made.resize(1280, 700)
    made.show()
    return made


def find(page: StartPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("start_files", "files_requested"),
        ("start_label", "label_requested"),
        ("start_teach", "teaching_requested"),
        ("start_sample", "sample_requested"),
        ("start_folder", "folder_requested"),
    ],
)
def test_each_tile_asks_for_what_it_says_by_mouse_and_by_key(
    qtbot: QtBot, page: StartPage, name: str, signal: str
) -> None:
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(find(page, name), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.keyClick(find(page, name), Qt.Key.Key_Space)


def test_tiles_tell_their_keys_also_those_of_ones_own(page: StartPage) -> None:
    assert find(page, "start_files").toolTip() == "Open images (Ctrl+O)"
    page.render_settings(Settings(keys={"open_files": ("F7",)}))
    assert find(page, "start_files").toolTip() == "Open images (F7)"
    assert find(page, "start_sample").toolTip() == "Try with sample cases"


def test_tiles_say_to_a_screen_reader_what_they_are_for(page: StartPage) -> None:
    for name in ("start_files", "start_label", "start_teach", "start_sample"):
        assert find(page, name).accessibleName()
        assert find(page, name).accessibleDescription()


@pytest.mark.parametrize("size", [(1366, 640), (700, 500)])
def test_no_tile_is_too_low_for_its_texts(qtbot: QtBot, page: StartPage, size: tuple[int, int]) -> None:
    page.resize(*size)
    qtbot.waitUntil(lambda: page.width() == size[0])
    for name in ("start_files", "start_label", "start_teach", "start_sample"):
        tile = find(page, name)
        layout = tile.layout()
        assert layout is not None
        assert tile.height() >= layout.heightForWidth(tile.width())


def test_the_mouse_line_shows_what_is_in_use_and_asks_for_another(qtbot: QtBot, page: StartPage) -> None:
    assert find(page, "mouse_own").isChecked()
    with qtbot.waitSignal(page.mouse_chosen) as chosen:
        qtbot.mouseClick(find(page, "mouse_horos"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["horos"]
    assert "zoom" in find(page, "mouse_horos").toolTip()


def test_the_mouse_line_goes_when_it_is_dismissed(qtbot: QtBot, page: StartPage) -> None:
    with qtbot.waitSignal(page.mouse_dismissed):
        qtbot.mouseClick(find(page, "mouse_dismiss"), Qt.MouseButton.LeftButton)
    page.render_settings(Settings(mouse_asked=False))
    assert not page.mouse_line.isVisible()


def test_what_was_opened_last_opens_again(qtbot: QtBot, page: StartPage) -> None:
    card = page.findChild(QFrame, "recent")
    assert card is not None
    assert not card.isVisible()
    page.render_settings(Settings(recent=("/data/Thorax ü", "/data/b")))
    links = card.findChildren(QPushButton)
    assert [b.text() for b in links] == ["Thorax ü", "b"]
    with qtbot.waitSignal(page.recent_requested) as asked:
        qtbot.mouseClick(links[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["/data/Thorax ü"]
