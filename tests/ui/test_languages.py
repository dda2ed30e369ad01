"""The window in each language: complete, readable whole, and switched while everything stays as it was."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from medapp.folders import user_folders
from medapp.i18n import speak, spoken, tr
from medapp.interop.outcome import FORMATS
from medapp.storage.settings import SettingsFile
from medapp.ui import theme
from medapp.ui.commands import COMMANDS
from medapp.ui.language import apply_language, language_of
from medapp.ui.lessons import view_of
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.teaching_page import TeachingPage
from medapp.ui.teaching_session import TeachingSession
from medapp.ui.widgets.document_window import DocumentWindow
from medapp.ui.widgets.export_dialog import ExportDialog, ExportOffer
from medapp.ui.widgets.header_browser import HeaderBrowser
from medapp.ui.widgets.histogram_dialog import HistogramDialog
from medapp.ui.widgets.label_start import LabelStart, Proposal
from medapp.ui.widgets.model_offer import ModelOffer
from medapp.ui.widgets.models_dialog import ModelsDialog
from medapp.ui.widgets.save_result import FormChoice, SaveResult
from medapp.ui.widgets.screen_ruler import ScreenRuler
from medapp.ui.widgets.settings_dialog import SettingsDialog
from medapp.ui.widgets.shortcut_editor import ShortcutEditor
from medapp.ui.widgets.teaching.views import QuestionView, Step
from medapp.ui.widgets.tutorial_panel import TutorialPanel
from tests.ui.teaching_states import states
from tests.ui.test_teaching_states import clipped, shown_pages

WORD = re.compile(r"[A-Za-z]{2,}")
PROPER_NAMES = frozenset(
    re.findall(
        r"\S+",
        """medapp DICOM DICOMDIR Grad CAM SR SC JSON PDF ONNX PNG JPEG TIFF ZIP CSV Excel UID AI ID
 ROC AUC GPU CPU NVIDIA Apache Language English Ctrl Shift Alt Del Cobb
