from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.cli.main import main
from medapp.i18n import catalogue
from medapp.imaging import sniff, sop_classes
from medapp.imaging.readers import Readers
from medapp.schemas import check
from tests.imaging.synthetic import dicom, ramp, saved


@pytest.fixture(autouse=True)
def _one_reader_for_all(monkeypatch: pytest.MonkeyPatch, pool: Readers) -> None:
    """Starting a reader for each command would take most of the time; two tests run the real command line."""
    monkeypatch.setattr("medapp.cli.info.Readers", lambda: nullcontext(pool))


def _series(tmp_path: Path) -> Path:
    for i, z in enumerate((5, -5, 0)):
        place = {"ImagePositionPatient": [0, 0, z], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        dataset = dicom(ramp(4, 6), PixelSpacing=[0.5, 0.25], PatientName="Ünal^Ayşe", **place)
        dataset.SpecificCharacterSet = "ISO_IR 192"
        saved(dataset, tmp_path / "scan ü" / f"{i}.dcm")
    (tmp_path / "scan ü" / "README").write_text("hello")
    (tmp_path / "scan ü" / "broken.dcm").write_bytes(b"no DICOM")
    return tmp_path / "scan ü"


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, object]]]:
    assert main(["info", *arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    check("info", document)
    return document  # type: ignore[no-any-return]


def test_a_folder_is_told_as_the_schema_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _series(tmp_path)
    document = _json(capsys, str(folder))
    (study,) = document["studies"]
    (series,) = study["series"]  # type: ignore[misc]
    assert study["patient"]["name"] == "Ünal^Ayşe"  # type: ignore[index]
    assert {k: series[k] for k in ("modality", "instances", "frames", "rows", "columns", "spacing_mm")} == {
        "modality": "MR",
        "instances": 3,
        "frames": 3,
        "rows": 4,
        "columns": 6,
        "spacing_mm": [0.5, 0.25],
    }
    assert series["files"] == [str(folder / name) for name in ("1.dcm", "2.dcm", "0.dcm")]
    assert document["not_images"] == [{"path": str(folder / "README"), "what": "text"}]
    assert [p["code"] for p in document["problems"]] == ["dicom.not_dicom"]


def test_the_listing_names_series_other_files_and_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(_series(tmp_path))]) == 0
    listing = capsys.readouterr().out
    assert "Ünal^Ayşe" in listing
    assert "3 × 6×4" in listing
    assert "README (text)" in listing
    assert "does not begin like one" in listing
    assert "3 images in 1 studies, 1 other files, 1 problems" in listing


def test_an_archive_and_a_member_of_it_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.write(saved(dicom(ramp()), tmp_path / "x.dcm"), "in/x.dcm")
    member = f"{tmp_path / 'a.zip'}!/in/x.dcm"
    for path in (str(tmp_path / "a.zip"), member):
        (study,) = _json(capsys, path)["studies"]
        assert study["series"][0]["files"] == [member]  # type: ignore[index]


def test_an_empty_folder_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(capsys, str(tmp_path)) == {"schema_version": 1, "studies": [], "not_images": [], "problems": []}


def test_where_nothing_exists_there_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path / "gone"), "--json"]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "There is nothing at" in told.err
    assert len(told.err.splitlines()) == 1


def test_a_missing_path_beside_one_that_exists_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(np.zeros((3, 3), np.uint8)).save(tmp_path / "a.png")
    document = _json(capsys, str(tmp_path / "a.png"), str(tmp_path / "gone"))
    assert [p["code"] for p in document["problems"]] == ["file.missing"]
    assert document["studies"][0]["series"][0]["modality"] == "PICTURE"  # type: ignore[index]


def test_no_path_at_all_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a file name hold any bytes")
def test_a_name_that_is_no_text_is_printed_all_the_same(tmp_path: Path) -> None:
    import os

    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"hello")
    for extra in ([], ["--json"]):
        command = [sys.executable, "-m", "medapp", "info", str(tmp_path), *extra]
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        assert done.returncode == 0
        assert b"Traceback" not in done.stderr


def test_everything_that_a_file_can_be_has_a_text() -> None:
    keys = {what for _, what in sniff._OTHERS} | {what for _, what in sop_classes._BY_PREFIX}
    keys |= set(sop_classes._BY_UID.values()) | {
        "no_pixels",
        "empty",
        "nifti",
        "json",
        "markup",
        "text",
        "not_medical_image",
    }
    assert {f"what.{key}" for key in keys} <= catalogue().keys()


@pytest.mark.data
def test_the_whole_reference_tree_is_told_without_a_traceback(shared_data: Path) -> None:
    command = [sys.executable, "-m", "medapp", "info", str(shared_data / "dicom"), "--json"]
    done = subprocess.run(command, capture_output=True, check=True)
    document = json.loads(done.stdout)
    check("info", document)
    files = [f for study in document["studies"] for series in study["series"] for f in series["files"]]
    told = files + [n["path"] for n in document["not_images"]] + [p["path"] for p in document["problems"]]
    assert len(told) == len(set(told)) == sum(p.is_file() for p in (shared_data / "dicom").rglob("*"))
    assert done.stderr == b""
    others = {Path(n["path"]).name: n["what"] for n in document["not_images"]}
    assert (others["README.md"], others["test1.json"], others["rtplan.dcm"]) == ("text", "json", "rt_plan")


def test_a_path_too_long_for_the_system_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "x" * 5000]) == 3
    assert "unexpected" not in capsys.readouterr().err


def test_splits_and_notes_of_a_series_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n, (echo, z) in enumerate((e, z) for e in ("4", "9") for z in (0, 5, 10, 25)):
        place = {"ImagePositionPatient": [0, 0, z], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        saved(dicom(ramp(), EchoTime=echo, SeriesDescription="T2", **place), tmp_path / f"{n}.dcm")
    (study,) = _json(capsys, str(tmp_path))["studies"]
    series: list[dict[str, list[dict[str, str]]]] = study["series"]  # type: ignore[assignment]
    assert [[note["code"] for note in one["split"]] for one in series] == [["split_echo"], ["split_echo"]]
    assert [[note["code"] for note in one["notes"]] for one in series] == [["gap"], ["gap"]]
    assert main(["info", str(tmp_path)]) == 0
    listing = capsys.readouterr().out
    assert "T2 · echo 4 ms" in listing
    assert "Slices are missing: 2, between images 3–4; the others are 5.0 mm apart." in listing
