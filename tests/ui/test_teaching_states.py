"""Every state of the teaching page can be read whole, at the size of a small screen and in both themes.

`MEDAPP_LOOK=FOLDER` keeps a picture of each state there, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QRadioButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from medapp.ui import theme
from medapp.ui.session import Session
from medapp.ui.teaching_page import TeachingPage
from medapp.ui.teaching_session import TeachingSession
from medapp.ui.widgets.teaching.views import TeachingView
from tests.ui.teaching_states import states

SIZES = ((1366, 670), (1920, 980))
"""What menu, bars and status line leave of the screen."""
STATES = states()


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> TeachingPage:
    made = TeachingPage(TeachingSession(session))
    qtbot.addWidget(made)
    return made


@pytest.fixture(params=theme.THEMES)
def look(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    font, sheet, palette = qapp.font(), qapp.styleSheet(), qapp.palette()
    theme.apply_theme(qapp, request.param, 13)
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(font)


def shown_pages(page: TeachingPage, view: TeachingView, size: tuple[int, int]) -> Iterator[str]:
    """Show a view, and one after the other its tabs."""
    page.resize(*size)
    page._render(view)
    page.show()
    tabs = page.sealed_test.tabs
    for place in tabs.offered if tabs.isVisible() else [-1]:
        tabs.bar.setCurrentIndex(place)
        for _ in range(3):  # a text that wraps may take another line, which moves what is below it
            QApplication.processEvents()
        yield tabs.bar.tabText(place)


def clipped(page: TeachingPage) -> list[str]:
    """Texts that have less room than they need, and pages that scroll sideways."""
    found = []
    for widget in page.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel) and widget.text() and widget.pixmap().isNull():
            found += [widget.text()] if _needs_more(widget) else []
        elif isinstance(widget, QPushButton | QCheckBox | QRadioButton) and widget.text():
            found += [widget.text()] if widget.sizeHint().width() > widget.width() else []
        elif isinstance(widget, QScrollArea) and widget.widget().objectName() == "scrolled":
            bar = widget.horizontalScrollBar()
            found += [f"the page is {bar.maximum()} px too wide"] if bar.maximum() else []
    return found


def _needs_more(text: QLabel) -> bool:
    if text.wordWrap():
        return text.heightForWidth(text.width()) > text.height() + 1
    return text.sizeHint().width() > text.width() + 1 or text.sizeHint().height() > text.height() + 1


@pytest.mark.usefixtures("look")
def test_no_text_of_any_state_is_cut_off(page: TeachingPage) -> None:
    wrong = []
    for size in SIZES:
        for name, view in STATES.items():
            for tab in shown_pages(page, view, size):
                wrong += [f"{name} {tab} at {size[0]} px: {text}" for text in clipped(page)]
                keep(page, f"{name}-{tab}-{size[0]}")
    page.hide()
    assert not wrong


def test_what_is_pressed_next_is_in_sight_in_every_step_of_a_small_screen(page: TeachingPage) -> None:
    for name, view in STATES.items():
        for tab in shown_pages(page, view, SIZES[0]):
            step = page.steps.currentWidget()
            footer = step.findChild(QWidget, "step_footer")
            assert footer is not None
            for pressed in footer.findChildren(QPushButton):
                if pressed.isVisible():
                    place = pressed.mapTo(page, pressed.rect().bottomRight())
                    assert page.rect().contains(place), f"{name} {tab}: {pressed.text()}"
                    assert pressed.visibleRegion().boundingRect() == pressed.rect(), f"{name} {tab}: {pressed.text()}"
    page.hide()


def keep(page: TeachingPage, name: str) -> None:
    """Keep a picture, where somebody wants to look."""
    if folder := os.environ.get("MEDAPP_LOOK"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        file = "".join(c if c.isalnum() or c == "-" else "_" for c in f"{theme.current().name}-{name}")
        page.grab().save(str(Path(folder, f"{file}.png")))
