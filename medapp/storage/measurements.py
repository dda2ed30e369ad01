"""What was measured on images, by a hash of the image: it comes back after a restart, and is in no image file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medapp.display.measuring.shapes import TEXT_MOST, Calibration, Kind, Measurement, Point, Shape, Sheet
from medapp.errors import Problem
from medapp.storage.database import Database, now

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE measurements (
        image TEXT PRIMARY KEY,
        sheet TEXT NOT NULL,
        changed_at TEXT NOT NULL
    )
    """,
)
"""Each brings the database from the version of its index to the next one; never change one that was released."""


class Measurements:
    """Sheets of measurements by image. Every method may be called from any thread.

    Parameters
    ----------
    path : Path
        The SQLite file; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS, "measurements")

    @property
    def set_aside(self) -> Problem | None:
        """Why the database was begun anew, or lives in memory; None where it did not have to."""
        return self._database.set_aside

    def put(self, image: str, sheet: Sheet) -> None:
        """Keep what is drawn on an image, on the disk when this returns; raises ``measurements.write``."""
        if sheet == Sheet():
            self._database.write("DELETE FROM measurements WHERE image = ?", [(image,)])
            return
        statement = "INSERT OR REPLACE INTO measurements (image, sheet, changed_at) VALUES (?, ?, ?)"
        self._database.write(statement, [(image, json.dumps(_document(sheet)), now())])

    def get(self, image: str) -> Sheet:
        """Return what was drawn on an image; what cannot be understood of it is left out."""
        rows = self._database.rows("SELECT sheet FROM measurements WHERE image = ?", (image,))
        try:
            return _sheet(json.loads(rows[0][0])) if rows else Sheet()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Sheet()

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def image_key(sop_instance_uid: str, frame_number: int, size: tuple[int, int], content: str) -> str:
    """Return under which name an image's measurements are kept: a hash, so that the file names nobody.

    Parameters
    ----------
    sop_instance_uid : str
        Empty for pictures that have none: then their content is what they are.
    frame_number : int
        From 1.
    size : tuple of 2 int
        Rows and columns: an instance that has others now is another image.
    content : str
        `Frame.identity`; used only where there is no UID.
    """
    what = ("sop", sop_instance_uid, frame_number, *size) if sop_instance_uid else ("content", content)
    return hashlib.sha256(repr(what).encode()).hexdigest()


def series_key(series_uid: str) -> str:
    """Return under which name the calibration of a whole series is kept."""
    return hashlib.sha256(repr(("series", series_uid)).encode()).hexdigest()


def _document(sheet: Sheet) -> dict[str, Any]:
    document: dict[str, Any] = {"measurements": [_entry(each) for each in sheet.measurements]}
    if sheet.calibration is not None:
        document["spacing_mm"] = list(sheet.calibration.spacing_mm)
    return document


def _entry(measurement: Measurement) -> dict[str, Any]:
    shape = measurement.shape
    entry = {"id": measurement.id, "kind": str(shape.kind), "points": [list(point) for point in shape.points]}
    if shape.text:
        entry["text"] = shape.text
    return entry if measurement.label_at is None else {**entry, "label_at": list(measurement.label_at)}


def _sheet(document: dict[str, Any]) -> Sheet:
    spacing = document.get("spacing_mm")
    calibration = Calibration(_positive(spacing)) if spacing is not None else None
    found = (_measurement(entry) for entry in document["measurements"])
    return Sheet(tuple(each for each in found if each is not None), calibration)


def _measurement(entry: dict[str, Any]) -> Measurement | None:
    try:
        shape = Shape(
            Kind(entry["kind"]), tuple(_point(p) for p in entry["points"]), str(entry.get("text", ""))[:TEXT_MOST]
        )
        label_at = entry.get("label_at")
        return Measurement(str(entry["id"]), shape, None if label_at is None else _point(label_at))
    except (ValueError, TypeError, KeyError):
        return None


def _point(pair: Sequence[float]) -> Point:
    x, y = pair
    return float(x), float(y)


def _positive(pair: Sequence[float]) -> tuple[float, float]:
    down, across = _point(pair)
    if not (down > 0 and across > 0):
        raise ValueError(f"a spacing of {pair} is none")
    return down, across
