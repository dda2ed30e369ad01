"""Textbook settings: what they change of the recipe, and a plain training from the network's own random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from medapp.classify.package import Package, write_package
from medapp.errors import MedappError
from medapp.training.arguments import parse, request_of
from medapp.training.cases.glimpse import Glimpse
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.textbook import learning_rate, optimizer_of
from medapp.training.plan import make_plan
from medapp.training.runs.request import RunRequest
from tests.trial_packages import backbone

pytestmark = pytest.mark.torch


@pytest.fixture
def base(tmp_path: Path) -> Package:
    return write_package(tmp_path / "base", backbone())


def asked(**settings: Any) -> RunRequest:
    return RunRequest("cases", device="cpu", threads=1, **settings)


def request_from(*arguments: str) -> RunRequest:
    return request_of(parse(["cases", *arguments]))


def test_without_any_setting_the_recipe_stays() -> None:
    plan = make_plan(asked(architecture="textbook_cnn", effort="quick"), None)
    assert plan.config == TrainConfig(threads=1)


@pytest.mark.parametrize(("side", "size"), [(8, 32), (28, 32), (64, 64), (100, 112), (2000, 128), (0, 128)])
def test_from_scratch_the_network_sees_small_pictures_small(side: int, size: int) -> None:
    assert make_plan(asked(architecture="textbook_cnn"), None).seeing(Glimpse(side=side)).spec.size == size


def test_a_size_that_was_asked_for_or_that_the_starting_model_has_stays(base: Package) -> None:
    assert make_plan(asked(architecture="textbook_cnn", image_size=48), None).seeing(Glimpse(side=8)).spec.size == 48
    assert make_plan(asked(), base).seeing(Glimpse(colour=True, side=8)).spec == replace(base.preprocess, colour="rgb")


def test_from_scratch_any_setting_makes_a_plain_training() -> None:
    config = make_plan(asked(architecture="textbook_cnn", optimiser="sgd", epochs=10), None).config
    assert (config.plain, config.optimiser, config.momentum, config.epochs) == (True, "sgd", 0.9, 10)
    assert config.scratch_rate == config.head_rate
    assert (config.warm_up, config.clip, config.decay, config.average_decay) == (0, 0, 0, 0)


def test_with_a_starting_model_the_settings_take_the_place_of_the_recipes(base: Package) -> None:
    config = make_plan(asked(rate=0.02, batch=5, schedule="step"), base).config
    assert not config.plain
    assert (config.body_rate, config.head_rate, config.batch, config.schedule) == (0.02, 0.02, 5, "step")
    assert config.clip == TrainConfig().clip


def test_the_optimiser_is_the_one_that_was_asked_for() -> None:
    parameter = torch.nn.Parameter(torch.ones(2, 2))
    made = {
        name: optimizer_of([{"params": [parameter], "lr": 0.1}], TrainConfig(optimiser=name))
        for name in ("adamw", "adam", "sgd")
    }
    assert [type(optimizer) for optimizer in made.values()] == [torch.optim.AdamW, torch.optim.Adam, torch.optim.SGD]
    assert made["sgd"].param_groups[0]["momentum"] == 0.9


def test_the_rate_falls_as_the_schedule_says() -> None:
    shares = (0.0, 0.4, 0.8, 1.0)
    assert [learning_rate(s, 0.0, "constant") for s in shares] == [1, 1, 1, 1]
    assert [learning_rate(s, 0.0, "step") for s in shares] == pytest.approx([1, 0.1, 0.01, 0.01])
    cosine = [learning_rate(s, 0.0) for s in shares]
    assert cosine[0] == 1 > cosine[1] > cosine[2] > cosine[3] == pytest.approx(0)


def test_the_request_comes_back_from_its_own_arguments() -> None:
    request = asked(
        architecture="resnet18", effort="quick", optimiser="adam", rate=2e-5, epochs=3, batch=8, schedule="constant"
    )
    assert request_from(*request.arguments()[:-2]).arguments()[:-1] == request.arguments()[:-1]


@pytest.mark.parametrize(
    ("arguments", "effort"),
    [
        ([], "instant"),
        (["--base", "some"], "instant"),
        (["--base", "some", "--architecture", "resnet18"], "instant"),
        (["--base", "some", "--optimizer", "sgd"], "quick"),
        (["--architecture", "textbook_cnn"], "quick"),
        (["--architecture", "textbook_cnn", "--effort", "instant", "--image-size", "32"], "instant"),
    ],
)
def test_where_no_effort_is_given_it_is_one_that_can_learn_what_was_asked_for(
    arguments: list[str], effort: str
) -> None:
    assert request_from(*arguments).effort == effort


def refused(base: Package | None, **settings: Any) -> str:
    with pytest.raises(MedappError) as caught:
        make_plan(asked(**settings), base)
    return caught.value.code


def test_a_network_may_be_named_beside_its_starting_model_and_no_other(base: Package) -> None:
    assert make_plan(asked(architecture="small_cnn"), base).architecture == "small_cnn"
    assert refused(base, architecture="resnet18") == "train.other_architecture"
    assert refused(base, architecture="vgg99") == "network.unknown"


def test_the_pictures_have_the_size_that_was_asked_for_where_the_network_takes_it(base: Package) -> None:
    assert make_plan(asked(image_size=96), base).spec.size == 96
    assert make_plan(asked(architecture="vit_b_16", image_size=64), None).spec.size == 64
    assert refused(None, architecture="vit_b_16", image_size=100) == "train.image_size"
    assert refused(None, architecture="densenet121", image_size=30) == "train.image_size"
