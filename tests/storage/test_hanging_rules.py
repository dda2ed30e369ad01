"""A person's hanging rules come back as they were saved, and survive what files suffer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.display.hanging import CellRule, Rule
from medapp.errors import MedappError
from medapp.imaging.study import Window
from medapp.storage.hanging_rules import OwnRules, built_in

RULES = (
    Rule(
        "Lunge und Weichteil ü",
        ("CT",),
        1,
        3,
        (
            CellRule(plane="axial", description="Lunge", window=Window(-600.5, 1500)),
            CellRule(like=0, prior=1, preset="lung"),
            CellRule(empty=True),
        ),
        words=("CHEST",),
        fewest=2,
        link=("scroll", "zoom"),
        own=True,
    ),
    Rule("MG", ("MG",), 1, 1, (CellRule(("CC",), "R", wall="right"),), own=True),
)


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    OwnRules(tmp_path / "neu ü" / "hanging.json").save(RULES)
    assert OwnRules(tmp_path / "neu ü" / "hanging.json").load() == RULES


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert OwnRules(tmp_path / "hanging.json").load() == ()


def test_of_a_damaged_file_what_is_whole_is_kept_and_the_file_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "hanging.json"
    OwnRules(file).save(RULES)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["rules"][1]["rows"] = 99
    file.write_text(json.dumps(document), encoding="utf-8")
    assert OwnRules(file).load() == RULES[:1]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rules": 7}', "\0\0"])
def test_a_file_of_nonsense_has_no_rules(tmp_path: Path, text: str) -> None:
    (tmp_path / "hanging.json").write_text(text, encoding="utf-8")
    assert OwnRules(tmp_path / "hanging.json").load() == ()


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "hanging.json"
    file.write_text('{"schema_version": 99, "rules": []}', encoding="utf-8")
    with pytest.raises(MedappError, match="newer"):
        OwnRules(file).load()
    assert "99" in file.read_text(encoding="utf-8")


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(MedappError, match="unwritable"):
        OwnRules(tmp_path / "file" / "hanging.json").save(RULES)


def test_the_rules_that_come_with_the_program_fit_their_schema() -> None:
    assert [rule.name for rule in built_in()] == ["mammography", "chest", "ct_with_prior"]