Weasis Horos RadiAnt OHIF Command AMD Apple px mm cm MB F1 F3 TG QC VR
Esc Enter Tab Space PgUp PgDown Home End Return F8 F9 F11 MobileNetV2 ResNet DenseNet EfficientNet ConvNeXt ViT
CNN CR DX CHEST PA AP Cohen Brier ECE HTML train validation test PPV NPV CT HU png Siemens Philips""",
    )
)
"""What may stand among Chinese texts; everything else of two letters is forgotten English."""
SMALL = (1366, 670)


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    font, sheet, palette = qapp.font(), qapp.styleSheet(), qapp.palette()
    apply_language(qapp, "zh_CN")
    theme.apply_theme(qapp, "light", 13)
    yield
    apply_language(qapp, "en")
    QLocale.setDefault(QLocale.system())
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture
def window(window: MainWindow, qapp: QApplication) -> Iterator[MainWindow]:
    yield window
    apply_language(qapp, "en")
    QLocale.setDefault(QLocale.system())


def switch(qtbot: QtBot, window: MainWindow, language: str) -> None:
    window.actions_made[f"language_{language.lower()}"].trigger()
    qtbot.waitUntil(lambda: spoken() == language)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]


def texts_of(widget: QWidget) -> Iterator[str]:
    """Every text that `widget` and what it holds show, tell or offer."""
    for part in (widget, *widget.findChildren(QWidget)):
        yield from (part.toolTip(), part.accessibleName(), part.windowTitle())
        if isinstance(part, QLabel | QAbstractButton):
            yield part.text()
        elif isinstance(part, QLineEdit | QPlainTextEdit):
            yield part.placeholderText()
        elif isinstance(part, QComboBox):
            yield from (part.itemText(place) for place in range(part.count()))
        elif isinstance(part, QMenu):
            yield part.title()
    for action in widget.findChildren(QAction):
        yield from (action.text(), action.toolTip(), action.iconText())


def english_in(widget: QWidget) -> set[str]:
    plain = (re.sub(r"<[^>]*>|\\\w|\(\*[^)]*\)|\{\w*\}", " ", text) for text in texts_of(widget))
    return {text for text in plain if set(WORD.findall(text)) - PROPER_NAMES}


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("page", Page)
def test_in_chinese_no_page_shows_an_english_word(window: MainWindow, session: Session, page: Page) -> None:
    session.show_page(page)
    assert not english_in(window)
    assert "阅片" in window.actions_made["show_reading"].text()


@pytest.mark.usefixtures("chinese")
def test_in_chinese_no_step_of_teaching_shows_an_english_word(window: MainWindow) -> None:
    for step in Step:
        window.teaching.go_to(step)
        assert not english_in(window.teaching_page), step


def _shown_lesson() -> TutorialPanel:
    panel = TutorialPanel()
    panel.render_lesson(view_of(0, ()))
    return panel


DIALOGS: dict[str, Callable[[], QWidget]] = {
    "label projects": lambda: LabelStart((), Proposal()),
    "results": lambda: SaveResult("", tuple(FormChoice(form, possible=True) for form in FORMATS)),
    "models": ModelsDialog,
    "settings": SettingsDialog,
    "keys": ShortcutEditor,
    "a page": lambda: DocumentWindow("", "page"),
    "the tutorial": _shown_lesson,
    "a model": lambda: ModelOffer("", can_answer=True),
    "export": lambda: ExportDialog(ExportOffer((("image", 1), ("stack", 9), ("key_images", 2)))),
    "the file header": HeaderBrowser,
    "the histogram": HistogramDialog,
    "a screen to be measured": lambda: ScreenRuler(4.0, calibrated=False),
}


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("name", DIALOGS)
def test_in_chinese_no_dialog_shows_an_english_word(name: str, qtbot: QtBot) -> None:
    dialog = DIALOGS[name]()
    qtbot.addWidget(dialog)
    assert not english_in(dialog)


@pytest.mark.usefixtures("chinese")
def test_the_buttons_of_qts_own_dialogs_are_chinese(qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Close)
    qtbot.addWidget(box)
    assert [button.text().partition("(")[0] for button in box.buttons()] == ["关闭", "取消"]


@pytest.mark.usefixtures("chinese")
def test_in_chinese_no_text_of_the_teaching_page_is_cut_off(qtbot: QtBot, session: Session) -> None:
    page = TeachingPage(TeachingSession(session))
    qtbot.addWidget(page)
    wrong = [
        f"{name} {tab}: {text}"
        for name, view in states().items()
        for tab in shown_pages(page, view, SMALL)
        for text in clipped(page)
    ]
    page.hide()
    assert not wrong


def test_the_language_is_switched_at_once_and_remembered(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    switch(qtbot, window, "zh_CN")
    assert window.actions_made["open_files"].text() == "打开文件…"
    assert window.findChild(QLabel, "research_use").text() == tr("ui.research_short")
    assert session.settings.language == "zh_CN"
    qtbot.waitUntil(lambda: SettingsFile(user_folders().settings).load()[0].language == "zh_CN")
    switch(qtbot, window, "en")
    assert window.actions_made["open_files"].text() == "Open files…"


def test_what_is_open_stays_open(qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path) -> None:
    window.opening.open([ct_folder])
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.jobs, timeout=30_000)
    window.pictures.go_to(5)
    qtbot.waitUntil(lambda: session.state.picture is not None and session.state.picture.place.index == 5)
    window.viewing.set_viewport(session.state.viewport.rotated(1))
    before = session.state
    switch(qtbot, window, "zh_CN")
    after = session.state
    assert (after.picture, after.viewport, after.page, after.voi) == (
        before.picture,
        before.viewport,
        before.page,
        before.voi,
    )
    tree = window.findChild(QTreeWidget, "study_tree")
    assert tree is not None
    series = tree.topLevelItem(0).child(0).child(0)
    assert "12 幅图像" in series.text(0)
    assert not series.icon(0).isNull()
    assert window.reading_page.browser.thumbnails
    qtbot.keyClick(window.reading_page.viewer, "i")
    assert session.state.viewport.inverted


def test_a_project_and_what_was_typed_stay(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    session.show_page(Page.TEACHING)
    window.teaching.set_question(QuestionView("膝关节 X 线片", "成人", "骨折", "正常", 95, 10.0))
    qtbot.waitUntil(lambda: window.teaching.view.question.find == "骨折")
    switch(qtbot, window, "zh_CN")
    field = window.teaching_page.findChild(QLineEdit, "question_find")
    assert field is not None
    assert field.text() == "骨折"
    assert window.teaching.view.question.find_at_least == 95


def test_each_key_means_one_thing_after_switching(qtbot: QtBot, window: MainWindow) -> None:
    switch(qtbot, window, "zh_CN")
    switch(qtbot, window, "en")
    ours = [action.objectName() for action in window.actions() if action.objectName()]
    cells = [action.objectName() for action in window.reading_page.cells.actions()]
    assert sorted(ours + cells) == sorted(command.id for command in COMMANDS)


def test_switching_leaves_nothing_of_the_old_window_behind(qtbot: QtBot, window: MainWindow) -> None:
    switch(qtbot, window, "zh_CN")
    QApplication.processEvents()
    before = len(window.findChildren(QWidget))
    for language in ("en", "zh_CN", "en", "zh_CN"):
        switch(qtbot, window, language)
    QApplication.processEvents()
    gc.collect()
    assert len(window.findChildren(QWidget)) <= before


def test_switching_takes_less_than_a_second_of_work(qtbot: QtBot, window: MainWindow) -> None:
    switch(qtbot, window, "zh_CN")
    begun = time.process_time()
    switch(qtbot, window, "en")
    assert time.process_time() - begun < 1


def test_the_system_decides_where_the_person_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    locale = QLocale("zh_CN")
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: locale))
    assert language_of("system") == "zh_CN"
    assert language_of("en") == "en"
    speak("en")
