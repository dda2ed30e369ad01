"""What the images of a stack come to: one answer, by the rule of its package, about one class, of one model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.stacks import StackScores, stack_answer

KEY, OTHER = ModelKey("trial", "1.0", "m"), ModelKey("lateral", "1.0", "l")
REFUSED = Prediction(KEY, "r", None, None, refused="ood.features")


def two(p: float, key: ModelKey = KEY, **more: Any) -> Prediction:
    label = "ill" if p >= 0.3 else "well"
    return Prediction(key, "a", {"ill": p, "well": 1 - p}, label, alarm_class="ill", threshold=0.3, **more)


def three(a: float, b: float) -> Prediction:
    shares = {"a": a, "b": b, "c": 1 - a - b}
    return Prediction(KEY, "a", shares, max(shares, key=shares.__getitem__))


def labels(x: float, y: float) -> Prediction:
    given = [name for name, p, limit in (("x", x, 0.5), ("y", y, 0.1)) if p >= limit]
    return Prediction(KEY, "a", {"x": x, "y": y}, ", ".join(given), several=True, thresholds={"x": 0.5, "y": 0.1})


@pytest.mark.parametrize(
    ("how", "score", "label"), [("max", 0.8, "ill"), ("mean", 0.29, "well"), ("share_above", 1 / 3, "")]
)
def test_two_classes_come_to_what_the_rule_says_about_the_alarm_class(how: Any, score: float, label: str) -> None:
    answer = stack_answer([two(0.05), REFUSED, None, two(0.8), two(0.02)], lambda _: how)
    assert answer is not None
    assert (answer.about, answer.label, answer.foremost, answer.answered) == ("ill", label, 3, 3)
    assert answer.score == pytest.approx(score)
    assert (answer.said is None) is (how == "share_above"), "a share of images is no probability"


def test_a_mean_that_lies_between_the_two_thresholds_is_unclear_and_has_no_label() -> None:
    answer = stack_answer([two(0.1, unclear=(0.2, 0.5)), two(0.6, unclear=(0.2, 0.5))], lambda _: "mean")
    assert answer is not None
    assert answer.said is not None
    assert (answer.said.state, answer.label) == ("unclear", "")


def test_the_mean_of_several_classes_is_that_of_one_class_not_of_the_highest_of_each_image() -> None:
    answer = stack_answer([three(0.9, 0.1), three(0.1, 0.8), three(0.3, 0.6)], lambda _: "mean")
    assert answer is not None
    assert (answer.about, answer.label, answer.foremost) == ("b", "b", 1)
    assert answer.score == pytest.approx(0.5)


def test_labels_that_may_occur_together_are_each_held_against_their_own_operating_point() -> None:
    answer = stack_answer([labels(0.4, 0.02), labels(0.2, 0.3)], lambda _: "max")
    assert answer is not None
    assert (answer.about, answer.label, answer.score, answer.limit) == ("y", "y", 0.3, 0.1)


def test_answers_of_two_models_are_never_put_together() -> None:
    told = [two(0.25), two(0.29), two(0.9, OTHER)]
    answer = stack_answer(told, lambda _: "mean")
    assert answer is not None
    assert (answer.model, answer.score, answer.foremost, answer.answered) == (OTHER, 0.9, 2, 1)


def test_a_stack_without_any_answer_comes_to_nothing() -> None:
    assert stack_answer([REFUSED, None], lambda _: "max") is None


def test_an_image_that_is_asked_again_counts_once_and_a_refusal_takes_its_score_away() -> None:
    scores = StackScores(2)
    scores.take(0, two(0.9))
    scores.take(0, two(0.1, OTHER))
    scores.take(1, two(0.2))
    scores.take(1, REFUSED)
    answers = scores.answers(lambda _: "max")
    assert [one.model for one in answers] == [OTHER]
    np.testing.assert_allclose(scores.scores(answers), [0.1, np.nan])
