"""What was open is open again at the next start: by choice, and after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medapp.storage.running import Running
from medapp.ui.cell_changes import activated, laid_out
from medapp.ui.cell_state import Grid, Place
from medapp.ui.main_window import MainWindow
from medapp.ui.remembering import Remembering
from medapp.ui.session import Session
from medapp.ui.state import all_keys


@contextmanager
def window_of(session: Session, running: Running) -> Iterator[tuple[MainWindow, Remembering]]:
    window = MainWindow(session, list)
    remembering = Remembering(session, window.opening, window.pictures, window.label_door, running)
    try:
        yield window, remembering
    finally:
        window.opening.close_all()
        window.deleteLater()
        remembering.deleteLater()


@pytest.fixture
def note(session: Session) -> Path:
    return session.services.folders.running


@pytest.fixture
def later(session: Session) -> Iterator[Session]:
    """The session of the next start, on the same folders."""
    made = Session(session.services)
    yield made
    made.close(lambda: None)


def open_two(qtbot: QtBot, window: MainWindow, session: Session, paths: list[Path]) -> None:
    """Open two series in two cells, the stack at its fifth image in the second, which is the active one."""
    window.opening.open(paths)
    qtbot.waitUntil(lambda: len(all_keys(session.state.scan)) == 2 and not session.state.jobs, timeout=20_000)
    session.update(**laid_out(session.state, Grid(1, 2), 0))
    session.update(**activated(session.state, 1))
    keys = all_keys(session.state.scan)
    chest, stack = sorted(keys, key=lambda key: "Stapel" in key)
    window.pictures.show(Place(chest, 0), 0)
    window.pictures.show(Place(stack, 4), 1)
    qtbot.waitUntil(lambda: session.state.picture is not None and session.state.picture.place.index == 4)


@pytest.mark.parametrize(("chosen", "crashed"), [(True, False), (False, False), (False, True)])
def test_files_layout_and_place_come_back_by_choice_and_after_a_crash(
    qtbot: QtBot,
    session: Session,
    later: Session,
    note: Path,
    ct_folder: Path,
    chest_file: Path,
    *,
    chosen: bool,
    crashed: bool,
) -> None:
    session.choose(restore_session=chosen)
    running = Running(note)
    running.begin()
    running.settle()
    with window_of(session, running) as (window, remembering):
        open_two(qtbot, window, session, [chest_file, ct_folder])
        if crashed:
            remembering._write_down()
        else:
            remembering.end("geometry")
        active, place = session.state.active, session.state.place
    left = Running(note).begin()
    assert left.unclean is crashed
    if chosen or crashed:
        assert [Path(source).parent.name[:6] for source, _ in left.arrangement.places] == ["chest0", "Stapel"]
    later.choose(restore_session=chosen)
    with window_of(later, Running(None)) as (window, remembering):
        assert remembering.restore(left) is (chosen or crashed)
        if not (chosen or crashed):
            assert not left.opened
            return
        qtbot.waitUntil(lambda: later.state.picture is not None and later.state.place == place, timeout=30_000)
        assert later.state.grids[0] == Grid(1, 2)
        assert later.state.active == active
        qtbot.waitUntil(lambda: "chest" in getattr(later.state.cell(1 - active).place, "series", ""), timeout=30_000)
        qtbot.waitUntil(lambda: later.state.cell(1 - active).picture is not None, timeout=30_000)
        assert bool(later.state.notice) is crashed, "a crash is told, a choice is not"
