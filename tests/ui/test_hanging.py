"""Studies are laid out by rules when they are opened, and never while a person arranges them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from medapp.storage.hanging_rules import OwnRules
from medapp.ui.cell_changes import all_cells
from medapp.ui.cell_state import Grid, Link
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.state import Page, all_keys
from medapp.ui.widgets.hanging_dialog import HangingDialog
from tests.ui.cells_made import DX, Exam, write_breasts, write_stack, write_view

NOW, THEN = Exam(), Exam(date="20250101")
CHEST, WOMAN = Exam("P3", name="Li^Na"), Exam("P2", "20260202", "Muster^Erika")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Breasts, a chest from two sides, a CT with an earlier one."""
    made = tmp_path_factory.mktemp("hängen")
    write_breasts(made / "mg", WOMAN)
    write_view(made / "dx", CHEST, DX, "LL", "", ("A", "F"))
    write_view(made / "dx", CHEST, DX, "PA", "", ("L", "F"))
    write_stack(made / "ct", NOW, "Axial", images=5)
    write_stack(made / "ct", THEN, "Axial", images=4)
    return made


def settle(qtbot: QtBot, session: Session) -> None:
    """Wait until all files are known and each cell shows what it wants."""

    def is_settled() -> bool:
        cells = [cell for cell in all_cells(session.state) if cell.place is not None]
        shown = bool(cells) and all(cell.picture is not None and cell.picture.place == cell.place for cell in cells)
        return shown and not session.state.jobs

    qtbot.waitUntil(is_settled, timeout=30_000)
    qtbot.waitUntil(is_settled, timeout=30_000)


def opened(qtbot: QtBot, window: MainWindow, path: Path, grid: Grid) -> list[str]:
    """Open a folder; return what its cells show once it is laid out as `grid`."""
    window.opening.open([path])
    qtbot.waitUntil(lambda: window._session.state.grids[0] == grid, timeout=30_000)
    settle(qtbot, window._session)
    return shown(window)


def shown(window: MainWindow) -> list[str]:
    pictures = [cell.picture for cell in all_cells(window._session.state)]
    return ["" if p is None else f"{p.series.description} {p.study.date}" for p in pictures]


