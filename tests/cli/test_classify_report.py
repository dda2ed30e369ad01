"""``medapp classify --report``: files, document, exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp import schemas
from medapp.__main__ import main
from medapp.classify.scope import Scope
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom, write_png
from tests.trial_packages import package_at


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(package_at(tmp_path_factory.mktemp("model") / "package").path)


@pytest.fixture(scope="module")
def unfit_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that is for none of the images of a test: they are refused unread, and no engine is started."""
    folder = tmp_path_factory.mktemp("model") / "package"
    return str(package_at(folder, scope=Scope(modalities=("MG",))).path)


def test_several_sources_are_reported_in_one_run(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, target = tmp_path / "Bilder ö", tmp_path / "Berichte 日本"
    write_dicom(folder / "a.dcm", PhantomCase(1, nodule=True, size=64))
    write_png(folder / "b.png", PhantomCase(2, nodule=False, size=64))
    write_ct_series(folder / "ct", slices=1, size=64)
    assert main(["classify", str(folder), "--model", model, "--report", str(target), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    schemas.check("classify", document)
    report = document["report"]
    assert sorted(Path(path) for path in report["files"]) == sorted(target.iterdir())
    endings = [path.name.partition(".")[2] for path in sorted(target.iterdir())]
    assert (endings.count("sr.dcm"), endings.count("sc.dcm"), endings.count("pdf")) == (2, 2, 3)
    assert [(Path(row["path"]).name, row["format"]) for row in report["not_written"]] == [
        ("b.png", "sr"),
        ("b.png", "sc"),
    ]
    results = json.loads((target / "results.json").read_text(encoding="utf-8"))
    schemas.check("send_on", results)
    assert sorted(row["state"] for row in results["results"]).count("no_model") == 1
    assert "a.dcm" not in json.dumps(results)


def test_formats_and_identity_are_chosen(unfit_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = write_dicom(tmp_path / "a.dcm", PhantomCase(1, nodule=True, size=64))
    options = ["--formats", "JSON, csv", "--with-identity"]
    assert main(["classify", str(image), "--model", unfit_model, "--report", str(tmp_path / "out"), *options]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["results.csv", "results.json"]
    assert "a.dcm" in (tmp_path / "out" / "results.csv").read_text(encoding="utf-8")
    assert "Report: 2 files in" in capsys.readouterr().out


def test_dicom_of_a_picture_is_refused_in_words_with_exit_status_3(
    unfit_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_png(tmp_path / "b.png", PhantomCase(2, nodule=False, size=64))
    arguments = ["classify", str(tmp_path / "b.png"), "--model", unfit_model, "--report", str(tmp_path / "out")]
    assert main([*arguments, "--formats", "sr,sc"]) == 3
    told = capsys.readouterr()
    assert "no DICOM image" in told.out
    assert "None of the reports" in told.err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--formats", "csv"],
        ["--with-identity"],
        ["--report", "x", "--formats", "docx"],
        ["--report", "x", "--formats", ","],
    ],
)
def test_options_that_make_no_sense_end_with_exit_status_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["classify", "a.png", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_computed(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["classify", str(tmp_path), "--model", model, "--report", str(tmp_path / "file")]) == 3
    assert "cannot go to" in capsys.readouterr().err
