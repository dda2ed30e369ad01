"""What models said while they watched silently, in a database beside the results; without names, ids or dates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from medapp.errors import Problem
from medapp.storage.database import Database, now

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE watched (
        manifest_hash TEXT NOT NULL,
        identity TEXT NOT NULL,
        study TEXT NOT NULL,
        label TEXT,
        score REAL,
        refused TEXT,
        champion TEXT,
        champion_label TEXT,
        seconds REAL NOT NULL,
        seen_at TEXT NOT NULL,
        PRIMARY KEY (manifest_hash, identity)
    ) WITHOUT ROWID
    """,
)
"""Each brings the database from the version of its index to the next one; never change one that was released."""


@dataclass(frozen=True)
class Sighting:
    """What one model said about one image, seen by nobody.

    Attributes
    ----------
    identity : str
        ``Frame.identity``.
    study : str
        Hash that stands for the study, see `hidden`.
    label : str or None
        The class that it would have given; None where it refused.
    score : float or None
        Probability of the alarm class, or of the label where there is none.
    refused : str or None
        The refusal's code.
    champion : str or None
        Manifest hash of the model in use that was asked about the same image.
    champion_label : str or None
        The class that the model in use gave.
    seconds : float
        Time of the network.
    """

    identity: str
    study: str
    label: str | None
    score: float | None
    refused: str | None
    champion: str | None
    champion_label: str | None
    seconds: float


_COLUMNS = ", ".join(field.name for field in fields(Sighting))


class Watched:
    """Sightings by (manifest hash of the package, identity of the frame). Every method may be called from any thread.

    Parameters
    ----------
    path : Path
        The SQLite file; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS, "watched")

    @property
    def set_aside(self) -> Problem | None:
        """Why the database was begun anew, or lives in memory; None where it did not have to."""
        return self._database.set_aside

    def put(self, manifest_hash: str, sightings: Sequence[Sighting]) -> None:
        """Keep sightings; an image counts once. Raises ``watched.write`` where the disk refuses."""
        rows = [(manifest_hash, *astuple(sighting), now()) for sighting in sightings]
        statement = f"INSERT OR REPLACE INTO watched (manifest_hash, {_COLUMNS}, seen_at) VALUES ({'?, ' * 9}?)"  # noqa: S608 - names of our own fields
        self._database.write(statement, rows)

    def knows(self, manifest_hash: str, identity: str) -> bool:
        """Tell whether a model has seen an image."""
        query = "SELECT 1 FROM watched WHERE manifest_hash = ? AND identity = ?"
        return bool(self._database.rows(query, (manifest_hash, identity)))

    def studies(self, manifest_hash: str) -> int:
        """Return how many studies a model has seen."""
        query = "SELECT COUNT(DISTINCT study) FROM watched WHERE manifest_hash = ?"
        found = self._database.rows(query, (manifest_hash,))
        return int(found[0][0]) if found else 0

    def sightings(self, manifest_hash: str) -> tuple[Sighting, ...]:
        """Return everything that a model said, the oldest first."""
        query = f"SELECT {_COLUMNS} FROM watched WHERE manifest_hash = ? ORDER BY seen_at, identity"  # noqa: S608
        return tuple(Sighting(*row) for row in self._database.rows(query, (manifest_hash,)))

    def forget(self, manifest_hash: str) -> None:
        """Forget what a model said."""
        self._database.write("DELETE FROM watched WHERE manifest_hash = ?", [(manifest_hash,)])

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def hidden(manifest_hash: str, study_uid: str, identity: str) -> str:
    """Return what stands for a study: a hash that nobody can turn back; an image without a study is one of its own."""
    return hashlib.sha256(f"{manifest_hash}|{study_uid or identity}".encode()).hexdigest()[:32]
