"""Cells: laid out, filled, linked, played; what is about the picture follows the active one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Scan, Window
from medapp.jobs import run_to_end
from medapp.ui.cell_changes import all_cells, on_screen, patients_on_screen
from medapp.ui.cell_content import content_of
from medapp.ui.cell_state import Cell, Grid, Place, VoiChoice
from medapp.ui.cells import Cells
from medapp.ui.cine_playing import interval_ms
from medapp.ui.label_state import LabelView
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import find_series, series_key
from medapp.ui.viewing import Viewing
from medapp.ui.widgets.cell_grid import CellGrid
from medapp.ui.widgets.layout_picker import LayoutPicker
from medapp.ui.widgets.series_tree import SERIES_MIME
from medapp.ui.widgets.viewer_content import ViewerContent
from tests.ui.cells_made import CORONAL, Exam, write_stack

NOW, THEN, OTHER = Exam(), Exam(date="20250101"), Exam("P9", name="Li^Na")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """A patient with an axial, a thinner axial and a coronal stack, an earlier study, and another patient."""
    made = tmp_path_factory.mktemp("Zellen ü")
    write_stack(made, NOW, "Axial")
    write_stack(made, NOW, "Thin", images=15, gap_mm=2.5, number=2)
    write_stack(made, NOW, "Coronal", orientation=CORONAL, images=5, number=3)
    write_stack(made, THEN, "Axial", images=6, first_mm=100.0)
    write_stack(made, OTHER, "Axial", images=4)
    with Readers() as readers:
        return run_to_end(scan([made], readers))


class Room:
    """A session with everything about cells, on the stacks."""

    def __init__(self, qtbot: QtBot, session: Session, found: Scan) -> None:
        self.qtbot, self.session = qtbot, session
        self.pictures = Pictures(session)
        self.cells, self.viewing = Cells(session, self.pictures), Viewing(session, self.pictures)
        session.update(scan=found)

    def key(self, exam: Exam, title: str) -> str:
        """Return the key of a stack."""
        studies = [study for study in self.session.state.scan.studies if study.uid == exam.uid]
        return next(series_key(s) for study in studies for s in study.series if s.description == title)

    def show(self, *stacks: tuple[Exam, str]) -> None:
        """Lay out a row of cells with these stacks; the first is the active one."""
        self.pictures.show(Place(self.key(*stacks[0]), 0))
        self.cells.lay_out(1, len(stacks))
        for number, stack in enumerate(stacks):
            self.cells.show_in(number, self.key(*stack))
        self.cells.activate(0)
        self.settle()

    def settle(self) -> None:
        """Wait until each cell shows what it wants."""

        def is_shown(cell: Cell) -> bool:
            return cell.place is None or (cell.picture is not None and cell.picture.place == cell.place)

        self.qtbot.waitUntil(lambda: all(is_shown(cell) for cell in all_cells(self.session.state)), timeout=30_000)

    @property
    def indices(self) -> list[int]:
        return [cell.place.index if cell.place else -1 for cell in all_cells(self.session.state)]


@pytest.fixture
def room(qtbot: QtBot, session: Session, found: Scan) -> Room:
    return Room(qtbot, session, found)


def test_cells_that_are_added_show_what_follows_in_the_study(room: Room) -> None:
    room.pictures.show(Place(room.key(NOW, "Axial"), 3))
    room.cells.lay_out(2, 2)
    room.settle()
    shown = [cell.picture.series.description if cell.picture else "" for cell in all_cells(room.session.state)]
    assert shown == ["Axial", "Thin", "Coronal", ""]
    assert room.indices == [3, 0, 0, -1]


def test_what_is_about_the_picture_is_about_the_active_cells(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    first = room.session.state.picture
    room.cells.step(1)
    state = room.session.state
    assert state.active == 1
    assert state.picture is not None
    assert state.picture.series.description == "Coronal"
    assert state.cell(0).picture is first
    room.pictures.scroll(2)
    room.settle()
    assert room.indices == [0, 2]


def test_going_on_from_the_last_cell_leads_to_the_first(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"), (NOW, "Thin"))
    room.cells.step(-1)
    assert room.session.state.active == 2
    room.cells.step(1)
    assert room.session.state.active == 0


def test_the_active_cell_stays_when_there_are_fewer(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Thin"), (NOW, "Coronal"))
    room.cells.activate(2)
    room.cells.lay_out(1, 1)
    state = room.session.state
    assert state.grids == (Grid(),)
    assert len(state.cells) == 1
    assert state.picture is not None
    assert state.picture.series.description == "Coronal"


def test_each_cell_has_a_window_of_its_own_for_the_same_series(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Axial"))
    lung = Window(-600, 1500)
    room.viewing.set_window(lung)
    shown = [content_of(room.session.state, cell).voi for cell in all_cells(room.session.state)]
    assert shown == [lung, Window(40, 400)]


def test_stacks_of_one_space_are_scrolled_by_position(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Thin"), (NOW, "Coronal"))
    room.cells.toggle_link("scroll")
    room.pictures.scroll(3)
    room.settle()
    assert room.indices == [3, 6, 0], "15 mm are six images of 2.5 mm; the coronal stack crosses them"
    told = [content_of(room.session.state, cell, is_active=n == 0).badges for n, cell in enumerate(cells_of(room))]
    assert told == [(), ("linked by position",), ()]


def cells_of(room: Room) -> list[Cell]:
    return all_cells(room.session.state)


def test_studies_without_a_common_space_keep_their_offset_beyond_the_end(room: Room) -> None:
    room.show((NOW, "Axial"), (THEN, "Axial"))
    room.cells.activate(1)
    room.pictures.scroll(4)
    room.cells.activate(0)
    room.cells.toggle_link("scroll")
    for steps, expected in ((1, [1, 5]), (4, [5, 5]), (-4, [1, 5]), (-1, [0, 4])):
        room.pictures.scroll(steps)
        room.settle()
        assert room.indices == expected
    assert content_of(room.session.state, room.session.state.cell(1), is_active=False).badges == ("linked by offset",)


def test_without_a_link_the_other_cells_stay(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Thin"))
    room.pictures.scroll(3)
    room.settle()
    assert room.indices == [3, 0]


def test_linked_windows_and_zooms_go_along(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Thin"))
    for what in ("window", "zoom"):
        room.cells.toggle_link(what)
    room.viewing.set_window(Window(-600, 1500))
    room.viewing.set_viewport(replace(room.session.state.viewport, zoom=3.0, centre=(4.0, 5.0)))
    other = room.session.state.cell(1)
    assert content_of(room.session.state, other).voi == Window(-600, 1500)
    assert (other.viewport.zoom, other.viewport.centre) == (pytest.approx(3.0), pytest.approx((4.0, 5.0)))


def test_an_automatic_window_is_each_pictures_own(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    room.cells.toggle_link("window")
    assert room.session.state.picture is not None
    room.viewing.choose_voi(VoiChoice("automatic", window=room.session.state.picture.automatic))
    other = room.session.state.cell(1)
    assert other.picture is not None
    assert content_of(room.session.state, other).voi == other.picture.automatic


def test_the_active_slice_is_a_line_in_the_images_that_it_crosses(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"), (NOW, "Thin"))
    room.pictures.scroll(2)
    room.settle()
    state = room.session.state
    lines = [content_of(state, state.cell(n), is_active=n == 0).cross_line for n in range(3)]
    assert lines[0] is None
    assert lines[2] is None
    # the axial image lies 10 mm above the middle of the coronal one, whose rows go down by 200/31 mm from 100 mm
    assert lines[1] is not None
    assert lines[1].start == pytest.approx((-0.5, 90 * 31 / 200))
    assert lines[1].end == pytest.approx((31.5, 90 * 31 / 200))
    room.cells.toggle_cross_lines()
    assert content_of(room.session.state, room.session.state.cell(1), is_active=False).cross_line is None


def test_two_patients_side_by_side_are_told_and_their_identity_stays(room: Room) -> None:
    room.show((NOW, "Axial"), (THEN, "Axial"))
    assert len(patients_on_screen(room.session.state)) == 1
    assert not content_of(room.session.state, room.session.state.cell(0)).identity
    room.cells.show_in(1, room.key(OTHER, "Axial"))
    room.settle()
    assert [patient.patient_id for patient in patients_on_screen(room.session.state)] == ["P9", "P1"]
    assert content_of(room.session.state, room.session.state.cell(0)).identity


def test_an_image_that_is_on_screen_is_kept_in_memory(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    pinned = room.session.services.cache._pinned
    assert len(pinned) == 2


def test_the_stacks_of_all_cells_are_decoded_beforehand(room: Room) -> None:
    room.show((NOW, "Thin"), (NOW, "Coronal"))
    cache, state = room.session.services.cache, room.session.state
    located = [find_series(state.scan, cell.place.series) for cell in all_cells(state) if cell.place]
    wanted = [(i.source, 0) for found in located if found is not None for i in found[1].instances]
    room.qtbot.waitUntil(lambda: all(key in cache for key in wanted), timeout=30_000)
    assert len(wanted) == 20


def test_a_stack_plays_in_its_cell_while_another_is_the_active_one(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    room.session.update(cine_speed=4.0)
    room.viewing.toggle_cine()
    room.cells.activate(1)
    assert not room.session.state.cine
    seen = set()
    room.qtbot.waitUntil(lambda: seen.add(room.indices[0]) or len(seen) > 2, timeout=30_000)  # type: ignore[func-returns-value]
    assert room.indices[1] == 0
    room.cells.activate(0)
    room.viewing.toggle_cine()
    assert not room.viewing.playing._timers


def test_keys_make_a_stack_play_faster_and_the_rate_is_told(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    room.viewing.toggle_cine()
    before = interval_ms(room.session.state.cell(0), room.session.state.cine_speed)
    room.viewing.playing.change_speed(2)
    after = interval_ms(room.session.state.cell(0), room.session.state.cine_speed)
    assert (before, after) == (100.0, 50.0)
    assert content_of(room.session.state, room.session.state.cell(0)).badges == ("▶ 20 images/s",)
    for _ in range(20):
        room.viewing.playing.change_speed(-1)
    assert interval_ms(room.session.state.cell(0), room.session.state.cine_speed) == 1000.0
    room.viewing.toggle_cine()


def test_label_mode_has_one_cell(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    room.session.update(labelling=LabelView("title", "reader", ("a", "b")))
    room.cells.activate(1)
    assert room.session.state.active == 0
    assert list(on_screen(room.session.state)) == [0]


def test_a_cell_that_is_emptied_shows_nothing_and_the_others_stay(room: Room) -> None:
    room.show((NOW, "Axial"), (NOW, "Coronal"))
    room.cells.clear()
    state = room.session.state
    assert state.picture is None
    assert state.cell(1).picture is not None
    content = content_of(state, state.cell(0))
    assert content.message.startswith("Empty cell")


@pytest.fixture
def grid(qtbot: QtBot) -> Iterator[CellGrid]:
    made = CellGrid()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.render_cells([ViewerContent()] * 4, columns=2, shown=(0, 1, 2, 3), active=0)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def test_a_press_makes_its_cell_the_active_one_before_anything_else(qtbot: QtBot, grid: CellGrid) -> None:
    told: list[str] = []
    grid.activated.connect(lambda number: told.append(f"cell {number}"))
    grid.viewers[2].open_requested.connect(lambda: told.append("open"))
    qtbot.mouseDClick(grid.viewers[2], Qt.MouseButton.LeftButton)
    assert told[0] == "cell 2"
    assert told[-1] == "open"


def test_a_series_is_dropped_into_the_cell_under_the_pointer(qtbot: QtBot, grid: CellGrid) -> None:
    mime, left, none = QMimeData(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    mime.setData(SERIES_MIME, "Serie ü".encode())
    at, copy = grid.viewers[3].geometry().center(), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(grid.viewers[3], enter)
    assert enter.isAccepted()
    QApplication.sendEvent(grid, QDragMoveEvent(at, copy, mime, left, none))
    with qtbot.waitSignal(grid.series_dropped) as dropped:
        QApplication.sendEvent(grid, QDropEvent(QPointF(at), copy, mime, left, none))
    assert dropped.args == [3, "Serie ü"]


def test_cells_that_are_not_shown_are_hidden_and_the_one_that_is_has_all_the_room(qtbot: QtBot, grid: CellGrid) -> None:
    grid.render_cells([ViewerContent()] * 4, columns=1, shown=(2,), active=2)
    assert [viewer.isVisible() for viewer in grid.viewers] == [False, False, True, False]
    assert grid.active_viewer is grid.viewers[2]
    qtbot.waitUntil(lambda: grid.viewers[2].geometry() == grid.rect())


@pytest.fixture
def picker(qtbot: QtBot, grid: CellGrid) -> LayoutPicker:
    made = LayoutPicker(grid)
    made.open_at(QPoint(0, 0), 1, 1)
    return made


def test_arrows_and_enter_choose_rows_and_columns(qtbot: QtBot, picker: LayoutPicker) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(picker, key)
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker, Qt.Key.Key_Return)
    assert chosen.args == [2, 3]
    assert not picker.isVisible()


def test_a_click_chooses_the_square_under_the_pointer(qtbot: QtBot, picker: LayoutPicker) -> None:
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=picker.square(1, 2).center())
    assert chosen.args == [2, 3]


def test_escape_leaves_the_layout_as_it_is(qtbot: QtBot, picker: LayoutPicker) -> None:
    with qtbot.assertNotEmitted(picker.chosen):
        qtbot.keyClick(picker, Qt.Key.Key_Escape)
    assert not picker.isVisible()
