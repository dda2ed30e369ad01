"""A small SQLite file that outlives crashes: migrations, damage set aside and told, every method for any thread."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from medapp.errors import MedappError, Problem

log = logging.getLogger(__name__)
Values: TypeAlias = Sequence[str | int | float | bytes | None]
_COMPANIONS = ("", "-wal", "-shm")


class Database:
    """One connection to one file.

    A file that is damaged, or of a newer version of medapp, is set aside under another name and a new one begun;
    `set_aside` tells so. Where the disk refuses, what is kept lives in memory.

    Parameters
    ----------
    path : Path
        The SQLite file; made where it is not there.
    migrations : sequence of str
        Each brings the database from the version of its index to the next one.
    topic : str
        First word of its problems' codes: ``<topic>.damaged``, ``<topic>.newer``, ``<topic>.write``.
    """

    def __init__(self, path: Path, migrations: Sequence[str], topic: str) -> None:
        self._path, self._migrations, self._topic = path, migrations, topic
        self._lock = threading.Lock()
        self.set_aside: Problem | None = None
        self._connection = self._opened()

    def rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds; a fault met while reading sets the database aside, and nothing is known."""
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.OperationalError:  # busy, or the disk refuses: not the file's fault
                return []
            except sqlite3.DatabaseError:
                self._connection.close()
                self._move_away("damaged")
                self._connection = self._opened()
                return []

    def write(self, statement: str, rows: Sequence[Values]) -> None:
        """Do one statement for each row, on the disk when this returns; raises ``<topic>.write`` where it refuses."""
        try:
            with self._lock, self._connection:
                self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise MedappError(f"{self._topic}.write", reason=type(error).__name__) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._connected(str(self._path))
        except (OSError, sqlite3.OperationalError) as error:
            self.set_aside = Problem(str(self._path), f"{self._topic}.write", {"reason": type(error).__name__})
            return self._connected(":memory:")
        except _NewerError:
            self._move_away("newer")
        except sqlite3.DatabaseError:
            self._move_away("damaged")
        return self._connected(str(self._path))

    def _connected(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _migrate(connection, self._migrations)
        except BaseException:
            connection.close()
            raise
        return connection

    def _move_away(self, what: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        for companion in _COMPANIONS:
            source = self._path.with_name(self._path.name + companion)
            with suppress(OSError):
                source.replace(self._path.with_name(f"{self._path.stem}.set-aside-{stamp}.sqlite{companion}"))
        self.set_aside = Problem(str(self._path), f"{self._topic}.{what}")
        log.warning("a database was set aside (%s.%s)", self._topic, what)


class _NewerError(Exception):
    """The database was written by a newer version of medapp."""


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Bring the database to the newest version, one migration a transaction."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, reached_at TEXT NOT NULL)"
    )
    version = connection.execute("SELECT MAX(version) FROM schema_version").fetchone()[0] or 0
    if version > len(migrations):
        raise _NewerError
    for number, migration in enumerate(migrations[version:], start=version + 1):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(migration)
            connection.execute("INSERT INTO schema_version VALUES (?, ?)", (number, now()))


def now() -> str:
    """Return the time as it is kept: ISO 8601, UTC, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
