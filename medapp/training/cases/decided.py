"""The sides that a project's check decided, as a file: all its trainings keep to them, whatever they start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medapp import schemas
from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.training.cases.split import Side, Split

DECIDED_FILE = "sides.json"
_SCHEMA = "decided_sides"


@dataclass(frozen=True)
class Decided:
    """Sides by salted patient hash.

    Attributes
    ----------
    salt : str
        Key of the hashes.
    sides : mapping of str to str
        Side of each patient.
    """

    salt: str
    sides: Mapping[str, Side]


def write_decided(path: Path, split: Split) -> None:
    """Write the sides of a split; raises OSError."""
    write_json(path, {"schema_version": 1, "salt": split.salt, "sides": dict(split.sides)})


def read_decided(path: Path) -> Decided:
    """Read what `write_decided` wrote; raises ``train.split_file`` where it is gone or damaged."""
    try:
        document = read_json(path)
        schemas.check(_SCHEMA, document)
    except (OSError, ValueError, MedappError) as error:
        raise MedappError("train.split_file", file=path.name) from error
    return Decided(document["salt"], document["sides"])
