"""What a model's ancestors have seen stays known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medapp.classify.contents import TrainingSet
from medapp.classify.package import Package
from medapp.errors import MedappError
from medapp.jobs import run_to_end
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.split import salted
from medapp.training.cases.survey import survey
from medapp.training.checking.check import Checked, judge
from medapp.training.lineage import Lineage, lineage_of, refuse_seen_pictures, training_set
from tests.training.trial_cases import PlainReaders, write_classes
from tests.trial_packages import package_at

PATTERN = r"((?:train|test)?(?:healthy|ill)\d+)_"


def judged(root: Path, lineage: Lineage) -> Checked:
    surveyed = run_to_end(survey(list_cases(root), PlainReaders(), PATTERN))
    return judge(surveyed, lineage.salt, lineage.sides)


def heir(folder: Path, kept: TrainingSet) -> Package:
    return package_at(folder, training_set=kept)


def test_without_a_base_the_seed_makes_the_salt() -> None:
    assert lineage_of(None, 3) == lineage_of(None, 3) != lineage_of(None, 4)


def test_a_package_remembers_each_patient_and_picture_once(tmp_path: Path) -> None:
    lineage = lineage_of(None, 0)
    checked = judged(write_classes(tmp_path, 10, images=2), lineage)
    kept = training_set(checked, lineage)
    assert (len(kept.patients), len(kept.images)) == (20, 40)
    for seen, use in zip(checked.survey.seen, checked.uses, strict=True):
        expected = {"sealed": "test", "development": "train"}[use]
        assert kept.patients[salted(kept.salt, seen.case.patient)] == expected
        assert kept.images[salted(kept.salt, seen.content)] == expected


def test_retraining_keeps_the_sides_of_all_whom_the_base_knows(tmp_path: Path) -> None:
    first = lineage_of(None, 0)
    before = training_set(judged(write_classes(tmp_path / "a", 20), first), first)
    second = lineage_of(heir(tmp_path / "base", before), seed=7)
    after = training_set(judged(write_classes(tmp_path / "b", 25), second), second)
    assert after.salt == before.salt
    assert before.patients.items() <= after.patients.items()
    assert len(after.patients) == 50


def test_what_an_ancestor_has_learned_from_stays_known_over_other_cases(tmp_path: Path) -> None:
    first = lineage_of(None, 0)
    before = training_set(judged(write_classes(tmp_path / "a", 10), first), first)
    second = lineage_of(heir(tmp_path / "base", before), seed=0)
    after = training_set(judged(write_classes(tmp_path / "b", 8, part="train"), second), second)
    assert before.images.items() <= after.images.items()
    assert len(after.patients) == 36


def test_a_given_test_with_a_picture_that_the_base_has_learned_from_is_refused(tmp_path: Path) -> None:
    lineage = lineage_of(None, 0)
    cases = write_classes(tmp_path, 8, part="train")
    write_classes(tmp_path, 4, part="test")
    checked = judged(cases, lineage)
    sealed = next(s for s, use in zip(checked.survey.seen, checked.uses, strict=True) if use == "sealed")
    refuse_seen_pictures(checked, lineage)
    seen = replace(lineage, images={salted(lineage.salt, sealed.content): "development"})
    with pytest.raises(MedappError) as caught:
        refuse_seen_pictures(checked, seen)
    assert (caught.value.code, caught.value.params) == ("train.base_has_seen", {"n": 1})


def test_a_patient_of_the_given_test_whom_the_base_has_met_is_a_serious_finding(tmp_path: Path) -> None:
    lineage = lineage_of(None, 0)
    cases = write_classes(tmp_path, 8, part="train")
    write_classes(tmp_path, 4, part="test")
    met = replace(lineage, patients={salted(lineage.salt, "patient:testill000"): "development"})
    found = {finding.code: finding for finding in judged(cases, met).findings}
    assert found["base_knows_patients"].severity == "serious"
    assert found["base_knows_patients"].params == {"n": 1}


def test_patients_for_learning_whom_the_base_has_met_are_told(tmp_path: Path) -> None:
    first = lineage_of(None, 0)
    before = training_set(judged(write_classes(tmp_path / "a", 10), first), first)
    second = lineage_of(heir(tmp_path / "base", before), seed=0)
    found = {finding.code: finding.severity for finding in judged(tmp_path / "a", second).findings}
    assert found["base_knows_cases"] == "caution"
    assert "base_knows_patients" not in found
