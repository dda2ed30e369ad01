"""Whatever a person does, in whatever order: frame, texts and place on screen always belong together."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medapp.app import Parts
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance, Patient, Scan, Series, Study
from medapp.ui.cell_state import Cell, Place
from medapp.ui.cells import Cells
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State, all_keys, place_of
from medapp.ui.viewing import Viewing

SERIES, IMAGES, STEPS = 3, 20, 120


class FakeCache:
    """Frames whose pixels say which file they come from; some are in memory, some take their time."""

    budget_bytes = 2**20

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._kept: dict[tuple[str, int], Frame] = {}

    def peek(self, source: str, index: int) -> Frame | None:
        return self._kept.get((source, index))

    def __contains__(self, key: tuple[str, int]) -> bool:
        return key in self._kept

    def pin(self, *keys: tuple[str, int]) -> None:
        self.pinned = keys

    def load(self, source: str, index: int, *, urgent: bool = False) -> Frame:
        code = int(source.removeprefix("file"))
        frame = Frame(np.full((32, 32), code, np.uint16), bits_stored=12, modality="CT", number=index + 1)
        if self._chance.random() < 0.7:
            self._kept[source, index] = frame
        return frame


def scan_with(count: int) -> Scan:
    """Series of which the first `count` files are known; later files come before earlier ones."""
    studies = []
    for number in range(SERIES):
        codes = sorted(range(count), key=lambda i: -i)
        instances = tuple(Instance(f"file{number * 100 + i}", "dicom", 32, 32) for i in codes)
        series = Series("1", "CT", instances)
        studies.append(Study(f"{number}", Patient(f"patient {number}"), (series,)))
    return Scan(tuple(studies))


@pytest.fixture(params=range(4))
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def session(qtbot: QtBot, parts: Parts, chance: random.Random) -> Iterator[Session]:
    made = Session(replace(parts.services, cache=FakeCache(chance)))  # type: ignore[arg-type]
    yield made
    made.close(parts.release)


def check_that_all_belongs_together(session: Session) -> None:
    for number in range(len(session.state.cells)):
        check_cell(session.state, session.state.cell(number))


def check_cell(state: State, cell: Cell) -> None:
    if cell.picture is None:
        return
    picture = cell.picture
    code = int(picture.frame.stored[0, 0])
    assert picture.instance.source == f"file{code}"
    assert picture.study.patient.name == f"patient {code // 100}"
    assert picture.instance in picture.series.instances
    assert picture.place.series in cell.voi
    if not cell.loading:
        assert picture.place == cell.place
        assert place_of(state.scan, picture.instance.source, 0) == picture.place


def test_frame_texts_and_place_belong_together_whatever_is_done(
    qtbot: QtBot, session: Session, chance: random.Random
) -> None:
    pictures = Pictures(session)
    viewing, opening = Viewing(session, pictures), Opening(session)
    session.changed.connect(lambda _: check_that_all_belongs_together(session))
    known = [3]
    session.update(scan=scan_with(known[0]))

    def grow() -> None:
        known[0] = min(IMAGES, known[0] + chance.randint(0, 2))
        opening.show_scan(scan_with(known[0]))

    actions = [
        lambda: pictures.show(Place(chance.choice(all_keys(session.state.scan)), 0)),
        lambda: pictures.scroll(chance.choice((-10, -1, 1, 1, 1, 10))),
        lambda: pictures.change_series(chance.choice((-1, 1))),
        pictures.go_to_last,
        viewing.reset,
        viewing.toggle_cine,
        grow,
        QApplication.processEvents,
    ]
    for _ in range(STEPS):
        chance.choice(actions)()
        check_that_all_belongs_together(session)
    settle_and_check(qtbot, session, pictures)


def test_frame_texts_and_place_belong_together_in_every_cell(
    qtbot: QtBot, session: Session, chance: random.Random
) -> None:
    pictures = Pictures(session)
    viewing, opening, cells = Viewing(session, pictures), Opening(session), Cells(session, pictures)
    session.changed.connect(lambda _: check_that_all_belongs_together(session))
    known = [3]
    session.update(scan=scan_with(known[0]))

    def grow() -> None:
        known[0] = min(IMAGES, known[0] + chance.randint(0, 2))
        opening.show_scan(scan_with(known[0]))

    def in_a_cell() -> None:
        keys = all_keys(session.state.scan)
        cells.show_in(chance.randrange(len(session.state.cells)), chance.choice(keys))

    actions = [
        lambda: cells.lay_out(chance.randint(1, 3), chance.randint(1, 3)),
        lambda: cells.activate(chance.randrange(9)),
        lambda: cells.step(chance.choice((-1, 1))),
        lambda: cells.toggle_link(chance.choice(("scroll", "window", "zoom"))),
        in_a_cell,
        cells.clear,
        lambda: pictures.scroll(chance.choice((-10, -1, 1, 1, 1, 10))),
        lambda: pictures.change_series(chance.choice((-1, 1))),
        lambda: viewing.set_viewport(session.state.viewport.rotated()),
        lambda: session.update(maximised=not session.state.maximised),
        viewing.reset,
        viewing.toggle_cine,
        grow,
        QApplication.processEvents,
    ]
    for _ in range(STEPS):
        chance.choice(actions)()
        check_that_all_belongs_together(session)
        assert len(session.state.cells) == session.state.grids[0].count
        assert session.state.active < len(session.state.cells)
    settle_and_check(qtbot, session, pictures)


def settle_and_check(qtbot: QtBot, session: Session, pictures: Pictures) -> None:
    """Show an image, wait until it is there, and check all once more."""
    session.update(cine=False)
    pictures.show(Place(all_keys(session.state.scan)[0], 0))
    qtbot.waitUntil(lambda: not session.state.loading and session.state.picture is not None)
    check_that_all_belongs_together(session)
