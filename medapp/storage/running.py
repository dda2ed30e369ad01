"""What the window notes down while it runs, so that the next start knows how the last one ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from medapp.files import copied_aside, read_json, write_json

log = logging.getLogger(__name__)
SCHEMA_VERSION = 1
CRASHES_TO_SAFE_MODE = 2
OPEN_LIMIT = 50
MOST_CELLS = 3


@dataclass(frozen=True)
class Arrangement:
    """Which image stood in which cell of the window: rows, columns, source and frame of each, the active one."""

    rows: int = 1
    columns: int = 1
    places: tuple[tuple[str, int], ...] = ()
    active: int = 0


@dataclass(frozen=True)
class Left:
    """How the program was left.

    Attributes
    ----------
    unclean : bool
        Whether it ended without closing its window.
    early_crashes : int
        How many times in a row it ended so before it had settled.
    opened : tuple of str
        The files and folders that were open.
    source, frame : str, int
        The image that was on screen; empty where there was none.
    labelling : str
        The folder of the label project that was being labelled; empty where there was none.
    arrangement : Arrangement
        The cells, where there was more than one.
    geometry : str
        Where the window was, as Qt tells it; empty after a crash.
    """

    unclean: bool = False
    early_crashes: int = 0
    opened: tuple[str, ...] = ()
    source: str = ""
    frame: int = 0
    labelling: str = ""
    arrangement: Arrangement = Arrangement()
    geometry: str = ""

    @property
    def is_unsafe(self) -> bool:
        """Whether the program should start with nothing that may have brought it down."""
        return self.early_crashes >= CRASHES_TO_SAFE_MODE


class Running:
    """The note of a running window. A disk that refuses is logged: the window works without the note.

    Parameters
    ----------
    path : Path or None
        The JSON file; None keeps no note, for a second window on the same folder.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._now = Left()

    def begin(self) -> Left:
        """Return how the program was left, and note that it runs."""
        before = self._read()
        crashes = before.early_crashes if before.unclean else 0
        self._now = Left(unclean=True, early_crashes=crashes + 1)
        self._write()
        return replace(before, early_crashes=crashes)

    def settle(self) -> None:
        """Note that the start went well."""
        if self._now.early_crashes:
            self._now = replace(self._now, early_crashes=0)
            self._write()

    def note_opened(self, paths: Sequence[Path]) -> None:
        """Note what is open."""
        self._change(opened=tuple(dict.fromkeys(str(p.absolute()) for p in paths))[-OPEN_LIMIT:])

    def note_place(self, source: str, frame: int) -> None:
        """Note which image is on screen."""
        self._change(source=source, frame=frame)

    def note_labelling(self, folder: str) -> None:
        """Note which label project is being labelled; empty: none."""
        self._change(labelling=folder)

    def note_arrangement(self, arrangement: Arrangement) -> None:
        """Note what stands in which cell."""
        self._change(arrangement=arrangement)

    def end(self, *, keep: bool = False, geometry: str = "") -> None:
        """Note that the window was closed; `keep`: and what was open in it, for the next start."""
        kept = replace(self._now, unclean=False, early_crashes=0, labelling="", geometry=geometry)
        self._now = kept if keep else Left()
        self._write()

    def _change(self, **changes: object) -> None:
        changed = replace(self._now, **changes)  # type: ignore[arg-type]  # fields of Left
        if changed != self._now:
            self._now = changed
            self._write()

    def _read(self) -> Left:
        if self._path is None:
            return Left()
        try:
            document = read_json(self._path)
            opened = tuple(str(path) for path in document["opened"])[:OPEN_LIMIT]
            return Left(
                bool(document["unclean"]),
                min(int(document["early_crashes"]), 99),
                opened,
                str(document["source"]),
                int(document["frame"]),
                str(document.get("labelling", "")),
                _arrangement(document.get("arrangement")),
                str(document.get("geometry", "")),
            )
        except FileNotFoundError:
            return Left()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            log.warning("the note of the last start cannot be read")
            with suppress(OSError):
                copied_aside(self._path)
            return Left()

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            write_json(self._path, {"schema_version": SCHEMA_VERSION, **asdict(self._now)})
        except OSError as error:
            log.warning("the note of this start was not written: %s", type(error).__name__)


def _arrangement(document: object) -> Arrangement:
    """Take what an older note lacks, and what does not fit, for one cell."""
    if not isinstance(document, dict):
        return Arrangement()
    rows, columns, places = int(document["rows"]), int(document["columns"]), document["places"]
    if not (1 <= rows <= MOST_CELLS and 1 <= columns <= MOST_CELLS):
        return Arrangement()
    told = tuple((str(source), int(frame)) for source, frame in places)[: rows * columns]
    return Arrangement(rows, columns, told, min(max(int(document["active"]), 0), rows * columns - 1))
