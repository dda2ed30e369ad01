"""``medapp train TABLE --images FOLDER``: the cases are matched first, kept in the run, and taken from there."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from medapp.imaging.phantom import PhantomCase, write_png
from medapp.training import process
from medapp.training.cases.dataset import list_cases
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run_folder import read_request
from tests.training.tables.made import csv_file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    for number in range(6):
        write_png(tmp_path / "Bilder" / f"Bild_{number:03}.png", PhantomCase(number, number % 2 == 0, 64))
    rows = "".join(f"bild_{number};{'krank' if number % 2 else 'gesund'}\n" for number in range(6))
    return csv_file(tmp_path / "Liste", f"Datei;Befund\n{rows}")


def test_a_run_takes_its_cases_from_the_file_that_keeps_them(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RunRequest] = []

    def teach(_: argparse.Namespace, request: RunRequest, *rest: object) -> int:
        asked.append(request)
        return 0

    monkeypatch.setattr(process, "_teach", teach)
    run = tmp_path / "run"
    assert process.main([str(table), "--images", str(tmp_path / "Bilder"), "--output", str(run)]) == 0
    assert asked[0] == read_request(run)
    table.unlink()  # somebody tidies up meanwhile
    cases = list_cases(Path(asked[0].cases)).cases
    assert [(case.name, case.label) for case in cases[:2]] == [("Bild_000.png", "gesund"), ("Bild_001.png", "krank")]
    assert process.main(["--resume", str(run)]) == 0
    assert asked[1] == asked[0]


def test_a_folder_of_images_that_is_not_there_is_one_sentence_and_leaves_no_run(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert process.main([str(table), "--images", str(tmp_path / "gone"), "--output", str(run)]) == 3
    assert "folder of images" in capsys.readouterr().err
    assert not run.exists()
