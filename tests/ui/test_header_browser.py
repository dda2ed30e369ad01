"""The header browser: lines of one header or two, search, hidden identity, copies, what is read late."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from medapp.i18n import speak
from medapp.imaging.header_row import HeaderRow
from medapp.imaging.phantom import PhantomCase, write_dicom
from medapp.imaging.study import Instance, Scan
from medapp.ui.header_desk import HeaderDesk, choices_in
from medapp.ui.header_view import (
    CompareChoice,
    HeaderView,
    all_text,
    lines_of,
    matching,
    only_differences,
    opened,
    value_text,
)
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.widgets.header_browser import HeaderBrowser
from medapp.ui.widgets.header_model import HeaderModel
from tests.imaging.synthetic import item
from tests.ui.pictures_made import picture_of

NAME = HeaderRow("0010,0010", 0, "(0010,0010)", "PN", "Patient's Name", "Muster^Max", length=10, identity=True)
SEQUENCE = HeaderRow("0040,0275", 0, "(0040,0275)", "SQ", "Request Attributes Sequence", length=1)
ITEM = HeaderRow("#000001", 1, "", "", "1", length=1)
INSIDE = HeaderRow("0008,1030", 2, "(0008,1030)", "LO", "Study Description", "Thorax", length=6)
ROWS = HeaderRow("0028,0010", 0, "(0028,0010)", "US", "Rows", "512", length=3)
HEADER = (NAME, ROWS, SEQUENCE, ITEM, INSIDE)


def test_a_line_knows_where_it_lies() -> None:
    assert [line.path for line in lines_of(HEADER)][-1] == ("0040,0275", "#000001", "0008,1030")


def test_two_headers_stand_beside_each_other_with_what_differs() -> None:
    other = (NAME, ROWS._replace(value="256"), HeaderRow("0028,0011", 0, "(0028,0011)", "US", "Columns", "256"))
    marks = {line.row.name: line.mark for line in lines_of(HEADER, other)}
    assert marks == {
        "Patient's Name": "",
        "Rows": "differs",
        "Columns": "there",
        "Request Attributes Sequence": "here",
        "1": "here",
        "Study Description": "here",
    }


def test_only_differences_keeps_what_they_lie_in() -> None:
    other = (NAME, ROWS, SEQUENCE, ITEM, INSIDE._replace(value="Abdomen"))
    kept = [line.row.name for line in only_differences(lines_of(HEADER, other))]
    assert kept == ["Request Attributes Sequence", "1", "Study Description"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("muster", (0,)), ("00280010", (1,)), ("0028,00", (1,)), ("DESCR", (4,)), ("  ", ()), ("q", (2,))],
)
def test_a_search_looks_into_tag_name_and_value(text: str, found: tuple[int, ...]) -> None:
    assert matching(lines_of(HEADER), text, hidden=False) == found


def test_what_is_hidden_is_neither_shown_nor_found_nor_copied() -> None:
    lines = lines_of(HEADER)
    assert value_text(NAME, hidden=True) == "•••"
    assert matching(lines, "muster", hidden=True) == ()
    assert "Muster" not in all_text(lines, hidden=True, compared=False)
    assert "Muster^Max" in all_text(lines, hidden=False, compared=False)


def test_what_is_shortened_says_so() -> None:
    assert (
        value_text(ROWS._replace(value="00 01 …", told="binary", length=20000), hidden=False)
        == "00 01 … (20,000 bytes)"
    )
    assert "damaged" in value_text(ROWS._replace(told="unreadable"), hidden=False)
    assert value_text(SEQUENCE, hidden=False) == "1 items"


def test_what_was_held_back_comes_into_its_place() -> None:
    held = (NAME, SEQUENCE._replace(held=True), ROWS._replace(key="0050,0010"))
    found = opened(held, ("0040,0275",), (ITEM, INSIDE))
    assert [row.key for row in found] == ["0010,0010", "0040,0275", "#000001", "0008,1030", "0050,0010"]
    assert not found[1].held
    assert opened(found, ("0040,0275",), (ITEM,)) == found  # it is open already
    assert opened(found, ("9999,9999",), (ITEM,)) == found


def test_the_tree_holds_all_lines_and_asks_for_what_was_held_back(qtbot: QtBot) -> None:
    model = HeaderModel()
    model.show_lines(lines_of((*HEADER[:2], SEQUENCE._replace(held=True))), compared=False, hidden=False)
    sequence = model.index(2, 0)
    assert (model.rowCount(), model.hasChildren(sequence), model.rowCount(sequence)) == (3, True, 0)
    with qtbot.waitSignal(model.opening_requested) as asked:
        assert model.canFetchMore(sequence)
        model.fetchMore(sequence)
    assert asked.args == [("0040,0275",)]
    assert not model.canFetchMore(sequence)
    model.show_lines(lines_of(HEADER), compared=False, hidden=False)
    inside = model.index(0, 3, model.index(0, 0, model.index(2, 0)))
    assert model.data(inside) == "Thorax"
    assert model.parent(model.parent(inside)).row() == 2


@pytest.fixture
def browser(qtbot: QtBot) -> HeaderBrowser:
    made = HeaderBrowser()
    qtbot.addWidget(made)
    made.render_view(HeaderView(lines_of(HEADER), (CompareChoice("the image after", "b.dcm"),)))
    return made


def find(browser: QWidget, kind: type[QWidget], name: str) -> QWidget:
    found = browser.findChild(kind, name)
    assert found is not None, name
    return found


def test_f3_goes_from_match_to_match_and_round(qtbot: QtBot, browser: HeaderBrowser) -> None:
    browser.show()
    tree, count = browser.findChild(QTreeView, "header_tree"), browser.findChild(QLabel, "header_count")
    assert tree is not None
    assert count is not None
    qtbot.keyClicks(find(browser, QLineEdit, "header_search"), "e")
    told = []
    for _ in range(5):
        browser.find_next()
        told.append(count.text())
    assert told == ["1 of 4", "2 of 4", "3 of 4", "4 of 4", "1 of 4"]
    assert tree.currentIndex().row() == 0
    browser.find_previous()
    assert count.text() == "4 of 4"
    browser.close()


def test_chosen_rows_and_values_are_copied_as_text(browser: HeaderBrowser) -> None:
    tree = browser.findChild(QTreeView, "header_tree")
    assert tree is not None
    tree.setCurrentIndex(tree.model().index(0, 3))
    browser.copy_value()
    assert QGuiApplication.clipboard().text() == "Muster^Max"
    browser.copy_row()
    assert QGuiApplication.clipboard().text() == "(0010,0010)\tPN\tPatient's Name\tMuster^Max"
    box = browser.findChild(QCheckBox, "header_hide_identity")
    assert box is not None
    box.setChecked(True)
    browser.copy_all()
    assert QGuiApplication.clipboard().text().splitlines()[0].endswith("\t•••")
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5


def test_comparing_adds_a_column_and_lets_only_differences_be_asked_for(qtbot: QtBot, browser: HeaderBrowser) -> None:
    only = browser.findChild(QCheckBox, "header_only_differences")
    tree = browser.findChild(QTreeView, "header_tree")
    assert only is not None
    assert tree is not None
    assert (only.isEnabled(), tree.model().columnCount()) == (False, 4)
    with qtbot.waitSignal(browser.compare_requested) as asked:
        browser._compare.activated.emit(1)
    assert asked.args == ["b.dcm"]
    other = (NAME, ROWS._replace(value="256"))
    browser.render_view(HeaderView(lines_of((NAME, ROWS), other), (CompareChoice("b", "b.dcm"),), "b.dcm"))
    assert (only.isEnabled(), tree.model().columnCount(), tree.model().rowCount()) == (True, 5, 2)
    only.setChecked(True)
    assert tree.model().rowCount() == 1
    assert tree.model().data(tree.model().index(0, 4)) == "256"


def shown_file(session: Session, path: Path, scan: Scan | None = None) -> None:
    frame = session.services.readers.frame(str(path))
    made = picture_of(frame)
    session.update(
        page=Page.READING,
        picture=replace(made, instance=Instance(str(path), "dicom", *frame.shape)),
        scan=scan or session.state.scan,
    )


def test_the_header_of_the_image_on_screen_is_read_and_follows_it(
    qtbot: QtBot, session: Session, chest_file: Path, ct_folder: Path
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    desk = HeaderDesk(window, session)
    shown_file(session, chest_file)
    desk.show()
    qtbot.waitUntil(lambda: any(line.row.value == "DX" for line in desk.view.lines), timeout=20_000)
    shown_file(session, ct_folder / "slice003.dcm")
    qtbot.waitUntil(lambda: any(line.row.value == "CT" for line in desk.view.lines), timeout=20_000)
    speak("zh_CN")
    desk.open_again()
    titles = [made.windowTitle() for made in window.findChildren(HeaderBrowser) if made.isVisible()]
    assert titles == ["文件头"]
    speak("en")
    desk.open_again()
    desk.compare(str(ct_folder / "slice004.dcm"))
    qtbot.waitUntil(lambda: any(line.mark for line in desk.view.lines), timeout=20_000)
    differing = {line.row.tag for line in desk.view.lines if line.mark}
    assert {"(0008,0018)", "(0020,0013)", "(0020,0032)"} <= differing
    assert "(0010,0010)" not in differing
    dialog = next(made for made in window.findChildren(HeaderBrowser) if made.isVisible())
    button = dialog.findChild(QPushButton, "header_close")
    assert button is not None
    button.click()
    assert not dialog.isVisible()


def test_a_damaged_header_is_told_in_words(qtbot: QtBot, session: Session, chest_file: Path, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    desk = HeaderDesk(window, session)
    shown_file(session, chest_file)
    picture = session.state.picture
    assert picture is not None
    cut = tmp_path / "cut.dcm"
    cut.write_bytes(chest_file.read_bytes()[:300])
    session.update(picture=replace(picture, instance=replace(picture.instance, source=str(cut))))
    desk.show()
    qtbot.waitUntil(lambda: "cannot be shown" in desk.view.told, timeout=20_000)
    assert desk.view.lines == ()
    session.update(picture=None)
    qtbot.waitUntil(lambda: desk.view.told == "There is no image on screen.", timeout=20_000)
    dialog = window.findChild(HeaderBrowser)
    assert dialog is not None
    dialog.close()


def test_the_neighbours_and_every_other_series_can_be_compared(session: Session, tmp_path: Path) -> None:
    paths = [write_dicom(tmp_path / f"{n}.dcm", PhantomCase(n, nodule=False, size=16)) for n in range(2)]
    picture = picture_of(session.services.readers.frame(str(paths[0])))
    stack = replace(picture.series, instances=tuple(replace(picture.instance, source=str(p)) for p in paths))
    other = replace(picture.series, description="AP", instances=(replace(picture.instance, source="c.dcm"),))
    study = replace(picture.study, series=(stack, other))
    state = replace(session.state, scan=Scan((study,)), picture=replace(picture, series=stack, study=study))
    assert [
        (c.text, c.source) for c in choices_in(replace(state, picture=replace(picture, series=stack, study=study)))
    ] == [
        ("the image after", str(paths[1])),
        ("2026-01-02 · DX · AP", "c.dcm"),
    ]
    assert choices_in(replace(state, picture=None)) == ()


def test_a_sequence_that_was_held_back_is_read_when_it_is_opened(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    path = write_dicom(tmp_path / "many.dcm", PhantomCase(1, nodule=False, size=16))
    dataset = dcmread(path)
    dataset.RequestAttributesSequence = [item(StudyDescription=f"part {n}") for n in range(5000)]
    dataset.save_as(path)
    window = QWidget()
    qtbot.addWidget(window)
    desk = HeaderDesk(window, session)
    shown_file(session, path)
    desk.show()
    qtbot.waitUntil(lambda: any(line.row.held for line in desk.view.lines), timeout=20_000)
    count = len(desk.view.lines)
    dialog = window.findChild(HeaderBrowser)
    assert dialog is not None
    tree = dialog.findChild(QTreeView, "header_tree")
    assert tree is not None
    rows = [tree.model().index(row, 0) for row in range(tree.model().rowCount())]
    tree.expand(next(index for index in rows if index.data() == "(0040,0275)"))
    qtbot.waitUntil(lambda: len(desk.view.lines) >= count + 5000, timeout=20_000)
    opened_row = next(
        row for row in range(tree.model().rowCount()) if tree.model().index(row, 0).data() == "(0040,0275)"
    )
    assert tree.isExpanded(tree.model().index(opened_row, 0))
    assert any(line.row.value == "part 0" for line in desk.view.lines)
    dialog.close()
