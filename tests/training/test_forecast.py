"""How long a training takes: the arithmetic, what is remembered, and the time left of the whole run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.folders import user_folders
from medapp.jobs import TimeLeft
from medapp.schemas import check
from medapp.training import process
from medapp.training.cases.case import Case, CaseFolder
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.forecast import PHASES, Rates, Work, forecasts, seconds_after, seconds_of_phases, work_of
from medapp.training.learning.outlook import Outlook
from medapp.training.learning.rates import RATES_FILE, assumed, key_of, rates_here, remember, remembered
from tests.training.trial_cases import write_classes

RATES = Rates(0.005, 0.015, 0.045)
MANY = Work("quick", 5000, 2500)


def total(work: Work, rates: Rates = RATES) -> float:
    return sum(seconds_of_phases(work, rates).values())


def test_more_effort_takes_longer() -> None:
    instant, quick, thorough = (total(replace(MANY, effort=effort)) for effort in ("instant", "quick", "thorough"))
    assert instant < quick < thorough


def test_instant_is_one_look_at_each_picture() -> None:
    seconds = seconds_of_phases(replace(MANY, effort="instant"), RATES)
    assert seconds["features"] == pytest.approx(75)
    assert seconds["learning"] == 0


def test_quick_ends_by_the_clock_where_there_are_many() -> None:
    assert total(MANY) == pytest.approx(14 * 75, rel=0.2)


def test_quick_ends_by_its_passes_where_there_are_few() -> None:
    few = Work("quick", 60, 60)
    passes = 6 * 30 * (48 // 16) * 16 * 0.045
    assert seconds_of_phases(few, RATES)["learning"] == pytest.approx(min(passes, 60), rel=0.3)


def test_steps_that_were_asked_for_are_counted() -> None:
    asked = replace(MANY, steps=100)
    judged = 100 / (2800 // 16) * 0.15 * 4000 * 2 * 0.015
    assert seconds_of_phases(asked, RATES)["learning"] == pytest.approx(100 * 16 * 0.045 + judged, rel=0.01)


def test_epochs_that_were_asked_for_are_counted() -> None:
    asked = replace(MANY, config=replace(TrainConfig(), epochs=2))
    assert seconds_of_phases(asked, RATES)["learning"] == pytest.approx(2 * 2800 * 0.045 + 2 * 18, rel=0.05)


def test_few_patients_are_learned_from_in_several_rounds() -> None:
    few = Work("thorough", 1000, 100, steps=100)
    assert seconds_of_phases(few, RATES)["learning"] == pytest.approx(6 * 100 * 16 * 0.045)


def test_what_comes_after_the_last_phase_is_nothing() -> None:
    assert seconds_after(PHASES[-1], MANY, RATES) == 0
    assert seconds_after("starting", MANY, RATES) < total(MANY)


def test_patients_are_counted_by_their_names_before_anything_is_read() -> None:
    cases = tuple(Case(f"p{n}_{i}.png", f"p{n}_{i}.png", "ill") for n in range(5) for i in range(3))
    folder = CaseFolder(Path(), ("healthy", "ill"), cases)
    config = TrainConfig()
    assert work_of(folder, "quick", config).patients == 15
    assert work_of(folder, "quick", config, pattern=r"(p\d+)_").patients == 5


def test_what_a_run_has_measured_is_remembered_and_mixed_with_what_comes_next() -> None:
    key = key_of("resnet18", "cpu", 2, 224)
    assert remembered(key) is None
    assert rates_here("resnet18", "cpu", 2, 224)[1] == "assumed"
    remember(key, RATES)
    assert remembered(key) == RATES
    remember(key, Rates(0.005, 0.03, 0.045))
    assert remembered(key) == Rates(0.005, pytest.approx(0.03 / 2**0.5), 0.045, pytest.approx(5e-4))
    assert rates_here("resnet18", "cpu", 2, 224)[1] == "earlier"
    assert remembered(key_of("resnet18", "cpu", 4, 224)) is None
    assert key_of("resnet18", "cuda", 2, 224) == key_of("resnet18", "cuda", 4, 224)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"rates": {"resnet18 224 cpu 2": {"looking": "a"}}}'])
def test_a_damaged_memory_is_none(text: str) -> None:
    path = user_folders().data / RATES_FILE
    path.parent.mkdir(parents=True)
    path.write_text(text)
    key = key_of("resnet18", "cpu", 2, 224)
    assert remembered(key) is None
    remember(key, RATES)
    assert remembered(key) == RATES


def test_a_larger_network_and_fewer_cores_take_longer() -> None:
    assert assumed("resnet50", 224, 2).looking > assumed("mobilenet_v2", 224, 2).looking
    assert assumed("mobilenet_v2", 224, 1).looking > assumed("mobilenet_v2", 224, 8).looking


def test_one_run_on_a_busy_machine_does_not_spoil_the_next_forecast() -> None:
    key = key_of("mobilenet_v2", "cpu", 2, 224)
    remember(key, RATES)
    remember(key, replace(RATES, fitting=100 * RATES.fitting))
    found = remembered(key)
    assert found is not None
    assert found.fitting == pytest.approx(10 * RATES.fitting)


def test_what_is_not_measured_yet_changes_with_the_pace_of_the_machine() -> None:
    outlook = Outlook(Work("quick", 1000, 1000), RATES)
    before = outlook.after("head")
    outlook.of_whole("features", 300 * RATES.looking / 2, 300)
    assert before is not None
    halved = outlook.after("head")
    assert halved is not None
    assert halved < 0.6 * before
    outlook.measured(fitting=RATES.fitting)
    settled = outlook.after("features")
    outlook.measured(looking=RATES.looking / 2)
    assert outlook.after("features") == settled


def test_the_time_left_of_the_whole_run_follows_what_was_measured() -> None:
    outlook = Outlook(MANY, RATES)
    before = outlook.after("features")
    outlook.measured(looking=0.03)
    after = outlook.after("features")
    assert before is not None
    assert after == pytest.approx(2 * before, rel=0.2)
    outlook.counted(500, 400)
    assert (outlook.after("features") or 0) < before
    assert outlook.after("something else") is None


def test_while_features_are_made_their_own_speed_tells_what_comes_after() -> None:
    outlook = Outlook(MANY, RATES)
    usual = outlook.of_whole("features", 0.015 * 1000, 1000)
    slow = outlook.of_whole("features", 0.03 * 1000, 1000)
    assert usual is not None
    assert slow == pytest.approx(2 * usual, rel=0.2)
    assert outlook.of_whole("features", None, 1000) is None


def test_a_pause_makes_the_rest_no_longer() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0])
    assert left.after(0, 10) is None
    now[0] = 10.0
    assert left.after(5, 10) == pytest.approx(10)


@pytest.mark.torch
def test_the_command_tells_each_effort_and_trains_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = str(write_classes(tmp_path / "cases", 6))
    asked = ["--estimate", "--architecture", "small_cnn", "--image-size", "32", "--threads", "1", cases]
    assert process.main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    check("estimate", told)
    assert (told["cases"], told["basis"]) == (12, "probe")
    assert process.main(asked) == 0
    assert "12 cases" in capsys.readouterr().out
    assert not user_folders().runs.exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert process.main(["--estimate", "--architecture", "small_cnn", str(tmp_path / "nowhere")]) == 3
    assert "nowhere" in capsys.readouterr().err


def test_it_is_told_as_its_schema_says() -> None:
    check("estimate", forecasts(MANY, RATES, "assumed"))
