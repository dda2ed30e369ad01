"""The file of a teaching project: versions, what is saved of a damaged one, and the list of all projects."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from medapp.errors import MedappError
from medapp.files import write_json
from medapp.i18n import tr
from medapp.schemas.documents import Document, Kind, NewerError, open_document
from medapp.training.checking.remedies import Taken
from medapp.workflows.project_state import LabEntry, Named, Question, State

PROJECT_FILE = "project.json"


def _with_ends(document: Document) -> Document:
    """Bring version 1 up: it knew neither which ends are in the lab book, nor tables with doubtful marks."""
    return {"ended": [], "uncertain": "", "openings": 0, "named": None, **document}


def _with_remedies(document: Document) -> Document:
    """Bring version 2 up: it knew nothing that was decided about findings."""
    return {"remedies": [], "stale": False, **document}


KIND = Kind("project", "project.newer", (_with_ends, _with_remedies))


def read_state(folder: Path) -> tuple[State, str]:
    """Return what the project in `folder` remembers, and the name of the damaged file's copy (empty: it was whole).

    Raises
    ------
    MedappError
        ``project.newer`` where a newer medapp wrote it, ``project.damaged`` where nothing can be saved of it,
        ``project.unreadable`` where the disk refuses.
    """
    try:
        opened = open_document(folder / PROJECT_FILE, KIND, folder=folder.name)
    except NewerError:
        raise
    except OSError as error:
        raise MedappError("project.unreadable", folder=folder.name, reason=error.strerror or "") from error
    if opened.set_aside and opened.document.keys() <= {"schema_version"}:
        raise MedappError("project.damaged", folder=folder.name)
    return state_from(opened.document), opened.set_aside


def write_state(folder: Path, state: State) -> None:
    """Keep what a project remembers; raises ``project.save`` where the disk refuses."""
    try:
        write_json(folder / PROJECT_FILE, document_of(state))
    except OSError as error:
        raise MedappError("project.save", reason=error.strerror or "") from error


def project_folders(projects: Path) -> list[Path]:
    """Return the folders of the projects below `projects`, the one changed last first."""
    found = [(_changed(file), file.parent) for file in projects.glob(f"*/{PROJECT_FILE}")]
    return [folder for _, folder in sorted(found, key=lambda row: row[0], reverse=True)]


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # it was taken away meanwhile
        return 0.0


def document_of(state: State) -> dict[str, Any]:
    """Return a state as it is written."""
    return {"schema_version": KIND.version, **state.to_json()}


def state_from(document: Document) -> State:
    """Return the state in a document that fits the schema; what is missing is as in a new project."""
    known = {f.name for f in fields(State)}
    taken = {name: value for name, value in document.items() if name in known}
    taken = {"title": tr("project.untitled"), "created": "", **taken}
    taken["question"] = _made(Question, document.get("question") or {})
    named = document.get("named")
    taken["named"] = _made(Named, named) if named else None
    taken["lab_book"] = tuple(_made(LabEntry, entry) for entry in document.get("lab_book", ()))
    taken["remedies"] = tuple(Taken.from_json(one) for one in document.get("remedies", ()))
    taken["runs"], taken["ended"] = tuple(document.get("runs", ())), tuple(document.get("ended", ()))
    return State(**taken)


def _made(cls: Any, document: Document) -> Any:  # noqa: ANN401 - a dataclass and its instance
    known = {f.name for f in fields(cls)}
    return cls(**{name: value for name, value in document.items() if name in known})
