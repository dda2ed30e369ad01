"""The user guide in the program: complete, with its pictures, in both languages, and shipped."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QListWidget, QWidget
from pytestqt.qtbot import QtBot

from medapp.folders import guide_folder
from medapp.i18n import LANGUAGES, speak, tr
from medapp.ui.guide_window import FIRST, GuideWindow, page_text
from medapp.ui.printing import PrintedPage, printed
from medapp.ui.session import Session
from medapp.ui.widgets.document_window import slug
from tests.e2e.guide_pictures import NAMES

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)#]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^(#+) .*$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
MOST_BYTES = 1_500_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_and_every_page_that_the_guide_names_is_there(language: str) -> None:
    speak(language)
    text = page_text(FIRST)
    headings = {slug(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
    for is_picture, path, fragment in LINK.findall(text):
        assert not path or (guide_folder() / path).is_file(), path
        assert not (is_picture and not path)
        assert path or fragment in headings


def outline(language: str) -> list[tuple[str, list[Counter[str]], Counter[str], list[str]]]:
    """Return of each section its level, the keys in each row of its tables, all keys and commands, and its links."""
    speak(language)
    _, *parts = HEADING.split(page_text(FIRST))
    sections = []
    for level, text in zip(parts[::2], parts[1::2], strict=True):
        rows = [Counter(CODE.findall(line)) for line in text.splitlines() if line.startswith("|")]
        codes = Counter(CODE.findall(text))
        del codes[tr("ui.seal")]  # a button's name: each language has its own
        links = [path.replace(f"pictures/{language}/", "pictures/") for _, path, _ in LINK.findall(text)]
        sections.append((level, rows, codes, links))
    return sections


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_language_has_the_sections_rows_keys_and_links_of_the_english_guide(language: str) -> None:
    for section, (english, other) in enumerate(zip(outline("en"), outline(language), strict=True)):
        assert other == english, section


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_shows_every_picture_that_the_script_makes_in_its_own_language(language: str) -> None:
    speak(language)
    shown = [path for _, path, _ in LINK.findall(page_text(FIRST)) if path.endswith(".jpg")]
    folder = "pictures" if language == "en" else f"pictures/{language}"
    assert sorted(shown) == sorted(f"{folder}/{name}.jpg" for name in NAMES.values())


def test_the_pictures_of_the_guide_are_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "pictures").rglob("*.jpg")) < MOST_BYTES


def test_whatever_the_guide_links_to_is_shipped() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = document["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for language in LANGUAGES:
        speak(language)
        for _, path, _ in LINK.findall(page_text(FIRST)):
            assert not path or f"docs/{path.partition('/')[0]}" in shipped, path


@pytest.fixture
def guide(qtbot: QtBot, session: Session) -> GuideWindow:
    window = QWidget()
    qtbot.addWidget(window)
    return GuideWindow(window, session)


def test_a_heading_that_is_chosen_comes_to_the_top(qtbot: QtBot, guide: GuideWindow) -> None:
    dialog = guide.dialog.show()
    contents = dialog.findChild(QListWidget, "guide_contents")
    assert contents is not None
    names = [contents.item(n).text().strip() for n in range(contents.count())]
    assert {"Open", "Read", "Teach", "The program"} <= set(names)
    contents.setCurrentRow(names.index("Teach"))
    assert dialog.browser.textCursor().block().text() == "Teach"
    assert dialog.browser.verticalScrollBar().value() > 0
    dialog.close()


def test_links_lead_to_other_pages_of_the_guide_and_nowhere_else(qtbot: QtBot, guide: GuideWindow) -> None:
    dialog = guide.dialog.show()
    dialog.browser.anchorClicked.emit(QUrl("reading.md"))
    before = dialog.browser.toPlainText()
    assert "Weasis" not in before
    for elsewhere in ("https://example.org/x.md", "file:///etc/passwd", "../../etc/passwd.md", "no-such-page.md"):
        dialog.browser.anchorClicked.emit(QUrl(elsewhere))
        assert dialog.browser.toPlainText() == before
    dialog.close()


def test_the_guide_speaks_the_language_of_the_window(qtbot: QtBot, guide: GuideWindow) -> None:
    speak("zh_CN")
    dialog = guide.dialog.show()
    assert "用户指南" in dialog.browser.toPlainText()
    dialog.close()


def test_what_is_searched_is_found_and_from_the_end_it_goes_on_at_the_beginning(
    qtbot: QtBot, guide: GuideWindow
) -> None:
    dialog = guide.dialog.show()
    dialog._search.setText("Weasis")
    places = []
    for _ in range(20):
        dialog.find_next()
        places.append(dialog.browser.textCursor().position())
    assert len(set(places)) > 1
    assert places[0] in places[1:]
    dialog.close()


def test_the_printed_guide_holds_its_pictures(tmp_path: Path) -> None:
    page = PrintedPage(markdown=page_text(FIRST), folder=guide_folder())
    for name, printed_page in (("with.pdf", page), ("without.pdf", replace(page, folder=tmp_path))):
        list(printed(printed_page, tmp_path / name))
    assert (tmp_path / "with.pdf").stat().st_size > 2 * (tmp_path / "without.pdf").stat().st_size
