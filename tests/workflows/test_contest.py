"""Champion against challenger: on sealed patients only, paired, and nothing is put in use by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from medapp import schemas
from medapp.classify.contents import TrainingSet
from medapp.classify.package import Package
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.jobs import Progress, run_to_end
from medapp.training.cases.split import SEALED_FRACTION, position
from medapp.training.cases.survey import content_hash
from medapp.workflows.contest import Contest, run_contest
from medapp.workflows.rivals import champion_for
from tests.training.trial_cases import PlainReaders, write_classes
from tests.workflows.answering import CLASSES, SALT, AnsweringEngine, contents, model

PATTERN = r"((?:testhealthy|testill|healthy|ill)\d+)_"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("Fälle ü"), 40, 2)


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


def held(cases: Path, champion: Package, challenger: Package, engine: AnsweringEngine, margin: float = 0.02) -> Contest:
    job = run_contest(cases, champion, challenger, PlainReaders(), engine, pattern=PATTERN, margin=margin)
    contest = run_to_end(job)
    schemas.check("comparison", json.loads(json.dumps(contest.to_json())))
    return contest


def code_of(cases: Path, champion: Package, challenger: Package, engine: AnsweringEngine, margin: float = 0.02) -> str:
    with pytest.raises(MedappError) as caught:
        held(cases, champion, challenger, engine, margin)
    return caught.value.code


def patients(number: range, *names: str) -> list[str]:
    return [f"patient:{name}{n:03}" for name in names or CLASSES for n in number]


def test_a_better_challenger_is_told_with_the_cases_that_it_gains(
    cases: Path, tmp_path: Path, engine: AnsweringEngine
) -> None:
    engine.noise = {"old": 12.0}
    result = held(cases, model(tmp_path, "old"), model(tmp_path, "new"), engine).comparison
    assert result.verdict == "better"
    assert (result.cases, result.patients) == (160, 80)
    assert result.counts["gained"] > result.counts["lost"] == 0
    flip = result.flips[0]
    assert (flip.kind, flip.challenger) == ("gained", flip.truth)
    assert (cases / flip.case).is_file()
    assert 0 < result.detectable < 1


def test_a_worse_challenger_is_told(cases: Path, tmp_path: Path, engine: AnsweringEngine) -> None:
    engine.noise = {"new": 12.0}
    result = held(cases, model(tmp_path, "old"), model(tmp_path, "new"), engine).comparison
    assert result.verdict == "worse"
    assert result.counts["lost"] > 0


def test_two_faultless_models_on_few_cases_prove_no_small_margin(tmp_path: Path, engine: AnsweringEngine) -> None:
    few = write_classes(tmp_path / "few", 4)
    first, second = model(tmp_path, "old"), model(tmp_path, "new")
    assert held(few, first, second, engine).comparison.verdict == "cannot_tell"
    wide = held(few, first, second, engine, margin=0.5).comparison
    assert (wide.verdict, wide.flips) == ("not_worse", ())
    assert wide.detectable > 0.1


def test_only_what_the_challenger_has_sealed_is_asked_about(
    cases: Path, tmp_path: Path, engine: AnsweringEngine
) -> None:
    learned = [key for key in patients(range(40)) if position(TrainingSet(SALT).hashed(key)) >= SEALED_FRACTION]
    new = model(tmp_path, "new", learned)
    result = held(cases, model(tmp_path, "old", learned[:9]), new, engine).comparison
    assert result.patients == 80 - len(learned)
    assert len(engine.asked) == 2 * result.cases


def test_a_given_test_is_taken_as_it_is(tmp_path: Path, engine: AnsweringEngine) -> None:
    root = write_classes(tmp_path / "given", 5, part="train")
    write_classes(root, 4, part="test")
    pattern_keys = [f"patient:testhealthy{n:03}" for n in range(4)]
    result = held(root, model(tmp_path, "old"), model(tmp_path, "new"), engine).comparison
    assert (result.cases, result.patients) == (8, 8)
    assert code_of(root, model(tmp_path / "a", "old", pattern_keys[:1]), model(tmp_path / "a", "new"), engine) == (
        "champion.has_learned"
    )


@pytest.mark.parametrize("who", ["old", "new"])
def test_a_model_that_has_learned_from_a_sealed_patient_is_refused_with_their_number(
    tmp_path: Path, engine: AnsweringEngine, who: str
) -> None:
    root = write_classes(tmp_path / "given", 4, part="test")
    learned = {"old": [], "new": [], who: ["patient:testill000", "patient:testill003"]}
    pair = [model(tmp_path, name, learned[name]) for name in ("old", "new")]
    with pytest.raises(MedappError) as caught:
        held(root, pair[0], pair[1], engine)
    assert caught.value.code == "champion.has_learned"
    assert caught.value.params == {"name": who.capitalize(), "n": 2, "total": 8}
    assert engine.asked == []


def test_a_model_that_has_learned_from_a_sealed_picture_of_another_name_is_refused(
    tmp_path: Path, engine: AnsweringEngine
) -> None:
    root = write_classes(tmp_path / "given", 4, part="test")
    picture = next((root / "test" / "ill").iterdir())
    kept = TrainingSet(SALT)
    seen = TrainingSet(SALT, images={kept.hashed(content_hash(PlainReaders().frame(str(picture)))): "train"})
    assert code_of(root, model(tmp_path, "old", training_set=seen), model(tmp_path, "new"), engine) == (
        "champion.has_learned"
    )


def test_models_that_answer_different_questions_are_refused_before_anything_is_read(
    cases: Path, tmp_path: Path, engine: AnsweringEngine
) -> None:
    old = model(tmp_path, "old")
    metadata, calibration = contents("x").metadata, old.calibration
    other = model(tmp_path, "other", metadata=metadata, calibration=replace(calibration, alarm_class="NODULE"))
    reverse = model(tmp_path, "reverse", calibration=replace(calibration, alarm_class="healthy"))
    assert code_of(cases, old, other, engine) == "champion.classes"
    assert code_of(cases, old, reverse, engine) == "champion.alarm"
    assert code_of(cases, old, old, engine) == "champion.same"
    assert code_of(cases, old, model(tmp_path, "new"), engine, margin=0.0) == "champion.margin"


def test_classes_in_another_order_and_case_are_the_same_classes(
    cases: Path, tmp_path: Path, engine: AnsweringEngine
) -> None:
    old = model(tmp_path, "old")
    swapped = replace(old.metadata, id="new", classes=("Ill", "Healthy"))
    new = model(tmp_path, "new", metadata=swapped, calibration=replace(old.calibration, alarm_class="Ill"))
    result = held(cases, old, new, engine).comparison
    assert result.champion.value == result.challenger.value == 1.0
    assert result.flips == ()


def test_refused_cases_are_left_out_and_counted(cases: Path, tmp_path: Path, engine: AnsweringEngine) -> None:
    names = [cases / "ill" / f"ill{n:03}_0.png" for n in range(5)]
    engine.refuses["new"] = {PlainReaders().frame(str(name)).identity for name in names}
    result = held(cases, model(tmp_path, "old"), model(tmp_path, "new"), engine).comparison
    assert (result.cases, dict(result.refused)) == (155, {"champion": 0, "challenger": 5, "either": 5})
    assert any("refused" in sentence for sentence in result.sentences())


def test_where_one_refuses_everything_nothing_is_compared(tmp_path: Path, engine: AnsweringEngine) -> None:
    root = write_classes(tmp_path / "few", 3)
    engine.refuses["new"] = {PlainReaders().frame(str(path)).identity for path in root.rglob("*.png")}
    assert code_of(root, model(tmp_path, "old"), model(tmp_path, "new"), engine) == "champion.nothing_answered"


def test_cases_of_one_class_are_not_enough(tmp_path: Path, engine: AnsweringEngine) -> None:
    root = write_classes(tmp_path / "few", 3)
    for path in (root / "ill").iterdir():
        path.unlink()
    assert code_of(root, model(tmp_path, "old"), model(tmp_path, "new"), engine) == "champion.one_class"


def test_what_was_learned_and_not_recorded_is_told(cases: Path, tmp_path: Path, engine: AnsweringEngine) -> None:
    contest = held(cases, model(tmp_path, "old", training_set=None), model(tmp_path, "new", ["patient:x"]), engine)
    assert [warning for warning in contest.warnings() if "Old" in warning]
    assert not [warning for warning in contest.warnings() if "New" in warning]


def test_a_failing_engine_is_told_and_a_contest_can_be_stopped(
    cases: Path, tmp_path: Path, engine: AnsweringEngine
) -> None:
    old, new = model(tmp_path, "old"), model(tmp_path, "new")
    job = run_contest(cases, old, new, PlainReaders(), engine, pattern=PATTERN)
    while not engine.asked:
        assert isinstance(next(job), Progress)
    job.close()
    assert len(engine.asked) < 160
    engine.fails = {"new"}
    assert code_of(cases, old, new, engine) == "engine.died"


def test_the_champion_is_the_model_in_use_for_the_same_classes_and_images(tmp_path: Path) -> None:
    new = model(tmp_path, "new", scope=Scope(("DX",)))
    elsewhere = model(tmp_path, "elsewhere", scope=Scope(("CT",)))
    metadata = contents("other").metadata
    other = model(tmp_path, "other", metadata=metadata, calibration=contents("other").calibration)
    old = model(tmp_path, "old", scope=Scope(("CR", "DX")))
    found = champion_for(new, (elsewhere, other, new, old))
    assert found is old
    assert champion_for(new, (elsewhere, other, new)) is None
