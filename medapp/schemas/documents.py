"""The program's own JSON files: brought up from older versions, refused where newer, saved in part where damaged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from medapp import schemas
from medapp.errors import MedappError
from medapp.files import copied_aside
from medapp.schemas.salvage import NOTHING, beginning_of, fitting

Document: TypeAlias = dict[str, Any]


class NewerError(MedappError):
    """The file was written by a newer version of medapp; it is left as it is."""


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    schema : str
        Name of its JSON Schema; the top level names no required keys besides ``schema_version``.
    newer : str
        Code of the failure for a newer one.
    migrations : sequence of callable
        Each brings a document from the version of its index, counted from 1, to the next one.
    """

    schema: str
    newer: str
    migrations: Sequence[Callable[[Document], Document]] = ()

    @property
    def version(self) -> int:
        """The version that is written."""
        return len(self.migrations) + 1


@dataclass(frozen=True)
class Opened:
    """A document of the newest version; `set_aside` is the name of the damaged file's copy, empty for a whole one."""

    document: Document
    set_aside: str = ""


def open_document(path: Path, kind: Kind, **params: str) -> Opened:
    """Read a file of the program's own.

    A damaged one is copied aside, beside itself and once, and what of it fits is returned.

    Raises
    ------
    NewerError
        With the code of the kind and `params`.
    OSError
        Where the file cannot be read, or its copy not be written.
    """
    data = path.read_bytes()
    document = _parsed(data)
    whole = document is not None
    if document is None:
        document = beginning_of(data.decode("utf-8", "replace"))
    document = document if isinstance(document, dict) else {}
    version = document.get("schema_version", 1)
    if type(version) is int and version > kind.version:
        raise NewerError(kind.newer, **params)
    document = _migrated(document, kind, version) if document else document
    if whole and _fits(document, kind):
        return Opened(document)
    kept = fitting({**schemas.schema(kind.schema), "required": []}, document)
    return Opened({} if kept is NOTHING else kept, copied_aside(path))


def _parsed(data: bytes) -> Document | None:
    """Return the object in a file, None where it holds something else."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _migrated(document: Document, kind: Kind, version: object) -> Document:
    start = version if isinstance(version, int) and version > 0 else 1
    for migrate in kind.migrations[start - 1 :]:
        document = migrate(document)
    return {**document, "schema_version": kind.version}


def _fits(document: Mapping[str, Any], kind: Kind) -> bool:
    try:
        schemas.check(kind.schema, document)
    except MedappError:
        return False
    return True
