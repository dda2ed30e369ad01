"""A messy Excel list of radiographs becomes checked cases, with real clicks and keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QListWidget, QPushButton, QWidget

from medapp.imaging.phantom import PhantomCase, write_png
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import press, text_of
from tests.e2e.test_teach import take_focus_back, type_into_dialog

pytestmark = pytest.mark.e2e
PATIENTS = 24


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Radiographs in folders of months, with names that have leading zeros."""
    for number in range(PATIENTS):
        case = PhantomCase(500 + number, number % 2 == 0, 64)
        write_png(tmp_path / "Studie" / "Röntgen" / f"Monat {number % 3}" / f"Thorax_{number:05}.PNG", case)
    return tmp_path / "Studie" / "Röntgen"


@pytest.fixture
def messy(tmp_path: Path, images: Path) -> Path:
    """A list as a clinic keeps it: two sheets, a title, a repeated header, merged cells, blanks, typing errors."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Lies mich"
    sheet = book.create_sheet("Liste")
    header = ["Nr", "Bilddatei", "Pat.-ID", "Datum", "Rundherd", "Bemerkung", None]
    sheet.append(["Thoraxstudie, Stand März"])
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append(header)
    for number in range(PATIENTS):
        said: object = {1: "?", 2: None, 3: "NEIN", 4: "Ja "}.get(number, "ja" if number % 2 == 0 else "nein")
        sheet.append([number, f"thorax_{number}.png", f"P{number}", date(2024, 1 + number % 12, 3), said, "a\nb"])
        if number == 11:
            sheet.append(header)
    sheet.append([98, "thorax_98.png", "P98", None, "ja"])
    sheet.append([99, 1.25e17, "P99", None, "nein"])
    sheet.append([None, "  "])
    book.save(images.parent / "Liste für Müller.xlsx")
    return images.parent / "Liste für Müller.xlsx"


def choose(hands: Driver, box: QComboBox, place: int) -> None:
    """Open a box with the mouse, and choose an entry with the keys."""
    hands.wait_for(box.isVisible, "the box")
    hands.click(box)
    hands.wait_for(lambda: box.view().isVisible(), "the list of the box")
    QTest.keyClick(box.view(), Qt.Key.Key_Home)
    for _ in range(place):
        QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    hands.wait_for(lambda: not box.view().isVisible(), "the end of the list")


def page_label(name: str) -> str:
    """Return what a label of the page says."""
    page = next((w for w in QApplication.topLevelWidgets() if w.objectName() == "table_page"), None)
    found = page.findChild(QLabel, name) if page is not None else None
    return found.text() if found is not None and found.isVisible() else ""


def find_on_page(kind: type[QWidget], name: str) -> QWidget:
    page = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "table_page")
    found = page.findChild(kind, name)
    assert found is not None
    return found


def test_a_messy_workbook_becomes_checked_cases(messy: Path, tmp_path: Path) -> None:
    def script(hands: Driver) -> None:
        hands.click(hands.tool_button("show_teaching"))
        press(hands, "step_cases")
        type_into_dialog(messy)
        press(hands, "choose_table")
        hands.wait_for(lambda: page_label("table_counts").startswith("24 of 26 rows"), "the rows")
        left_out = find_on_page(QListWidget, "left_out")
        assert isinstance(left_out, QListWidget)
        assert left_out.item(0).text().startswith("row 29: thorax_98.png")
        use = find_on_page(QPushButton, "table_use")
        assert not use.isEnabled()
        for name in ("answer_0", "answer_1"):
            box = find_on_page(QComboBox, name)
            assert isinstance(box, QComboBox)
            choose(hands, box, 1)
            hands.wait_for(lambda box=box: box.currentIndex() == 1, "the answer")
        hands.wait_for(use.isEnabled, "the answers")
        type_into_dialog(tmp_path / "offen.csv")
        hands.click(find_on_page(QPushButton, "export_left_out"))
        hands.wait_for((tmp_path / "offen.csv").is_file, "the list")
        hands.click(use)
        take_focus_back(hands)
        hands.wait_for(lambda: "22 patients" in text_of(hands, "cases_patients"), "the check")
        press(hands, "cases_next")
        hands.wait_for(lambda: text_of(hands, "proves"), "what the numbers can prove")

    drive([], script)
    saved = (tmp_path / "offen.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(saved) == 3
