"""Which row is about which image: as it stands, then overlooking little, and told; nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.i18n import tell
from medapp.imaging.readers import Readers
from medapp.training.cases.tables.columns import columns_from, guess_columns
from medapp.training.cases.tables.image_index import ImageIndex, IndexedImage
from medapp.training.cases.tables.lookup import IdLookup, NameLookup
from medapp.training.cases.tables.opening import read_grid
from tests.training.tables.made import csv_file, imported, matched_with, named, radiographs, workbook

IMAGES = ("a/IMG_007.png", "a/x.png", "b/x.png", "c/Übung 1.JPG", "d/Y.png", "d/y.PNG")


@pytest.mark.parametrize(
    ("text", "name", "way"),
    [
        ("a/IMG_007.png", "a/IMG_007.png", ""),
        (".\\a\\IMG_007.png", "a/IMG_007.png", ""),
        ("IMG_007.png", "a/IMG_007.png", ""),
        ("data/a/x.png", "a/x.png", ""),
        ("elsewhere/IMG_007.png", "a/IMG_007.png", "folder"),
        ("img_007.PNG", "a/IMG_007.png", "case"),
        ("übung1.jpg", "c/Übung 1.JPG", "spaces"),
        ("IMG_007", "a/IMG_007.png", "extension"),
        ("IMG_007.dcm", "a/IMG_007.png", "extension"),
        ("IMG_7.png", "a/IMG_007.png", "zeros"),
        ("b/x", "b/x.png", "extension"),
    ],
)
def test_a_name_is_found_as_it_stands_or_overlooking_what_is_told(text: str, name: str, way: str) -> None:
    found = NameLookup(IMAGES, "/data").find(text)
    assert [IMAGES[place] for place in found.images] == [name]
    assert (found.way, found.unclear) == (way, False)


def test_a_whole_path_is_found_below_the_folder() -> None:
    assert NameLookup(IMAGES, "/data/Bilder").find("/data/Bilder/b/x.png").images == (2,)


@pytest.mark.parametrize("text", ["x.png", "x", "Y", "y.jpeg"])
def test_a_name_that_several_images_have_is_unclear(text: str) -> None:
    assert NameLookup(IMAGES, "/data").find(text).unclear


@pytest.mark.parametrize("text", ["IMG_008.png", "IMG_07a", "", "a", "…"])
def test_a_name_that_no_image_has_finds_none(text: str) -> None:
    assert not NameLookup(IMAGES, "/data").find(text).images


@pytest.mark.parametrize(
    ("text", "images", "way"),
    [
        ("00123", (0, 1), ""),
        ("123", (0, 1), "zeros"),
        ("123.0", (0, 1), "number"),
        ("ab 7", (2,), "case"),
        ("AB7", (2,), "spaces"),
        ("124", (), ""),
        ("0123", (0, 1), "zeros"),
    ],
)
def test_a_number_finds_all_images_that_have_it(text: str, images: tuple[int, ...], way: str) -> None:
    found = IdLookup(["00123", "00123", "AB 7", ""]).find(text)
    assert (found.images, found.way, found.unclear) == (images, way, False)


def test_a_number_without_zeros_that_two_numbers_may_be_is_unclear() -> None:
    assert IdLookup(["0123", "00123"]).find("123").unclear
    assert not IdLookup(["0123", "123"]).find("123").unclear


def test_a_sop_uid_in_two_files_is_unclear() -> None:
    assert IdLookup(["1.2.3", "1.2.3"], single=True).find("1.2.3").unclear


@pytest.mark.parametrize(
    ("headers", "meanings"),
    [
        (("image", "finding"), ("file", "class")),
        (("Dateiname", "Befund"), ("file", "class")),
        (("文件名", "诊断"), ("file", "class")),
        (("wo", "was"), ("file", "class")),
    ],
)
def test_columns_are_guessed_in_three_languages_and_by_their_content(
    tmp_path: Path, headers: tuple[str, str], meanings: tuple[str, str]
) -> None:
    grid = read_grid(csv_file(tmp_path, f"{headers[0]},{headers[1]}\na.png,ill\nb.png,well\nc.png,ill\nd.png,well\n"))
    columns = guess_columns(grid)
    assert tuple(columns.meaning(header) for header in headers) == meanings


def test_a_column_holds_what_it_holds_whatever_it_is_called(tmp_path: Path) -> None:
    grid = read_grid(csv_file(tmp_path, "Study,label\n4711,ill\n4712,well\n4713,ill\n"))
    index = ImageIndex(tmp_path, tuple(IndexedImage(f"im{k}.dcm", accession=f"{k}") for k in range(4711, 4714)), True)
    assert guess_columns(grid, index.known()).meaning("Study") == "accession"


@pytest.mark.parametrize("words", [("ja", "nein"), ("positiv", "negativ"), ("1", "0"), ("1.0", "0,0"), ("有", "无")])
def test_yes_and_no_are_understood(tmp_path: Path, words: tuple[str, str]) -> None:
    yes, no = words
    rows = f"a.png;{yes};{no}\nb.png;{no};{yes}\n"
    found = matched_with(csv_file(tmp_path, f"file;Erguss;Infiltrat\n{rows}"), named("a.png", "b.png"))
    assert found.several
    assert [case.marks for case in found.outcome.cases] == [
        (("Erguss", True), ("Infiltrat", False)),
        (("Erguss", False), ("Infiltrat", True)),
    ]


def test_one_column_of_yes_and_no_is_two_classes(tmp_path: Path) -> None:
    found = matched_with(csv_file(tmp_path, "file,Erguss\na.png,ja\nb.png,nein\n"), named("a.png", "b.png"))
    assert found.outcome.classes == ("Erguss", "no Erguss")


def test_a_person_says_what_columns_mean(tmp_path: Path) -> None:
    grid = read_grid(csv_file(tmp_path, "file,first,second\na.png,0,1\nb.png,1,0\n"))
    columns = columns_from(("label=second", "accession = FIRST"), grid, guess_columns(grid))
    assert (columns.labels, columns.accession, columns.file) == (("second",), "first", "file")
    for wrong, code in (("second", "table.column"), ("word=second", "table.column"), ("file=x", "table.no_column")):
        with pytest.raises(MedappError) as refused:
            columns_from((wrong,), grid, columns)
        assert refused.value.code == code
        assert "{" not in tell(refused.value)


def test_every_text_that_says_nothing_is_asked_about_and_counts_for_nothing_until_answered(tmp_path: Path) -> None:
    cells = ["ill", "well", "ill", "", "-1", "?", "uncertain", "n/a", "?"]
    names = [f"{k}.png" for k in range(len(cells))]
    text = "file,label\n" + "".join(f"{name},{cell}\n" for name, cell in zip(names, cells, strict=True))
    path = csv_file(tmp_path, text)
    found = matched_with(path, named(*names))
    assert {(q.value, q.n, q.answer) for q in found.questions} == {
        ("", 1, ""),
        ("-1", 1, ""),
        ("?", 2, ""),
        ("uncertain", 1, ""),
        ("n/a", 1, ""),
    }
    assert len(found.outcome.cases) == 3
    assert [note.severity for note in found.to_folder().notes if note.code == "questions"] == ["blocking"]
    answers = {"": "unknown", "-1": "unknown", "?": "class", "uncertain": "unknown", "n/a": "unknown"}
    answered = matched_with(path, named(*names), answers)
    assert not answered.open_questions
    assert (len(answered.outcome.cases), answered.outcome.classes) == (5, ("?", "ill", "well"))


@pytest.mark.parametrize(("answer", "mark"), [("positive", True), ("negative", False), ("unknown", None), ("", None)])
def test_a_text_in_a_label_means_what_a_person_says(tmp_path: Path, answer: str, mark: bool | None) -> None:
    path = csv_file(tmp_path, "file,x,y\na.png,vielleicht,1\nb.png,0,0\nc.png,1,0\nd.png,1,0\ne.png,1,0\nf.png,1,1\n")
    found = matched_with(path, named("a.png", "b.png", "c.png"), {"vielleicht": answer} if answer else {})
    assert [q.value for q in found.questions] == ["vielleicht"]
    assert dict(found.outcome.cases[0].marks or ()).get("x") is mark


def test_rows_that_say_different_things_leave_the_image_out_and_the_same_thing_twice_is_told(tmp_path: Path) -> None:
    text = "file,label\na.png,ill\na.png,well\nb.png,ill\nB.PNG,Ill\nc.png,well\nc.png,well\nd.png,WELL\n"
    found = matched_with(csv_file(tmp_path, text), named("a.png", "b.png", "c.png", "d.png"))
    assert found.outcome.conflicts == ("a.png",)
    assert [(case.name, case.label) for case in found.outcome.cases] == [
        ("b.png", "ill"),
        ("c.png", "WELL"),
        ("d.png", "WELL"),
    ]
    assert {"conflicts", "rows_repeated", "spellings", "found_case"} <= {n.code for n in found.to_folder().notes}


def test_rows_without_an_image_images_without_a_row_and_spoilt_numbers_are_told(tmp_path: Path) -> None:
    text = "file,label\na.png,ill\ngone.png,ill\n,well\n1.2E+15,well\nx.png,well\nb.png,well\n"
    found = matched_with(csv_file(tmp_path, text), named("a.png", "b.png", "c.png", "d/x.png", "e/x.png"))
    assert [match.fault for match in found.matching.unmatched] == ["missing", "empty", "number", "several"]
    folder = found.to_folder()
    assert folder.unmatched == ("gone.png", "row 4", "1.2E+15", "x.png")
    notes = {note.code: note.params.get("n") for note in folder.notes}
    assert (notes["images_without_row"], notes["rows_missing"], notes["rows_number"]) == (3, 1, 1)
    assert all("{" not in question.text for question in found.questions)


def test_an_unknown_part_is_asked_about(tmp_path: Path) -> None:
    text = "file,label,Teil\na.png,ill,Training\nb.png,well,测试\nc.png,ill,dev\n"
    found = matched_with(csv_file(tmp_path, text), named("a.png", "b.png", "c.png"))
    assert [case.part for case in found.outcome.cases] == ["train", "test", None]
    (note,) = (note for note in found.to_folder().notes if note.code == "split_unknown")
    assert (note.severity, note.params["found"]) == ("blocking", "dev")


def test_an_accession_number_that_lost_its_zeros_names_all_images_of_the_examination(tmp_path: Path) -> None:
    images = radiographs(tmp_path / "Bilder", ["00017", "00017", "00042", "00099"])
    rows = [["Auftragsnummer", "Befund", "Datum"], [17, "krank", None], [42, "gesund", None], [7, "gesund", None]]
    path = workbook(tmp_path / "Liste.xlsx", {"Tabelle1": rows})
    with Readers() as readers:
        found = imported(path, images, readers)
    assert found.columns.accession == "Auftragsnummer"
    assert [(c.name, c.label) for c in found.outcome.cases] == [
        ("IM0000", "krank"),
        ("IM0001", "krank"),
        ("IM0002", "gesund"),
    ]
    notes = {note.code: dict(note.params) for note in found.to_folder().notes}
    assert notes["rows_spread"] == {"n": 1, "images": 2}
    assert notes["found_zeros"] == {"n": 2}
    assert notes["rows_missing"] == {"n": 1}


def test_uids_name_images_series_and_examinations_and_must_not_contradict(tmp_path: Path) -> None:
    images = radiographs(tmp_path / "Bilder", ["1", "2", "3"])
    text = "StudyInstanceUID,AccessionNumber,label\n1.2.3.4.5.2,1,ill\n1.2.3.4.5.3,1,well\n,3,well\n1.2.3.4.5.9,2,ill\n"
    with Readers() as readers:
        found = imported(csv_file(tmp_path, text), images, readers)
    assert [match.fault for match in found.matching.matches] == ["", "disagrees", "", "missing"]
    assert [case.name for case in found.outcome.cases] == ["IM0000", "IM0002"]


def test_an_unclear_name_is_made_clear_by_the_examination(tmp_path: Path) -> None:
    for accession in ("1", "2"):
        radiographs(tmp_path / "Bilder" / accession, [accession])
    text = "Datei,Auftragsnummer,Befund\nIM0000,1,krank\nIM0000,2,gesund\n"
    with Readers() as readers:
        found = imported(csv_file(tmp_path, text), tmp_path / "Bilder", readers)
    assert [(case.name, case.label) for case in found.outcome.cases] == [("1/IM0000", "krank"), ("2/IM0000", "gesund")]


@pytest.mark.parametrize(
    ("text", "images", "code"),
    [
        ("file,label\na.png,1\nb.png,0\n", "gone", "images.missing"),
        ("file,label\na.png,1\nb.png,0\n", "empty", "images.none"),
        ("file,label\nx,1\ny,0\n", "there", "table.unmatched_images"),
        ("u,v\nx,p q r\ny,s t\n", "there", "table.no_key"),
        ("file,comment\nIM0000,a\nIM0000,b\n", "there", "table.no_answer"),
    ],
)
def test_what_cannot_be_matched_is_a_sentence(tmp_path: Path, text: str, images: str, code: str) -> None:
    radiographs(tmp_path / "there", ["1"])
    (tmp_path / "empty").mkdir()
    with Readers() as readers, pytest.raises(MedappError) as refused:
        imported(csv_file(tmp_path, text), tmp_path / images, readers)
    assert refused.value.code == code
    assert "{" not in tell(refused.value)


def columns_of(folder: Path, text: str, *names: str) -> dict[str, str]:
    grid = read_grid(csv_file(folder, text))
    columns = guess_columns(grid, named(*names).known() if names else None)
    return {header: columns.meaning(header) for header in grid.headers}


def test_a_report_in_words_is_not_taken_for_classes(tmp_path: Path) -> None:
    rows = "".join(f"{k}.png,report number {k} in words,{'ill' if k % 2 else 'well'}\n" for k in range(10))
    assert columns_of(tmp_path, f"file,Befund,Diagnose\n{rows}") == {
        "file": "file",
        "Befund": "unused",
        "Diagnose": "class",
    }


def test_numbers_of_folds_are_no_parts(tmp_path: Path) -> None:
    rows = "".join(f"{k}.png,{k % 3},{'ill' if k % 2 else 'well'}\n" for k in range(10))
    assert columns_of(tmp_path, f"file,fold,label\n{rows}")["fold"] == "unused"


def test_a_number_that_the_files_are_named_by_names_them_but_a_running_number_does_not(tmp_path: Path) -> None:
    rows = "".join(f"{k},{700 + k},{'ill' if k % 2 else 'well'}\n" for k in range(1, 9))
    text = f"Nr,Auftragsnummer,Befund\n{rows}"
    by_number = columns_of(tmp_path, text, *(f"{700 + k:06}.png" for k in range(1, 9)))
    assert by_number == {"Nr": "unused", "Auftragsnummer": "file", "Befund": "class"}
    running = columns_of(tmp_path, text, *(f"{k:04}.png" for k in range(1, 9)))
    assert running == {"Nr": "unused", "Auftragsnummer": "accession", "Befund": "class"}


def test_a_file_may_be_named_by_a_number_with_a_point(tmp_path: Path) -> None:
    found = NameLookup(["0007.png", "0008.png"], "/data").find("7.0")
    assert (found.images, found.way, found.unclear) == ((0,), "number", False)
