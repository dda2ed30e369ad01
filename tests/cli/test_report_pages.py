"""Reports as pages from the command line: ``medapp models report`` and ``medapp evaluate --html``."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from medapp.cli.main import main
from tests.cli.test_evaluate import PATTERN, model
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import report
from tests.training.trial_cases import write_classes
from tests.trial_packages import package_at
from tests.workflows.answering import AnsweringEngine


def read(path: Path) -> Page:
    page = Page(path.read_text(encoding="utf-8"))
    assert page.faults == []
    return page


def test_the_report_of_a_model_is_written_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "import", str(package_at(tmp_path / "model", report=report()).path)]) == 0
    target = tmp_path / "neuer Ordner" / "Bericht ü.html"
    capsys.readouterr()
    assert main(["models", "report", "trial", "--output", str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["path"]) == ("trial", str(target))
    assert "CLAIM 2024" in read(target).text


@pytest.mark.parametrize(
    ("name", "place", "says"),
    [("absent", "x.html", "absent"), ("trial", "a file/x.html", "cannot be written"), ("bare", "x.html", "no report")],
)
def test_a_report_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, place: str, says: str
) -> None:
    (tmp_path / "a file").write_text("x", encoding="utf-8")
    for package in (
        package_at(tmp_path / "m", report=report()),
        package_at(tmp_path / "b", model_id="bare", report=None),
    ):
        assert main(["models", "import", str(package.path)]) == 0
    capsys.readouterr()
    assert main(["models", "report", name, "--output", str(tmp_path / place)]) == 3
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert says in told.err


def test_a_measurement_is_written_as_a_page_with_its_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases, package = write_classes(tmp_path / "Fälle", 3), model(tmp_path / "model")
    wanted = ["evaluate", str(cases), "--model", str(package), "--device", "cpu", "--patient-from", PATTERN, "--json"]
    assert main([*wanted, "--html", str(tmp_path / "with.html")]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    page = read(tmp_path / "with.html")
    wrong = figures["answered"] - sum(figures["confusion"]["matrix"][k][k] for k in range(2))
    assert wrong > 0
    assert len(page.all("img")) == wrong
    assert figures["in_people"] in page.text
    assert "Sealed for the test" not in page.text
    assert "needed to learn" not in page.text
    assert "is in the sealed test" not in page.text
    assert "healthy000" not in (tmp_path / "with.html").read_text(encoding="utf-8")


def test_a_measurement_without_pictures_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = AnsweringEngine()
    engine.noise["trial"] = 4.0
    monkeypatch.setattr("medapp.cli.evaluate.Engine", lambda _: nullcontext(engine))
    wanted = ["evaluate", str(write_classes(tmp_path / "cases", 8)), "--model", str(model(tmp_path / "model"))]
    assert main([*wanted, "--without-pictures", "--html", str(tmp_path / "without.html")]) == 0
    assert "Research use only" in capsys.readouterr().out
    page = read(tmp_path / "without.html")
    assert not page.all("img")
    assert "answered cases were answered wrongly" in page.text
