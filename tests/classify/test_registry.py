"""The models of a station: what is listed, what is in use, and what comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medapp.classify.in_use import STATE_FILE
from medapp.classify.package import write_package
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.folders import Folders, user_folders
from tests.trial_packages import backbone, contents, package_at


@pytest.fixture
def folders() -> Folders:
    return user_folders()


@pytest.fixture
def registry(folders: Folders, tmp_path: Path) -> Registry:
    return Registry(folders, tmp_path / "builtin")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return package_at(tmp_path / "source").path


def code_of(action: object, *arguments: object) -> str:
    with pytest.raises(MedappError) as caught:
        action(*arguments)  # type: ignore[operator]
    return caught.value.code


def in_use(registry: Registry) -> list[str]:
    return [f"{p.metadata.id}@{p.metadata.version}" for p in registry.in_use()]


def test_a_new_station_has_no_model(registry: Registry) -> None:
    assert registry.list().entries == ()
    assert registry.active("CR") is None


def test_an_installed_model_is_listed_and_not_in_use(registry: Registry, source: Path) -> None:
    registry.install(source)
    (entry,) = registry.list().entries
    assert (entry.ref.id, entry.builtin, entry.active) == ("trial", False, False)


def test_an_activated_model_is_asked_about_what_fits_its_scope(registry: Registry, source: Path) -> None:
    registry.install(source)
    registry.activate("trial")
    active = registry.active("DX")
    assert active is not None
    assert active.metadata.id == "trial"
    assert registry.active("CT") is None


def test_installing_the_same_twice_changes_nothing(registry: Registry, source: Path) -> None:
    assert registry.install(source).path == registry.install(source).path
    assert len(registry.list().entries) == 1


def test_other_content_under_the_same_name_is_refused(registry: Registry, source: Path, tmp_path: Path) -> None:
    registry.install(source)
    other = package_at(tmp_path / "other", card="# Something else\n")
    assert code_of(registry.install, other.path) == "registry.installed"


def test_the_newest_version_is_meant_where_none_is_named(registry: Registry, tmp_path: Path) -> None:
    for version in ("1.10", "1.9", "1"):
        made = contents("trial", version)
        registry.install(write_package(tmp_path / version, made).path)
    assert registry.get("trial").metadata.version == "1.10"
    assert registry.get("trial@1.9").metadata.version == "1.9"


def test_rollback_goes_back_step_by_step(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        registry.install(write_package(tmp_path / name, contents(name)).path)
        registry.activate(name)
    assert in_use(registry) == ["two@1.0", "one@1.0"]
    registry.rollback()
    assert in_use(registry) == ["one@1.0"]
    registry.rollback()
    assert in_use(registry) == []
    assert code_of(registry.rollback) == "registry.no_history"


def test_models_for_different_modalities_are_in_use_side_by_side(registry: Registry, tmp_path: Path) -> None:
    for name, modality in (("chest", "DX"), ("head", "CT")):
        made = contents(name, scope=Scope((modality,)))
        registry.install(write_package(tmp_path / name, made).path)
        registry.activate(name)
    assert [getattr(registry.active(m), "metadata").id for m in ("DX", "CT")] == ["chest", "head"]  # noqa: B009


def test_what_is_in_use_outlives_the_program(
    registry: Registry, source: Path, folders: Folders, tmp_path: Path
) -> None:
    registry.install(source)
    registry.activate("trial")
    assert in_use(Registry(folders, tmp_path / "builtin")) == ["trial@1.0"]


def test_a_built_in_model_is_in_use_until_another_is_and_cannot_be_removed(
    registry: Registry, source: Path, tmp_path: Path
) -> None:
    write_package(tmp_path / "builtin" / "starter", contents("starter"))
    write_package(tmp_path / "builtin" / "base", backbone("base"))
    assert in_use(registry) == ["starter@1.0"]
    assert code_of(registry.remove, "starter") == "registry.builtin"
    registry.install(source)
    registry.activate("trial")
    assert in_use(registry) == ["trial@1.0", "starter@1.0"]
    registry.rollback()
    assert in_use(registry) == ["starter@1.0"]


def test_a_model_in_use_is_not_removed_until_it_is_taken_out_of_use(
    registry: Registry, source: Path, folders: Folders
) -> None:
    registry.install(source)
    registry.activate("trial")
    assert code_of(registry.remove, "trial") == "registry.remove_in_use"
    assert in_use(registry) == ["trial@1.0"]
    registry.deactivate("trial")
    registry.remove("trial")
    assert registry.list().entries == ()
    assert in_use(registry) == []
    assert not (folders.models / "trial" / "1.0").exists()


def test_a_model_taken_out_of_use_stays_installed_and_comes_back_with_the_step_before(
    registry: Registry, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.activate(name)
    assert registry.deactivate("one").metadata.id == "one"
    assert in_use(registry) == ["two@1.0"]
    assert code_of(registry.deactivate, "one") == "registry.not_in_use"
    registry.rollback()
    assert in_use(registry) == ["two@1.0", "one@1.0"]


def test_the_version_in_use_is_meant_where_one_is_taken_out_of_use(registry: Registry, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        registry.install(write_package(tmp_path / version, contents("trial", version)).path)
    registry.activate("trial@1.0")
    assert code_of(registry.deactivate, "trial@2.0") == "registry.not_in_use"
    assert registry.deactivate("trial").metadata.version == "1.0"


def test_a_built_in_model_can_be_taken_out_of_use(registry: Registry, tmp_path: Path) -> None:
    write_package(tmp_path / "builtin" / "starter", contents("starter"))
    registry.deactivate("starter")
    assert in_use(registry) == []


def test_a_starting_model_cannot_be_put_in_use(registry: Registry, tmp_path: Path) -> None:
    registry.install(write_package(tmp_path / "base", backbone()).path)
    assert code_of(registry.activate, "base") == "registry.backbone"


@pytest.mark.parametrize("action", ["get", "activate", "remove"])
@pytest.mark.parametrize("name", ["nothing", "trial@9", "", "../../etc", "trial@"])
def test_an_unknown_name_is_told(registry: Registry, source: Path, action: str, name: str) -> None:
    if name != "trial@":
        registry.install(source)
    assert code_of(getattr(registry, action), name) == "registry.unknown"


def test_a_damaged_package_is_a_problem_and_the_others_are_listed(
    registry: Registry, source: Path, tmp_path: Path, folders: Folders
) -> None:
    registry.install(source)
    registry.install(write_package(tmp_path / "two", contents("two")).path)
    (folders.models / "two" / "1.0" / "LICENSE").write_text("changed")
    listing = Registry(folders, tmp_path / "builtin").list()
    assert [entry.ref.id for entry in listing.entries] == ["trial"]
    assert [problem.code for problem in listing.problems] == ["package.hash"]


def test_a_damaged_package_can_be_installed_again(
    registry: Registry, source: Path, folders: Folders, tmp_path: Path
) -> None:
    registry.install(source)
    (folders.models / "trial" / "1.0" / "LICENSE").unlink()
    fresh = Registry(folders, tmp_path / "builtin")
    fresh.install(source)
    assert [entry.ref.id for entry in fresh.list().entries] == ["trial"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1, "active": 3, "history": []}'])
def test_a_damaged_record_of_what_is_in_use_stops_nothing(
    registry: Registry, source: Path, folders: Folders, text: str
) -> None:
    registry.install(source)
    (folders.models / STATE_FILE).write_text(text)
    assert in_use(registry) == []
    registry.activate("trial")
    assert in_use(registry) == ["trial@1.0"]


def test_an_exported_model_can_be_installed_elsewhere(registry: Registry, source: Path, tmp_path: Path) -> None:
    installed = registry.install(source)
    registry.export("trial", tmp_path / "für Kollegen.zip")
    elsewhere = Registry(Folders(*(tmp_path / "elsewhere" / n for n in "abc")), tmp_path / "builtin")
    assert elsewhere.install(tmp_path / "für Kollegen.zip").manifest_hash == installed.manifest_hash


def test_an_install_that_fails_leaves_nothing(registry: Registry, source: Path, folders: Folders) -> None:
    (source / "LICENSE").write_text("changed")
    assert code_of(registry.install, source) == "package.hash"
    assert not folders.models.exists()


def test_the_hash_names_the_content_and_not_the_place(registry: Registry, source: Path) -> None:
    assert registry.install(source).manifest_hash == package_hash(source)


def package_hash(path: Path) -> str:
    import hashlib

    return hashlib.sha256((path / "MANIFEST.sha256").read_bytes()).hexdigest()


def test_a_version_is_part_of_the_name(registry: Registry, tmp_path: Path) -> None:
    made = contents()
    second = replace(made, metadata=replace(made.metadata, version="2"))
    registry.install(write_package(tmp_path / "1", made).path)
    registry.install(write_package(tmp_path / "2", second).path)
    registry.activate("trial@1.0")
    assert in_use(registry) == ["trial@1.0"]


ANY_DX = Scope(("DX",))


def install(registry: Registry, tmp_path: Path, name: str, scope: Scope = ANY_DX) -> None:
    registry.install(write_package(tmp_path / name, contents(name, scope=scope)).path)


def asked(registry: Registry, *said: str) -> str | None:
    package = registry.active(*said)
    return None if package is None else package.metadata.id


def test_the_model_whose_scope_names_most_of_the_image_is_asked(registry: Registry, tmp_path: Path) -> None:
    narrow = Scope(("DX",), body_parts=("CHEST",), views=("PA",))
    for name, scope in (("frontal", narrow), ("chest", replace(narrow, views=())), ("any", Scope())):
        install(registry, tmp_path, name, scope)
        registry.activate(name)
    assert asked(registry, "DX", "CHEST", "PA") == "frontal"
    assert asked(registry, "DX", "CHEST", "LL") == "chest"
    assert asked(registry, "DX", "KNEE") == "any"
    assert asked(registry, "DX") == "any"
    assert asked(registry, "CT") == "any"


def test_of_equally_specific_models_the_one_activated_last_is_asked(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.activate(name)
    assert asked(registry, "DX") == "two"
    registry.activate("one")
    assert asked(registry, "DX") == "one"


def test_activating_the_same_twice_is_one_step_back(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.activate(name)
    registry.activate("two")
    registry.rollback()
    assert in_use(registry) == ["one@1.0"]


def test_rollback_passes_over_a_removed_model(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        install(registry, tmp_path, name)
        registry.activate(name)
    registry.deactivate("two")
    registry.remove("two")
    assert in_use(registry) == ["three@1.0", "one@1.0"]
    registry.rollback()
    assert in_use(registry) == ["one@1.0"]
    registry.rollback()
    assert code_of(registry.rollback) == "registry.no_history"


def test_after_removing_the_model_in_use_one_can_still_go_back(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.activate(name)
    registry.deactivate("two")
    registry.remove("two")
    assert in_use(registry) == ["one@1.0"]
    registry.rollback()
    assert in_use(registry) == []


def test_a_model_that_was_removed_does_not_come_back_with_its_name(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.activate(name)
    registry.deactivate("one")
    registry.remove("one")
    registry.install(write_package(tmp_path / "other", contents("one", card="# Another\n")).path)
    registry.rollback()
    assert in_use(registry) == []


def test_a_model_that_breaks_is_passed_over_and_comes_back_when_it_is_mended(
    registry: Registry, folders: Folders, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.activate(name)
    licence, manifest = (folders.models / "two" / "1.0" / n for n in ("LICENSE", "MANIFEST.sha256"))
    whole = licence.read_bytes()
    licence.write_bytes(b"changed")
    again = Registry(folders, tmp_path / "builtin")
    assert in_use(again) == ["one@1.0"]
    install(again, tmp_path, "three")
    again.activate("three")
    licence.write_bytes(whole)
    assert manifest.is_file()
    assert in_use(Registry(folders, tmp_path / "builtin")) == ["three@1.0", "two@1.0", "one@1.0"]


def test_a_changed_package_is_not_exported(registry: Registry, folders: Folders, source: Path, tmp_path: Path) -> None:
    registry.install(source)
    registry.get("trial")  # read, and remembered as whole
    (folders.models / "trial" / "1.0" / "LICENSE").write_bytes(b"changed")
    assert code_of(registry.export, "trial", tmp_path / "out.zip") == "package.hash"
    assert not (tmp_path / "out.zip").exists()


def test_a_watch_outlives_the_program_and_ends_with_the_activation(
    registry: Registry, folders: Folders, source: Path, tmp_path: Path
) -> None:
    registry.install(source)
    registry.watch("trial", 50)
    again = Registry(folders, tmp_path / "builtin")
    assert [(p.metadata.id, n) for p, n in again.watching()] == [("trial", 50)]
    assert again.active("DX") is None, "a model that watches answers nobody"
    again.activate("trial")
    assert again.watching() == ()
    assert code_of(again.watch, "trial", 50) == "registry.in_use"


def test_a_watch_ends_when_it_is_asked_to_and_when_the_model_is_removed(registry: Registry, tmp_path: Path) -> None:
    for name in ("one", "two"):
        install(registry, tmp_path, name)
        registry.watch(name, 7)
    registry.end_watch("one")
    registry.remove("two")
    assert registry.watching() == ()


@pytest.mark.parametrize("studies", [0, -1, 10_001])
def test_a_watch_over_no_number_of_studies_is_refused(registry: Registry, source: Path, studies: int) -> None:
    registry.install(source)
    assert code_of(registry.watch, "trial", studies) == "registry.studies"
    assert code_of(registry.watch, "absent", 5) == "registry.unknown"


def test_a_starting_model_cannot_watch(registry: Registry, tmp_path: Path) -> None:
    registry.install(write_package(tmp_path / "base", backbone()).path)
    assert code_of(registry.watch, "base", 5) == "registry.backbone"
