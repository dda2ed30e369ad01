"""Two models for the same images: which one is asked is decided by a rule, and told as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.classify.overlap import overlaps
from medapp.classify.package import Package, write_package
from medapp.classify.registry import Registry
from medapp.classify.scope import PICTURE, Scope
from medapp.folders import user_folders
from tests.trial_packages import contents

WIDE = Scope(("DX", "CR"))
NARROW = Scope(("DX", "CR"), body_parts=("CHEST",))


def station(folder: Path, **scopes: Scope) -> tuple[Registry, list[Package]]:
    """Return a registry with a model for each scope, all in use, the last one activated last."""
    registry = Registry(user_folders(), folder / "builtin")
    for name, scope in scopes.items():
        registry.install(write_package(folder / name, contents(name, scope=scope)).path)
        registry.activate(name)
    return registry, [registry.get(name) for name in scopes]


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        (WIDE, WIDE, "always"),
        (WIDE, Scope(("CT",)), None),
        (NARROW, WIDE, "sometimes"),
        (WIDE, NARROW, "sometimes"),
        (Scope(("DX",), body_parts=("CHEST",)), Scope(("DX",), body_parts=("HAND",)), "always"),
        (Scope(("DX",), views=("PA",)), Scope(("DX",), body_parts=("CHEST",)), "sometimes"),
        (Scope((PICTURE,)), Scope((PICTURE, "DX")), "always"),
        (Scope(), Scope(), "always"),
    ],
)
def test_the_model_that_was_activated_last_is_asked_as_its_overlap_says(
    tmp_path: Path, first: Scope, second: Scope, asked: str | None
) -> None:
    registry, (_, latest) = station(tmp_path, first=first, second=second)
    assert [overlap.asked for overlap in overlaps(latest, registry.in_use())] == ([] if asked is None else [asked])


def test_the_model_that_was_activated_before_is_never_asked_about_what_another_like_it_is(tmp_path: Path) -> None:
    registry, (before, _) = station(tmp_path, first=WIDE, second=WIDE)
    assert [overlap.asked for overlap in overlaps(before, registry.in_use())] == ["never"]


@pytest.mark.parametrize(("part", "asked"), [("CHEST", "second"), ("HAND", "first"), ("", "first")])
def test_what_is_told_is_what_the_registry_does(tmp_path: Path, part: str, asked: str) -> None:
    registry, _ = station(tmp_path, second=NARROW, first=WIDE)
    answering = registry.active("DX", part)
    assert answering is not None
    assert answering.metadata.id == asked


def test_what_the_program_ships_gives_way_to_an_own_model_until_it_is_activated_again(tmp_path: Path) -> None:
    write_package(tmp_path / "builtin" / "starter", contents("starter", scope=NARROW))
    registry, (own,) = station(tmp_path, own=Scope())
    starter = registry.get("starter")
    assert registry.active("DX", "CHEST") == own
    assert [overlap.asked for overlap in overlaps(own, registry.in_use(), registry.shipped())] == ["always"]
    assert [overlap.asked for overlap in overlaps(starter, registry.in_use(), registry.shipped())] == ["never"]
    registry.activate("starter")
    assert registry.active("DX", "CHEST") == starter


def test_an_own_model_for_other_images_leaves_the_shipped_one_its_own(tmp_path: Path) -> None:
    write_package(tmp_path / "builtin" / "starter", contents("starter", scope=WIDE))
    registry, _ = station(tmp_path, own=Scope(("CT",)))
    found = registry.active("DX")
    assert found is not None
    assert found.metadata.id == "starter"
