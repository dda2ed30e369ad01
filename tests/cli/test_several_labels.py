"""From a table of labels to an answer for each label: check, train, evaluate and classify, as processes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from medapp import schemas
from medapp.classify.package import read_package, write_package
from medapp.processes import own_command
from tests.training.label_lessons import write_labels
from tests.trial_packages import backbone

QUIET = ("--threads=1", "--device=cpu")


def medapp(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        own_command(*map(str, arguments)),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "MEDAPP_HOME": str(home), "OMP_NUM_THREADS": "1"},
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("Beschriftet ü")


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    """The run folder of an instant training on a table with semicolons and a label that is too rare."""
    base = write_package(place / "base", backbone()).path
    table = write_labels(place / "cases", 120)
    done = medapp("train", table, "--base", base, "--output", place / "run", *QUIET, "--json", home=place)
    assert (done.returncode, done.stderr) == (0, "")
    for line in done.stdout.splitlines():
        schemas.check("train_event", json.loads(line))
    return place / "run"


def report_of(run: Path) -> dict[str, Any]:
    report: dict[str, Any] = read_package(run / "package").report() or {}
    return report


def test_each_label_that_can_be_learned_is_found(run: Path) -> None:
    package, report = read_package(run / "package"), report_of(run)
    schemas.check("report", report)
    assert package.metadata.kind == "several_labels"
    assert package.metadata.classes == ("disc", "stripes")
    by_label = {entry["label"]: entry for entry in report["sealed"]["by_label"]}
    assert min(by_label[name]["auc"]["value"] for name in ("disc", "stripes")) > 0.9
    assert set(report["thresholds"]) == {"disc", "stripes"}
    assert report["training"]["strengths"]
    assert report["cases"]["labels"]["disc"]["unknown"] > 0


def test_a_label_that_is_too_rare_is_told_and_left_unevaluated(run: Path) -> None:
    report = report_of(run)
    entry = report["sealed"]["by_label"][-1]
    assert (entry["label"], entry["learned"], entry["auc"]) == ("rare", False, None)
    assert "label_set_aside" in [finding["code"] for finding in report["cases"]["findings"]]
    assert '"rare" cannot be learned' in read_package(run / "package").card()


def test_the_tables_of_answers_have_columns_for_each_label(run: Path) -> None:
    for name in ("sealed_predictions.csv", "eval/predictions.csv"):
        with (run / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["truth(disc)"] for row in rows} == {"", "0", "1"}
        assert all(0 <= float(row["p(stripes)"]) <= 1 for row in rows)


def test_classify_gives_a_probability_and_an_answer_for_each_label(run: Path, place: Path) -> None:
    done = medapp("classify", place / "cases" / "Bilder ä", "--model", run / "package", "--json", home=place)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    schemas.check("classify", answer)
    told = [result for result in answer["results"] if result["refused"] is None]
    assert all(result["several"] for result in told)
    for result in told:
        wanted = [name for name, p in result["probabilities"].items() if p >= result["thresholds"][name]]
        assert (result["labels"], result["label"]) == (wanted, ", ".join(wanted))
    assert {len(result["labels"]) for result in told} == {0, 1, 2}


def test_evaluate_measures_each_label_on_other_cases(run: Path, place: Path) -> None:
    table = write_labels(place / "other", 60, rare=False, first=1000)
    done = medapp("evaluate", table, "--model", run / "package", "--json", home=place)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    schemas.check("evaluate", answer)
    by_label = {entry["label"]: entry for entry in answer["figures"]["by_label"]}
    assert min(entry["auc"]["value"] for entry in by_label.values()) > 0.9
    assert answer["figures"]["confusion"] is None


def test_cases_that_do_not_go_with_the_model_are_refused_in_a_sentence(run: Path, place: Path) -> None:
    for name in ("a", "b"):
        (place / "classes" / name).mkdir(parents=True)
    done = medapp("evaluate", place / "classes", "--model", run / "package", home=place)
    assert (done.returncode, done.stdout) == (3, "")
    assert "may occur together" in done.stderr


def test_uncertain_marks_stop_every_command_until_they_are_decided(place: Path) -> None:
    table = write_labels(place / "uncertain", 40, rare=False)
    text = table.read_text(encoding="utf-8-sig").replace(";1\n", ";-1\n", 2)
    table.write_text(text, encoding="utf-8")
    for command in ("check", "train"):
        done = medapp(command, table, home=place)
        assert done.returncode == 3
        assert "--uncertain" in done.stderr
        assert "Traceback" not in done.stderr
    done = medapp("check", table, "--uncertain", "unknown", "--json", home=place)
    assert done.returncode == 0, done.stderr
    schemas.check("check", json.loads(done.stdout))


def test_a_quick_training_goes_on_with_what_the_table_said(place: Path) -> None:
    table, run = write_labels(place / "quick", 60), place / "quick run"
    asked = ("--architecture", "small_cnn", "--effort", "quick", "--steps", "4", "--uncertain", "unknown")
    done = medapp("train", table, *asked, "--output", run, *QUIET, home=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["uncertain"] == "unknown"
    assert read_package(run / "package").calibration.several


def test_a_table_of_classes_trains_a_model_that_gives_one_of_them(run: Path, place: Path) -> None:
    table = write_labels(place / "one class", 60, rare=False)
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    lines = [f"{row['file']},{row['patient']},{'ill' if row['disc'] == '1' else 'healthy'}" for row in rows]
    table.write_text("\n".join(["file,patient,label", *lines]), encoding="utf-8")
    asked = ("--base", run.parent / "base", "--output", place / "one class run", *QUIET)
    done = medapp("train", table.parent, *asked, home=place)
    assert (done.returncode, done.stderr) == (0, "")
    package = read_package(place / "one class run" / "package")
    assert (package.metadata.kind, package.metadata.classes) == ("classifier", ("healthy", "ill"))
    assert package.calibration.alarm_class == "ill"


def test_an_alarm_class_of_several_labels_is_refused_before_anything_is_read(run: Path, place: Path) -> None:
    table = write_labels(place / "alarm", 40, rare=False)
    done = medapp(
        "train", table, "--base", run.parent / "base", "--alarm", "disc", "--output", place / "no", home=place
    )
    assert done.returncode == 3
    assert "two classes" in done.stderr
    assert "Traceback" not in done.stderr
    kinds = [json.loads(line)["event"] for line in (place / "no" / "events.jsonl").read_text("utf-8").splitlines()]
    assert kinds == ["started", "failed"]
