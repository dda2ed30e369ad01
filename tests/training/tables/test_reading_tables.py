"""Tables as people leave them: encodings, separators, titles, repeated headers, merged cells, spoilt numbers."""

from __future__ import annotations

import contextlib
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medapp.errors import MedappError
from medapp.i18n import tell
from medapp.training.cases.tables import workbook as workbook_module
from medapp.training.cases.tables.dates import iso_date, order_of
from medapp.training.cases.tables.opening import read_grid
from tests.training.tables.made import csv_file, workbook

ROWS = [["Datei", "Befund"], ["größe.png", "krank; schwer"], ["b.png", 'ge"sund']]


def codes(path: Path) -> set[str]:
    return {note.code for note in read_grid(path).notes}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends_make_no_difference(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    text = end.join(separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS)
    grid = read_grid(csv_file(tmp_path, text, encoding=encoding))
    assert [list(grid.headers), *map(list, grid.rows)] == ROWS


def test_chinese_text_of_windows_is_read_and_told(tmp_path: Path) -> None:
    grid = read_grid(csv_file(tmp_path, "文件名,诊断\na.png,肺炎\nb.png,正常\n", encoding="gb18030"))
    assert grid.column("诊断") == ["肺炎", "正常"]
    assert {note.code for note in grid.notes} == {"encoding"}


def test_a_text_may_hold_line_ends_and_separators(tmp_path: Path) -> None:
    grid = read_grid(csv_file(tmp_path, 'file,label,comment\na.png,1,"two\nlines, and more"\nb.png,0,\n'))
    assert grid.rows == (("a.png", "1", "two\nlines, and more"), ("b.png", "0", ""))
    assert grid.lines == (3, 4)


def test_the_separator_is_what_divides_the_lines_evenly(tmp_path: Path) -> None:
    grid = read_grid(csv_file(tmp_path, "Datei;Wert, in mm;Befund\na,b.png;1,5;x\nc.png;2,0;y\n"))
    assert grid.headers == ("Datei", "Wert, in mm", "Befund")


def test_titles_empty_lines_and_repeated_headers_are_left_out_and_told(tmp_path: Path) -> None:
    text = "Study of 2024,,,\n,,,\nfile,label,,\na.png,1,,\n,,,\nFILE,Label,,\nb.png,0,,\n,,,\n"
    path = csv_file(tmp_path, text)
    grid = read_grid(path)
    assert (grid.headers, grid.rows) == (("file", "label"), (("a.png", "1"), ("b.png", "0")))
    assert codes(path) == {"title_lines", "header_repeated"}


def test_a_name_given_twice_and_a_column_without_one_get_their_letter(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "file,x,x,\na.png,1,0,n\nb.png,0,1,m\n")
    assert read_grid(path).headers == ("file", "x", "x (C)", "(D)")
    assert codes(path) == {"header_twice"}


def test_the_few_rows_with_too_many_cells_are_left_out_and_told_by_their_line(tmp_path: Path) -> None:
    rows = "".join(f"{k}.png,1\n" for k in range(20))
    path = csv_file(tmp_path, f"file,label\n{rows}x.png,1,slipped\n")
    grid = read_grid(path)
    assert len(grid.rows) == 20
    (note,) = grid.notes
    assert (note.code, note.params) == ("rows_odd", {"n": 1, "lines": "22"})


def test_a_workbook_gives_texts_dates_and_whole_numbers(tmp_path: Path) -> None:
    rows = [["file", "n", "date", "when", "yes"], ["a.png", 7.0, date(2024, 3, 5), datetime(2024, 3, 5, 10, 20), True]]
    grid = read_grid(workbook(tmp_path / "Tabelle.xlsx", {"Blatt": rows}))
    assert grid.rows == (("a.png", "7", "2024-03-05", "2024-03-05 10:20", "1"),)
    assert (grid.sheet, grid.sheets) == ("Blatt", ("Blatt",))


def test_the_sheet_with_cases_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    sheets = {"Info": [["who", "when"], ["me", "now"]], "Daten": [["file", "label"], ["a.png", "ill"]]}
    path = workbook(tmp_path / "t.xlsx", sheets)
    assert read_grid(path).sheet == "Daten"
    assert codes(path) == {"sheet_chosen"}
    assert read_grid(path, "Info").headers == ("who", "when")


def test_merged_cells_have_their_text_in_each(tmp_path: Path) -> None:
    rows = [["Title"], ["patient", "file"], ["P1", "a.png"], [None, "b.png"], ["P2", "c.png"]]
    grid = read_grid(workbook(tmp_path / "t.xlsx", {"a": rows}, ["A1:B1", "A3:A4"]))
    assert grid.column("patient") == ["P1", "P1", "P2"]


def test_long_numbers_are_shown_as_spoilt_and_not_with_made_up_digits(tmp_path: Path) -> None:
    grid = read_grid(workbook(tmp_path / "t.xlsx", {"a": [["acc", "x"], [1234567890123456789, 1], [12345, 0]]}))
    assert grid.column("acc") == ["1.23456789012346E+18", "12345"]


def test_formulas_whose_result_is_not_there_are_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"a": [["file", "label"], ["a.png", '=IF(1,"ill","")'], ["b.png", "well"]]})
    (note,) = (note for note in read_grid(path).notes if note.code == "formulas")
    assert note.params == {"n": 1}


