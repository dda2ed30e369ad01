"""Key images: marked with a key, listed, gone through in the order of the browser, kept on the disk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from medapp.imaging.study import Instance, Patient, Scan, Series, Study
from medapp.storage.key_images import KeyImage
from medapp.ui.cell_state import Place
from medapp.ui.key_images import KeyImageMarks
from medapp.ui.key_marks import ordered_places, places_of
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import KeyMarks, series_key
from medapp.ui.widgets.study_browser import StudyBrowser
from tests.ui.pictures_made import picture_of, ramp_frame


def series_of(name: str, *uids: str) -> Series:
    instances = tuple(Instance(f"{name}{uid}", "dicom", 8, 8, sop_instance_uid=uid) for uid in uids)
    return Series(name, "CT", instances, name)


FEW, MANY = series_of("few", "1.1", "1.2", "1.3"), series_of("many", "2.1", "2.2")
CINE = Series("cine", "US", (Instance("cine", "dicom", 8, 8, frames=3, sop_instance_uid="3", frame_order=(2, 0, 1)),))
STUDY = Study("s", Patient("A"), (FEW, MANY, CINE))


def test_marked_images_are_found_by_instance_and_frame_in_the_order_of_scrolling() -> None:
    marked = frozenset((KeyImage("1.3", 1), KeyImage("1.1", 1), KeyImage("3", 1), KeyImage("9", 1), KeyImage("2.1", 2)))
    assert places_of(Scan((STUDY,)), marked) == {"few1.1": (0, 2), "cine": (1,)}


def test_key_images_are_gone_through_in_the_order_of_the_browser() -> None:
    marks = KeyMarks(places={"cine": (1,), "few1.1": (0, 2)})
    assert ordered_places(STUDY, marks) == (Place("few1.1", 0), Place("few1.1", 2), Place("cine", 1))


@pytest.fixture
def marks(session: Session, pictures: Pictures) -> KeyImageMarks:
    return KeyImageMarks(session, pictures)


@pytest.fixture
def one(session: Session) -> Session:
    """An image on screen that no file is needed for."""
    picture = picture_of(ramp_frame())
    session.update(scan=Scan((picture.study,)), picture=picture)
    return session


def go_to(qtbot: QtBot, session: Session, marks: KeyImageMarks, index: int) -> None:
    marks._pictures.go_to(index)
    qtbot.waitUntil(lambda: shown(session) == index, timeout=20_000)


def shown(session: Session) -> int:
    picture = session.state.picture
    return -1 if picture is None else picture.place.index


def test_a_marked_image_is_kept_and_a_second_press_takes_the_mark_away(
    qtbot: QtBot, one: Session, marks: KeyImageMarks
) -> None:
    marks.toggle()
    assert list(one.state.key_images.places.values()) == [(0,)]
    qtbot.waitUntil(lambda: len(one.services.key_images.all_marked()) == 1, timeout=5000)
    marks.toggle()
    assert not one.state.key_images.marked
    qtbot.waitUntil(lambda: not one.services.key_images.all_marked(), timeout=5000)


def test_the_next_key_image_comes_round_and_none_is_told(qtbot: QtBot, stack: Session, marks: KeyImageMarks) -> None:
    marks.go(1)
    assert "no key images" in stack.state.notice
    for index in (2, 7):
        go_to(qtbot, stack, marks, index)
        marks.toggle()
    seen = []
    for step in (1, 1, -1, -1):
        before = shown(stack)
        marks.go(step)
        qtbot.waitUntil(lambda before=before: shown(stack) != before, timeout=20_000)
        seen.append(shown(stack))
    assert seen == [2, 7, 2, 7]


def test_marks_are_there_again_in_another_session(qtbot: QtBot, session: Session) -> None:
    session.services.key_images.put(KeyImage("1.2", 1), marked=True)
    KeyImageMarks(session, Pictures(session))
    session.update(scan=Scan((STUDY,)))
    qtbot.waitUntil(lambda: session.state.key_images.places == {"few1.1": (1,)}, timeout=5000)


def test_a_mark_that_cannot_be_kept_is_told_and_taken_back(qtbot: QtBot, one: Session, marks: KeyImageMarks) -> None:
    one.services.key_images.close()
    marks.toggle()
    qtbot.waitUntil(lambda: "was not saved" in one.state.notice, timeout=5000)
    assert not one.state.key_images.marked


def test_the_browser_lists_key_images_below_their_series_and_alone_where_that_is_wanted(qtbot: QtBot) -> None:
    browser = StudyBrowser()
    qtbot.addWidget(browser)
    browser.render_scan(Scan((STUDY,)), None)
    marks = KeyMarks(places={series_key(FEW): (0, 2)})
    browser.render_key_images(marks)
    tree = browser.findChild(QTreeWidget, "study_tree")
    assert tree is not None
    qtbot.waitUntil(lambda: len(browser._items) == 3)  # rows come when the window has time
    study = tree.topLevelItem(0).child(0)
    few, many = study.child(0), study.child(1)
    assert [few.child(n).text(0) for n in range(few.childCount())] == ["★ Image 1", "★ Image 3"]
    assert (many.childCount(), many.isHidden()) == (0, False)
    with qtbot.waitSignal(browser.place_requested) as asked:
        tree.itemClicked.emit(few.child(1), 0)
    assert asked.args == [Place("few1.1", 2)]
    browser.render_key_images(replace(marks, alone=True))
    assert (few.isHidden(), many.isHidden(), study.isHidden()) == (False, True, False)
    browser.render_key_images(KeyMarks())
    assert (few.childCount(), many.isHidden()) == (0, False)
