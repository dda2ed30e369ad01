"""Cases of a table in a file of their own, so that training, test and evaluation take what was matched and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medapp.errors import MedappError
from medapp.files import write_text
from medapp.training.cases.case import Case, CaseFolder, TableNote

SUFFIX = ".cases"
FILE_NAME = f"table{SUFFIX}"
VERSION = 1


def write_folder(path: Path, folder: CaseFolder) -> None:
    """Keep the cases of a table; raises ``table.not_kept`` where the disk refuses."""
    document = {
        "schema_version": VERSION,
        "root": str(folder.root.absolute()),
        "classes": folder.classes,
        "several": folder.several,
        "unmatched": folder.unmatched,
        "unlabelled": folder.unlabelled,
        "unused": folder.unused,
        "notes": [asdict(note) for note in folder.notes],
        "table": folder.table,
        "cases": [_row(case) for case in folder.cases],
    }
    try:
        write_text(path, json.dumps(document, ensure_ascii=False))
    except OSError as error:
        raise MedappError("table.not_kept", reason=error.strerror or "") from error


def _row(case: Case) -> list[Any]:
    return [case.name, case.label, case.part, case.patient, case.marks, case.site, case.date]


def read_folder(path: Path) -> CaseFolder:
    """Return the cases that `write_folder` has kept.

    Raises
    ------
    MedappError
        ``table.unreadable``; ``table.not_cases`` for anything else than such a file, ``table.newer`` for one of a
        newer medapp.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MedappError("table.unreadable", name=path.name, reason=error.strerror or "") from error
    except (ValueError, RecursionError):
        raise MedappError("table.not_cases", name=path.name) from None
    if isinstance(document, dict) and isinstance(v := document.get("schema_version"), int) and v > VERSION:
        raise MedappError("table.newer", name=path.name)
    try:
        return _folder(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MedappError("table.not_cases", name=path.name) from None


def _folder(document: Mapping[str, Any]) -> CaseFolder:
    root = Path(document["root"])
    return CaseFolder(
        root,
        tuple(document["classes"]),
        tuple(_case(root, *row) for row in document["cases"]),
        several=bool(document["several"]),
        unmatched=tuple(document["unmatched"]),
        unlabelled=int(document["unlabelled"]),
        unused=tuple(document["unused"]),
        notes=tuple(TableNote(n["code"], n["severity"], n["params"], tuple(n["names"])) for n in document["notes"]),
        table=dict(document["table"]),
    )


def _case(root: Path, name: str, label: str, part: Any, patient: str, marks: Any, site: str, date: str) -> Case:  # noqa: ANN401
    kept = None if marks is None else tuple((str(label), bool(there)) for label, there in marks)
    return Case(str(root / name), name, label, part, patient, kept, site, date)
