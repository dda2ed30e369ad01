"""Sketches on the disk by the hash of the file: a second check of the same files decodes nothing."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from medapp.training.cases.file_facts import FileFacts
from medapp.training.cases.sketch import THUMBNAIL, Sketch

log = logging.getLogger(__name__)
T = TypeVar("T")
_VERSION = 5
"""Of what a sketch holds; those of another version are made anew."""
_SHAPES = {
    "frame": (4, 8, 3),
    "corners": (4, 4),
    "surroundings": (7,),
    "histogram": (64,),
    "levels": (9,),
    "texture": (8,),
    "writing": (3,),
}
_WRITTEN_AT_ONCE = 200
_MOST = 200_000
_TABLE = "CREATE TABLE IF NOT EXISTS sketches (hash TEXT PRIMARY KEY, facts TEXT NOT NULL, arrays BLOB NOT NULL)"


@dataclass(frozen=True, eq=False)
class PictureFacts:
    """What the survey needs to know of a decoded picture.

    Attributes
    ----------
    content : str
        `survey.content_hash`.
    rows, columns : int
        Its size.
    modality : str
        As its frame says.
    colour : bool
        Whether it has colours.
    sketch : Sketch
        What is remembered of it.
    """

    content: str
    rows: int
    columns: int
    modality: str
    colour: bool
    sketch: Sketch


class SketchStore:
    """Picture facts by the SHA-256 of the file. Any thread may call it; where the disk refuses, nothing is kept.

    Parameters
    ----------
    folder : Path
        Where its file lies; made where it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, PictureFacts] = {}
        self._connection = _opened(folder / f"sketches-{_VERSION}.sqlite")

    def __enter__(self) -> SketchStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, file_hash: str) -> PictureFacts | None:
        """Return what is known of a file, or None."""
        query = "SELECT facts, arrays FROM sketches WHERE hash = ?"
        with self._lock:
            if (waiting := self._waiting.get(file_hash)) is not None:
                return waiting
            row = self._tried(lambda c: c.execute(query, (file_hash,)).fetchone())
        return None if row is None else _unpacked(*row)

    def put(self, file_hash: str, facts: PictureFacts) -> None:
        """Keep what is known of a file."""
        with self._lock:
            self._waiting[file_hash] = facts
            if len(self._waiting) >= _WRITTEN_AT_ONCE:
                self._write()

    def close(self) -> None:
        """Write what waits, drop the oldest beyond two hundred thousand, and close the file."""
        with self._lock:
            self._write()
            surplus = "DELETE FROM sketches WHERE rowid <= (SELECT MAX(rowid) FROM sketches) - ?"
            self._tried(lambda c: c.execute(surplus, (_MOST,)))
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    self._connection.commit()
                self._connection.close()
                self._connection = None

    def _write(self) -> None:
        rows = [(file_hash, *_packed(facts)) for file_hash, facts in self._waiting.items()]
        self._waiting.clear()
        self._tried(lambda c: c.executemany("INSERT OR REPLACE INTO sketches VALUES (?, ?, ?)", rows))
        self._tried(lambda c: c.commit())

    def _tried(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do something with the file; a cache that fails is done without."""
        if self._connection is None:
            return None
        try:
            return action(self._connection)
        except sqlite3.Error as error:
            log.info("the cache of sketches is done without: %s", type(error).__name__)
            self._connection.close()
            self._connection = None
            return None


def _opened(path: Path) -> sqlite3.Connection | None:
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _connected(path)
        except sqlite3.OperationalError:
            return None  # held, or a disk that refuses
        except sqlite3.DatabaseError:
            with suppress(OSError):
                path.unlink()  # damaged: begun anew
        except OSError:
            return None
    return None


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_TABLE)
    except BaseException:
        connection.close()
        raise
    return connection


def _packed(facts: PictureFacts) -> tuple[str, bytes]:
    sketch = facts.sketch
    told = {name: getattr(facts, name) for name in ("content", "rows", "columns", "modality", "colour")}
    told["bits"], told["file"] = sketch.bits, asdict(sketch.file)
    numbers = np.concatenate([getattr(sketch, name).ravel() for name in _SHAPES])
    return json.dumps(told), sketch.thumbnail.tobytes() + numbers.astype("<f4").tobytes()


def _unpacked(told: str, arrays: bytes) -> PictureFacts | None:
    """Return the facts, or None where they are damaged."""
    try:
        facts = json.loads(told)
        file, bits = FileFacts(**facts.pop("file")), int(facts.pop("bits"))
        thumbnail = np.frombuffer(arrays, np.uint8, THUMBNAIL**2).reshape(THUMBNAIL, THUMBNAIL)
        numbers = np.frombuffer(arrays, "<f4", offset=THUMBNAIL**2).astype(np.float32)
        ends = np.cumsum([np.prod(shape) for shape in _SHAPES.values()])
        if len(numbers) != ends[-1]:
            return None
        parts = dict(zip(_SHAPES, np.split(numbers, ends[:-1]), strict=True))
        shaped = {name: part.reshape(_SHAPES[name]) for name, part in parts.items()}
        sketch = Sketch(thumbnail, **shaped, rows=facts["rows"], columns=facts["columns"], bits=bits, file=file)
        return PictureFacts(**facts, sketch=sketch)
    except (ValueError, TypeError, KeyError):
        return None
