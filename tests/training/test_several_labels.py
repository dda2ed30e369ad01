"""Several labels that may occur together are learned, each on what is known of it; a blank plays no part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from medapp.training.cases.folds import fold_numbers, shares
from medapp.training.cases.truth import UNKNOWN
from medapp.training.figures import ranking
from medapp.training.figures.label_calibration import fit_labels, log_loss
from medapp.training.learning import contest
from medapp.training.learning.checkpoint import Checkpoint, CheckpointFolder
from medapp.training.learning.finetune import Average, FineTuning, Material, weights_of
from medapp.training.learning.instant import finish_instantly, learn_instantly
from medapp.training.learning.lesson import Lesson, Trained
from medapp.training.learning.memory import Portion
from medapp.training.learning.more_cases import learning_curve
from medapp.training.learning.narration import Budget, Narrator
from medapp.training.learning.pace import Pace
from medapp.training.learning.quick import learn_quickly
from tests.training.label_lessons import LEARNED, SEALED, label_lesson, marks_of
from tests.training.trial_lessons import CONFIG, keeper_in, narrating, weak_instant

pytestmark = pytest.mark.torch
STEPS = 5


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def narrator(tmp_path: Path) -> Iterator[Narrator]:
    with narrating(tmp_path) as told:
        yield told


def areas(trained: Trained) -> list[float]:
    """Return the area of each label on the sealed side, told by what was drawn."""
    drawn, _ = marks_of(LEARNED + SEALED)
    found = [ranking.auc(trained.sealed_logits[:, k], drawn[LEARNED:, k] == 1, np.arange(SEALED)) for k in range(2)]
    return [one.value for one in found if one is not None]


def taught_instantly(folder: Path, narrator: Narrator, other: tuple[int, ...] = ()) -> Trained:
    with label_lesson(folder / "pictures", other=other) as lesson:
        instant = learn_instantly(lesson, narrator, keeper_in(folder, narrator))
        return finish_instantly(lesson, instant, narrator)


def test_instant_finds_each_label(tmp_path: Path, narrator: Narrator) -> None:
    trained = taught_instantly(tmp_path, narrator)
    assert min(areas(trained)) > 0.9
    assert trained.calibration_logits.shape == (LEARNED, 2)
    assert trained.half_difference <= CONFIG.half_tolerance


def test_a_picture_changes_nothing_of_the_labels_that_are_blank_for_it(tmp_path: Path, narrator: Narrator) -> None:
    _, known = marks_of(LEARNED + SEALED)
    blank = tuple(np.flatnonzero((known[:LEARNED, 0] == UNKNOWN) & (known[:LEARNED, 1] != UNKNOWN)).tolist())
    assert len(blank) > 5
    before, after = (taught_instantly(tmp_path / str(len(o)), narrator, o).weights for o in ((), blank))
    assert before["classifier.weight"][0].tobytes() == after["classifier.weight"][0].tobytes()
    assert before["classifier.bias"][0].tobytes() == after["classifier.bias"][0].tobytes()
    assert before["classifier.weight"][1].tobytes() != after["classifier.weight"][1].tobytes()


def tuning_of(lesson: Lesson, **config: float) -> FineTuning:
    group, chosen = lesson.development, replace(CONFIG, **config)  # type: ignore[arg-type]
    material = Material(lesson.pictures, group.positions, group.truth)
    average = Average(lesson.network, chosen.average_decay)
    portion = Portion(chosen.batch)
    return FineTuning(lesson.network, average, material, Pace(STEPS), chosen, portion, seed=0, scratch=False)


def test_fine_tuning_never_learns_from_a_case_of_which_nothing_is_known(tmp_path: Path) -> None:
    _, known = marks_of(LEARNED + SEALED)
    silent = tuple(range(0, LEARNED, 3))
    known[list(silent)] = UNKNOWN
    weights = []
    for other in ((), silent):
        with label_lesson(tmp_path / str(len(other)), other=other, known=known) as lesson:
            list(tuning_of(lesson).steps())
            weights.append(weights_of(lesson.network))
    assert all(torch.equal(tensor, weights[1][name]) for name, tensor in weights[0].items())


def test_a_fine_tuning_that_was_interrupted_comes_to_the_very_same_weights(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    with label_lesson(tmp_path / "unbroken") as lesson:
        tuning = tuning_of(lesson, imbalance=1.0)
        for step in tuning.steps():
            if step.done == 2:
                stands = tuning.checkpoint()
                folder.save("learning", Checkpoint({"tuning": dict(stands.facts)}, stands.tensors))
        wanted = weights_of(lesson.network)
    with label_lesson(tmp_path / "broken") as lesson:
        kept, _ = folder.latest("learning")
        assert kept is not None
        tuning = tuning_of(lesson, imbalance=1.0)
        tuning.restore(kept.facts["tuning"], kept)
        assert [step.done for step in tuning.steps()] == [3, 4, 5]
        assert all(torch.equal(tensor, wanted[name]) for name, tensor in weights_of(lesson.network).items())


@pytest.mark.parametrize("cross_fit_below", [1, 1000], ids=["divided", "cross-fitted"])
def test_quick_learns_each_label(
    tmp_path: Path, narrator: Narrator, monkeypatch: pytest.MonkeyPatch, cross_fit_below: int
) -> None:
    real = contest.judged_loss
    monkeypatch.setattr("medapp.training.learning.quick.judged_loss", lambda logits, truth: real(logits, truth) + 1)
    monkeypatch.setattr("medapp.training.learning.quick._is_better", lambda *_: True)
    with label_lesson(tmp_path / "pictures", steps=60, cross_fit_below=cross_fit_below) as lesson:
        keeper = keeper_in(tmp_path, narrator)
        instant = weak_instant(lesson, narrator, keeper)
        budget = Budget(narrator.clock(), 1.0, lesson.config, narrator.clock)
        trained = learn_quickly(lesson, instant, budget, narrator, keeper)
    assert trained.chosen != "instant"
    assert min(areas(trained)) > 0.9
    assert all(point["auc"] is None or 0 <= point["auc"] <= 1 for point in narrator.curve)


def test_probabilities_and_operating_points_are_fitted_for_each_label_alone() -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random((400, 2)) < 0.3).astype(np.int64)
    logits = np.column_stack([8 * (truth[:, 0] - 0.5) + 6 * rng.normal(size=400), rng.normal(size=400)])
    truth[rng.random((400, 2)) < 0.2] = UNKNOWN
    fitted = fit_labels(logits, truth, 0.9)
    assert fitted.several
    probabilities = fitted.probabilities(logits)
    for k in range(2):
        there = truth[:, k] != UNKNOWN
        assert probabilities[there, k].mean() == pytest.approx((truth[there, k] == 1).mean(), abs=0.03)
        found = probabilities[(truth[:, k] == 1), k] >= fitted.thresholds[k]
        assert found.mean() >= 0.9
    alone = fit_labels(logits[:, :1], truth[:, :1], 0.9)
    assert (alone.scale[0], alone.offset[0], alone.thresholds[0]) == pytest.approx(
        (fitted.scale[0], fitted.offset[0], fitted.thresholds[0])
    )


def test_a_label_of_which_one_side_is_unknown_does_not_stop_the_others() -> None:
    logits = np.array([[1.0, 2.0], [-1.0, 0.5], [2.0, 1.0]])
    truth = np.array([[1, 1], [0, 1], [1, UNKNOWN]])
    fitted = fit_labels(logits, truth, 0.9)
    assert fitted.thresholds[1] == 0.5
    assert np.isfinite(log_loss(fitted.probabilities(logits), truth))


def test_the_loss_counts_what_is_known_only() -> None:
    probabilities = np.array([[0.9, 0.2], [0.6, 0.7]])
    truth = np.array([[1, UNKNOWN], [0, 1]])
    expected = np.mean([(-np.log(0.9) - np.log(0.4)) / 2, -np.log(0.7)])
    assert log_loss(probabilities, truth) == pytest.approx(expected)


def test_a_rare_label_is_dealt_evenly_to_the_parts() -> None:
    rng = np.random.default_rng(1)
    patients = np.arange(200)
    truth = np.column_stack([patients < 10, rng.random(200) < 0.5, rng.random(200) < 0.3]).astype(np.int64)
    numbers = fold_numbers(patients, truth, 5, seed=3)
    assert [int(truth[numbers == fold, 0].sum()) for fold in range(5)] == [2] * 5
    sizes = [int(truth[numbers == fold, 1].sum()) for fold in range(5)]
    assert min(sizes) >= 0.8 * np.mean(sizes)
    part = shares(patients, truth, (0.7, 0.3), seed=3)
    assert [int(truth[part == number, 0].sum()) for number in (0, 1)] == [7, 3]


def test_a_patient_stays_in_one_part_whatever_the_pictures_show() -> None:
    patients = np.repeat(np.arange(30), 4)
    truth = np.random.default_rng(0).integers(-1, 2, (120, 3))
    numbers = fold_numbers(patients, truth, 3, seed=0)
    assert all(len(np.unique(numbers[patients == patient])) == 1 for patient in range(30))


def test_the_curve_of_several_labels_is_their_mean_area(tmp_path: Path, narrator: Narrator) -> None:
    with label_lesson(tmp_path / "pictures") as lesson:
        instant = learn_instantly(lesson, narrator, keeper_in(tmp_path, narrator))
        group = lesson.development
        told = learning_curve(
            instant.development.deep, group.truth, group.patients, instant.fit, lesson.config, lesson.seed
        )
    assert told.figure == "auc"
    assert len(told.points) >= 2
    assert [point.cases for point in told.points] == sorted(point.cases for point in told.points)
    mean = np.mean([_area_in_folds(instant.fit.out_of_fold[:, k], group.truth[:, k]) for k in range(2)])
    assert told.points[-1].value == pytest.approx(mean, abs=0.05)


def _area_in_folds(logits: np.ndarray, marks: np.ndarray) -> float:
    there = marks != UNKNOWN
    found = ranking.auc(logits[there], marks[there] == 1, np.arange(int(there.sum())))
    assert found is not None
    return found.value


def test_an_instant_solution_is_the_same_when_it_is_found_again(tmp_path: Path, narrator: Narrator) -> None:
    with label_lesson(tmp_path / "pictures") as lesson:
        first = learn_instantly(lesson, narrator, keeper_in(tmp_path, narrator))
        again = keeper_in(tmp_path, narrator).instant()
    assert again is not None
    assert again.fit.fit.strengths == first.fit.fit.strengths
    assert again.fit.fit.weight.tobytes() == first.fit.fit.weight.tobytes()
    np.testing.assert_array_equal(again.fit.out_of_fold, first.fit.out_of_fold)
