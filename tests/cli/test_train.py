"""``medapp train`` as a process: events, package, stop, and what it says when it cannot."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from medapp import schemas
from medapp.classify.package import read_package, write_package
from medapp.processes import own_command
from medapp.training.cases.split import salted
from medapp.training.runs.events import ask, read_events
from tests.training.report_page.reading import Page
from tests.training.trial_cases import write_classes, write_picture
from tests.trial_packages import backbone

PATTERN = r"((?:healthy|ill)\d+)_"
QUIET = ("--threads=1", "--device=cpu", "--json")


def train(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        own_command("train", *map(str, arguments)),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "MEDAPP_HOME": str(home), "OMP_NUM_THREADS": "1"},
        check=False,
        timeout=120,
    )


def events_of(output: str) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in output.splitlines()]
    for event in events:
        schemas.check("train_event", event)
    return events


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("base") / "base", backbone()).path


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The run folder and the events of an instant training on 40 small pictures, below a name with blank and umlaut."""
    place = tmp_path_factory.mktemp("Bilder für alle")
    cases, run = write_classes(place / "Fälle 1", 20), place / "Lauf 1"
    done = train(
        cases, "--base", base, "--output", run, "--patient-from", PATTERN, "--name", "Trial é", *QUIET, home=place
    )
    assert (done.returncode, done.stderr) == (0, "")
    return run, events_of(done.stdout)


def test_events_come_in_order_and_the_same_in_the_run_folder(trained: tuple[Path, list[dict[str, Any]]]) -> None:
    run, events = trained
    kinds = [event["event"] for event in events]
    assert (kinds[0], kinds[-1]) == ("started", "finished")
    assert kinds.count("checked") == 1
    assert {event["phase"] for event in events if event["event"] == "progress"} >= {"reading", "features", "head"}
    assert read_events(run)[0] == events


def test_the_package_is_whole_and_its_report_fits_the_schema(trained: tuple[Path, list[dict[str, Any]]]) -> None:
    run, events = trained
    package = read_package(Path(events[-1]["package"]))
    assert package.path == run / "package"
    assert package.metadata.classes == ("healthy", "ill")
    assert package.metadata.name == "Trial é"
    assert package.calibration.alarm_class == "ill"
    assert package.novelty() is not None
    report = package.report()
    schemas.check("report", report)
    assert report == events[-1]["report"]
    assert report["sealed"]["auc"]["value"] > 0.9
    assert "Research use only" in package.card()
    assert report["sealed"]["in_people"] in package.card()


def test_the_package_remembers_the_sides_of_patients_without_naming_them(
    trained: tuple[Path, list[dict[str, Any]]],
) -> None:
    run, events = trained
    kept = read_package(run / "package").training_set()
    assert kept is not None
    split = events[-1]["report"]["cases"]["split"]
    sides = list(kept.patients.values())
    assert (sides.count("test"), sides.count("train")) == (split["sealed_patients"], split["development_patients"])
    assert salted(kept.salt, "patient:ill000") in kept.patients
    assert not any(b"ill000" in path.read_bytes() for path in (run / "package").rglob("*") if path.is_file())