def test_breasts_hang_back_to_back(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    told = opened(qtbot, window, folder / "mg", Grid(2, 2))
    assert told == [f"{view} 20260202" for view in ("R MLO", "L MLO", "R CC", "L CC")]
    viewports = [cell.viewport for cell in all_cells(window._session.state)]
    assert [viewport.flipped for viewport in viewports] == [False, False, True, False]
    matrices = [v.content.viewport for v in window.reading_page.cells.viewers]
    assert matrices == viewports
    window.viewing.set_viewport(viewports[0].rotated())
    window.viewing.reset()
    assert window._session.state.viewport == viewports[0], "what a rule has hung is reset to how it hung"


def test_a_ct_hangs_beside_its_prior_linked(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    assert opened(qtbot, window, folder / "ct", Grid(1, 2)) == ["Axial 20260301", "Axial 20250101"]
    assert window._session.state.link == Link(scroll=True, window=True, zoom=True)


def test_what_no_rule_fits_is_shown_in_one_cell(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.opening.open([folder / "ct" / f"{THEN.patient} {THEN.date} Axial"])
    settle(qtbot, window._session)
    assert shown(window) == ["Axial 20250101"]


def test_without_the_setting_nothing_is_laid_out(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.actions_made["hanging"].trigger()
    window.opening.open([folder / "mg"])
    settle(qtbot, window._session)
    assert window._session.state.grids[0] == Grid()
    window.actions_made["hang_now"].trigger()
    settle(qtbot, window._session)
    assert window._session.state.grids[0] == Grid(2, 2)


def test_a_hand_on_the_image_keeps_it_where_it_is(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.opening.first_found.connect(
        lambda _: QTest.mouseClick(window.reading_page.viewer, Qt.MouseButton.LeftButton, pos=QPoint(9, 9))
    )
    window.opening.open([folder / "mg"])
    settle(qtbot, window._session)
    assert window._session.state.grids[0] == Grid()


def test_what_a_person_arranged_stays_when_more_is_opened(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.opening.open([folder / "ct" / f"{THEN.patient} {THEN.date} Axial"])
    settle(qtbot, window._session)
    window.layout_door.cells.lay_out(3, 1)
    window.opening.open([folder / "mg"])
    settle(qtbot, window._session)
    assert window._session.state.grids[0] == Grid(3, 1)


def test_the_next_study_is_one_key_away_and_hangs(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opened(qtbot, window, folder / "dx", Grid(1, 2))
    window.opening.open([folder / "mg"])
    settle(qtbot, window._session)
    for _ in range(4):  # the ends of the list hold
        window.actions_made["study_previous"].trigger()
        settle(qtbot, window._session)
    assert shown(window) == ["PA 20260301", "LL 20260301"]
    window.actions_made["study_next"].trigger()
    settle(qtbot, window._session)
    assert shown(window)[0] == "R MLO 20260202"
    assert window._session.state.grids[0] == Grid(2, 2)


def test_the_earlier_study_comes_beside_at_the_same_height(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window._session.choose(hanging=False)
    window.opening.open([folder / "ct"])
    settle(qtbot, window._session)
    keys = all_keys(window._session.state.scan)
    newest = next(key for key in keys if NOW.date in key)
    window.layout_door.cells.show_in(0, newest)
    window.pictures.go_to(4)
    window.actions_made["compare_prior"].trigger()
    settle(qtbot, window._session)
    assert shown(window) == ["Axial 20260301", "Axial 20250101"]
    assert [cell.place.index for cell in all_cells(window._session.state) if cell.place] == [4, 3]
    assert window._session.state.link.scroll


def test_without_an_earlier_study_that_is_told(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opened(qtbot, window, folder / "dx", Grid(1, 2))
    window.actions_made["compare_prior"].trigger()
    assert "No other study of this patient" in window._session.state.notice


@pytest.fixture
def rules(window: MainWindow) -> HangingDialog:
    window._session.show_page(Page.READING)
    window.actions_made["hanging_rules"].trigger()
    dialog = window.findChild(HangingDialog)
    assert dialog is not None
    return dialog


def test_a_layout_is_saved_hangs_later_studies_and_is_removed(
    qtbot: QtBot, window: MainWindow, folder: Path, rules: HangingDialog
) -> None:
    session = window._session
    opened(qtbot, window, folder / "dx", Grid(1, 2))
    window.layout_door.cells.lay_out(2, 1)
    settle(qtbot, session)
    name, listed = rules.findChild(QLineEdit, "hanging_name"), rules.findChild(QListWidget, "hanging_list")
    assert isinstance(name, QLineEdit)
    assert isinstance(listed, QListWidget)
    save, remove = rules.findChild(QPushButton, "hanging_save"), rules.findChild(QPushButton, "hanging_remove")
    assert isinstance(save, QPushButton)
    assert isinstance(remove, QPushButton)
    assert not save.isEnabled()
    assert not remove.isEnabled(), "what comes with the program stays"
    name.setText("Thorax übereinander")
    save.click()
    assert listed.item(0).text().startswith("Thorax übereinander")
    file = OwnRules(session.services.folders.hanging)
    qtbot.waitUntil(lambda: len(file.load()) == 1, timeout=10_000)
    window.opening.close_all()
    assert opened(qtbot, window, folder / "dx", Grid(2, 1)) == ["PA 20260301", "LL 20260301"]
    listed.setCurrentRow(0)
    remove.click()
    assert listed.count() == 3
    qtbot.waitUntil(lambda: file.load() == (), timeout=10_000)
    rules.close()


def test_a_rule_that_does_not_fit_says_so(qtbot: QtBot, window: MainWindow, folder: Path, rules: HangingDialog) -> None:
    opened(qtbot, window, folder / "dx", Grid(1, 2))
    listed, apply = rules.findChild(QListWidget, "hanging_list"), rules.findChild(QPushButton, "hanging_apply")
    assert isinstance(listed, QListWidget)
    assert isinstance(apply, QPushButton)
    listed.setCurrentRow(0)
    apply.click()
    assert "does not fit" in window._session.state.notice
    rules.close()


def test_a_further_window_has_cells_of_the_same_session(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    session = window._session
    opened(qtbot, window, folder / "dx", Grid(1, 2))
    window.actions_made["window_new"].trigger()
    view = window.layout_door.windows.open_now[0]
    assert session.state.grids == (Grid(1, 2), Grid())
    view.cells.series_dropped.emit(0, all_keys(session.state.scan)[0])
    settle(qtbot, session)
    assert session.state.active == 2
    assert view.cells.viewers[0].content.picture is session.state.picture
    assert window.layout_door.viewer is view.cells.viewers[0]
    window.actions_made["zoom_in"].trigger()
    assert session.state.cell(2).viewport.zoom is not None
    assert session.state.cell(0).viewport.zoom is None
    QTest.mouseClick(window.reading_page.cells.viewers[1], Qt.MouseButton.LeftButton)
    assert session.state.active == 1
    view.close()
    assert session.state.grids == (Grid(1, 2),)
    assert len(session.state.cells) == 2
    assert session.state.active == 1
    assert window.layout_door.windows.open_now == []


def test_further_windows_close_with_the_main_one_and_are_made_anew_in_another_language(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    opened(qtbot, window, folder / "dx", Grid(1, 2))
    for _ in range(2):
        window.actions_made["window_new"].trigger()
    before = list(window.layout_door.windows.open_now)
    window.layout_door.windows.tell_anew()
    after = list(window.layout_door.windows.open_now)
    assert len(after) == 2
    assert not set(before) & set(after)
    assert window._session.state.grids == (Grid(1, 2), Grid(), Grid())
    window.close()
    assert window.layout_door.windows.open_now == []
    assert window._session.state.grids == (Grid(1, 2),)
