"""How the next start learns how the last one ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.storage.running import Arrangement, Left, Running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "running.json"


def killed(path: Path, *, settled: bool) -> None:
    running = Running(path)
    running.begin()
    if settled:
        running.settle()


def test_the_first_start_follows_nothing(path: Path) -> None:
    assert Running(path).begin() == Left()


def test_a_closed_window_leaves_nothing_to_restore(path: Path) -> None:
    running = Running(path)
    running.begin()
    running.note_opened([Path("scan")])
    running.end()
    assert Running(path).begin() == Left()


def test_by_choice_a_closed_window_leaves_what_was_open_for_the_next_start(path: Path) -> None:
    running = Running(path)
    running.begin()
    running.note_opened([Path("scan")])
    running.note_place("scan/1.dcm", 2)
    running.note_labelling("labels")
    arrangement = Arrangement(1, 2, (("scan/1.dcm", 2), ("", 0)), active=0)
    running.note_arrangement(arrangement)
    running.end(keep=True, geometry="AdnQ")
    left = Running(path).begin()
    assert (left.unclean, left.early_crashes, left.labelling) == (False, 0, "")
    assert (left.source, left.frame, left.arrangement, left.geometry) == ("scan/1.dcm", 2, arrangement, "AdnQ")
    assert len(left.opened) == 1


@pytest.mark.parametrize(
    "arrangement",
    ['{"rows": 99, "columns": 1, "places": [], "active": 0}', "[1]", "null", '"x"'],
)
def test_an_arrangement_that_no_window_has_is_one_cell(path: Path, arrangement: str) -> None:
    note = '{"unclean": true, "early_crashes": 0, "opened": ["a"], "source": "", "frame": 0, "arrangement": %s}'
    path.write_text(note % arrangement, encoding="utf-8")
    left = Running(path).begin()
    assert (left.opened, left.arrangement) == (("a",), Arrangement())


def test_what_was_open_is_known_after_the_program_was_brought_down(path: Path) -> None:
    running = Running(path)
    running.begin()
    running.settle()
    running.note_opened([Path("b ü"), Path("a"), Path("b ü")])
    running.note_place("a/1.dcm", 3)
    running.note_labelling("labels/ü")
    left = Running(path).begin()
    assert left.unclean
    assert [Path(p).name for p in left.opened] == ["b ü", "a"]
    assert (left.source, left.frame, left.labelling) == ("a/1.dcm", 3, "labels/ü")
    assert not left.is_unsafe


@pytest.mark.parametrize(("crashes", "unsafe"), [(1, False), (2, True), (3, True)])
def test_two_crashes_in_a_row_while_starting_lead_to_safe_mode(path: Path, crashes: int, unsafe: bool) -> None:
    for _ in range(crashes):
        killed(path, settled=False)
    assert Running(path).begin().is_unsafe is unsafe


def test_a_start_that_settles_ends_the_row_of_crashes(path: Path) -> None:
    killed(path, settled=False)
    killed(path, settled=True)
    killed(path, settled=False)
    assert not Running(path).begin().is_unsafe


def test_a_start_in_safe_mode_that_is_closed_ends_it_too(path: Path) -> None:
    for _ in range(2):
        killed(path, settled=False)
    running = Running(path)
    assert running.begin().is_unsafe
    running.end()
    assert not Running(path).begin().is_unsafe


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"unclean": true}', "\0", '{"opened": 3}', "[" * 99999])
def test_a_damaged_note_is_none(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    assert Running(path).begin() == Left()


def test_a_disk_that_refuses_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    running = Running(tmp_path / "file" / "running.json")
    assert running.begin() == Left()
    running.note_opened([Path("a")])
    running.end()


def test_a_second_window_on_the_folder_keeps_no_note() -> None:
    running = Running(None)
    assert running.begin() == Left()
    running.note_opened([Path("a")])
    running.settle()
    running.end()
    assert Running(None).begin() == Left()
