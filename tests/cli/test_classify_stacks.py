"""What ``medapp classify`` tells of stacks, without an engine."""

from __future__ import annotations

from typing import Any

import pytest

from medapp import schemas
from medapp.classify.prediction import ModelKey, Prediction
from medapp.cli import report_files, stacks
from medapp.cli.classify import as_json
from medapp.workflows.folder_reading import Answer, Answers
from medapp.workflows.stack_summaries import summaries_of

KEY = ModelKey("trial", "1.0", "m")
REFUSED = Prediction(KEY, "r", None, None, refused="ood.features")


def said(p: float) -> Prediction:
    label = "ill" if p >= 0.3 else "well"
    return Prediction(KEY, "a", {"ill": p, "well": 1 - p}, label, alarm_class="ill", threshold=0.3)


def answers(*told: Prediction | None) -> Answers:
    """One stack beside another image; None is an image that could not be read."""
    rows = [Answer("/beside.png", 1, "", said(0.99), (4, 4))]
    images: list[int | None] = []
    for place, one in enumerate(told):
        images.append(None if one is None else len(rows))
        rows += [] if one is None else [Answer(f"/{place}.dcm", 1, f"1.2.{place}", one, (4, 4))]
    return Answers(tuple(rows), stacks=(tuple(images),))


def document(made: Answers, how: Any) -> dict[str, Any]:
    summaries = summaries_of(made, lambda _: how)
    whole = {**as_json(made, {}), "stacks": [stacks.as_json(one, made) for one in summaries]}
    schemas.check("classify", whole)
    stack: dict[str, Any] = whole["stacks"][0]
    return stack


@pytest.mark.parametrize(
    ("how", "score", "label"), [("max", 0.8, "ill"), ("mean", 0.45, "ill"), ("share_above", 0.5, None)]
)
def test_the_answer_is_that_of_the_images_that_were_answered(how: Any, score: float, label: str | None) -> None:
    stack = document(answers(said(0.1), REFUSED, None, said(0.8)), how)
    assert (stack["score"], stack["label"], stack["aggregate"]) == (pytest.approx(score), label, how)
    assert (stack["images"], stack["answered"], stack["refused"], stack["failed"]) == (4, 2, 1, 1)
    assert (stack["results"], stack["highest"]) == ([1, 2, 3], 3)


def test_a_stack_of_refusals_says_why_and_has_no_score() -> None:
    stack = document(answers(REFUSED, REFUSED), "max")
    assert (stack["state"], stack["score"], stack["label"], stack["highest"]) == ("unlike", None, None, None)
    assert stack["reason"].startswith("Not like the training data")


def test_a_stack_that_cannot_be_read_has_no_state() -> None:
    assert document(answers(None, None), "max")["state"] is None


def test_a_line_says_what_a_stack_comes_to_and_where_to_look_first() -> None:
    made = answers(said(0.1), said(0.8))
    line = stacks.as_text(summaries_of(made, lambda _: "mean"), made)
    assert line == "Stack of 2 images  ill  (ill 45 %, the mean of its images; highest: /1.dcm [1])"


@pytest.mark.parametrize("how", ["max", "share_above"])
def test_a_stack_is_sent_on_with_all_its_images_and_what_became_of_them(how: Any) -> None:
    made = answers(said(0.1), REFUSED, None, said(0.8))
    (told,) = report_files.stacks_of(made, summaries_of(made, lambda _: how))
    assert told.facts.images == (("1.2.0", 1), ("1.2.1", 1), ("1.2.3", 1))
    assert (told.facts.answered, told.facts.refused, told.facts.failed) == (2, 1, 1)
    assert (told.foremost.source, told.foremost.sop_instance_uid) == ("/3.dcm", "1.2.3")
    assert told.foremost.prediction.label == (None if how == "share_above" else "ill")


def test_a_stack_without_an_answer_is_not_sent_on() -> None:
    made = answers(REFUSED, REFUSED)
    assert report_files.stacks_of(made, summaries_of(made, lambda _: "max")) == []
