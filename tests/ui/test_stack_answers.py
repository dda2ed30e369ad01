"""What the strip chart shows of a stack: each image's score, and in words what they come to together."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from medapp.classify.prediction import ModelKey, Prediction
from medapp.imaging.study import Instance, Patient, Scan, Series, Study
from medapp.ui.cell_state import Place
from medapp.ui.stack_answers import _asked_about, _Points
from medapp.ui.state import JobView, State, series_key
from medapp.workflows.batches import Wanted
from medapp.workflows.worklist import Told

KEY = ModelKey("trial", "1.0", "m")


def points(kind: Literal["dicom", "picture"]) -> _Points:
    instances = tuple(Instance(source=f"/{n}", kind=kind, rows=4, columns=4) for n in range(3))
    made = _Points(Series(uid="", modality="CT", description="", instances=instances))
    made.rules[KEY] = "mean"
    made.take([told(0, 0.1), told(1, 0.7), told(2, 0.4)])
    return made


def told(number: int, p: float, *, is_current: bool = True) -> Told:
    shares = {"ill": p, "well": 1 - p}
    said = Prediction(KEY, str(number), shares, "ill", alarm_class="ill", threshold=0.5)
    return Told(Wanted(f"/{number}", 0), said, is_current)


@pytest.mark.parametrize(("kind", "said"), [("dicom", "mean 40 %"), ("picture", "highest 70 % (image 2)")])
def test_a_stack_comes_to_one_score_and_the_pictures_of_a_folder_do_not(
    kind: Literal["dicom", "picture"], said: str
) -> None:
    view = points(kind).view()
    assert said in view.text
    assert ("mean" in view.text) is (kind == "dicom")
    np.testing.assert_allclose(view.scores, [0.1, 0.7, 0.4])
    assert view.limit == 0.5
    assert "ill: " in view.text


def test_an_older_models_answer_is_no_part_of_the_stack() -> None:
    made = points("dicom")
    made.take([told(1, 0.99, is_current=False)])
    assert "mean 40 %" in made.view().text


def test_a_job_that_is_done_meanwhile_takes_no_answer_away() -> None:
    series = Series("", "CT", tuple(Instance(f"/{n}", "dicom", 4, 4) for n in range(3)))
    scan = Scan((Study("1", Patient(), (series,)),))
    state = State(scan=scan, place=Place(series_key(series), 0), panel_open=True)
    assert _asked_about(state) is series
    assert _asked_about(replace(state, jobs=(JobView(1, "Saving"),))) is series
    assert _asked_about(replace(state, panel_open=False)) is None
