"""The lab book as a file: every line, for people or for a table."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.workflows.lab_book import export_lab_book
from medapp.workflows.project_state import LabEntry, State

BOOK = (
    LabEntry("2026-01-02T10:03:00Z", "created"),
    LabEntry("2026-01-02T11:04:00Z", "named", {"name": "Rundherde, süß"}),
)
STATE = State("=Rundherde", "2026-01-02T10:03:00Z", lab_book=BOOK)


def test_as_text_it_is_a_line_an_action(tmp_path: Path) -> None:
    export_lab_book(STATE, tmp_path / "Buch ü.txt")
    lines = (tmp_path / "Buch ü.txt").read_text("utf-8").splitlines()
    assert lines[0] == "Lab book: =Rundherde"
    assert lines[2] == "2026-01-02 10:03  Project begun"
    assert lines[3].endswith('"Rundherde, süß"')


def test_as_a_table_it_has_time_action_and_text(tmp_path: Path) -> None:
    export_lab_book(STATE, tmp_path / "book.CSV")
    with (tmp_path / "book.CSV").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["time"], row["action"]) for row in rows] == [(entry.time, entry.action) for entry in BOOK]


def test_no_spreadsheet_takes_a_line_for_a_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LabEntry, "text", property(lambda _: "=1+1"))
    export_lab_book(STATE, tmp_path / "book.csv")
    assert ",'=1+1" in (tmp_path / "book.csv").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="a file in the place of a folder is told in another way")
def test_what_cannot_be_saved_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MedappError) as failure:
        export_lab_book(STATE, tmp_path / "file" / "book.txt")
    assert failure.value.code == "save.failed"


def test_a_training_is_named_as_on_its_button() -> None:
    assert (
        LabEntry("2026-01-02T10:03:00Z", "training", {"effort": "quick"}).text == "Training begun: Improve (all layers)"
    )
