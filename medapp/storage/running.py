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
    """

    unclean: bool = False
    early_crashes: int = 0
    opened: tuple[str, ...] = ()
    source: str = ""
    frame: int = 0
    labelling: str = ""

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

    def end(self) -> None:
        """Note that the window was closed."""
        self._now = Left()
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
