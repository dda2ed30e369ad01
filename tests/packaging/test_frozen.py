"""The frozen program itself, where it was built here (`dev.py package`): it starts, reads, computes, tells why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from medapp.imaging.phantom import PhantomCase, write_dicom

FOLDER = Path(__file__).resolve().parents[2] / "build" / "package" / "dist" / "medapp"
PROGRAM = FOLDER / ("medapp-console.exe" if sys.platform == "win32" else "medapp")
pytestmark = pytest.mark.skipif(
    not (FOLDER / "MANIFEST.sha256").is_file(),
    reason="the package was not built here: python3 packaging/dev.py package",
)


def run(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "MEDAPP_HOME": str(home), "MEDAPP_LANGUAGE": "en", **more}
    return subprocess.run(
        [PROGRAM, *arguments], env=environment, capture_output=True, encoding="utf-8", check=False, timeout=120
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a long name that is not ASCII."""
    folder = tmp_path / "很长的文件夹名" / "ü" / ("long" * 40)
    folder.mkdir(parents=True)
    return folder


def test_all_is_well_in_it_without_any_python_around(home: Path) -> None:
    done = run("doctor", "--json", home=home, PATH="/nowhere")
    findings = json.loads(done.stdout)["findings"]
    wrong = [finding["topic"] for finding in findings if not finding["well"] and "gpu" not in finding["topic"]]
    assert wrong == []
    assert {"engine", "readers", "codecs", "onnx"} <= {finding["topic"] for finding in findings}


def test_it_reads_and_answers_or_refuses_with_the_starter_model(home: Path) -> None:
    image = write_dicom(home / "胸片.dcm", PhantomCase(1, nodule=True, size=256))
    answer = json.loads(run("classify", str(image), "--json", home=home).stdout)
    assert answer["problems"] == []
    (result,) = answer["results"]
    assert result["label"] or result["refused"]


def test_where_nothing_can_be_written_it_still_answers(tmp_path: Path) -> None:
    image = write_dicom(tmp_path / "a.dcm", PhantomCase(1, nodule=True, size=128))
    (tmp_path / "a file").touch()
    done = run("info", str(image), "--json", home=tmp_path / "a file" / "below")
    assert len(json.loads(done.stdout)["studies"]) == 1


def test_a_mistake_is_one_sentence_and_not_a_traceback(home: Path) -> None:
    done = run("train", str(home / "nothing here"), home=home)
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_window_says_that_there_is_no_display(home: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has sessions without a display")
    done = run("open", home=home)
    assert done.returncode == 3
    assert "no display" in done.stderr


def test_nothing_in_it_is_a_link_so_that_it_can_lie_on_a_stick() -> None:
    assert [path for path in FOLDER.rglob("*") if path.is_symlink()] == []


def test_every_file_has_its_sum_and_no_file_names_the_machine_it_was_built_on() -> None:
    listed = {line[66:] for line in (FOLDER / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()}
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert there - listed == {"MANIFEST.sha256"}
    papers = [(FOLDER / name).read_text(encoding="utf-8") for name in ("NOTICE", "sbom.cdx.json", "build.json")]
    assert not any(str(FOLDER.parents[2]) in text for text in papers)


def test_libraries_under_the_gpl_are_not_in_it() -> None:
    names = {path.name.split(".")[0] for path in FOLDER.rglob("*.so*")}
    assert not names & {"libreadline", "libgdbm", "libdb-5", "libx264", "libx265", "readline", "_gdbm", "_dbm"}
    assert not list(FOLDER.rglob("DarkGarden*"))
