"""``medapp check TABLE --images FOLDER``: one document of its schema; every failure one sentence and status 3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medapp.cli.main import main
from medapp.schemas import check
from tests.training.tables.made import csv_file, radiographs, workbook

NUMBERS = [f"{100 + k:06}" for k in range(16)]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return radiographs(tmp_path_factory.mktemp("Bilder ü"), NUMBERS)


def table(folder: Path) -> Path:
    rows: list[list[object]] = [["Auftragsnummer", "Befund"]]
    rows += [[int(number), "krank" if k % 2 else "gesund"] for k, number in enumerate(NUMBERS[:14])]
    rows += [[int(NUMBERS[14]), "?"], [int(NUMBERS[15]), None], [4711, "krank"], [int(NUMBERS[0]), "krank"]]
    return workbook(folder / "Liste.xlsx", {"Tabelle1": rows})


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["check", *arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    check("check", told)
    return told


def test_a_table_is_told_with_what_is_asked_and_what_is_not_used(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, str(table(tmp_path)), "--images", str(images))
    assert (told["images"], told["classes"]) == (13, {"gesund": 6, "krank": 7})
    about = told["table"]
    assert (about["rows"], about["matched"], about["images_without_row"]) == (18, 17, 0)
    assert about["unmatched"] == [{"line": 18, "text": "4711", "why": "missing"}]
    assert about["conflicts"] == ["IM0000"]
    assert about["overlooked"] == {"zeros": 17}
    assert {(q["value"], q["n"], q["answer"]) for q in about["questions"]} == {("?", 1, ""), ("", 1, "")}
    assert {f["code"] for f in told["findings"] if f["severity"] == "blocking"} == {"table_questions"}


def test_answers_and_columns_are_taken_from_the_command_line(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["--answer", "blank=unknown", "--uncertain", "unknown", "--column", "class=Befund"]
    told = answer(capsys, str(table(tmp_path)), "--images", str(images), *said)
    assert [q["answer"] for q in told["table"]["questions"]] == ["unknown", "unknown"]
    assert "table_questions" not in {f["code"] for f in told["findings"]}


def test_a_list_of_accession_numbers_beside_its_images_needs_no_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    radiographs(tmp_path / "a", NUMBERS)
    text = "accession,label\n" + "".join(f"{number},{k % 2}\n" for k, number in enumerate(NUMBERS))
    told = answer(capsys, str(csv_file(tmp_path, text)))
    assert told["classes"] == {"0": 8, "1": 8}
    assert told["table"]["found_by"] == {"accession": 16}


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (["--images", "gone"], "folder of images"),
        (["--sheet", "x"], "sheet"),
        (["--column", "label=x"], "no column"),
        (["--column", "x"], "MEANING=NAME"),
        (["--answer", "?"], "TEXT=MEANING"),
    ],
)
def test_a_wrong_option_is_one_sentence(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], hint: str
) -> None:
    assert main(["check", str(table(tmp_path)), "--images", str(images), *options]) == 3
    told = capsys.readouterr()
    assert not told.out
    assert hint in told.err
    assert "Traceback" not in told.err


def test_options_about_a_table_do_not_go_with_a_folder(images: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(images), "--images", str(images)]) == 3
    assert "no table" in capsys.readouterr().err


def test_for_people_the_rows_without_an_image_come_first(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(table(tmp_path)), "--images", str(images)]) == 0
    assert capsys.readouterr().out.startswith("row 18: 4711: no image of the folder is called so\n")
