"""A whole project as one ZIP file: what was asked and found, and the models with their reports; no image, no path."""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from medapp.classify.archive import is_suspicious, write_zip
from medapp.classify.package import ALLOWED, MANIFEST, SMALL_FILE_LIMIT, WEIGHTS, WEIGHTS_LIMIT, read_package
from medapp.errors import MedappError
from medapp.files import json_bytes, new_folder
from medapp.folders import Folders
from medapp.schemas.documents import NewerError
from medapp.training.checking.remedies import OF_CASES
from medapp.training.runs.events import EVENTS_FILE, PACKAGE_FOLDER, REQUEST_FILE
from medapp.training.runs.run import Run
from medapp.workflows.project_file import PROJECT_FILE, document_of, read_state, write_state
from medapp.workflows.project_state import LabEntry, State
from medapp.workflows.teaching import Project, list_projects

MOST_RUNS = 200
_RUN = re.compile(r"runs/(?P<number>[1-9][0-9]{0,2})/(?P<file>.+)")
_ABOUT_FILES = ("unreadable", "not_images", "duplicates", "unmatched")
_TOLD_BY_FILES = frozenset({"reason"})


def export_project(project: Project, path: Path) -> Path:
    """Write a project with its finished trainings to the ZIP file `path`; the same project gives the same bytes.

    Raises
    ------
    MedappError
        ``package.write`` where the disk refuses, or any fault of a package that was changed since.
    """
    runs = [run for run in reversed(project.finished_runs()) if read_package(run.package)]
    files: dict[str, bytes | Path] = {PROJECT_FILE: _encoded(_portable_state(project.state, runs))}
    for number, run in enumerate(runs, start=1):
        files |= {f"runs/{number}/{name}": content for name, content in _files_of(run).items()}
    lines = [f"{_hash_of(files[name])}  {name}\n" for name in sorted(files)]
    try:
        write_zip(path, {**files, MANIFEST: "".join(lines).encode()})
    except OSError as error:
        raise MedappError("package.write", name=path.name, reason=error.strerror or "") from error
    return path


def import_project(path: Path, folders: Folders) -> Project:
    """Unpack a project's ZIP file among the projects and runs of this station; it appears whole or not at all.

    Raises
    ------
    MedappError
        ``project.archive`` for what is no such file, or damaged; ``project.archive_changed`` where a file is not what
        the manifest says; ``project.archive_extra`` for a file that has no place in one; ``package.size``,
        ``package.write``, or any fault of a package.
    """
    with _unpacked(path, folders.cache) as unpacked:
        state = _state_in(unpacked)
        numbers = sorted(int(folder.name) for folder in (unpacked / "runs").glob("*"))
        stamp = f"imported-{secrets.token_hex(4)}"
        targets = [folders.runs / f"{stamp}-{number}" for number in numbers]
        try:
            for number, target in zip(numbers, targets, strict=True):
                _take_run(unpacked / "runs" / str(number), target)
            return _taken(state, targets, folders.projects / stamp)
        except OSError as error:
            _give_up(targets)
            raise MedappError("package.write", name=path.name, reason=error.strerror or "") from error
        except BaseException:
            _give_up(targets)
            raise


def find_project(name: str, projects: Path) -> Project:
    """Return the project in the folder `name`, or called so; raises ``project.unknown`` for none or several."""
    found = [project for project in list_projects(projects) if name in {project.folder.name, project.state.title}]
    if len(found) != 1:
        raise MedappError("project.unknown", name=name[:100], n=len(found))
    return found[0]


def _portable_state(state: State, runs: list[Run]) -> dict[str, Any]:
    """Return a state without anything that names a place or a file of this station."""
    book = tuple(replace(entry, params=_portable_params(entry)) for entry in state.lab_book)
    folders = tuple(f"runs/{number}" for number in range(1, len(runs) + 1))
    named = None if state.named is None else replace(state.named, activated=False)
    # which cases were left out is told by their names alone
    decided = tuple(one for one in state.remedies if one.remedy.code not in OF_CASES)
    kept = replace(state, cases="", table=None, runs=folders, ended=folders, named=named, lab_book=book)
    kept = replace(kept, remedies=decided)
    document = document_of(kept)
    if document["checked"] is not None:
        document["checked"] = _portable_check(document["checked"])
    portable: dict[str, Any] = _without_places(document)
    return portable


def _portable_check(checked: Mapping[str, Any]) -> dict[str, Any]:
    findings = [{**finding, "paths": [], "cases": [], "remedies": []} for finding in checked["findings"]]
    if "table" in checked:  # rows and images by their names
        checked = {**checked, "table": {**checked["table"], "unmatched": [], "conflicts": []}}
    return {**checked, **{name: [] for name in _ABOUT_FILES if name in checked}, "findings": findings}


