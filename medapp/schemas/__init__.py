"""JSON Schemas of everything that is written, sent or printed as JSON, and the check against them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from medapp.errors import MedappError


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema ``<name>.json`` of this package."""
    document: dict[str, Any] = json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
    return document


def check(name: str, document: object) -> None:
    """Raise ``MedappError("schema", …)`` with the first fault if `document` does not fit schema `name`."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema(name))
    fault = next(iter(validator.iter_errors(document)), None)
    if fault is not None:
        where = "/".join(str(part) for part in fault.absolute_path) or "(top)"
        raise MedappError("schema", name=name, where=where, fault=fault.message[:200])
