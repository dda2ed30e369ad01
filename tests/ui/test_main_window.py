"""The window: drops, keys and menus reach the session, and every page shows its state."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from medapp.app import Parts
from medapp.classify.archive import pack
from medapp.folders import resource_path
from medapp.i18n import catalogue
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.ui import theme
from medapp.ui.commands import COMMANDS, MENUS
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.state import Page, State, Tool
from medapp.ui.widgets.model_offer import ModelOffer
from tests.trial_packages import package_at


@pytest.fixture
def samples(chest_file: Path) -> list[Path]:
    return [chest_file]


@pytest.fixture
def window(window: MainWindow) -> Iterator[MainWindow]:
    yield window
    window.close()
    theme.apply_theme(QApplication.instance(), "dark", 13)  # type: ignore[arg-type]


MADE_UP = (
    *(
        "command.",
        "menu.",
        "problem.",
        "ui.step_",
        "ui.severity_",
        "ui.figure_",
        "ui.question_",
        "ui.effort_",
        "ui.ordinal_",
    ),
    *("ui.train_", "teach.network.", "teach.runs_", "teach.column_", "teach.by_", "teach.save_", "teach.uncertain_"),
    *("teach.slope", "teach.intercept", "teach.train_loss", "teach.validation_loss"),
)
"""What texts begin with whose keys are put together in the code."""


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, *held)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, *held))


def drop_and_wait(qtbot: QtBot, window: MainWindow, session: Session, *paths: Path) -> None:
    drop(window, *paths)
    qtbot.waitUntil(
        lambda: session.state.picture is not None and not session.jobs.runner.running and not session.state.loading,
        timeout=15_000,
    )


def press(window: MainWindow, keys: str) -> None:
    """Trigger the action that `keys` stand for, if it can be done now."""
    for action in window.findChildren(QAction):
        if QKeySequence(keys) in action.shortcuts() and action.isEnabled():
            action.trigger()
            return
    pytest.fail(f"no enabled action has the shortcut {keys}")


def test_every_command_has_a_text_and_every_icon_a_file() -> None:
    for command in COMMANDS:
        assert f"command.{command.id}" in catalogue()
        assert command.group in MENUS
        if command.icon:
            assert resource_path("icons", f"{command.icon}.svg").is_file()


def test_no_two_commands_have_the_same_key() -> None:
    used = Counter(key for command in COMMANDS for key in command.shortcuts)
    assert [key for key, count in used.items() if count > 1] == []


def test_digits_are_the_windows_of_an_image_but_in_label_mode() -> None:
    digits = [command for command in COMMANDS if set(command.shortcuts) & set("0123456789")]
    assert len(digits) == 10
    assert not any(command.enabled(State(page=Page.READING)) for command in digits)


def test_the_window_has_no_text_that_is_a_bare_key(window: MainWindow) -> None:
    texts = {label.text() for label in window.findChildren(QLabel)}
    texts |= {action.text() for action in window.findChildren(QAction)}
    bare = [text for text in texts if text.startswith(("ui.", "command.", "menu.", "lab."))]
    assert bare == []


@pytest.mark.parametrize("area", ["ui", "teaching"])
def test_every_text_of_the_window_is_used(area: str) -> None:
    sources = "\n".join(path.read_text("utf-8") for path in resource_path().parent.glob("medapp/**/*.py"))
    texts = json.loads(resource_path("translations", "en", f"{area}.json").read_text("utf-8"))
    named = set(re.findall(r"[a-z_.0-9]+", sources))
    unused = [key for key in texts if not key.startswith(MADE_UP) and key not in named]
    assert unused == []


def test_a_dropped_folder_is_opened(qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path) -> None:
    drop_and_wait(qtbot, window, session, ct_folder)
    assert session.state.page is Page.READING
    assert "ID" in window.reading_page.banner.text()


def test_a_dropped_model_is_offered_and_installed_when_a_person_wants_it(
    qtbot: QtBot, window: MainWindow, session: Session, tmp_path: Path
) -> None:
    pack(package_at(tmp_path / "trial"), tmp_path / "für dich.zip")
    drop(window, tmp_path / "für dich.zip")
    qtbot.waitUntil(lambda: window.findChild(ModelOffer) is not None, timeout=15_000)
    registry = session.services.registry
    assert "trial" not in {entry.ref.id for entry in registry.list().entries}
    install = window.findChild(QPushButton, "offer_install")
    assert install is not None
    install.click()
    qtbot.waitUntil(lambda: "installed" in session.state.notice, timeout=15_000)
    assert "trial" in {entry.ref.id for entry in registry.list().entries}
    assert "trial" not in {package.metadata.id for package in registry.in_use()}
    assert session.state.scan.studies == ()


@pytest.mark.parametrize(
    ("keys", "index"), [("Down", 1), ("End", 11), ("Shift+Down", 10)], ids=["next", "last", "ten on"]
)
def test_keys_go_through_the_stack(
    qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path, keys: str, index: int
) -> None:
    drop_and_wait(qtbot, window, session, ct_folder)
    press(window, "Home")
    press(window, keys)
    assert session.state.place is not None
    assert session.state.place.index == index
    qtbot.waitUntil(lambda: not session.state.loading)


def test_keys_change_what_is_seen(qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path) -> None:
    drop_and_wait(qtbot, window, session, ct_folder)
    for keys in ("I", "R", "H"):
        press(window, keys)
    viewport = session.state.viewport
    assert viewport.inverted
    assert viewport.flipped
    press(window, "+")
    assert session.state.viewport.zoom is not None
    press(window, "=")
    assert session.state.viewport.zoom is None
    press(window, "Z")
    assert session.state.tool is Tool.ZOOM


def test_digits_choose_windows_of_the_modality(
    qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path
) -> None:
    drop_and_wait(qtbot, window, session, ct_folder)
    place = session.state.place
    assert place is not None
    press(window, "3")
    lung = session.state.voi[place.series].window
    assert lung is not None
    assert (lung.center, lung.width) == (-600, 1500)
    press(window, "0")
    assert session.state.voi[place.series].kind == "automatic"


def test_tools_are_off_where_there_is_no_picture(window: MainWindow) -> None:
    assert not window.actions_made["invert"].isEnabled()
    assert window.actions_made["open_files"].isEnabled()


def test_the_next_series_is_one_key_away(
    qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path, chest_file: Path
) -> None:
    drop_and_wait(qtbot, window, session, ct_folder, chest_file)
    before = session.state.place
    press(window, "Right" if window.reading_page.browser._tree.topLevelItemCount() > 1 else "Left")
    if session.state.place == before:
        press(window, "Left")
    qtbot.waitUntil(lambda: not session.state.loading)
    assert session.state.place != before


def test_maximised_only_the_image_is_left_and_escape_goes_back(
    qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path
) -> None:
    drop_and_wait(qtbot, window, session, ct_folder)
    press(window, "F11")
    assert not window.reading_page.browser.isVisible()
    press(window, "Esc")
    assert window.reading_page.browser.isVisible()


def test_the_browser_is_hidden_by_f9_and_stays_so(
    qtbot: QtBot, window: MainWindow, session: Session, parts: Parts, chest_file: Path
) -> None:
    drop_and_wait(qtbot, window, session, chest_file)
    press(window, "F9")
    assert not window.reading_page.browser.isVisible()
    qtbot.waitUntil(lambda: not parts.services.settings_file.load()[0].browser_shown)


def test_the_sample_opens(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    window.open_sample()
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.jobs.runner.running, timeout=15_000)
    assert session.settings.recent == ()


def test_what_cannot_be_shown_is_listed_with_its_reason(
    qtbot: QtBot, window: MainWindow, session: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "gemischt ü"
    write_png(folder / "good.png", PhantomCase(1, False, 64))
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    drop_and_wait(qtbot, window, session, folder)
    problems = window.reading_page.browser._problems
    assert problems._line.text().strip() == "1 file could not be shown"
    problems._line.click()
    item = problems._list.item(0)
    assert item is not None
    name, reason = item.text().split("\n")
    assert name == "broken.png"
    assert len(reason) > 20


@pytest.mark.parametrize("name", ["dark", "light", "contrast"])
def test_the_theme_changes_at_once_and_is_remembered(
    qtbot: QtBot, window: MainWindow, session: Session, parts: Parts, name: str
) -> None:
    window.actions_made[f"theme_{name}"].trigger()
    assert theme.current().name == name
    qtbot.waitUntil(lambda: parts.services.settings_file.load()[0].theme == name)


@pytest.mark.parametrize("chosen", [theme.DARK, theme.LIGHT, theme.CONTRAST], ids=lambda t: t.name)
@pytest.mark.parametrize("foreground", ["text", "dim", "accent", "attention", "danger", "done"])
def test_texts_have_enough_contrast(chosen: theme.Theme, foreground: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1; 1.4.6: with high contrast, 7 to 1."""
    enough = 7.0 if chosen is theme.CONTRAST else 4.5
    for background in (chosen.window, chosen.panel, chosen.raised):
        assert contrast(getattr(chosen, foreground), background) >= enough
    off = contrast(chosen.off, chosen.panel)
    assert 3 <= off < contrast(chosen.dim, chosen.panel) - 1, "what is off is still read, and seen to be off"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2 of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_the_model_could_say_hides_no_picture_and_no_identity(
    qtbot: QtBot, window: MainWindow, session: Session, chest_file: Path
) -> None:
    drop_and_wait(qtbot, window, session, chest_file)
    page = window.reading_page
    qtbot.waitUntil(page.chip.isVisible)
    window.resize(1300, 700)
    chip, banner = page.chip.geometry(), page.banner
    assert page.chip.parent() is banner
    assert banner.rect().contains(chip)
    assert banner.contentsRect().right() < chip.left()
    window.resize(880, 600)
    qtbot.waitUntil(page.chip.isHidden)
    assert banner.contentsRect().width() > 0.9 * banner.width(), "the identity has all the room"


