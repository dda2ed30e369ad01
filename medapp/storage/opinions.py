"""What readers said of a model's answers, and whether they saw them; every one is kept, the last one holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from medapp.errors import Problem
from medapp.storage.database import Database, now

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE opinions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        identity TEXT NOT NULL,
        manifest_hash TEXT NOT NULL,
        said TEXT NOT NULL,
        ai_visible INTEGER NOT NULL,
        said_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX opinions_of_answers ON opinions (identity, manifest_hash, number)",
)
"""Each brings the database from the version of its index to the next one; never change one that was released."""


class Said(StrEnum):
    """What a reader says of an answer."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Opinion:
    """One reader's opinion of one answer.

    Attributes
    ----------
    identity, manifest_hash : str
        The answer: ``Frame.identity``, and the package that gave it.
    said : Said
    ai_visible : bool
        Whether the answer was on screen when, or before, this was said.
    said_at : str
        ISO 8601, UTC; empty before it is kept.
    """

    identity: str
    manifest_hash: str
    said: Said
    ai_visible: bool
    said_at: str = ""


class Opinions:
    """Opinions by answer. Every method may be called from any thread.

    Parameters
    ----------
    path : Path
        The SQLite file; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS, "opinions")

    @property
    def set_aside(self) -> Problem | None:
        """Why the database was begun anew, or lives in memory; None where it did not have to."""
        return self._database.set_aside

    def put(self, opinion: Opinion) -> None:
        """Keep an opinion, on the disk when this returns; raises ``opinions.write`` where the disk refuses."""
        row = (opinion.identity, opinion.manifest_hash, str(opinion.said), int(opinion.ai_visible), now())
        statement = "INSERT INTO opinions (identity, manifest_hash, said, ai_visible, said_at) VALUES (?, ?, ?, ?, ?)"
        self._database.write(statement, [row])

    def holding(self, identity: str, manifest_hash: str) -> Opinion | None:
        """Return the last opinion of an answer."""
        told = self.history(identity, manifest_hash)
        return told[-1] if told else None

    def all_holding(self) -> dict[tuple[str, str], Opinion]:
        """Return the last opinion of every answer, by identity and manifest hash."""
        query = f"SELECT {_COLUMNS} FROM opinions ORDER BY number"  # noqa: S608 - names of our own
        return {(row[0], row[1]): _opinion(row) for row in self._database.rows(query)}

    def history(self, identity: str, manifest_hash: str) -> tuple[Opinion, ...]:
        """Return all opinions of an answer, the oldest first."""
        query = f"SELECT {_COLUMNS} FROM opinions WHERE identity = ? AND manifest_hash = ? ORDER BY number"  # noqa: S608
        return tuple(_opinion(row) for row in self._database.rows(query, (identity, manifest_hash)))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Opinions:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_COLUMNS = "identity, manifest_hash, said, ai_visible, said_at"


def _opinion(row: tuple[str, str, str, int, str]) -> Opinion:
    identity, manifest_hash, said, ai_visible, said_at = row
    return Opinion(identity, manifest_hash, Said(said), bool(ai_visible), said_at)
