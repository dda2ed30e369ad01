"""The table of labels: whole rows only, whatever ends the program in the middle of one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.errors import MedappError
from medapp.storage.labels import LabelFile, can_be_written
from medapp.training.cases.verdicts import COLUMNS, Verdict, verdict_from

ROWS = [Verdict(f"/bilder/ä {n}.png", 'normal, "sicher"', "Ann", "2026-01-01T00:00:00Z", n == 2) for n in range(4)]


def table(tmp_path: Path) -> LabelFile:
    return LabelFile(tmp_path / "labels.csv", COLUMNS)


def test_a_table_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert table(tmp_path).read() == []


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = table(tmp_path)
    for row in ROWS:
        file.append([row.cells()])
    assert [verdict_from(row) for row in file.read()] == ROWS


def test_wherever_the_table_was_cut_the_whole_rows_are_left_and_the_next_is_written(tmp_path: Path) -> None:
    file = table(tmp_path)
    file.append([row.cells() for row in ROWS])
    whole = file.path.read_bytes()
    ends = [at for at in range(len(whole)) if whole[at : at + 1] == b"\n"]
    for cut in range(len(whole)):
        file.path.write_bytes(whole[:cut])
        rows = max(0, sum(end < cut for end in ends) - 1)
        assert [verdict_from(row) for row in file.read()] == ROWS[:rows]
        file.append([ROWS[3].cells()])
        assert [verdict_from(row) for row in file.read()] == [*ROWS[:rows], ROWS[3]]


def test_a_row_that_is_damaged_costs_itself(tmp_path: Path) -> None:
    file = table(tmp_path)
    file.append([row.cells() for row in ROWS])
    lines = file.path.read_bytes().split(b"\n")
    lines[2] = b'\x00\xff"half'
    file.path.write_bytes(b"\n".join(lines))
    assert [verdict_from(row) for row in file.read()] == [ROWS[0], *ROWS[2:]]


def test_a_disk_that_refuses_leaves_the_table_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = table(tmp_path)
    file.append([ROWS[0].cells()])
    before = file.path.read_bytes()

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("medapp.storage.labels.os.fsync", refuse)
    with pytest.raises(MedappError) as told:
        file.append([ROWS[1].cells()])
    assert told.value.code == "labels.not_saved"
    assert file.path.read_bytes() == before


def test_a_table_with_other_columns_is_left_alone(tmp_path: Path) -> None:
    file = table(tmp_path)
    file.path.write_text("file;label\na;b\n", encoding="utf-8")
    with pytest.raises(MedappError) as told:
        file.read()
    assert told.value.code == "labels.other_table"


def test_a_table_that_a_spreadsheet_saved_with_a_mark_and_other_line_ends_is_read(tmp_path: Path) -> None:
    file = table(tmp_path)
    file.append([row.cells() for row in ROWS])
    file.path.write_bytes(b"\xef\xbb\xbf" + file.path.read_bytes().replace(b"\n", b"\r\n"))
    assert [verdict_from(row) for row in file.read()] == ROWS


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text().filter(can_be_written), min_size=9, max_size=9))
def test_any_text_that_fits_in_a_line_comes_back(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    file = table(tmp_path_factory.mktemp("t"))
    file.append([cells])
    assert [tuple(row.values()) for row in file.read()] == [tuple(cells)]


@pytest.mark.parametrize("name", ["a\nb.png", "a\rb.png", "a\u2028b.png", "\udcff.png"])
def test_names_that_would_break_a_row_are_refused(name: str) -> None:
    assert not can_be_written(name)
