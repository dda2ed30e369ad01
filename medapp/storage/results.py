"""The database of predictions: what was computed once is not computed again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.classify.prediction import Prediction
from medapp.errors import Problem
from medapp.storage.database import Database, now

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
    """
    CREATE TABLE read_files (
        place TEXT NOT NULL PRIMARY KEY,
        identity TEXT NOT NULL,
        modality TEXT NOT NULL,
        body_part TEXT NOT NULL,
        view TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)
"""Each brings the database from the version of its index to the next one; never change one that was released."""
_AT_ONCE = 400


@dataclass(frozen=True)
class ReadFile:
    """What is known of an image that was read once, so that it need not be decoded to find its answer.

    Attributes
    ----------
    identity : str
        ``Frame.identity``.
    modality, body_part, view : str
        By which the model is chosen that is asked about it.
    """

    identity: str
    modality: str
    body_part: str = ""
    view: str = ""


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
        self._database = Database(path, MIGRATIONS, "results")

    @property
    def set_aside(self) -> Problem | None:
        """Why the database was begun anew, or lives in memory; None where it did not have to."""
        return self._database.set_aside

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
        found = self._database.rows(query, (identity, manifest_hash))
        if not found:
            return None
        row = found[0]
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
        self._database.write("INSERT OR REPLACE INTO predictions VALUES (?, ?, ?, ?, ?, ?)", rows)

    def latest(self, identity: str) -> Prediction | None:
        """Return what was said last about a frame, by whatever model."""
        query = "SELECT manifest_hash FROM predictions WHERE identity = ? ORDER BY told_at DESC LIMIT 1"
        found = self._database.rows(query, (identity,))
        return self.get(identity, found[0][0]) if found else None

    def files(self, places: Sequence[str]) -> dict[str, ReadFile]:
        """Return what is known of files that were read before, by their `places` (hashes: no name is kept)."""
        known: dict[str, ReadFile] = {}
        for part in _parts(places):
            marks = ", ".join("?" * len(part))
            query = f"SELECT place, identity, modality, body_part, view FROM read_files WHERE place IN ({marks})"  # noqa: S608 - marks are ours
            known |= {place: ReadFile(*values) for place, *values in self._database.rows(query, part)}
        return known

    def note_files(self, files: Mapping[str, ReadFile]) -> None:
        """Keep what was learned of files; raises ``results.write`` where the disk refuses."""
        rows = [(place, *astuple(file)) for place, file in files.items()]
        self._database.write("INSERT OR REPLACE INTO read_files VALUES (?, ?, ?, ?, ?)", rows)

    def count(self) -> int:
        """Return how many predictions are kept."""
        found = self._database.rows("SELECT COUNT(*) FROM predictions")
        return int(found[0][0]) if found else 0

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _parts(places: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield `places` in parts that one query takes."""
    waiting = iter(places)
    while part := tuple(islice(waiting, _AT_ONCE)):
        yield part


def _row(prediction: Prediction) -> tuple[str, str, str, bytes | None, int | None, str]:
    document = json.dumps(prediction.to_json(), allow_nan=False)
    heat = prediction.heat_map
    blob = None if heat is None else np.ascontiguousarray(heat, np.float32).tobytes()
    rows = None if heat is None else heat.shape[0]
    return prediction.identity, prediction.model.manifest_hash, document, blob, rows, now()


def _heat_map(blob: bytes | None, rows: int | None) -> NDArray[np.float32] | None:
    if blob is None or not rows:
        return None
    return np.frombuffer(blob, np.float32).reshape(rows, -1).copy()
