"""Who is sealed is decided once for a project, and holds for every starting model."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.jobs import run_to_end
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.decided import read_decided, write_decided
from medapp.training.cases.survey import survey
from medapp.training.checking.check import Checked, judge
from medapp.training.lineage import Lineage, lineage_of, refuse_seen_pictures, training_set
from tests.training.trial_cases import PlainReaders, write_classes

PATTERN = r"((?:healthy|ill)\d+)_"


def judged(root: Path, salt: str, lineage: Lineage | None = None, sides: Path | None = None) -> Checked:
    surveyed = run_to_end(survey(list_cases(root), PlainReaders(), PATTERN))
    if sides is None:
        return judge(surveyed, salt)
    decided = read_decided(sides)
    return judge(surveyed, decided.salt, decided.sides, lineage.has_learned if lineage else None)


def test_another_starting_model_seals_the_same_patients(tmp_path: Path) -> None:
    cases = write_classes(tmp_path / "cases", 30)
    first, other = lineage_of(None, 1), lineage_of(None, 2)
    checked = judged(cases, first.salt)
    assert judged(cases, other.salt).uses != checked.uses
    write_decided(tmp_path / "sides.json", checked.split)
    again = judged(cases, other.salt, other, tmp_path / "sides.json")
    assert again.uses == checked.uses
    assert not [finding for finding in again.findings if finding.code.startswith("base_knows")]


def test_what_the_starting_model_has_learned_from_is_found_in_the_decided_test(tmp_path: Path) -> None:
    cases = write_classes(tmp_path / "cases", 30)
    first = lineage_of(None, 1)
    kept = training_set(judged(cases, first.salt), first)
    learned = Lineage(kept.salt, dict.fromkeys(kept.patients, "development"), dict.fromkeys(kept.images, "development"))
    other = judged(cases, lineage_of(None, 2).salt)
    write_decided(tmp_path / "sides.json", other.split)
    checked = judged(cases, "", learned, tmp_path / "sides.json")
    n = sum(use == "sealed" for use in checked.uses)
    assert {f.code: f.severity for f in checked.findings}["base_knows_patients"] == "serious"
    with pytest.raises(MedappError) as caught:
        refuse_seen_pictures(checked, learned)
    assert (caught.value.code, caught.value.params) == ("train.base_has_seen", {"n": n})


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"schema_version": 1, "salt": "12345678", "sides": {"x": 1}}'])
def test_damaged_sides_are_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sides.json"
    path.write_bytes(content)
    with pytest.raises(MedappError) as caught:
        read_decided(path)
    assert caught.value.code == "train.split_file"
    path.unlink()
    with pytest.raises(MedappError):
        read_decided(path)
