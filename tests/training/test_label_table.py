"""Which files of a table are cases, with which labels; what cannot be known is asked about, never guessed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medapp.errors import MedappError
from medapp.i18n import tell
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.table_cases import Uncertain

THREE = ("a.png", "b.png", "c d/ü.png")


def table(root: Path, text: str, *, name: str = "labels.csv", encoding: str = "utf-8") -> Path:
    for file in THREE:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(b"x")
    (root / name).write_bytes(text.encode(encoding))
    return root / name


def truth(found: CaseFolder) -> list[object]:
    told: list[object] = found.truth(found.cases).tolist()
    return told


def code_of(path: Path, uncertain: Uncertain = "") -> str:
    with pytest.raises(MedappError) as refused:
        list_cases(path, uncertain)
    assert tell(refused.value) != refused.value.code
    assert "{" not in tell(refused.value)
    return refused.value.code


def test_columns_of_ones_and_zeros_are_labels_and_blanks_are_unknown(tmp_path: Path) -> None:
    path = table(tmp_path, "file,disc,square\na.png,1,0\nb.png,,1\nc d/ü.png,nan,0.0\n")
    found = list_cases(path)
    assert (found.several, found.classes, found.root) == (True, ("disc", "square"), tmp_path)
    assert truth(found) == [[1, 0], [-1, 1], [-1, 0]]
    assert [case.name for case in found.cases] == list(THREE)
    assert found.cases[0].shows == ("disc",)
    assert found.cases[0].lacks == ("square",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends_make_no_difference(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    rows: list[list[str]] = [["Datei", "disc, large", "square"], ["c d/ü.png", "1", "0"], ["a.png", "0", "1"], []]
    text = end.join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    found = list_cases(table(tmp_path, text, encoding=encoding))
    assert found.classes == ("disc, large", "square")
    assert truth(found) == [[0, 1], [1, 0]]


def test_the_line_that_tells_excel_the_separator_is_no_header(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, "sep=;\r\nfile;x;y\r\na.png;1;0\r\n"))
    assert found.classes == ("x", "y")


def test_a_folder_with_a_table_is_read_as_the_table(tmp_path: Path) -> None:
    table(tmp_path, "file,x,y\na.png,1,0\n", name="Labels.CSV")
    assert list_cases(tmp_path).several


def test_patient_site_date_and_part_come_from_their_columns(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "Patient ID,site,Study_Date,Split,path,x,y\nP 1,north,2020-01-02,Training,a.png,1,0\nP 2,,,test,b.png,0,1\n",
    )
    first, second = list_cases(path).cases
    assert (first.patient, first.site, first.date, first.part) == ("P 1", "north", "2020-01-02", "train")
    assert (second.patient, second.site, second.date, second.part) == ("P 2", "", "", "test")


def test_the_column_of_files_is_found_by_what_is_in_it(tmp_path: Path) -> None:
    assert len(list_cases(table(tmp_path, "x,y,wo\n1,0,a.png\n0,1,b.png\n")).cases) == 2


def test_paths_may_be_written_as_on_windows(tmp_path: Path) -> None:
    (case,) = list_cases(table(tmp_path, "file,x,y\n.\\c d\\ü.png,1,0\n")).cases
    assert case.name == "c d/ü.png"


def test_columns_that_are_no_labels_are_told(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, ",file,age,x,y,remark\n0,a.png,1,1,0,good\n1,b.png,45,0,1,\n"))
    assert (found.classes, found.unused) == (("x", "y"), ("age", "remark"))


def test_rows_without_a_file_or_a_known_label_are_told(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, "file,x,y\na.png,1,0\ngone.png,1,1\nb.png,,\n,1,0\n"))
    assert [case.name for case in found.cases] == ["a.png"]
    assert found.unmatched == ("gone.png", ".")
    assert found.unlabelled == 1


def test_one_column_of_class_names_is_a_question_of_one_class(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, "file,label\na.png,ill\nb.png,healthy\nc d/ü.png,\n"))
    assert (found.several, found.classes, found.unlabelled) == (False, ("healthy", "ill"), 1)
    assert truth(found) == [1, 0]


def test_numbered_classes_are_classes(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, "file,label\na.png,0\nb.png,1\nc d/ü.png,2\n"))
    assert found.classes == ("0", "1", "2")


def test_one_column_of_ones_and_zeros_is_a_question_of_two_classes(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, "file,pneumonia\na.png,1\nb.png,0\nc d/ü.png,\n"))
    assert found.classes == ("no pneumonia", "pneumonia")
    assert [case.label for case in found.cases] == ["pneumonia", "no pneumonia"]


@pytest.mark.parametrize("mark", ["-1", "?", "-1.0"])
def test_uncertain_marks_are_refused_until_somebody_says_what_they_mean(tmp_path: Path, mark: str) -> None:
    path = table(tmp_path, f"file,x,y\na.png,{mark},0\nb.png,0,1\n")
    with pytest.raises(MedappError) as refused:
        list_cases(path)
    assert (refused.value.code, refused.value.params["n"]) == ("table.uncertain", 1)
    assert "--uncertain" in tell(refused.value)
    meant = {
        u: int(list_cases(path, u).truth(list_cases(path, u).cases)[0][0]) for u in ("unknown", "positive", "negative")
    }
    assert meant == {"unknown": -1, "positive": 1, "negative": 0}


def test_uncertain_classes_can_only_be_left_out(tmp_path: Path) -> None:
    path = table(tmp_path, "file,label\na.png,ill\nb.png,?\nc d/ü.png,healthy\n")
    assert code_of(path) == "table.uncertain"
    assert code_of(path, "positive") == "table.uncertain_class"
    assert len(list_cases(path, "unknown").cases) == 2


def test_rows_about_one_file_add_up_and_must_not_contradict(tmp_path: Path) -> None:
    assert truth(list_cases(table(tmp_path, "file,x,y\na.png,1,\n./a.png,,0\n"))) == [[1, 0]]
    assert code_of(table(tmp_path, "file,x,y\na.png,1,0\na.png,0,0\n")) == "table.contradicts"
    assert code_of(table(tmp_path, "file,label\na.png,u\na.png,v\n")) == "table.contradicts"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table.empty"),
        ("\n\n", "table.empty"),
        ("file,x,y\n", "table.empty"),
        ("x,y\n1,0\n", "table.no_file_column"),
        ("file\na.png\n", "table.no_labels"),
        ("file,p,q\na.png,v,w\nb.png,r,s\n", "table.no_labels"),
        ("file,x,X\na.png,1,0\n", "table.header_twice"),
        (f"file,{'x' * 201}\na.png,1\n", "table.header_long"),
        ("file,x,y\na.png,1,0,1\n", "table.row"),
        ('file,x,y\n"a.png,1,0\n', "table.quotes"),
        ("file,x,y\na.png,1,0\nb.png,1,2\n", "table.values"),
        ("file,x,y\nnone of them.png,1,0\n", "table.unmatched"),
        ("file,split,x,y\na.png,dev,1,0\n", "table.split"),
        ("file,x,y\n" + "a" * 5000 + ".png,1,0\n", "table.unmatched"),
        ("file,x,y\na\x00.png,1,0\n", "table.unmatched"),
        ("a" * 200_000 + ",x\n", "table.quotes"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_in_a_sentence(tmp_path: Path, text: str, code: str) -> None:
    assert code_of(table(tmp_path, text)) == code


def test_text_that_is_not_utf_8_says_how_to_save_it(tmp_path: Path) -> None:
    assert code_of(table(tmp_path, "file,größe\n", encoding="latin-1")) == "table.encoding"


def test_truth_keeps_the_order_of_the_labels(tmp_path: Path) -> None:
    found = list_cases(table(tmp_path, "file,z,a\na.png,1,0\n"))
    np.testing.assert_array_equal(found.truth(found.cases), [[1, 0]])


CELLS = st.sampled_from(
    ["a.png", "b.png", "1", "0", "", "-1", "?", "nan", "2", "x", "1e400", "ü", '"', "\n", "\x00", "none"]
)
HEADERS = st.sampled_from(["file", "label", "x", "y", "split", "patient", "age", "", "unnamed: 0", "Path"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.lists(HEADERS, min_size=1, max_size=5),
    rows=st.lists(st.lists(CELLS, max_size=6), max_size=5),
    separator=st.sampled_from(",;\t"),
    uncertain=st.sampled_from(["", "unknown", "positive", "negative"]),
)
def test_any_table_is_cases_or_a_sentence(
    tmp_path: Path, headers: list[str], rows: list[list[str]], separator: str, uncertain: Uncertain
) -> None:
    path = table(tmp_path, "\n".join(separator.join(row) for row in [headers, *rows]))
    found, reason = None, ""
    try:
        found = list_cases(path, uncertain)
    except MedappError as refused:
        reason = tell(refused)
    if found is None:
        assert reason
        assert "{" not in reason
        return
    truth_ = found.truth(found.cases)
    assert len(truth_) == len(found.cases)
    assert truth_.min(initial=0) >= -1


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_cases_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(data)
    with contextlib.suppress(MedappError):
        list_cases(path)
