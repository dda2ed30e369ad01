"""The figures as a whole, and the sentence in people."""

from __future__ import annotations

import numpy as np
import pytest

from medapp import schemas
from medapp.training.figures.alarm_figures import Circumstance
from medapp.training.figures.evaluate import Answers, figures, patient_numbers
from medapp.training.figures.intervals import Estimate
from medapp.training.figures.predictive import predictive_values


def answers(n: int = 200, refused: int = 0, classes: tuple[str, ...] = ("ill", "normal")) -> Answers:
    rng = np.random.default_rng(0)
    truth = np.arange(n) % len(classes)
    scores = 2.0 * np.eye(len(classes))[truth] + rng.standard_normal((n, len(classes)))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    two = len(classes) == 2
    out = np.arange(n) < refused
    return Answers(classes, p, truth, np.arange(n), out, "ill" if two else None, 0.5 if two else None)


def test_two_classes_have_every_figure_and_fit_the_schema() -> None:
    told = figures(answers(), Circumstance(0.1))
    assert told["auc"]["low"] < told["auc"]["value"] < told["auc"]["high"]
    matrix = np.array(told["confusion"]["matrix"])
    assert matrix.sum() == 200
    assert told["sensitivity"]["value"] == pytest.approx(matrix[0, 0] / 100)
    assert told["specificity"]["value"] == pytest.approx(matrix[1, 1] / 100)
    assert told["accuracy"]["value"] == pytest.approx(np.trace(matrix) / 200)
    assert [row["prevalence"] for row in told["predictive"]] == [0.05, 0.1, 0.2, 0.5]
    schema = {**schemas.schema("report")["$defs"]["figures"], "$defs": schemas.schema("report")["$defs"]}
    __import__("jsonschema").validate(told, schema)


def test_the_sentence_counts_people() -> None:
    told = figures(answers())
    found, false = round(100 * told["sensitivity"]["value"]), round(100 * (1 - told["specificity"]["value"]))
    assert told["in_people"].startswith(f"Of 100 with ill it finds {found} (")
    assert f"of 100 without, {false} (" in told["in_people"]


def test_under_20_cases_in_a_class_the_sentence_counts_cases_and_not_hundreds() -> None:
    many = answers()
    few = many.only((many.truth == 1) | (np.cumsum(many.truth == 0) <= 12))
    told = figures(few)
    found = told["confusion"]["matrix"][0][0]
    assert told["in_people"].startswith(f"{found} of 12 ill cases found (95 % interval ")
    assert f"{told['confusion']['matrix'][1][0]} of 100 normal cases a false alarm" in told["in_people"]


def test_few_cases_of_many_classes_are_counted_too() -> None:
    many = answers(classes=("a", "b", "c"))
    few = many.only(np.cumsum(many.truth == 0) <= 3)
    assert "cases named rightly (95 % interval " in figures(few)["in_people"]


def test_refused_cases_are_counted_and_the_figures_are_told_with_and_without_them() -> None:
    told = figures(answers(refused=20))
    assert (told["refused"]["cases"], told["refused"]["value"], told["answered"]) == (20, 0.1, 180)
    assert told["including_refused"]["accuracy"]["n"] == 200


def test_many_classes_are_named_by_the_highest_probability() -> None:
    told = figures(answers(classes=("a", "b", "c")))
    assert set(told["found"]) == {"a", "b", "c"}
    assert told["auc"]["value"] > 0.8
    assert "roc" not in told
    assert told["in_people"].startswith("Of 100 cases it names")


def test_one_class_alone_is_told_without_area() -> None:
    one = answers()
    told = figures(one.only(one.truth == 0))
    assert told["auc"] is None
    assert told["balanced_accuracy"] is None
    assert told["sensitivity"]["n"] == 100


def test_nothing_answered_is_told_without_figures() -> None:
    told = figures(answers(n=10, refused=10))
    assert (told["answered"], told["auc"], told["brier"]) == (0, None, None)


def test_few_cases_are_noted() -> None:
    assert "ill" in figures(answers(n=30))["notes"][0]


def test_predictive_values_follow_bayes() -> None:
    told = predictive_values(Estimate(0.9, 0.8, 0.95, 50), Estimate(0.8, 0.7, 0.9, 50), 0.05)
    assert told["ppv"]["value"] == pytest.approx(0.045 / (0.045 + 0.19), abs=1e-6)
    assert told["npv"]["value"] == pytest.approx(0.76 / (0.76 + 0.005), abs=1e-6)
    assert told["ppv"]["low"] < told["ppv"]["value"] < told["ppv"]["high"]


def test_patients_are_numbered_by_their_key() -> None:
    assert patient_numbers(["b", "a", "b"]).tolist() == [0, 1, 0]