def test_the_regions_of_the_window_are_gone_through_round_and_round(
    qtbot: QtBot, window: MainWindow, session: Session, chest_file: Path
) -> None:
    window.activateWindow()
    qtbot.waitActive(window)
    drop_and_wait(qtbot, window, session, chest_file)
    session.update(panel_open=True)
    viewer = window.reading_page.viewer
    viewer.setFocus()

    def held(action: str) -> list[str]:
        names = []
        for _ in range(3):
            window.actions_made[action].trigger()
            focus = QApplication.focusWidget()
            regions = (window.reading_page.browser, viewer, window.reading_page.panel)
            names.append(next(type(r).__name__ for r in regions if r is focus or r.isAncestorOf(focus)))
        return names

    forth, back = held("region_next"), held("region_previous")
    assert sorted(forth) == ["PredictionPanel", "StudyBrowser", "Viewer"]
    assert forth[-1] == back[-1] == "Viewer"
    assert back[:-1] == forth[-2::-1]


def test_every_theme_has_its_tick() -> None:
    for name in theme.THEMES:
        assert resource_path("icons", f"tick_{name}.svg").is_file()


def test_a_menu_opens_over_the_image(qtbot: QtBot, window: MainWindow, session: Session, chest_file: Path) -> None:
    drop_and_wait(qtbot, window, session, chest_file)
    menu = window.actions_made.context_menu(QMenu(window))
    assert {action.objectName() for action in menu.actions()} >= {"fit", "invert", "reset"}


@pytest.mark.parametrize("page", list(Page))
def test_the_notice_of_research_use_stands_once_on_every_page(window: MainWindow, session: Session, page: Page) -> None:
    session.show_page(page)
    session.update(panel_open=True)
    told = [label for label in window.findChildren(QLabel) if "Research use only" in label.text()]
    assert [label.objectName() for label in told if label.isVisibleTo(window)] == ["research_use"]
