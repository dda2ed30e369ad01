"""Which images a person has marked as key images. The mark is the station's own: no received file is changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from medapp.errors import Problem
from medapp.imaging.study import Instance
from medapp.storage.database import Database, now

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE key_images (
        instance TEXT NOT NULL,
        frame INTEGER NOT NULL,
        marked_at TEXT NOT NULL,
        PRIMARY KEY (instance, frame)
    )
    """,
)
"""Each brings the database from the version of its index to the next one; never change one that was released."""


class KeyImage(NamedTuple):
    """A marked image: its instance, and the frame in it, from 1."""

    instance: str
    frame: int


def instance_key(instance: Instance) -> str:
    """Return what an instance is marked by: its SOP Instance UID; for pictures, which have none, a hash of the path."""
    if instance.sop_instance_uid:
        return instance.sop_instance_uid
    return "file:" + hashlib.sha256(instance.source.encode("utf-8", "surrogateescape")).hexdigest()[:32]


class KeyImages:
    """The marks. Every method may be called from any thread.

    Parameters
    ----------
    path : Path
        The SQLite file; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS, "key_images")

    @property
    def set_aside(self) -> Problem | None:
        """Why the database was begun anew, or lives in memory; None where it did not have to."""
        return self._database.set_aside

    def put(self, image: KeyImage, *, marked: bool) -> None:
        """Mark an image, or take its mark away; raises ``key_images.write`` where the disk refuses."""
        if marked:
            self._database.write("INSERT OR IGNORE INTO key_images VALUES (?, ?, ?)", [(*image, now())])
        else:
            self._database.write("DELETE FROM key_images WHERE instance = ? AND frame = ?", [image])

    def all_marked(self) -> frozenset[KeyImage]:
        """Return all marked images."""
        return frozenset(KeyImage(*row) for row in self._database.rows("SELECT instance, frame FROM key_images"))

    def close(self) -> None:
        """Close the database."""
        self._database.close()
