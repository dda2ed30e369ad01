"""The hanging rules: those that come with the program, and the file of those that a person has made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from medapp.display.hanging import CellRule, Rule
from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.folders import resource_path
from medapp.imaging.study import Window
from medapp.schemas import check
from medapp.schemas.documents import Kind, open_document

KIND = Kind("hanging", "hanging.newer")


@cache
def built_in() -> tuple[Rule, ...]:
    """Return the rules that come with the program."""
    document = read_json(resource_path("presets", "hanging.json"))
    check("hanging", document)
    return tuple(_rule(entry) for entry in document["rules"])


class OwnRules:
    """The file of a person's own rules. Methods read and write: for worker threads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Rule, ...]:
        """Return the rules; none where there is no file. What of a damaged one is whole is returned.

        Raises ``hanging.newer`` for a newer medapp's, ``hanging.unreadable`` where the disk refuses.
        """
        try:
            document = open_document(self._path, KIND).document
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise MedappError("hanging.unreadable") from error
        return tuple(replace(_rule(entry), own=True) for entry in document.get("rules", ()))

    def save(self, rules: Sequence[Rule]) -> None:
        """Write the rules; raises ``hanging.unwritable`` where the disk refuses."""
        document = {"schema_version": KIND.version, "rules": [_entry(rule) for rule in rules]}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._path, document)
        except OSError as error:
            raise MedappError("hanging.unwritable") from error


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(**{**_with_tuples(entry), "cells": tuple(_cell(cell) for cell in entry["cells"])})


def _cell(entry: Mapping[str, Any]) -> CellRule:
    window = entry.get("window")
    return CellRule(**{**_with_tuples(entry), "window": Window(window["center"], window["width"]) if window else None})


def _with_tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


def _entry(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "modalities": list(rule.modalities),
        "words": list(rule.words),
        "rows": rule.rows,
        "columns": rule.columns,
        "cells": [_cell_entry(cell) for cell in rule.cells],
        "fewest": rule.fewest,
        "link": list(rule.link),
    }


def _cell_entry(cell: CellRule) -> dict[str, Any]:
    window = None if cell.window is None else {"center": cell.window.center, "width": cell.window.width}
    told = {**cell.__dict__, "views": list(cell.views), "window": window}
    return {name: value for name, value in told.items() if value not in (None, "", [], False, 0) or name == "like"}
