"""Whether a training process lives: a file in its run folder that it holds locked, and that the system lets go."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Literal

from medapp.errors import MedappError

HEARTBEAT_FILE = "heartbeat"
HEARTBEAT_SECONDS, SILENT_SECONDS = 1.0, 30.0
_STARTING, _LOCKED, _BEATING = b"starting", b"locked", b"beating"
_TRIES, _BETWEEN_SECONDS = 20, 0.05
_PLACE = 1024
Held = Literal["mine", "another's", "unknown"]


class Heartbeat:
    """The training process' sign of life: the lock, and the time of the file where a disk knows no locks.

    Raises
    ------
    MedappError
        ``train.running`` where another process trains in this folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / HEARTBEAT_FILE
        self._file = self._path.open("a+b")
        held = _take(self._file)
        tries = 1
        while held == "another's" and tries < _TRIES:  # somebody may only be looking
            time.sleep(_BETWEEN_SECONDS)
            held, tries = _take(self._file), tries + 1
        if held == "another's":
            self._file.close()
            raise MedappError("train.running", folder=folder.name)
        with suppress(OSError):
            _write(self._path, _LOCKED if held == "mine" else _BEATING)

    def beat(self) -> None:
        """Show that the process lives."""
        with suppress(OSError):
            os.utime(self._path)

    def close(self) -> None:
        """Let go; the process ends."""
        self._file.close()
        with suppress(OSError):
            self._path.unlink()


def announce(folder: Path) -> None:
    """Say that a process for run `folder` is being started, so that it counts as alive until it says so itself."""
    _write(folder / HEARTBEAT_FILE, _STARTING)


def is_alive(folder: Path) -> bool:
    """Tell whether the training process of run `folder` lives; one that is frozen does."""
    path = folder / HEARTBEAT_FILE
    try:
        with path.open("r+b") as file:
            said = file.read(_PLACE)
            if _take(file) == "another's":
                return True
        return said != _LOCKED and time.time() - path.stat().st_mtime < SILENT_SECONDS
    except OSError:
        return False


def _write(path: Path, what: bytes) -> None:
    # in place: a file that replaced this one would not be the one that is locked
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate()
        file.write(what)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> Held:
        """Lock a byte behind the text, which stays readable; closing the file lets go."""
        file.seek(_PLACE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return "another's"
        except OSError:
            return "unknown"
        return "mine"
else:
    import fcntl

    def _take(file: IO[bytes]) -> Held:
        """Lock the file; closing it, or the end of the process, lets go."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "another's"
        except OSError:
            return "unknown"
        return "mine"
