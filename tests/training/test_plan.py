"""How many steps an effort makes: thorough counts them, so that the same seed makes the same weights."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from medapp.classify.preprocess import PreprocessSpec
from medapp.training.cases.decided import Decided
from medapp.training.learning.config import TrainConfig
from medapp.training.lineage import Lineage
from medapp.training.plan import Plan
from medapp.training.runs.request import Effort, RunRequest

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("effort", "asked", "cases", "steps"),
    [
        ("thorough", 0, 40, 500),
        ("thorough", 0, 400, 750),
        ("thorough", 0, 5000, 2000),
        ("thorough", 12, 5000, 12),
        ("quick", 0, 5000, None),
        ("quick", 7, 5000, 7),
    ],
)
def test_thorough_counts_its_steps_and_quick_only_where_it_is_asked_to(
    effort: Effort, asked: int, cases: int, steps: int | None
) -> None:
    request = replace(RunRequest("cases"), effort=effort, steps=asked)
    sides = Lineage("salt"), Decided("salt", {})
    plan = Plan(request, TrainConfig(), torch.device("cpu"), None, "small_cnn", PreprocessSpec(), *sides)
    assert plan.steps_for(cases) == steps
