"""The database of predictions: what was computed once is not computed again."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.classify.prediction import Prediction
from medapp.errors import MedappError, Problem

log = logging.getLogger(__name__)

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE predictions (
        identity TEXT NOT NULL,
        manifest_hash TEXT NOT NULL,
        prediction TEXT NOT NULL,
        heat_map BLOB,
        heat_map_rows INTEGER,
        told_at TEXT NOT NULL,
        PRIMARY KEY (identity, manifest_hash)
    ) WITHOUT ROWID
    """,
)
"""Each brings the database from the version of its index to the next one; never change one that was released."""
_COMPANIONS = ("", "-wal", "-shm")


class Results:
    """Predictions by (identity of the frame, manifest hash of the package). Every method may be called from any thread.

    A database that is damaged, or of a newer version of medapp, is set aside under another name and a new one begun;
    `set_aside` tells so.

    Parameters
    ----------
    path : Path
        The SQLite file; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.set_aside: Problem | None = None
        self._connection = self._opened()

    def get(self, identity: str, manifest_hash: str, *, heat_map: bool = False) -> Prediction | None:
        """Return the prediction of a frame by a package, or None where it must be computed.

        Parameters
        ----------
        identity : str
            ``Frame.identity``.
        manifest_hash : str
            ``Package.manifest_hash``.
        heat_map : bool, default False
            Whether a prediction without a heat map will not do; a refused one never has one.
        """
        query = "SELECT prediction, heat_map, heat_map_rows FROM predictions WHERE identity = ? AND manifest_hash = ?"
        with self._lock:
            row = self._fetched(query, (identity, manifest_hash))
        if row is None:
            return None
        try:
            prediction = Prediction.from_json(json.loads(row[0]), _heat_map(row[1], row[2]))
        except (ValueError, TypeError, KeyError, RecursionError):  # damage that SQLite cannot see: computed anew
            return None
        lacking = heat_map and prediction.heat_map is None and prediction.refused is None
        return None if lacking else prediction

    def put(self, predictions: Sequence[Prediction]) -> None:
        """Keep predictions, on the disk when this returns; a later one replaces an earlier one.

        Raises
        ------
        MedappError
            ``results.write`` where the disk refuses.
        """
        rows = [_row(prediction) for prediction in predictions]
        try:
            with self._lock, self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO predictions VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise MedappError("results.write", reason=type(error).__name__) from error

    def count(self) -> int:
        """Return how many predictions are kept."""
        with self._lock:
            row = self._fetched("SELECT COUNT(*) FROM predictions", ())
        return 0 if row is None else int(str(row[0]))

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fetched(self, query: str, values: tuple[str, ...]) -> tuple[str, bytes | None, int | None] | None:
        """Return one row; a fault met while reading sets the database aside, and nothing is known."""
        try:
            row: tuple[str, bytes | None, int | None] | None = self._connection.execute(query, values).fetchone()
        except sqlite3.OperationalError:  # busy, or the disk refuses: not the file's fault
            return None
        except sqlite3.DatabaseError:
            self._connection.close()
            self._move_away("results.damaged")
            self._connection = self._opened()
            return None
        return row

    def _opened(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._connected(str(self._path))
        except (OSError, sqlite3.OperationalError) as error:
            self.set_aside = Problem(str(self._path), "results.write", {"reason": type(error).__name__})
            return self._connected(":memory:")
        except _NewerError:
            self._move_away("results.newer")
        except sqlite3.DatabaseError:
            self._move_away("results.damaged")
        return self._connected(str(self._path))

    def _connected(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _move_away(self, code: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        for companion in _COMPANIONS:
            source = self._path.with_name(self._path.name + companion)
            with suppress(OSError):
                source.replace(self._path.with_name(f"{self._path.stem}.set-aside-{stamp}.sqlite{companion}"))
        self.set_aside = Problem(str(self._path), code)
        log.warning("the results database was set aside (%s)", code)


class _NewerError(Exception):
    """The database was written by a newer version of medapp."""


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest version, one migration a transaction."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, reached_at TEXT NOT NULL)"
    )
    version = connection.execute("SELECT MAX(version) FROM schema_version").fetchone()[0] or 0
    if version > len(MIGRATIONS):
        raise _NewerError
    for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(migration)
            connection.execute("INSERT INTO schema_version VALUES (?, ?)", (number, _now()))


def _row(prediction: Prediction) -> tuple[str, str, str, bytes | None, int | None, str]:
    document = json.dumps(prediction.to_json(), allow_nan=False)
    heat = prediction.heat_map
    blob = None if heat is None else np.ascontiguousarray(heat, np.float32).tobytes()
    rows = None if heat is None else heat.shape[0]
    return prediction.identity, prediction.model.manifest_hash, document, blob, rows, _now()


def _heat_map(blob: bytes | None, rows: int | None) -> NDArray[np.float32] | None:
    if blob is None or not rows:
        return None
    return np.frombuffer(blob, np.float32).reshape(rows, -1).copy()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
