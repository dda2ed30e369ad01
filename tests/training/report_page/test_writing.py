from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from medapp.classify.preprocess import PreprocessSpec
from medapp.errors import MedappError
from medapp.files import write_json
from medapp.imaging.frame import Frame
from medapp.training.reporting.report_page.beside import Beside
from medapp.training.reporting.report_page.writing import picture_of, write_page, write_run_page
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import report
from tests.training.trial_cases import PlainReaders, write_classes
from tests.trial_packages import package_at


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a finished run whose worst mistake is a picture that there is."""
    folder, cases = tmp_path / "Lauf ü", write_classes(tmp_path / "Fälle", 2)
    package_at(folder / "package", report=report())
    write_json(
        folder / "run.json", {"schema_version": 1, "cases": str(cases), "prevalence": 0.05, "find_at_least": 0.9}
    )
    present, gone = (
        sorted(path.relative_to(cases).as_posix() for path in (cases / "healthy").iterdir())[0],
        "healthy/gone.png",
    )
    rows = [f"{present},healthy,ill,no,0.03,0.97", f"{gone},healthy,ill,no,0.04,0.96", f"{present},ill,ill,no,0.2,0.8"]
    table = "\n".join(["case,truth,given,refused,p(healthy),p(ill)", *rows, ""])
    (folder / "sealed_predictions.csv").write_text(table, encoding="utf-8")
    return folder


def test_the_page_of_a_run_has_the_pictures_that_are_still_there(run: Path) -> None:
    page = write_run_page(run, readers=PlainReaders())
    assert page == run / "eval" / "report.html"
    read = Page(page.read_text(encoding="utf-8"))
    (picture,) = read.all("img")
    assert picture["alt"] == "False alarm: called ill at 97 %, is healthy"
    assert "2 of 3 answered cases were answered wrongly." in read.text
    assert "Share that must be found" not in read.text
    assert "healthy0" not in page.read_text(encoding="utf-8")


def test_without_readers_the_page_has_no_pictures(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "ohne Bilder.html"
    write_run_page(run, target, question={"find": "ill"}, openings=3)
    read = Page(target.read_text(encoding="utf-8"))
    assert not read.all("img")
    assert "3 times" in read.text
    assert "tell ill from …" in read.text


def test_a_run_without_a_table_of_answers_has_a_page_all_the_same(run: Path) -> None:
    (run / "sealed_predictions.csv").unlink()
    (run / "run.json").unlink()
    assert Page(write_run_page(run, readers=PlainReaders()).read_text(encoding="utf-8")).faults == []


def test_a_picture_is_what_the_network_sees_and_no_larger_than_the_page_shows() -> None:
    values = np.tile(np.arange(0, 500, dtype=np.int16), (400, 1))
    decoded = cv2.imdecode(np.frombuffer(picture_of(Frame(values), PreprocessSpec(size=512)), np.uint8), -1)
    assert decoded.shape == (224, 224)
    assert decoded[0, 0] < 5 < 250 < decoded[0, -1]


def code_of(target: Path, **changes: object) -> str:
    with pytest.raises(MedappError) as caught:
        write_page(target, report(**changes), Beside())
    return caught.value.code


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x", encoding="utf-8")
    assert code_of(tmp_path / "a file" / "report.html") == "report.write"


@pytest.mark.parametrize("change", [{"sealed": {"in_people": 1}}, {"cases": None}, {"training": 7}, {"curve": [1]}])
def test_a_damaged_report_is_told_and_nothing_is_written(tmp_path: Path, change: dict[str, object]) -> None:
    assert code_of(tmp_path / "report.html", **change) == "report.damaged"
    assert not list(tmp_path.iterdir())


def test_pictures_with_colours_keep_them() -> None:
    values = np.zeros((20, 20, 3), np.uint8)
    values[..., 0] = 200
    values[:10] = (0, 0, 90)
    decoded = cv2.imdecode(
        np.frombuffer(picture_of(Frame(values), PreprocessSpec(size=20, colour="rgb")), np.uint8), -1
    )
    assert decoded[15, 5, 2] > decoded[15, 5, 0]
