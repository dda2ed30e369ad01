"""Every write, flush, rename and new folder of every file that the program writes is made to fail in turn.

After each fault the old state or the new one is there, whole; the person is told, or it is logged where the program can
go on without; nothing half-written stays behind; and the same thing works once the disk does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medapp.classify.package import read_package
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import Folders
from medapp.jobs import run_to_end
from medapp.storage.settings import Settings, SettingsFile
from medapp.training.naming import renamed
from medapp.workflows.project_state import Question
from medapp.workflows.teaching import Project, list_projects
from medapp.workflows.use import Use
from tests.faults.injection import Faults, copy_of, injected, leftovers
from tests.training.trial_cases import PlainReaders, write_classes
from tests.trial_packages import contents, package_at
from tests.workflows.test_teaching import finished_run

MOST_FAULTS = 400
LOGGED_ONLY = frozenset({"settings"})
"""The window works without: a line in the log is enough."""


def station(root: Path) -> Folders:
    return Folders(root / "data", root / "cache", root / "config")


def registry(root: Path) -> Registry:
    return Registry(station(root), builtin=root / "no-builtin")


def models(root: Path) -> object:
    listing = registry(root).list()
    assert not listing.problems
    rows = sorted((e.ref.id, e.ref.version, e.package.manifest_hash) for e in listing.entries)
    return rows, [p.metadata.id for p in registry(root).in_use()]


def only_project(root: Path) -> Project:
    (project,) = list_projects(station(root).projects)
    return project


def project_state(root: Path) -> object:
    found = list_projects(station(root).projects)
    return [_without_book(p.state.to_json()) for p in found]


def _without_book(document: dict[str, Any]) -> object:
    """Return the state without what holds the time of day."""
    document = {**document, "sealed": bool(document["sealed"]), "created": ""}
    document["lab_book"] = [entry["action"] for entry in document["lab_book"]]
    return document


@dataclass(frozen=True)
class Operation:
    """Something that writes: how its station is made ready, what is done, and what is seen afterwards.

    One of several `steps` may end between them: each of them is whole, and doing it again goes on from there.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    seen: Callable[[Path], object]
    steps: bool = False


def _save_settings(root: Path) -> None:
    SettingsFile(station(root).settings).save(Settings(font_px=15))


def _settings(root: Path) -> object:
    return SettingsFile(station(root).settings).load()


def _two_models(root: Path) -> None:
    for name in ("first", "second"):
        registry(root).install(package_at(root / "given" / name, metadata=contents(name).metadata).path)
        registry(root).activate(name)


def _zip(root: Path) -> None:
    _two_models(root)
    registry(root).export("first", root / "out" / "first.zip")
    registry(root).remove("first")


def _exported(root: Path) -> object:
    path = root / "out" / "first.zip"
    return path.read_bytes() if path.exists() else None


def _project(root: Path) -> None:
    project = Project.create(station(root).projects, "trial")
    project.ask(Question(find="ill", other="healthy"))
    project.choose_cases(write_classes(root / "cases", 6), r"((?:healthy|ill)\d+)_")
    run_to_end(project.check(PlainReaders(), registry(root)))


def _trained(root: Path) -> None:
    _project(root)
    only_project(root).seal()
    finished_run(only_project(root), station(root), 0.9)
    only_project(root).open_sealed_test()


def _named(root: Path) -> object:
    return models(root), _without_book(only_project(root).state.to_json())["named"]  # type: ignore[index]


def _package(root: Path) -> object:
    folder = root / "made" / "package"
    return read_package(folder).manifest_hash if folder.exists() else None


OPERATIONS = (
    Operation("settings", lambda root: None, _save_settings, _settings),
    Operation("write a package", lambda root: None, lambda root: package_at(root / "made" / "package"), _package),
    Operation(
        "rename a package",
        lambda root: package_at(root / "given"),
        lambda root: renamed(read_package(root / "given"), "Other", root / "made" / "package", 1),
        _package,
    ),
    Operation(
        "install a folder",
        lambda root: package_at(root / "given"),
        lambda root: registry(root).install(root / "given"),
        models,
    ),
    Operation("install a ZIP", _zip, lambda root: registry(root).install(root / "out" / "first.zip"), models),
    Operation("activate", _two_models, lambda root: registry(root).activate("first"), models),
    Operation("roll back", _two_models, lambda root: registry(root).rollback(), models),
    Operation("remove", _two_models, lambda root: registry(root).remove("first"), models, steps=True),
    Operation(
        "export", _two_models, lambda root: registry(root).export("first", root / "out" / "first.zip"), _exported
    ),
    Operation("a new project", lambda root: None, lambda root: Project.create(station(root).projects), project_state),
    Operation("ask", _project, lambda root: only_project(root).ask(Question(find="other")), project_state),
    Operation("check", _project, lambda root: only_project(root).seal(), project_state),
    Operation("open the test", _trained, lambda root: only_project(root).open_sealed_test(), project_state),
    Operation(
        "put to use",
        _trained,
        lambda root: Use(only_project(root), registry(root)).activate("Mine"),
        _named,
        steps=True,
    ),
)


@pytest.mark.parametrize("lasting", [False, True], ids=["one fault", "disk full from then on"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_old_or_new_but_never_half(operation: Operation, lasting: bool, tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    root = tmp_path / "station"
    operation.prepare(root)
    root.mkdir(exist_ok=True)
    copy_of(root, template)
    before = operation.seen(root)
    operation.act(root)
    done = operation.seen(root)
    assert done != before
    for at in range(1, MOST_FAULTS):
        copy_of(template, root)
        with injected(Faults(root, at, lasting=lasting)) as faults:
            told = _told_by(lambda: operation.act(root))
        if not faults.struck:
            break
        where = f"fault {at}: {faults.what[-1]}"
        after = operation.seen(root)
        assert leftovers(root) == [], where
        assert after in (before, done) or operation.steps, where
        assert (after == done) or told or operation.name in LOGGED_ONLY, where
        if after != done:
            _told_by(lambda: operation.act(root))
            assert operation.seen(root) == done, where
    else:
        pytest.fail(f"more than {MOST_FAULTS} writes")
    assert at > 1


def _told_by(action: Callable[[], object]) -> MedappError | None:
    """Return the failure that a person is told; any other is a fault of the program."""
    try:
        action()
    except MedappError as error:
        return error
    return None