def _portable_params(entry: LabEntry) -> dict[str, str | float]:
    """Return what a line of the lab book says, without reasons: they may name files."""
    return {name: "" if name in _TOLD_BY_FILES else value for name, value in entry.params.items()}


def _without_places(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value in which every path of this machine is empty."""
    if isinstance(value, dict):
        return {name: _without_places(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_places(inner) for inner in value]
    is_place = isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute())
    return "" if is_place else value


def _files_of(run: Run) -> dict[str, bytes | Path]:
    """Return a run's request, its last event, and its package, by their names below the run."""
    request = {"schema_version": 1, **asdict(replace(run.request, cases="", about="", split="", remedies=""))}
    end = {**(run.state().end or {}), "package": ""}
    line = json.dumps(_without_places(end), ensure_ascii=False, sort_keys=True)
    package = {f"{PACKAGE_FOLDER}/{name}": run.package / name for name in (*read_package(run.package).hashes, MANIFEST)}
    return {REQUEST_FILE: _encoded(_without_places(request)), EVENTS_FILE: f"{line}\n".encode(), **package}


def _encoded(document: Any) -> bytes:  # noqa: ANN401 - any JSON document
    return json_bytes(document, indent=2) + b"\n"


def _hash_of(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _unpacked(path: Path, scratch: Path) -> Iterator[Path]:
    """Unpack the known files of a project's ZIP below `scratch`, each checked against the manifest."""
    target = scratch / f"project-{secrets.token_hex(4)}"
    try:
        with zipfile.ZipFile(path) as zipped:
            members = _members(zipped)
            hashes = _manifest(_read(zipped, members.pop(MANIFEST), SMALL_FILE_LIMIT))
            if hashes.keys() != members.keys():
                raise MedappError("project.archive_changed", file=min(hashes.keys() ^ members.keys())[:100])
            for name, info in members.items():
                data = _read(zipped, info, WEIGHTS_LIMIT if name.endswith(WEIGHTS) else SMALL_FILE_LIMIT)
                if hashlib.sha256(data).hexdigest() != hashes[name]:
                    raise MedappError("project.archive_changed", file=name[:100])
                _write(target / name, data)
        yield target
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, KeyError, zlib.error) as error:
        raise MedappError("project.archive", name=path.name) from error
    except FileNotFoundError as error:
        raise MedappError("project.archive", name=path.name) from error
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _members(zipped: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in zipped.infolist() if not info.is_dir()]
    if len(infos) > MOST_RUNS * (len(ALLOWED) + 3) or any(is_suspicious(info) for info in infos):
        raise zipfile.BadZipFile
    members = {info.filename: info for info in infos}
    if len(members) != len(infos) or not {PROJECT_FILE, MANIFEST} <= members.keys():
        raise zipfile.BadZipFile
    if extra := [name for name in members if not _has_a_place(name)]:
        raise MedappError("project.archive_extra", file=min(extra)[:100])
    return members


def _has_a_place(name: str) -> bool:
    if name in {PROJECT_FILE, MANIFEST}:
        return True
    found = _RUN.fullmatch(name)
    if found is None:
        return False
    folder, _, inner = found["file"].partition("/")
    return found["file"] in {REQUEST_FILE, EVENTS_FILE} or (folder == PACKAGE_FOLDER and inner in ALLOWED)


def _read(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    if info.file_size > limit:
        raise MedappError("package.size", file=PurePosixPath(info.filename).name)
    with zipped.open(info) as source:
        return source.read()


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise MedappError("package.write", name=path.name, reason=error.strerror or "") from error


def _manifest(data: bytes) -> dict[str, str]:
    rows = (line.rstrip("\n").partition("  ") for line in io.StringIO(data.decode("utf-8")))
    return {name: digest for digest, _, name in rows}


def _state_in(unpacked: Path) -> State:
    try:
        state, damaged = read_state(unpacked)
    except NewerError:
        raise
    except MedappError as error:
        raise MedappError("project.archive", name=PROJECT_FILE) from error
    if damaged:
        raise MedappError("project.archive", name=PROJECT_FILE)
    return state


def _take_run(source: Path, target: Path) -> None:
    read_package(source / PACKAGE_FOLDER)
    with new_folder(target) as made:
        shutil.copytree(source, made, copy_function=shutil.copyfile, dirs_exist_ok=True)
    if (Run(target).state().end or {}).get("event") != "finished":
        raise MedappError("project.archive", name=EVENTS_FILE)


def _taken(state: State, runs: list[Path], folder: Path) -> Project:
    places = tuple(str(run) for run in runs)
    with new_folder(folder) as made:
        write_state(made, replace(state, runs=places, ended=places, cases=""))
    project = Project.open(folder)
    project.note("imported")
    return project


def _give_up(runs: list[Path]) -> None:
    for run in runs:
        shutil.rmtree(run, ignore_errors=True)
