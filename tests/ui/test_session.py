"""The session: one state, and nothing late or foreign in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medapp.errors import MedappError
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.imaging.study import Window
from medapp.ui.cell_state import Place, VoiChoice
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import Page, State, all_keys, series_key
from medapp.ui.viewing import Viewing


@pytest.fixture
def viewing(session: Session, pictures: Pictures) -> Viewing:
    return Viewing(session, pictures)


@pytest.fixture
def opening(session: Session, pictures: Pictures) -> Opening:
    made = Opening(session)
    made.first_found.connect(pictures.show)
    return made


def open_and_wait(qtbot: QtBot, session: Session, opening: Opening, *paths: Path) -> None:
    opening.open(paths)
    qtbot.waitUntil(lambda: not session.jobs.runner.running and is_shown(session), timeout=30_000)


def is_shown(session: Session) -> bool:
    """Tell whether the wanted image is on screen."""
    state = session.state
    return state.picture is not None and state.picture.place == state.place and not state.loading


def shown_index(session: Session) -> int | None:
    state = session.state
    return state.picture.place.index if state.picture and not state.loading else None


def test_nobody_is_told_an_old_state_after_a_new_one(session: Session) -> None:
    told: list[State] = []

    def react(state: State) -> None:
        if state.page is Page.READING and not state.cine:
            session.update(cine=True)

    session.changed.connect(react)
    session.changed.connect(told.append)
    session.update(page=Page.READING)
    assert told[-1] is session.state
    assert session.state.cine


def test_a_failure_is_told_as_a_sentence_with_its_reason(session: Session) -> None:
    session.fail(MedappError("process.died"))
    assert session.state.notice == "A helper process ended unexpectedly. Try again."


@pytest.mark.expects_error_logs
def test_an_unexpected_failure_is_told_and_logged_without_names(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    session.fail(FileNotFoundError(2, "no such file", "/scans/Muster_Max.dcm"))
    assert "FileNotFoundError" in session.state.notice
    assert "FileNotFoundError" in caplog.text
    assert "Muster" not in caplog.text + session.state.notice


def test_opening_a_folder_shows_its_first_image(
    qtbot: QtBot, session: Session, opening: Opening, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    picture = session.state.picture
    assert picture is not None
    assert picture.series.frames == 12
    assert session.state.page is Page.READING
    assert session.state.place == picture.place


def test_a_folder_without_images_says_so(qtbot: QtBot, session: Session, opening: Opening, tmp_path: Path) -> None:
    folder = tmp_path / "ohne Bilder ü"
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing to see")
    opening.open([folder])
    qtbot.waitUntil(lambda: bool(session.state.notice), timeout=30_000)
    assert "cannot be shown" in session.state.notice
    assert len(session.state.scan.not_images) == 1


def test_what_is_opened_later_joins_what_is_open(
    qtbot: QtBot, session: Session, opening: Opening, ct_folder: Path, chest_file: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    open_and_wait(qtbot, session, opening, chest_file)
    assert len(session.state.scan.studies) == 2
    assert session.state.picture is not None
    assert session.state.picture.series.modality == "DX"


def test_opening_the_same_again_shows_nothing_twice(
    qtbot: QtBot, session: Session, opening: Opening, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    open_and_wait(qtbot, session, opening, ct_folder)
    assert [len(study.series) for study in session.state.scan.studies] == [1]


def test_pictures_of_two_folders_are_two_series(
    qtbot: QtBot, session: Session, opening: Opening, tmp_path: Path
) -> None:
    for number in (1, 2):
        write_png(tmp_path / "pictures" / f"folder {number}" / "same name.png", PhantomCase(number, False, 64))
    open_and_wait(qtbot, session, opening, tmp_path / "pictures" / "folder 1")
    open_and_wait(qtbot, session, opening, tmp_path / "pictures" / "folder 2")
    keys = all_keys(session.state.scan)
    assert len(set(keys)) == 2
    assert session.state.picture is not None
    assert session.state.picture.place.series == keys[1]


def test_scrolling_ends_at_the_ends_of_the_series(
    qtbot: QtBot, session: Session, opening: Opening, pictures: Pictures, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    pictures.go_to_last()
    qtbot.waitUntil(lambda: shown_index(session) == 11)
    pictures.scroll(1)
    assert shown_index(session) == 11
    pictures.scroll(-100)
    qtbot.waitUntil(lambda: shown_index(session) == 0)


def test_fast_scrolling_ends_on_the_image_that_was_wanted_last(
    qtbot: QtBot, session: Session, opening: Opening, pictures: Pictures, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    for index in (3, 9, 1, 7, 5):
        pictures.go_to(index)
    qtbot.waitUntil(lambda: shown_index(session) is not None)
    assert shown_index(session) == 5


def test_texts_always_belong_to_the_picture_shown(
    qtbot: QtBot, session: Session, opening: Opening, pictures: Pictures, ct_folder: Path, chest_file: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder, chest_file)
    seen: list[tuple[str, str]] = []

    def look(state: State) -> None:
        if state.picture is not None:
            seen.append((state.picture.frame.modality, state.picture.series.modality))

    session.changed.connect(look)
    for key in [series_key(study.series[0]) for study in session.state.scan.studies] * 3:
        pictures.show(Place(key, 0))
    qtbot.waitUntil(lambda: not session.state.loading)
    assert seen
    assert all(of_frame == of_series for of_frame, of_series in seen)


def test_a_window_holds_for_the_series_and_for_no_other(
    qtbot: QtBot,
    session: Session,
    opening: Opening,
    pictures: Pictures,
    viewing: Viewing,
    ct_folder: Path,
    chest_file: Path,
) -> None:
    open_and_wait(qtbot, session, opening, chest_file)
    other = session.state.place
    open_and_wait(qtbot, session, opening, ct_folder)
    viewing.set_window(Window(-600, 1500))
    place = session.state.place
    assert place is not None
    assert other is not None
    pictures.scroll(1)
    assert session.state.voi[place.series] == VoiChoice("fixed", window=Window(-600, 1500))
    assert session.state.voi[other.series] != session.state.voi[place.series]


def test_escape_first_stops_and_then_resets(
    qtbot: QtBot, session: Session, opening: Opening, viewing: Viewing, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    before = session.state.voi
    viewing.set_window(Window(1, 2))
    viewing.set_viewport(session.state.viewport.rotated())
    viewing.toggle_cine()
    viewing.reset()
    assert not session.state.cine
    assert session.state.viewport.quarter_turns == 1
    viewing.reset()
    assert session.state.viewport.quarter_turns == 0
    assert session.state.voi == before


def test_cine_goes_through_the_stack_and_starts_again(
    qtbot: QtBot, session: Session, opening: Opening, pictures: Pictures, viewing: Viewing, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    pictures.go_to_last()
    qtbot.waitUntil(lambda: shown_index(session) == 11)
    viewing.toggle_cine()
    qtbot.waitUntil(lambda: shown_index(session) == 1, timeout=10_000)
    viewing.toggle_cine()


def test_a_file_that_vanished_is_told_in_its_place(
    qtbot: QtBot, session: Session, opening: Opening, pictures: Pictures, tmp_path: Path, chest_file: Path
) -> None:
    gone = tmp_path / "gone.dcm"
    gone.write_bytes(chest_file.read_bytes())
    open_and_wait(qtbot, session, opening, gone)
    session.services.cache.forget()
    gone.unlink()
    place = session.state.place
    session.update(place=None, picture=None)
    pictures.show(place)
    qtbot.waitUntil(lambda: session.state.picture_problem is not None, timeout=30_000)
    assert session.state.picture is None


def test_closing_all_leaves_nothing_on_screen(
    qtbot: QtBot, session: Session, opening: Opening, ct_folder: Path
) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    opening.close_all()
    assert session.state.picture is None
    assert session.state.scan.studies == ()


def test_what_was_opened_is_remembered(qtbot: QtBot, session: Session, opening: Opening, ct_folder: Path) -> None:
    open_and_wait(qtbot, session, opening, ct_folder)
    assert session.settings.recent == (str(ct_folder),)
    qtbot.waitUntil(lambda: session.services.settings_file.load()[0].recent == (str(ct_folder),))


def test_what_was_chosen_last_is_kept_although_the_window_closes_at_once(session: Session) -> None:
    for size in (12, 14, 16):
        session.choose(font_px=size)
    session.close(lambda: None)
    assert session.services.settings_file.load()[0].font_px == 16
