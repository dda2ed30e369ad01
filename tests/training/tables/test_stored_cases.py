"""What was matched is kept, and training takes it from there; the command line says what columns and texts mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.i18n import tell
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.tables.questions import answers_from
from medapp.training.cases.tables.stored import FILE_NAME, write_folder
from tests.training.tables.made import csv_file, matched_with, named


def folder_of(tmp_path: Path) -> CaseFolder:
    rows = "a.png,1,0,P1,Süd,3.4.2021,train\nb.png,0,1,P2,,5.4.2021,test\nc.png,1,1,,,,\n"
    text = f"file,x,y,patient,site,date,split\n{rows}"
    return matched_with(csv_file(tmp_path, text), named("a.png", "b.png", "d.png")).to_folder()


def test_cases_are_read_as_they_were_kept(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    write_folder(tmp_path / FILE_NAME, folder)
    kept = list_cases(tmp_path / FILE_NAME)
    assert (kept.cases, kept.classes, kept.several) == (folder.cases, folder.classes, True)
    assert [note.code for note in kept.notes] == [note.code for note in folder.notes]
    assert (kept.cases[0].date, kept.cases[0].site, kept.cases[1].part) == ("2021-04-03", "Süd", "test")
    assert kept.truth(kept.cases).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table.not_cases"),
        ("[]", "table.not_cases"),
        ("{}", "table.not_cases"),
        ('{"schema_version": 99}', "table.newer"),
        ("[" * 5000, "table.not_cases"),
    ],
)
def test_a_damaged_or_newer_file_of_cases_is_a_sentence(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(MedappError) as refused:
        list_cases(tmp_path / FILE_NAME)
    assert refused.value.code == code
    assert "{" not in tell(refused.value)


def test_a_file_of_cases_with_a_damaged_case_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path / FILE_NAME, folder_of(tmp_path))
    document = json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8"))
    document["cases"][0] = document["cases"][0][:3]
    (tmp_path / FILE_NAME).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(MedappError):
        list_cases(tmp_path / FILE_NAME)


def test_answers_are_said_as_text_and_meaning() -> None:
    said = answers_from(["blank=unknown", "?=Negative", "N/A = unknown", "a=b=class"])
    assert said == {"": "unknown", "?": "negative", "n/a": "unknown", "a=b": "class"}


@pytest.mark.parametrize("text", ["", "?", "?=", "?=maybe", "unknown"])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(MedappError):
        answers_from([text])
