"""Each label is measured where it is known; too few of it are told, none of it is no figure."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medapp.i18n import tr
from medapp.training.cases.case import SetAside
from medapp.training.cases.truth import UNKNOWN
from medapp.training.checking.check import Checked, check
from medapp.training.figures import ranking
from medapp.training.figures.evaluate import Answers, figures
from medapp.training.figures.label_figures import label_figures, not_learned
from medapp.training.figures.label_ranking import macro_area, macro_area_difference
from medapp.training.reporting.label_answers import label_cells, label_columns
from tests.training.label_lessons import write_labels
from tests.training.trial_cases import PlainReaders


def measured(n: int = 300) -> Answers:
    rng = np.random.default_rng(0)
    truth = (rng.random((n, 3)) < (0.5, 0.3, 0.02)).astype(np.int64)
    scores = 1 / (1 + np.exp(-(3 * (truth - 0.5) + rng.normal(size=(n, 3)))))
    truth[rng.random((n, 3)) < 0.2] = UNKNOWN
    patients = np.arange(n) // 2
    return Answers(("a", "b", "c"), scores, truth, patients, np.zeros(n, np.bool_), thresholds=(0.5, 0.4, 0.5))


def test_a_labels_figures_rest_on_the_cases_where_it_is_known() -> None:
    answers = measured()
    told = figures(answers)
    for k, entry in enumerate(told["by_label"]):
        there = answers.truth[:, k] != UNKNOWN
        positive = answers.truth[there, k] == 1
        alone = ranking.auc(answers.probabilities[there, k], positive, answers.patients[there])
        assert alone is not None
        assert entry["auc"] == alone.to_json()
        assert (entry["n"], entry["unknown"]) == (there.sum(), (~there).sum())
        assert (entry["positive"], entry["negative"]) == (positive.sum(), (~positive).sum())
        found = answers.probabilities[there, k][positive] >= answers.thresholds[k]
        assert entry["sensitivity"]["value"] == pytest.approx(found.mean(), abs=1e-6)
        assert 0 < entry["average_precision"]["prevalence"] < 1


def test_there_is_no_confusion_matrix_and_no_accuracy_of_several_labels() -> None:
    told = figures(measured())
    assert (told["confusion"], told["accuracy"]) == (None, None)
    assert "a: of 100 with it" in told["in_people"]


def test_fewer_than_twenty_positive_cases_are_told() -> None:
    told = figures(measured())
    few = told["by_label"][2]
    assert few["positive"] < 20
    assert str(few["positive"]) in few["warning"]
    assert told["by_label"][0]["warning"] is None
    assert [note.split(":")[0] for note in told["notes"]] == ["c"]


def test_what_is_behind_a_blank_changes_no_figure() -> None:
    answers = measured()
    other = np.where(answers.truth == UNKNOWN, 1 - answers.probabilities, answers.probabilities)
    assert figures(answers) == figures(replace(answers, probabilities=other))


def test_a_label_that_no_case_has_is_left_unevaluated() -> None:
    answers = measured()
    truth = answers.truth.copy()
    truth[:, 2] = np.where(truth[:, 2] == 1, 0, truth[:, 2])
    entry = figures(replace(answers, truth=truth))["by_label"][2]
    assert (entry["auc"], entry["sensitivity"], entry["average_precision"]) == (None, None, None)
    assert entry["warning"] == tr("evaluate.label.one_side", positive=0, negative=entry["negative"])


def test_nothing_known_at_all_is_no_figure() -> None:
    truth = np.full((4, 2), UNKNOWN)
    told = label_figures(("a", "b"), np.full((4, 2), 0.5), truth, np.arange(4), (0.5, 0.5))
    assert (told["auc"], told["balanced_accuracy"], told["brier"]) == (None, None, None)
    assert told["in_people"] == tr("evaluate.people.none")


def test_refused_cases_are_left_out_of_each_label() -> None:
    answers = measured()
    refused = np.arange(300) % 3 == 0
    told = figures(replace(answers, refused=refused))
    assert told["by_label"][0]["n"] == int((answers.truth[~refused, 0] != UNKNOWN).sum())
    assert set(told["including_refused"]) == {"auc", "balanced_accuracy", "accuracy", "found", "in_people"}


def test_the_mean_area_of_one_label_is_its_own_area() -> None:
    answers = measured()
    alone = answers.truth[:, :1]
    mean = macro_area(answers.probabilities[:, :1], alone, answers.patients)
    entry = figures(answers)["by_label"][0]["auc"]
    assert mean is not None
    assert mean.value == pytest.approx(entry["value"], abs=1e-6)
    assert (mean.low, mean.high) == pytest.approx((entry["low"], entry["high"]), abs=0.02)


def test_the_interval_of_the_mean_area_covers_the_truth() -> None:
    rng = np.random.default_rng(2)
    true_area, covered = 0.8164, 0  # of two normal distributions 1.275 deviations apart
    for _ in range(200):
        truth = (rng.random((120, 2)) < 0.4).astype(np.int64)
        scores = rng.normal(size=(120, 2)) + 1.275 * truth
        truth[rng.random((120, 2)) < 0.2] = UNKNOWN
        mean = macro_area(scores, truth, np.arange(120))
        assert mean is not None
        assert mean.low is not None
        assert mean.high is not None
        covered += mean.low <= true_area <= mean.high
    assert 180 <= covered <= 199


def test_the_paired_interval_of_two_models_is_narrower_than_their_own_and_covers_the_truth() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        truth = (rng.random((150, 2)) < 0.4).astype(np.int64)
        shared = rng.normal(size=(150, 2)) + 1.2 * truth
        first, second = (shared + 0.4 * rng.normal(size=(150, 2)) for _ in range(2))
        truth[rng.random((150, 2)) < 0.2] = UNKNOWN
        difference = macro_area_difference(first, second, truth, np.arange(150))
        alone = macro_area(first, truth, np.arange(150))
        assert difference is not None
        assert alone is not None
        assert (difference.high or 0) - (difference.low or 0) < (alone.high or 0) - (alone.low or 0)
        covered += (difference.low or 0) <= 0 <= (difference.high or 0)
    assert 180 <= covered <= 199


def test_a_model_against_itself_differs_by_nothing() -> None:
    answers = measured()
    difference = macro_area_difference(answers.probabilities, answers.probabilities, answers.truth, answers.patients)
    assert difference is not None
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)


def test_a_label_that_was_not_learned_is_listed_without_figures() -> None:
    (entry,) = not_learned([SetAside("rare", 1, 50)])
    assert (entry["label"], entry["learned"], entry["auc"], entry["threshold"]) == ("rare", False, None, None)
    assert "not learned" in entry["warning"]


def test_the_table_of_answers_is_blank_where_the_truth_is_unknown() -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(label_columns(("a", "b")))
    writer.writerows(label_cells(np.array([[1, UNKNOWN]]), np.array([[0.9, 0.1]]), (0.5, 0.05)))
    (row,) = csv.DictReader(io.StringIO(text.getvalue()))
    assert (row["truth(a)"], row["truth(b)"], row["answer(a)"], row["answer(b)"]) == ("1", "", "1", "1")
    assert float(row["p(b)"]) == 0.1


def checked(root: Path) -> Checked:
    job = check(root, PlainReaders())
    while True:
        try:
            next(job)
        except StopIteration as end:
            found: Checked = end.value
            return found


def test_the_check_counts_each_label_and_sets_aside_what_cannot_be_learned(tmp_path: Path) -> None:
    found = checked(write_labels(tmp_path, 80, size=32))
    answer = found.to_json()
    assert set(answer["labels"]) == {"disc", "stripes"}
    assert all(sum(counts.values()) == answer["images"] for counts in answer["labels"].values())
    (rare,) = [finding for finding in found.findings if finding.code == "label_set_aside"]
    assert rare.params["name"] == "rare"
    assert answer["patients_from"] == "table"
    assert found.blocking is None


def test_both_sides_of_the_split_get_cases_with_and_without_each_label(tmp_path: Path) -> None:
    found = checked(write_labels(tmp_path, 80, size=32))
    for use in ("sealed", "development"):
        cases = [seen.case for seen, its in zip(found.survey.seen, found.uses, strict=True) if its == use]
        assert {name for case in cases for name in case.shows} == {"disc", "stripes"}
        assert {name for case in cases for name in case.lacks} == {"disc", "stripes"}


def test_a_table_without_any_label_that_can_be_learned_stops_the_training(tmp_path: Path) -> None:
    found = checked(write_labels(tmp_path, 4, size=32))
    assert found.blocking is not None
    assert found.blocking.code == "no_label"


def test_rows_without_a_file_come_with_the_check(tmp_path: Path) -> None:
    path = write_labels(tmp_path, 40, size=32)
    path.write_text(path.read_text(encoding="utf-8-sig") + "gone.png;p99;1;0;0\n", encoding="utf-8")
    found = checked(path)
    assert found.to_json()["unmatched"] == ["gone.png"]
    assert "rows_unmatched" in [finding.code for finding in found.findings]
