"""Packages and answers of labels that may occur together; everything else is written and read as before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medapp.classify.contents import Calibration, Metadata, PackageContents
from medapp.classify.package import read_package, write_package
from medapp.classify.prediction import ModelKey, Prediction, foremost
from medapp.errors import MedappError
from tests.trial_packages import contents

LABELLED = Calibration(scale=(1.0, 2.0), offset=(0.0, -1.0), thresholds=(0.5, 0.3))


def labelled(**changes: Any) -> PackageContents:
    made = contents(calibration=LABELLED)
    metadata = replace(made.metadata, kind="several_labels", classes=("disc", "square"))
    return replace(made, **{"metadata": metadata, **changes})


def prediction(**probabilities: float) -> Prediction:
    limits = dict(zip(("disc", "square"), LABELLED.thresholds, strict=True))
    key = ModelKey("a", "1", "0" * 64)
    return Prediction(key, "x", probabilities, LABELLED.label(probabilities), several=True, thresholds=limits)


def test_each_label_has_a_probability_of_its_own() -> None:
    logits = np.array([[0.0, 0.5], [3.0, -1000.0]])
    told = LABELLED.probabilities(logits)
    np.testing.assert_allclose(told[0], [0.5, 0.5])
    assert told[1].sum() < 1
    moved = LABELLED.probabilities(logits + np.array([0.0, 7.0]))
    np.testing.assert_array_equal(moved[:, 0], told[:, 0])


@pytest.mark.parametrize(
    ("probabilities", "label", "given", "explained"),
    [
        ({"disc": 0.5, "square": 0.9}, "disc, square", ("disc", "square"), "square"),
        ({"disc": 0.49, "square": 0.3}, "square", ("square",), "square"),
        ({"disc": 0.4, "square": 0.1}, "", (), "disc"),
    ],
)
def test_labels_are_given_from_their_operating_points_on(
    probabilities: dict[str, float], label: str, given: tuple[str, ...], explained: str
) -> None:
    told = prediction(**probabilities)
    assert (told.label, told.given, told.explained) == (label, given, explained)


def test_the_foremost_label_is_the_one_furthest_above_its_operating_point() -> None:
    assert foremost({"a": 0.9, "b": 0.4}, {"a": 0.8, "b": 0.1}) == "b"


def test_an_answer_is_the_same_after_it_was_kept() -> None:
    told = prediction(disc=0.7, square=0.2)
    again = Prediction.from_json(json.loads(json.dumps(told.to_json())))
    assert (again.given, again.several, again.thresholds) == (told.given, True, told.thresholds)


def test_an_answer_that_was_kept_before_there_were_labels_is_read() -> None:
    old = {
        name: value
        for name, value in prediction(disc=0.7, square=0.1).to_json().items()
        if name not in {"several", "thresholds"}
    }
    again = Prediction.from_json({**old, "label": "disc"})
    assert (again.several, again.given) == (False, ("disc",))


def test_a_refused_answer_gives_no_label() -> None:
    told = replace(prediction(disc=0.7, square=0.2), probabilities=None, label=None, refused="ood.features")
    assert (told.given, told.explained) == ((), None)


def test_a_package_of_labels_is_read_as_it_was_written(tmp_path: Path) -> None:
    package = write_package(tmp_path / "labelled", labelled())
    assert (package.metadata.kind, package.calibration) == ("several_labels", LABELLED)
    for name in ("metadata", "calibration"):
        document = json.loads((tmp_path / "labelled" / "configs" / f"{name}.json").read_text(encoding="utf-8"))
        assert document["schema_version"] == 2


def test_a_package_of_classes_is_written_as_before(tmp_path: Path) -> None:
    write_package(tmp_path / "classes", contents())
    for name in ("metadata", "calibration"):
        document = json.loads((tmp_path / "classes" / "configs" / f"{name}.json").read_text(encoding="utf-8"))
        assert document["schema_version"] == 1
        assert "thresholds" not in document
    assert not read_package(tmp_path / "classes").calibration.several


@pytest.mark.parametrize(
    "made",
    [
        labelled(calibration=Calibration()),
        labelled(calibration=replace(LABELLED, thresholds=(0.5,))),
        contents(calibration=LABELLED),
        replace(labelled(), metadata=replace(labelled().metadata, classes=())),
    ],
    ids=["no thresholds", "too few thresholds", "thresholds of classes", "no labels"],
)
def test_a_package_whose_parts_do_not_agree_is_refused(tmp_path: Path, made: PackageContents) -> None:
    with pytest.raises(MedappError) as refused:
        write_package(tmp_path / "broken", made)
    assert refused.value.code == "package.classes"


def test_one_label_alone_is_a_package_too(tmp_path: Path) -> None:
    alone = Calibration(scale=(1.0,), offset=(0.0,), thresholds=(0.4,))
    metadata: Metadata = replace(labelled().metadata, classes=("disc",))
    assert write_package(tmp_path / "one", labelled(calibration=alone, metadata=metadata)).calibration == alone