def test_the_sealed_predictions_stand_beside_the_report(trained: tuple[Path, list[dict[str, Any]]]) -> None:
    run, events = trained
    with (run / "sealed_predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == events[-1]["report"]["sealed"]["n_cases"]
    assert {row["truth"] for row in rows} == {"healthy", "ill"}
    assert all(float(row["p(ill)"]) + float(row["p(healthy)"]) == pytest.approx(1, abs=1e-5) for row in rows)


def test_the_report_is_a_page_beside_the_answers_and_neither_names_a_file(
    trained: tuple[Path, list[dict[str, Any]]],
) -> None:
    run, events = trained
    html = (run / "eval" / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.faults == []
    assert events[-1]["report"]["sealed"]["in_people"] in page.text
    assert "Trial é" in page.text
    table = (run / "eval" / "predictions.csv").read_text(encoding="utf-8")
    kept = read_package(run / "package").training_set()
    assert kept is not None
    rows = list(csv.DictReader(table.splitlines()))
    assert {row["name"] for row in rows} <= kept.images.keys()
    assert {row["patient"] for row in rows} <= kept.patients.keys()
    assert not re.search(r"(ill|healthy)\d", html + table)


def test_nothing_temporary_is_left_in_the_run_folder(trained: tuple[Path, list[dict[str, Any]]]) -> None:
    run, _ = trained
    assert sorted(path.name for path in run.iterdir()) == [
        "eval",
        "events.jsonl",
        "package",
        "report.json",
        "run.json",
        "sealed_predictions.csv",
    ]


def test_a_used_run_folder_is_not_overwritten(trained: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    run, _ = trained
    done = train(tmp_path, "--output", run, home=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "holds a run already" in done.stderr


def test_a_stop_before_anything_useful_says_so(base: Path, tmp_path: Path) -> None:
    cases, run = write_classes(tmp_path / "cases", 6), tmp_path / "run"
    run.mkdir()
    ask(run, stop=True)
    done = train(cases, "--base", base, "--output", run, *QUIET, home=tmp_path)
    assert done.returncode == 3
    events = events_of(done.stdout)
    assert events[-1]["event"] == "stopped"
    assert any(event.get("code") == "train.note.stopping" for event in events)


def test_quick_from_scratch_with_many_classes_is_installed(tmp_path: Path) -> None:
    cases = write_classes(tmp_path / "cases", 6)
    for number in range(8):
        write_picture(cases / "other" / f"other{number}.png", 5000 + number)
    scratch = ("--architecture", "small_cnn", "--effort", "quick", "--steps", "3", "--name", "Mine")
    done = train(cases, *scratch, *QUIET, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    finished = events_of(done.stdout)[-1]
    assert finished["report"]["alarm_class"] is None
    assert list(finished["report"]["sealed"]["classes"]) == ["healthy", "ill", "other"]
    assert finished["installed"]
    assert (tmp_path / "home" / "data" / "models" / "mine" / finished["version"]).is_dir()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["absent"], 3, "no folder"),
        (["cases", "--base", "absent"], 3, "absent"),
        (["cases", "--base", "absent.safetensors"], 3, "no weights file"),
        (["cases", "--architecture", "small_cnn", "--base", "absent"], 3, "absent"),
        (["cases", "--base", "absent.pth"], 3, "no weights file"),
        (["cases", "--architecture", "vgg99"], 3, "vit_b_16"),
        (["cases", "--effort", "instant", "--epochs", "3", "--rate", "0.1"], 2, "--rate, --epochs: only with"),
        (["cases", "--epochs", "3", "--steps", "4"], 2, "not both"),
        (["cases", "--rate", "0"], 2, "no learning rate"),
        (["cases", "--rate", "nan"], 2, "no learning rate"),
        (["cases", "--batch", "1"], 2, "from 2 to"),
        (["cases", "--optimizer", "lion"], 2, "invalid choice"),
        (["cases", "--patient-from", "("], 2, "regular expression"),
        (["cases", "--effort", "forever"], 2, "invalid choice"),
        (["cases", "--find-at-least", "2"], 2, "share"),
        (["cases", "--seed", "-1"], 2, "whole number"),
        ([], 2, "CASES"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_its_status(
    tmp_path: Path, arguments: Sequence[str], status: int, says: str
) -> None:
    write_classes(tmp_path / "cases", 2)
    paths = [str(tmp_path / a) if a in {"cases", "absent"} and not n else a for n, a in enumerate(arguments)]
    done = train(*paths, "--output", tmp_path / "run", home=tmp_path)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_was_stopped_is_gone_on_with_from_elsewhere(base: Path, tmp_path: Path) -> None:
    cases, run = write_classes(tmp_path / "cases", 6), tmp_path / "Lauf ü"
    run.mkdir()
    ask(run, stop=True)
    assert train(cases, "--base", base, "--output", run, *QUIET, home=tmp_path).returncode == 3
    done = train("--resume", run, "--json", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    finished = events_of(done.stdout)[-1]
    assert finished["event"] == "finished"
    assert not finished["installed"]
    kinds = [event["event"] for event in read_events(run)[0]]
    assert (kinds.count("started"), kinds.count("stopped"), kinds.count("finished")) == (2, 1, 1)
    again = train("--resume", run, "--json", home=tmp_path)
    assert (again.returncode, events_of(again.stdout)) == (0, [finished])


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--resume", "absent"], 3, "no training"),
        (["--resume", "."], 3, "no training"),
        (["--resume", "damaged"], 3, "cannot be read"),
        (["--resume", "absent", "--seed", "3"], 2, "no other option"),
        (["--resume", "absent", "cases"], 2, "no other option"),
        (["--resume"], 2, "expected one argument"),
    ],
)
def test_what_cannot_be_gone_on_with_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], status: int, says: str
) -> None:
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "run.json").write_text('{"cases": ', encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    done = train(*arguments, home=tmp_path)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr
