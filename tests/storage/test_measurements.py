"""Measurements come back as they were; what cannot be understood is left out; no name of an image is in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.display.measuring.shapes import OUTLINE_LEAST, POINTS, Calibration, Kind, Measurement, Shape, Sheet
from medapp.errors import MedappError
from medapp.storage.measurements import Measurements, image_key, series_key

numbers = st.floats(-1e6, 1e6)
points = st.tuples(numbers, numbers)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    kind = draw(st.sampled_from(Kind))
    count = POINTS.get(kind) or draw(st.integers(OUTLINE_LEAST, 20))
    given_points = tuple(draw(st.lists(points, min_size=count, max_size=count)))
    return Shape(kind, given_points, draw(st.text(max_size=20)) if kind is Kind.TEXT else "")


measurements = st.builds(Measurement, st.uuids().map(lambda name: name.hex), shapes(), st.one_of(st.none(), points))
spacings = st.floats(1e-6, 1e3)
sheets = st.builds(
    Sheet,
    st.lists(measurements, max_size=5).map(tuple),
    st.one_of(st.none(), st.tuples(spacings, spacings).map(Calibration)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Measurements]:
    made = Measurements(tmp_path / "messen ü.sqlite")
    yield made
    made.close()


def test_a_sheet_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Measurements(tmp_path_factory.mktemp("kept") / "measurements.sqlite")

    @settings(max_examples=40)
    @given(sheets)
    def comes_back(sheet: Sheet) -> None:
        store.put("image", sheet)
        assert store.get("image") == sheet

    comes_back()
    store.close()


def test_sheets_are_there_after_a_restart(tmp_path: Path) -> None:
    sheet = Sheet((Measurement("a", Shape(Kind.TEXT, ((1, 2),), "größer 大")),), Calibration((0.5, 0.25)))
    for wanted in (Sheet(), sheet):
        store = Measurements(tmp_path / "measurements.sqlite")
        assert store.get("image") == wanted
        store.put("image", sheet)
        store.close()


def test_an_empty_sheet_leaves_no_row(store: Measurements, tmp_path: Path) -> None:
    store.put("image", Sheet((Measurement("a", Shape(Kind.PROBE, ((1, 2),))),)))
    store.put("image", Sheet())
    with sqlite3.connect(tmp_path / "messen ü.sqlite") as connection:
        assert connection.execute("SELECT COUNT(*) FROM measurements").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"measurements": 3}',
        '{"measurements": [], "spacing_mm": [0, 1]}',
        "null",
        "[" * 100000,
    ],
)
def test_a_row_that_cannot_be_understood_is_an_empty_sheet(tmp_path: Path, text: str) -> None:
    store = Measurements(tmp_path / "measurements.sqlite")
    store._database.write("INSERT INTO measurements VALUES (?, ?, '')", [("image", text)])
    assert store.get("image") == Sheet()
    store.close()


def test_only_the_measurement_that_cannot_be_understood_is_left_out(store: Measurements) -> None:
    good = '{"id": "a", "kind": "probe", "points": [[1, 2]]}'
    bad = [
        '{"id": "b", "kind": "sphere", "points": [[1, 2]]}',
        '{"id": "c", "kind": "probe", "points": [[1]]}',
        '{"id": "d", "kind": "probe", "points": [[NaN, 2]]}',
        "3",
    ]
    text = f'{{"measurements": [{", ".join([*bad, good])}]}}'
    store._database.write("INSERT INTO measurements VALUES (?, ?, '')", [("image", text)])
    assert store.get("image") == Sheet((Measurement("a", Shape(Kind.PROBE, ((1.0, 2.0),))),))


def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "measurements.sqlite"
    path.write_bytes(b"no database at all, but long enough" * 50)
    store = Measurements(path)
    assert store.set_aside is not None
    assert store.set_aside.code == "measurements.damaged"
    store.put("image", Sheet((Measurement("a", Shape(Kind.PROBE, ((1, 2),))),)))
    store.close()


def test_a_disk_that_refuses_is_told(store: Measurements) -> None:
    store.close()
    with pytest.raises(MedappError) as told:
        store.put("image", Sheet(calibration=Calibration((1, 1))))
    assert told.value.code == "measurements.write"


def test_an_image_is_its_instance_and_frame_or_its_content() -> None:
    key = image_key("1.2.3", 1, (10, 20), "ignored")
    assert key == image_key("1.2.3", 1, (10, 20), "other")
    others = {
        image_key("1.2.3", 2, (10, 20), ""),
        image_key("1.2.4", 1, (10, 20), ""),
        image_key("1.2.3", 1, (20, 10), ""),
        image_key("", 1, (10, 20), "abc"),
        image_key("", 1, (10, 20), "abd"),
        series_key("1.2.3"),
    }
    assert len(others | {key}) == 7
    assert "1.2.3" not in key
