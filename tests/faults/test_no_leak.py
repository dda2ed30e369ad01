"""Names, numbers and dates of patients are planted in files; nothing that the program writes holds any of them."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zipfile
from pathlib import Path

import pydicom
import pytest

from medapp.folders import user_folders
from medapp.imaging.phantom import PhantomCase, write_dicom
from medapp.processes import own_command

PLANTED = {
    "PatientName": "Zwetschgenbaum^Ottokar",
    "PatientID": "PLANTED-ID-80412",
    "PatientBirthDate": "19310417",
    "AccessionNumber": "ACC-PLANTED-5531",
    "StudyDate": "20190523",
    "StudyDescription": "planted description of Ottokar",
    "ReferringPhysicianName": "Quittenfeld^Adele",
    "InstitutionName": "Klinikum Quittenfeld",
    "OtherPatientIDs": "PLANTED-OTHER-77",
}
WORDS = ("Zwetschgenbaum", "Ottokar", "80412", "19310417", "1931-04-17", "PLANTED", "20190523", "Quittenfeld", "Adele")


def planted(folder: Path) -> Path:
    """Write two classes of planted files, one of them damaged so that failures are written about too."""
    for number in range(24):
        label = "nodule" if number % 2 else "normal"
        path = write_dicom(folder / label / f"{number:03}.dcm", PhantomCase(number, nodule=bool(number % 2), size=64))
        dataset = pydicom.dcmread(path)
        for name, value in PLANTED.items():
            setattr(dataset, name, value)
        dataset.PatientID = f"{PLANTED['PatientID']}-{number}"
        dataset.save_as(path)
    broken = folder / "normal" / "broken.dcm"
    broken.write_bytes((folder / "normal" / "000.dcm").read_bytes()[:-3000])
    return folder


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Planted files."""
    return planted(tmp_path / "cases")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("MEDAPP_LOG", "DEBUG")
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(own_command(*arguments), capture_output=True, text=True, check=False, timeout=300)


def found_in(*folders: Path) -> dict[str, list[str]]:
    """Return the planted words in names and contents of all files, in the encodings that programs write."""
    found: dict[str, list[str]] = {}
    for path in (p for folder in folders for p in folder.rglob("*") if p.is_file()):
        contents = [path.read_bytes(), path.name.encode()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        for word in WORDS:
            forms = [word.encode(), word.encode("utf-16-le"), word.lower().encode()]
            if any(form in content for form in forms for content in contents):
                found.setdefault(word, []).append(path.name)
    return found


def test_the_search_finds_what_is_planted(cases: Path) -> None:
    assert set(found_in(cases)) == set(WORDS) - {"1931-04-17"}


def test_nothing_written_by_check_training_and_classification_names_a_patient(
    cases: Path, temporary: Path, tmp_path: Path
) -> None:
    home, out = user_folders().data.parent, tmp_path / "out"
    checked = run("check", str(cases))
    assert "20190523" not in checked.stdout + checked.stderr
    trained = run("train", "--effort=instant", f"--output={out}", "--name=trial", str(cases))
    assert trained.returncode == 0, trained.stderr
    classified = run("classify", str(cases), "--json", "--heatmaps", str(tmp_path / "maps"))
    assert len(json.loads(classified.stdout)["results"]) >= 24
    assert any("results" in path.name for path in home.rglob("*"))
    assert found_in(home, out, temporary, tmp_path / "maps") == {}


def test_nothing_written_by_the_window_names_a_patient(cases: Path, temporary: Path) -> None:
    home = user_folders().data.parent
    with subprocess.Popen(own_command("open", str(cases / "normal")), stderr=subprocess.DEVNULL) as window:
        end = time.monotonic() + 60
        while time.monotonic() < end and '"source": ""' in _text(user_folders().running):
            time.sleep(0.1)
        time.sleep(1)
        window.kill()
    assert (user_folders().logs / "window.log").exists() or os.name == "nt"
    assert "normal" in _text(user_folders().running)
    assert found_in(home, temporary) == {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else '"source": ""'
