"""What the images of a stack come to, by the package's rule; packages that say none keep their form."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from medapp.classify.aggregate import aggregated, limit_of, score_of
from medapp.classify.package import read_package, write_package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.errors import MedappError
from tests.trial_packages import contents

KEY = ModelKey("trial", "1.0", "m")


def told(probabilities: dict[str, float] | None, label: str | None = None, **more: Any) -> Prediction:
    return Prediction(KEY, "a", probabilities, label, **more)


@pytest.mark.parametrize(
    ("prediction", "score", "limit"),
    [
        (told({"ill": 0.2, "well": 0.8}, "well", alarm_class="ill", threshold=0.3), 0.2, 0.3),
        (told({"a": 0.2, "b": 0.5, "c": 0.3}, "b"), 0.5, None),
        (told({"x": 0.4, "y": 0.6}, "x", several=True, thresholds={"x": 0.1, "y": 0.7}), 0.4, 0.1),
        (told(None, refused="ood.features"), None, None),
    ],
)
def test_the_score_is_that_of_what_is_looked_for(
    prediction: Prediction, score: float | None, limit: float | None
) -> None:
    assert (score_of(prediction), limit_of(prediction)) == (score, limit)


def test_a_stack_of_refused_images_comes_to_nothing() -> None:
    assert aggregated([], "max") is None


def test_a_package_keeps_its_rule_and_one_without_keeps_its_form(tmp_path: Path) -> None:
    made = contents()
    plain = write_package(tmp_path / "plain", made)
    assert "aggregate" not in json.loads((plain.path / "configs" / "metadata.json").read_text(encoding="utf-8"))
    assert read_package(plain.path).metadata.aggregate == "max"
    mean = write_package(tmp_path / "mean", replace(made, metadata=replace(made.metadata, aggregate="mean")))
    assert read_package(mean.path).metadata.aggregate == "mean"


def test_a_rule_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    made = contents()
    odd = replace(made, metadata=replace(made.metadata, aggregate="median"))  # type: ignore[arg-type]
    with pytest.raises(MedappError):
        write_package(tmp_path / "odd", odd)