def old_workbook(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "no workbook")


def no_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and nothing else")


def no_cells(path: Path) -> None:
    workbook(path, {"leer": []})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (old_workbook, "table.old_workbook"),
        (other_zip, "table.workbook"),
        (no_zip, "table.workbook"),
        (no_cells, "table.empty"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_a_sentence(tmp_path: Path, make: object, code: str) -> None:
    path = tmp_path / "ü.xlsx"
    make(path)  # type: ignore[operator]
    with pytest.raises(MedappError) as refused:
        read_grid(path)
    assert refused.value.code == code
    assert "{" not in tell(refused.value)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "table.empty"),
        ("a.csv", b"file,label\n", "table.empty"),
        ("a.csv", b'file,label\n"a.png,1\n', "table.quotes"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" * 20, "table.not_text"),
        ("a.doc", b"x", "table.kind"),
        ("gone.csv", None, "table.unreadable"),
        ("gone.xlsx", None, "table.unreadable"),
    ],
)
def test_what_is_no_table_is_a_sentence(tmp_path: Path, name: str, data: bytes | None, code: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(MedappError) as refused:
        read_grid(tmp_path / name)
    assert refused.value.code == code
    assert "{" not in tell(refused.value)


def test_a_sheet_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"Daten": [["file", "label"], ["a.png", "1"]]})
    with pytest.raises(MedappError) as refused:
        read_grid(path, "Dten")
    assert "Daten" in tell(refused.value)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".xlsx"]))
def test_any_bytes_are_a_table_or_a_sentence(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(data)
    with contextlib.suppress(MedappError):
        grid = read_grid(path)
        assert all(len(row) == len(grid.headers) for row in grid.rows)
        assert len(set(grid.headers)) == len(grid.headers)


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (["03.04.2021", "1.2.2021"], ["2021-04-03", "2021-02-01"]),
        (["03/04/2021", "13/04/2021"], ["2021-04-03", "2021-04-13"]),
        (["03/04/2021", "04/13/2021"], ["2021-03-04", "2021-04-13"]),
        (["03/04/2021", "05/06/2021"], ["", ""]),
        (["2021-03-04 10:20", "2021/3/4", "20210304", "2021年3月4日"], ["2021-03-04"] * 2 + ["20210304", "2021-03-04"]),
    ],
)
def test_dates_are_read_as_the_whole_column_tells_and_else_left_open(cells: list[str], dates: list[str]) -> None:
    assert [iso_date(cell, order_of(cells)) for cell in cells] == dates


def test_a_line_that_groups_the_names_below_it_is_no_header(tmp_path: Path) -> None:
    rows = [["Bild", "Befunde", None, None], [None, "Erguss", "Infiltrat", "Ort"], ["a.png", 1, 0, "links"]]
    path = workbook(tmp_path / "t.xlsx", {"a": rows}, ["A1:A2", "B1:D1"])
    grid = read_grid(path)
    assert grid.headers == ("Bild", "Erguss", "Infiltrat", "Ort")
    assert grid.rows == (("a.png", "1", "0", "links"),)


def test_marks_that_keep_numbers_as_text_and_signs_that_cannot_be_seen_are_no_part_of_a_cell(tmp_path: Path) -> None:
    text = '\u200bacc;label\n"=""00123""";x\n\'00124;y\n\u00a000125\ufeff;x\n'
    assert read_grid(csv_file(tmp_path, text)).column("acc") == ["00123", "00124", "00125"]


def test_a_header_that_is_repeated_in_part_is_one(tmp_path: Path) -> None:
    grid = read_grid(csv_file(tmp_path, "file,label,later\na.png,1,x\nfile,label,\nb.png,0,y\n"))
    assert grid.column("file") == ["a.png", "b.png"]


def test_merged_cells_and_formulas_are_found_however_the_sheet_is_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[object]] = [["file", "label"], *([f"{k}.png", '=IF(1,"ill","")'] for k in range(20))]
    path = workbook(tmp_path / "t.xlsx", {"a": [*rows, ["x.png", "y"], ["z.png", None]]}, ["B22:B23"])
    for size in (7, 64, 1000):
        monkeypatch.setattr(workbook_module, "CHUNK_BYTES", size)
        grid = read_grid(path)
        assert {note.code: note.params["n"] for note in grid.notes} == {"merged": 1, "formulas": 20}
        assert grid.column("label")[-2:] == ["y", "y"]


def test_a_workbook_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "LARGEST_UNPACKED", 1000)
    with pytest.raises(MedappError) as refused:
        read_grid(workbook(tmp_path / "t.xlsx", {"a": [["file", "label"], ["a.png", "1"]]}))
    assert refused.value.code == "table.size"
