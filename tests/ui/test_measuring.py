"""The session's measurements: drawn, changed, taken back, kept, and told with the figures that belong to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medapp.app import build
from medapp.display.measuring.shapes import Calibration, Kind, Shape
from medapp.folders import user_folders
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.imaging.study import Geometry, Instance, Patient, Scan, Series, Study, Window
from medapp.ui.cell_state import Picture, Place
from medapp.ui.measuring import Measuring
from medapp.ui.measuring_view import measures_of, where_of
from medapp.ui.measuring_wishes import Drawn, Relabelled, Reshaped, Selected
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import all_keys, series_key

LINE = Shape(Kind.LENGTH, ((10.0, 10.0), (30.0, 10.0)))
Show = Callable[[int], None]
Open = Callable[[Path, int], None]
SIZE = (100, 120)
STORED = np.arange(100 * 120, dtype=np.int16).reshape(SIZE)
SQUARE = Geometry(spacing_mm=(0.5, 0.5), spacing_source="patient")
PATIENCE_MS = 30_000


@pytest.fixture
def measuring(session: Session) -> Measuring:
    return Measuring(session)


@pytest.fixture
def show(session: Session, qtbot: QtBot, measuring: Measuring) -> Show:
    """Show one of the made images of a stack, and wait for what was measured on it."""
    scan, pictures = made_stack()
    session.update(scan=scan)

    def shown(index: int) -> None:
        session.update(place=pictures[index].place, picture=pictures[index])
        qtbot.waitUntil(lambda: is_known(session), timeout=PATIENCE_MS)

    return shown


def made_stack() -> tuple[Scan, list[Picture]]:
    """Return a stack of 12 images that are in no file, and its first two pictures."""
    instances = tuple(Instance(f"{n}.dcm", "dicom", *SIZE, sop_instance_uid=f"1.2.{n}") for n in range(12))
    series = Series("1.2", "CT", instances, "made")
    study = Study("1", Patient(), (series,))
    pictures = []
    for n in range(2):
        frame = Frame(STORED + n, geometry=SQUARE, modality="CT", unit="HU")
        place = Place(series_key(series), n)
        pictures.append(Picture(place, study, series, instances[n], frame, Window(40, 400)))
    return Scan(studies=(study,)), pictures


def is_known(session: Session) -> bool:
    return session.state.picture is not None and where_of(session.state.picture) in session.state.measuring.sheets


@pytest.fixture
def open_and_show(qtbot: QtBot, session: Session, measuring: Measuring, pictures: Pictures) -> Open:
    """Open a folder or a file and wait for one of its images, and for what was measured on it."""
    opening = Opening(session)

    def shown(path: Path, index: int = 0) -> None:
        if not session.state.scan.studies:
            opening.open([path])
            qtbot.waitUntil(lambda: bool(session.state.scan.studies) and not session.state.jobs, timeout=PATIENCE_MS)
        pictures.show(Place(all_keys(session.state.scan)[0], index))
        qtbot.waitUntil(
            lambda: session.state.picture is not None and session.state.picture.place.index == index,
            timeout=PATIENCE_MS,
        )
        qtbot.waitUntil(lambda: where_of(session.state.picture) in session.state.measuring.sheets, timeout=PATIENCE_MS)  # type: ignore[arg-type]

    return shown


def shapes(session: Session) -> list[Shape]:
    picture = session.state.picture
    assert picture is not None
    return [each.shape for each in session.state.measuring.sheet_of(picture).measurements]


def only_id(session: Session) -> str:
    assert session.state.picture is not None
    return session.state.measuring.sheet_of(session.state.picture).measurements[0].id


def lines(session: Session) -> list[tuple[str, ...]]:
    return [item.lines for item in measures_of(session.state.measuring, session.state.picture).items]


def test_a_line_that_is_drawn_is_told_with_its_length(session: Session, measuring: Measuring, show: Show) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    assert shapes(session) == [LINE]
    assert session.state.picture is not None
    spacing = session.state.picture.frame.geometry.spacing_mm
    assert spacing is not None
    assert lines(session) == [(f"{20 * spacing[1]:.1f} mm",)]


def test_each_image_has_its_own_measurements(session: Session, measuring: Measuring, show: Show) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    show(1)
    assert shapes(session) == []
    show(0)
    assert shapes(session) == [LINE]


def test_steps_are_taken_back_and_done_again_for_each_image_alone(
    session: Session, measuring: Measuring, show: Show
) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    longer = replace(LINE, points=((10.0, 10.0), (50.0, 10.0)))
    measuring.take(Reshaped(only_id(session), longer))
    show(1)
    measuring.undo()
    show(0)
    assert shapes(session) == [longer]
    measuring.undo()
    assert shapes(session) == [LINE]
    measuring.undo()
    assert shapes(session) == []
    measuring.undo()
    measuring.redo()
    measuring.redo()
    measuring.redo()
    assert shapes(session) == [longer]
    assert where_of(session.state.picture) not in session.state.measuring.redoable  # type: ignore[arg-type]


def test_a_new_step_ends_what_could_be_done_again(session: Session, measuring: Measuring, show: Show) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    measuring.undo()
    measuring.take(Drawn(Shape(Kind.PROBE, ((3, 3),))))
    measuring.redo()
    assert [shape.kind for shape in shapes(session)] == [Kind.PROBE]


def test_deleting_takes_the_selection_along_and_can_be_taken_back(
    session: Session, measuring: Measuring, show: Show
) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    measuring.take(Selected(only_id(session)))
    measuring.delete(only_id(session))
    assert shapes(session) == []
    assert session.state.measuring.selected == ""
    measuring.undo()
    assert shapes(session) == [LINE]
    measuring.delete_all()
    assert shapes(session) == []


def test_a_label_stays_where_it_was_put(session: Session, measuring: Measuring, show: Show) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    measuring.take(Relabelled(only_id(session), (40.0, 41.0)))
    measuring.take(Relabelled("nobody", (1.0, 1.0)))
    assert measures_of(session.state.measuring, session.state.picture).items[0].measurement.label_at == (40.0, 41.0)


def test_a_calibration_by_hand_changes_what_is_told_and_can_be_taken_back(
    session: Session, measuring: Measuring, show: Show
) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    before = lines(session)
    measuring.calibrate(Calibration((2.0, 2.0)))
    assert lines(session) == [("40.0 mm, calibrated by hand",)]
    show(1)
    assert session.state.measuring.calibration_of(session.state.picture) is None  # type: ignore[arg-type]
    show(0)
    measuring.undo()
    assert lines(session) == before


def test_a_series_is_calibrated_but_for_images_with_their_own(
    session: Session, measuring: Measuring, show: Show
) -> None:
    show(0)
    measuring.calibrate(Calibration((3.0, 3.0)))
    measuring.calibrate_series(Calibration((2.0, 2.0)))
    measuring.take(Drawn(LINE))
    assert lines(session) == [("60.0 mm, calibrated by hand",)]
    show(1)
    measuring.take(Drawn(LINE))
    assert lines(session) == [("40.0 mm, calibrated by hand",)]
    measuring.calibrate_series(None)
    assert "by hand" not in lines(session)[0][0]


def test_measurements_are_there_after_a_restart_and_not_in_the_files(
    qtbot: QtBot, session: Session, measuring: Measuring, open_and_show: Open, ct_folder: Path
) -> None:
    files = {path: path.read_bytes() for path in ct_folder.iterdir()}
    open_and_show(ct_folder, 3)
    measuring.take(Drawn(LINE))
    measuring.calibrate_series(Calibration((2.0, 2.0)))
    qtbot.waitUntil(lambda: not session.note_jobs._takers, timeout=PATIENCE_MS)
    again = build(user_folders())
    later = Session(again.services)
    remembered, viewed = Measuring(later), Pictures(later)
    Opening(later).open([ct_folder])
    qtbot.waitUntil(lambda: bool(later.state.scan.studies) and not later.state.jobs, timeout=PATIENCE_MS)
    viewed.show(Place(all_keys(later.state.scan)[0], 3))
    qtbot.waitUntil(lambda: lines(later) == [("40.0 mm, calibrated by hand",)], timeout=PATIENCE_MS)
    assert remembered.parent() is later
    later.close(again.release)
    again.close()
    assert {path: path.read_bytes() for path in ct_folder.iterdir()} == files


def test_a_picture_is_known_by_its_content_wherever_it_lies(
    qtbot: QtBot, session: Session, measuring: Measuring, open_and_show: Open, tmp_path: Path
) -> None:
    open_and_show(write_png(tmp_path / "eins.png", PhantomCase(3, nodule=True, size=64)), 0)
    measuring.take(Drawn(LINE))
    picture = session.state.picture
    assert picture is not None
    moved = replace(picture, instance=replace(picture.instance, source=str(tmp_path / "zwei.png")))
    session.update(picture=moved)
    qtbot.waitUntil(lambda: shapes(session) == [LINE], timeout=PATIENCE_MS)


def test_what_is_drawn_before_the_image_is_known_is_drawn_when_it_is(
    qtbot: QtBot, session: Session, measuring: Measuring, pictures: Pictures, ct_folder: Path
) -> None:
    Opening(session).open([ct_folder])
    qtbot.waitUntil(lambda: bool(session.state.scan.studies) and not session.state.jobs, timeout=PATIENCE_MS)
    drawn: list[bool] = []

    def draw(_: object) -> None:
        if session.state.picture is not None and not drawn:
            drawn.append(where_of(session.state.picture) in session.state.measuring.sheets)
            measuring.take(Drawn(LINE))

    session.changed.connect(draw)
    pictures.show(Place(all_keys(session.state.scan)[0], 0))
    qtbot.waitUntil(lambda: session.state.picture is not None and shapes(session) == [LINE], timeout=PATIENCE_MS)
    assert drawn == [False]
    measuring.undo()
    assert shapes(session) == []


def test_an_image_that_lies_in_two_places_has_one_sheet(
    qtbot: QtBot, session: Session, measuring: Measuring, show: Show
) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    first = session.state.picture
    assert first is not None
    elsewhere = replace(first, instance=replace(first.instance, source="/copy/of/it.dcm"))
    session.update(picture=elsewhere)
    qtbot.waitUntil(lambda: shapes(session) == [LINE], timeout=PATIENCE_MS)
    measuring.take(Drawn(LINE))
    session.update(picture=first)
    assert shapes(session) == [LINE, LINE]
    measuring.undo()
    assert shapes(session) == [LINE]


def test_a_disk_that_refuses_is_told_and_the_measurement_stays_on_screen(
    qtbot: QtBot, session: Session, measuring: Measuring, show: Show
) -> None:
    show(0)
    session.services.measurements.close()
    measuring.take(Drawn(LINE))
    qtbot.waitUntil(lambda: "Measurements cannot be kept" in session.state.notice, timeout=PATIENCE_MS)
    assert shapes(session) == [LINE]


def test_moving_by_keys_is_one_step_back(session: Session, measuring: Measuring, show: Show) -> None:
    show(0)
    measuring.take(Drawn(LINE))
    for step in range(1, 6):
        moved = replace(LINE, points=tuple((x + step, y) for x, y in LINE.points))
        measuring.take(Reshaped(only_id(session), moved, nudged=True))
    assert shapes(session) == [moved]
    measuring.undo()
    assert shapes(session) == [LINE]
    measuring.redo()
    assert shapes(session) == [moved]


def test_a_large_area_is_counted_by_a_worker(
    qtbot: QtBot, session: Session, measuring: Measuring, open_and_show: Open, tmp_path: Path
) -> None:
    open_and_show(write_png(tmp_path / "large.png", PhantomCase(3, nodule=True, size=512)), 0)
    measuring.take(Drawn(Shape(Kind.ELLIPSE, ((5, 5), (500, 500)))))
    assert lines(session)[0][0] == "counting the pixels …"
    qtbot.waitUntil(lambda: lines(session)[0][0].startswith("mean "), timeout=PATIENCE_MS)


def test_closing_all_forgets_what_was_shown(
    session: Session, measuring: Measuring, open_and_show: Open, ct_folder: Path
) -> None:
    open_and_show(ct_folder, 0)
    measuring.take(Drawn(LINE))
    Opening(session).close_all()
    assert not session.state.measuring.sheets
    measuring.take(Drawn(LINE))
    measuring.undo()
    assert not session.state.measuring.sheets
