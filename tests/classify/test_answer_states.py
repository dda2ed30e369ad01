"""What kind of answer it is: answered, unclear, not like the training data, no model for this. Never two at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medapp.classify.contents import unclear_band
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.reasons import reason_of

ANSWER = Prediction(
    ModelKey("chest", "1.0", "0" * 64),
    "x",
    {"NORMAL": 0.4, "PNEUMONIA": 0.6},
    "PNEUMONIA",
    threshold=0.5,
    alarm_class="PNEUMONIA",
)


def refused(code: str, clue: str | None = None, **params: str | float) -> Prediction:
    return replace(ANSWER, probabilities=None, label=None, refused=code, refused_params=params, clue=clue)


@pytest.mark.parametrize(
    ("share", "state"), [(0.29, "answered"), (0.3, "unclear"), (0.69, "unclear"), (0.7, "answered"), (1.0, "answered")]
)
def test_between_the_two_thresholds_an_answer_is_unclear(share: float, state: str) -> None:
    told = replace(ANSWER, probabilities={"NORMAL": 1 - share, "PNEUMONIA": share}, unclear=(0.3, 0.7))
    assert told.state == state
    assert ("unclear" in (reason_of(told) or "")) == (state == "unclear")


def test_without_a_band_nothing_is_unclear() -> None:
    assert ANSWER.state == "answered"
    assert reason_of(ANSWER) is None


def test_no_model_and_not_like_the_training_data_are_told_apart() -> None:
    assert refused("scope.modality", modality="CT").state == "no_model"
    assert refused("scope.part", part="DX KNEE").state == "no_model"
    assert refused("ood.colour").state == "unlike"
    assert refused("ood.features").state == "unlike"


def test_a_refusal_is_never_unclear() -> None:
    assert replace(refused("ood.features"), unclear=(0.0, 1.0)).state == "unlike"


@pytest.mark.parametrize("clue", ["content", "look", "shape", "turned", "inverted"])
def test_the_reason_says_what_about_the_image_is_unlike(clue: str) -> None:
    plain, told = reason_of(refused("ood.features")), reason_of(refused("ood.features", clue))
    assert plain is not None
    assert told is not None
    assert told.startswith(plain)
    assert len(told) > len(plain) + 20
    assert "clue." not in told


def test_an_answer_survives_json_with_its_band_and_its_place() -> None:
    told = replace(ANSWER, unclear=(0.3, 0.7), seen=(0, 10, 5, 20), outside_body=0.25, clue=None)
    document = told.to_json()
    document["unclear"], document["seen"] = list(document["unclear"]), list(document["seen"])
    again = Prediction.from_json(document)
    assert (again.unclear, again.seen, again.outside_body) == ((0.3, 0.7), (0, 10, 5, 20), 0.25)
    assert again.state == "unclear"


def test_an_answer_that_was_kept_before_bands_were_known_is_read() -> None:
    document = ANSWER.to_json()
    for name in ("unclear", "seen", "outside_body", "clue"):
        del document[name]
    assert Prediction.from_json(document).state == "answered"


@pytest.mark.parametrize(
    ("report", "band"),
    [
        ({"sealed": {"unclear": {"low": 0.2, "high": 0.6}}}, (0.2, 0.6)),
        ({"sealed": {"unclear": None}}, None),
        ({"sealed": {"unclear": {"low": "a", "high": 1}}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_band_is_the_reports(report: dict[str, object] | None, band: tuple[float, float] | None) -> None:
    assert unclear_band(report) == band
