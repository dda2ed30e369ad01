"""Explanations: found where the score comes from, tested against random covers, stopped at once, none of a refusal."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.classify.explanation import CELLS, METHODS, RANDOM_MASKS, Method, explain
from medapp.classify.package import Package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.preprocess import PreprocessSpec, RangeSpec
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.jobs import Progress, run_to_end

SIDE = 112
PART = (slice(24, 48), slice(64, 88))
PACKAGE = cast(
    "Package",
    SimpleNamespace(
        path=Path("p"),
        manifest_hash="0" * 64,
        preprocess=PreprocessSpec(size=SIDE, range=RangeSpec("type")),
        metadata=SimpleNamespace(classes=("normal", "spot")),
    ),
)


def spotted() -> Frame:
    """A dark picture with noise and one bright spot."""
    picture = np.random.default_rng(0).integers(40, 60, (SIDE, SIDE), np.uint8)
    picture[PART] = 250
    return Frame(picture)


class SpotEngine:
    """Stands for the engine: its score is the brightness of one part of the picture, less that around it."""

    def __init__(self, heat_map: NDArray[np.float32] | None = None, refused: str | None = None) -> None:
        hot = np.zeros((SIDE, SIDE), np.float32)
        hot[PART] = 1
        self.heat_map = cv2.resize(hot, (7, 7), interpolation=cv2.INTER_AREA) if heat_map is None else heat_map
        self.refused, self.passes = refused, 0

    def predict(self, frame: Frame, package: Path, *, heat_map: bool = False) -> Prediction:
        shares = None if self.refused else {"normal": 0.1, "spot": 0.9}
        key = ModelKey("spot", "1.0", "0" * 64)
        told = Prediction(key, frame.identity, shares, None if self.refused else "spot", refused=self.refused)
        return replace(told, heat_map=None if self.refused else self.heat_map)

    def covered_scores(self, picture: NDArray[np.uint8], masks: NDArray[np.bool_], target: int, package: Any) -> Any:
        assert target == 1
        self.passes += len(masks)
        times = SIDE // CELLS
        whole = np.kron(masks, np.ones((1, times, times), bool))
        covered = np.where(whole, 50.0, picture)
        return covered[:, *PART].mean(axis=(1, 2))

    def slopes(self, picture: NDArray[np.uint8], shares: NDArray[np.float64], target: int, package: Any) -> Any:
        self.passes += len(shares)
        parts = np.zeros(picture.shape)
        parts[PART] = picture[PART] - 50.0
        return parts


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_where_the_score_comes_from(method: Method) -> None:
    told = run_to_end(explain(SpotEngine(), spotted(), PACKAGE, method))
    row, column = np.unravel_index(int(told.heat_map.argmax()), told.heat_map.shape)
    times = SIDE // told.heat_map.shape[0]
    assert PART[0].start - times <= row * times < PART[0].stop
    assert PART[1].start - times <= column * times < PART[1].stop
    assert (told.label, told.method, told.heat_map.max()) == ("spot", method, 1)
    assert told.beaten >= 90, "covering the spot lowers the score more than covers elsewhere"


def test_a_map_of_the_wrong_place_is_found_out() -> None:
    wrong = np.zeros((7, 7), np.float32)
    wrong[6, 0] = 1
    assert run_to_end(explain(SpotEngine(wrong), spotted(), PACKAGE, "gradcam")).beaten < 20


def test_asking_again_gives_the_same_answer() -> None:
    first, second = (run_to_end(explain(SpotEngine(), spotted(), PACKAGE, "occlusion")) for _ in range(2))
    assert first.beaten == second.beaten
    np.testing.assert_array_equal(first.heat_map, second.heat_map)


def test_an_explanation_stops_where_it_is_stopped() -> None:
    engine = SpotEngine()
    job = explain(engine, spotted(), PACKAGE, "occlusion")
    reports = list(itertools.islice(job, 2))
    job.close()
    assert all(isinstance(report, Progress) for report in reports)
    assert engine.passes < 60


def test_progress_ends_with_all_the_looks_that_were_announced() -> None:
    reports = list(explain(SpotEngine(), spotted(), PACKAGE, "integrated-gradients"))
    last = reports[-1]
    assert isinstance(last, Progress)
    assert last.done == last.total > RANDOM_MASKS


@pytest.mark.parametrize("code", ["ood.features", "scope.modality"])
def test_a_refusal_is_not_explained(code: str) -> None:
    with pytest.raises(MedappError) as caught:
        run_to_end(explain(SpotEngine(refused=code), spotted(), PACKAGE, "occlusion"))
    assert caught.value.code == "explain.refused"


def test_a_map_without_any_heat_is_no_better_than_chance() -> None:
    cold = np.zeros((7, 7), np.float32)
    assert run_to_end(explain(SpotEngine(cold), spotted(), PACKAGE, "gradcam")).beaten == 0
