"""The folder of a run: made for a new one, found again for one to go on with."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medapp import schemas
from medapp.errors import MedappError
from medapp.files import is_there, read_json, write_json
from medapp.folders import user_folders
from medapp.training.runs.events import EVENTS_FILE, PACKAGE_FOLDER, REQUEST_FILE, forget, read_events
from medapp.training.runs.request import RunRequest

SCHEMA_VERSION = 1


def new_run(wanted: Path | None) -> Path:
    """Make the run folder; one that a run has used already is refused, so that no evidence is overwritten."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    folder = wanted or user_folders().runs / name
    if is_there(folder / EVENTS_FILE) or is_there(folder / PACKAGE_FOLDER):
        raise MedappError("train.output_used", folder=folder.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder.resolve()


def write_request(folder: Path, request: RunRequest) -> None:
    """Write down what the run is to do; raises ``train.output`` where the disk refuses."""
    try:
        write_json(folder / REQUEST_FILE, document_of(request))
    except OSError as error:
        raise _unwritable(folder, error) from error


def document_of(request: RunRequest) -> dict[str, Any]:
    """Return a request as it is written."""
    return {"schema_version": SCHEMA_VERSION, **asdict(request)}


def read_request(folder: Path) -> RunRequest:
    """Return what the run was asked to do.

    Raises
    ------
    MedappError
        ``train.run_newer`` where a newer medapp wrote it; ``train.run_damaged`` where it cannot be read: a training
        that goes on with half of what it was asked for would be another one.
    """
    try:
        document = read_json(folder / REQUEST_FILE)
        version = document["schema_version"]
        if type(version) is int and version > SCHEMA_VERSION:
            raise MedappError("train.run_newer", folder=folder.name)
        schemas.check("run_request", document)
        return RunRequest(**{name: value for name, value in document.items() if name != "schema_version"})
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise MedappError("train.run_damaged", folder=folder.name) from error
    except MedappError as error:
        if error.code == "schema":
            raise MedappError("train.run_damaged", folder=folder.name) from error
        raise


def found_run(wanted: str) -> Path:
    """Return the run folder that a path, or a name among the runs of this station, leads to."""
    for folder in (Path(wanted), user_folders().runs / wanted):
        if is_there(folder / REQUEST_FILE):
            return folder.resolve()
    raise MedappError("train.no_run", folder=Path(wanted).name)


def resumed_request(folder: Path) -> RunRequest:
    """Make the folder ready for another process and return what it is to do."""
    request = read_request(folder)
    try:
        forget(folder)
        for left in folder.glob(".*.tmp"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    except OSError as error:
        raise _unwritable(folder, error) from error
    return request


def finished_event(folder: Path) -> dict[str, Any] | None:
    """Return the last event of a run that has finished; None for any other."""
    events, _ = read_events(folder)
    last = events[-1] if events else {}
    return last if last.get("event") == "finished" and (folder / PACKAGE_FOLDER).is_dir() else None


def _unwritable(folder: Path, error: OSError) -> MedappError:
    return MedappError("train.output", folder=folder.name, reason=error.strerror or "")
