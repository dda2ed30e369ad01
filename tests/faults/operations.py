"""What the program writes, operation by operation, made to fail at every write, flush, rename and new folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


def _two_unused_models(root: Path) -> None:
    _two_models(root)
    for name in ("first", "second"):
        registry(root).deactivate(name)


def _watchable(root: Path) -> None:
    _two_models(root)
    registry(root).install(package_at(root / "given" / "third", metadata=contents("third").metadata).path)


def _watched(root: Path) -> object:
    return [(package.metadata.id, studies) for package, studies in registry(root).watching()]


def _zip(root: Path) -> None:
    _two_models(root)
    registry(root).export("first", root / "out" / "first.zip")
    registry(root).deactivate("first")
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


OPERATIONS: tuple[Operation, ...] = (
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
    Operation("take out of use", _two_models, lambda root: registry(root).deactivate("first"), models),
    Operation("remove", _two_unused_models, lambda root: registry(root).remove("first"), models, steps=True),
    Operation(
        "export", _two_models, lambda root: registry(root).export("first", root / "out" / "first.zip"), _exported
    ),
    Operation("watch", _watchable, lambda root: registry(root).watch("third", 20), _watched),
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


@dataclass
class Points:
    """What came of one operation that failed at one point after the other."""

    points: int = 0
    told: int = 0
    wrong: list[str] = field(default_factory=list)

    def claim(self, holds: object, where: str, what: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.wrong.append(f"{where}: {what}")


def fail_everywhere(operation: Operation, folder: Path, make: Callable[[Path, int], Faults]) -> Points:
    """Let an operation fail at one point after the other, until it passes; then it must work with a disk that does.

    Parameters
    ----------
    make : callable
        Returns the faults of the n-th attempt, n from 1; attempts end with the first one that meets none.
    """
    template, root, points = folder / "template", folder / "station", Points()
    root.mkdir(parents=True)
    operation.prepare(root)
    copy_of(root, template)
    before = operation.seen(root)
    operation.act(root)
    done = operation.seen(root)
    points.claim(done != before, operation.name, "it changes nothing")
    for attempt in range(1, MOST_FAULTS):
        copy_of(template, root)
        with injected(make(root, attempt)) as faults:
            told = told_by(lambda: operation.act(root))
        if not faults.struck:
            return points
        points.points += 1
        points.told += told is not None
        _judge(operation, root, before, done, told, points, f"{operation.name}, fault {attempt} ({faults.what[-1]})")
    points.wrong.append(f"{operation.name}: more than {MOST_FAULTS} writes")
    return points


def _judge(
    operation: Operation, root: Path, before: object, done: object, told: object, points: Points, where: str
) -> None:
    after = operation.seen(root)
    points.claim(leftovers(root) == [], where, f"left {leftovers(root)}")
    points.claim(after in (before, done) or operation.steps, where, "neither old nor new")
    points.claim(after == done or told or operation.name in LOGGED_ONLY, where, "not told")
    if after != done:
        told_by(lambda: operation.act(root))
        points.claim(operation.seen(root) == done, where, "it does not work again")


def told_by(action: Callable[[], object]) -> MedappError | None:
    """Return the failure that a person is told; any other is a fault of the program."""
    try:
        action()
    except MedappError as error:
        return error
    return None


def bytes_written(operation: Operation, folder: Path) -> int:
    """Return how many bytes an operation writes."""
    root = folder / "measured"
    root.mkdir(parents=True)
    operation.prepare(root)
    with injected(Faults(root)) as faults:
        operation.act(root)
    return faults.written


def fail_in_turn(folder: Path, operation: Operation, *, lasting: bool, stride: int = 1) -> Points:
    """Let each point (or every `stride`-th) fail in turn, alone or with all that follow."""
    first = 1 + len(operation.name) % stride

    def faults(root: Path, attempt: int) -> Faults:
        return Faults(root, first + (attempt - 1) * stride, lasting=lasting)

    return fail_everywhere(operation, folder, faults)


def fill_the_disk(folder: Path, operation: Operation, steps: int = 100) -> Points:
    """Let the disk be full after each 1 % (with 100 steps) of what the operation writes."""
    total = bytes_written(operation, folder)
    return fail_everywhere(
        operation,
        folder,
        lambda root, attempt: Faults(root, room=total * (attempt - 1) // steps if attempt <= steps else None),
    )


def all_points(folder: Path) -> Points:
    """Try every operation in every way; the long form."""
    total = Points()
    for number, operation in enumerate(OPERATIONS):
        for way, points in (
            ("alone", fail_in_turn(folder / f"{number}a", operation, lasting=False)),
            ("lasting", fail_in_turn(folder / f"{number}b", operation, lasting=True)),
            ("full", fill_the_disk(folder / f"{number}c", operation)),
        ):
            print(
                f"{operation.name}, {way}: {points.points} points, {points.told} told, {len(points.wrong)} wrong",
                flush=True,
            )
            total.points += points.points
            total.told += points.told
            total.wrong += points.wrong
    return total
