"""Every file of the program's own: newer, older, damaged, cut, empty, of another kind.

A newer one is left as it is and refused in words; of a damaged one what fits is taken, its content is kept under
another name, and it is told; never a traceback, and never a file that is lost.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from medapp import schemas
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import Folders
from medapp.i18n import catalogue
from medapp.storage.results import Results
from medapp.storage.running import Running
from medapp.storage.settings import Settings, SettingsFile
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run_folder import read_request, write_request
from medapp.workflows.project_file import KIND, PROJECT_FILE
from medapp.workflows.project_state import Named, Question, State
from medapp.workflows.teaching import Project, find_projects
from tests.trial_packages import package_at

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda data: bytes(len(data)),
    "cut in half": lambda data: data[: len(data) // 2],
    "cut before its end": lambda data: data[:-2],
    "of another kind": lambda _: b"[1, 2, 3]",
    "a number": lambda _: b"7",
    "no text": lambda _: b"\xff\xfe\x00\x01" * 20,
    "100,000 deep": lambda _: b"[" * 100_000,
    "another file behind": lambda data: data + data,
    "wrong values": lambda data: data.replace(b'"', b"'"),
}


@dataclass(frozen=True)
class Own:
    """One kind of file: how it is made, and what opening it tells: the code of a problem or failure, or nothing."""

    name: str
    make: Callable[[Path], Path]
    told: Callable[[Path], str]
    keeps_version: bool = True


def _folders(root: Path) -> Folders:
    return Folders(root / "data", root / "cache", root / "config")


def _project(root: Path) -> Path:
    project = Project.create(root / "projects", "trial")
    project.ask(Question(find="ill", other="healthy", find_at_least=0.8))
    return project.folder / PROJECT_FILE


def _project_told(path: Path) -> str:
    _, problems = find_projects(path.parent.parent)
    return problems[0].code if problems else ""


def _run(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    write_request(root, RunRequest(cases="cases", seed=3))
    return root / "run.json"


def _code(action: Callable[[], object]) -> str:
    try:
        action()
    except MedappError as error:
        return error.code
    return ""


def _registry(root: Path) -> Path:
    registry = Registry(_folders(root), builtin=root / "none")
    registry.install(package_at(root / "given").path)
    registry.activate("trial")
    return root / "data" / "models" / "registry.json"


def _registry_told(path: Path) -> str:
    registry = Registry(_folders(path.parents[2]), builtin=path.parents[2] / "none")
    problems = [p.code for p in registry.list().problems]
    problems += [_code(lambda: registry.activate("trial"))]
    return problems[0]


def _settings(root: Path) -> Path:
    SettingsFile(root / "settings.json").save(Settings(theme="light", recent=("a",)))
    return root / "settings.json"


def _settings_told(path: Path) -> str:
    _, problem = SettingsFile(path).load()
    return problem.code if problem else ""


def _running(root: Path) -> Path:
    note = Running(root / "running.json")
    note.begin()
    note.note_opened([Path("a")])
    return root / "running.json"


def _running_told(path: Path) -> str:
    Running(path).begin()
    return ""


def _results(root: Path) -> Path:
    Results(root / "results.sqlite").close()
    return root / "results.sqlite"


def _results_told(path: Path) -> str:
    with Results(path) as results:
        return results.set_aside.code if results.set_aside else ""


PROJECT = Own("project", _project, _project_told)
OWN = (
    PROJECT,
    Own("run", _run, lambda path: _code(lambda: read_request(path.parent))),
    Own("registry", _registry, _registry_told),
    Own("settings", _settings, _settings_told, keeps_version=False),
    Own("running note", _running, _running_told, keeps_version=False),
)
UNSEEN = frozenset({"empty", "a number", "cut before its end", "another file behind", "wrong values"})
"""Damage that SQLite takes for a new or a whole database."""


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("own", OWN, ids=lambda own: own.name)
def test_a_damaged_file_is_told_and_kept_under_another_name(own: Own, damage: str, tmp_path: Path) -> None:
    path = own.make(tmp_path / "station")
    whole = path.read_bytes()
    damaged = DAMAGES[damage](whole)
    path.write_bytes(damaged)
    told = own.told(path)
    assert told or own.name == "running note"
    assert not told or f"problem.{told}" in catalogue()
    kept = [p for p in path.parent.iterdir() if p.is_file() and p.read_bytes() == damaged]
    assert kept or not damaged


@pytest.mark.parametrize("damage", sorted(DAMAGES.keys() - UNSEEN))
def test_damaged_results_are_set_aside_and_told(damage: str, tmp_path: Path) -> None:
    path = _results(tmp_path)
    damaged = DAMAGES[damage](path.read_bytes())
    path.write_bytes(damaged)
    assert _results_told(path) == "results.damaged"
    assert [p for p in tmp_path.glob("results.set-aside-*") if p.read_bytes() == damaged]


@pytest.mark.parametrize("own", [own for own in OWN if own.keeps_version], ids=lambda o: o.name)
def test_a_newer_file_is_refused_in_words_and_left_as_it_is(own: Own, tmp_path: Path) -> None:
    path = own.make(tmp_path / "station")
    newer = json.dumps({**json.loads(path.read_bytes()), "schema_version": 99, "more": {}}).encode()
    path.write_bytes(newer)
    told = own.told(path)
    assert told.endswith("newer")
    assert f"problem.{told}" in catalogue()
    assert path.read_bytes() == newer
    assert not [p for p in path.parent.iterdir() if "damaged" in p.name]


def test_newer_settings_and_results_lose_nothing(tmp_path: Path) -> None:
    path = _settings(tmp_path)
    path.write_text(json.dumps({"schema_version": 99, "theme": "light", "hologram": True}))
    file = SettingsFile(path)
    settings, problem = file.load()
    file.save(settings)
    assert (settings.theme, problem) == ("light", None)
    kept = json.loads(path.read_text())
    assert (kept["schema_version"], kept["hologram"]) == (99, True)
    database = _results(tmp_path)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO schema_version VALUES (99, '')")
    assert _results_told(database) == "results.newer"
    assert [p.name for p in tmp_path.glob("results.set-aside-*.sqlite")]


def test_a_project_of_version_1_is_opened_and_written_as_the_newest(tmp_path: Path) -> None:
    path = _project(tmp_path)
    document = json.loads(path.read_bytes())
    for added in ("ended", "uncertain", "openings", "named"):
        del document[added]
    path.write_text(json.dumps({**document, "schema_version": 1}))
    project = Project.open(path.parent)
    assert (project.state.question.find, project.state.ended, project.set_aside) == ("ill", (), None)
    project.rename("again")
    written = json.loads(path.read_bytes())
    assert (
        written["schema_version"] == KIND.version == schemas.schema("project")["properties"]["schema_version"]["const"]
    )
    schemas.check("project", written)


def test_a_project_cut_anywhere_opens_with_what_stands_before_the_cut(tmp_path: Path) -> None:
    path = _project(tmp_path)
    whole = path.read_bytes()
    titles = 0
    for end in range(0, len(whole) - 1, 7):
        for old in path.parent.glob("*.damaged-*"):
            old.unlink()
        path.write_bytes(whole[:end])
        found, problems = find_projects(tmp_path / "projects")
        assert [p.code for p in problems] in (["project.restored"], ["project.damaged"])
        titles += any(p.state.title == "trial" for p in found)
        if found:
            assert found[0].state.lab_book[-1].action == "restored"
            assert Project.open(path.parent).set_aside is None
    assert titles > len(range(0, len(whole) - 1, 7)) * 0.8


def test_values_that_do_not_fit_cost_only_themselves(tmp_path: Path) -> None:
    path = _project(tmp_path)
    document = json.loads(path.read_bytes())
    document["question"]["find_at_least"] = "often"
    document["runs"] = ["good", 7]
    document["lab_book"].append("no entry")
    document["checked"] = {"classes": 3}
    path.write_text(json.dumps(document))
    project = Project.open(path.parent)
    assert project.set_aside is not None
    state = project.state
    assert (state.question.find, state.question.find_at_least) == ("ill", 0.9)
    assert (state.runs, state.checked) == (("good",), None)
    assert project.steps()["question"].done


@pytest.mark.parametrize(("value", "name"), [(State("", ""), "project"), (RunRequest("x"), "run_request")])
def test_a_schema_names_every_field(value: object, name: str) -> None:
    declared = {f.name for f in fields(value)}  # type: ignore[arg-type]
    assert declared | {"schema_version"} == set(schemas.schema(name)["properties"])
    properties = schemas.schema("project")["properties"]
    assert {f.name for f in fields(Question)} == set(properties["question"]["properties"])
    assert {f.name for f in fields(Named)} == set(properties["named"]["properties"])
