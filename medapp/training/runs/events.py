"""What a training process tells (``events.jsonl`` in its run folder) and what it is told (``control.json``)."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from medapp.files import json_bytes, read_json, write_json
from medapp.training.runs.heartbeat import HEARTBEAT_SECONDS

EVENTS_FILE, CONTROL_FILE, REQUEST_FILE = "events.jsonl", "control.json", "run.json"
PACKAGE_FOLDER = "package"
ENDS = frozenset({"finished", "stopped", "failed"})
FROZEN_SECONDS, GONE_SECONDS = 5.0, 5.0
_WATCH_SECONDS = 0.2
_PENDING_BYTES = 4 * 2**20


class EventLog:
    """Appends events to the run folder, one JSON object a line; and passes them on.

    A disk that is full ends no training: what it does not take is written with the next event that it takes.

    Parameters
    ----------
    folder : Path
        The run folder.
    echo : callable, optional
        Called with each event's line, for ``--json``.
    """

    def __init__(self, folder: Path, echo: Callable[[str], None] | None = None) -> None:
        path = folder / EVENTS_FILE
        self._pending = b"\n" if _is_torn(path) else b""
        self._file = path.open("ab", buffering=0)
        self._echo = echo
        self._lock = threading.Lock()
        self._start = time.monotonic()

    def write(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON values
        """Write one event with the seconds since the start."""
        document = {"event": event, "seconds": round(time.monotonic() - self._start, 2), **fields}
        line = json_bytes(document).decode()
        with self._lock:
            if len(self._pending) < _PENDING_BYTES or event in ENDS:
                self._pending += line.encode() + b"\n"
            self._flush()
            if self._echo is not None:
                self._echo(line)

    def _flush(self) -> None:
        with suppress(OSError):
            while self._pending:
                self._pending = self._pending[self._file.write(self._pending) or 0 :]

    def close(self) -> None:
        """Close the file, with everything on the disk that it takes."""
        with self._lock:
            self._flush()
            with suppress(OSError):
                os.fsync(self._file.fileno())
            self._file.close()


def _is_torn(path: Path) -> bool:
    """Tell whether the last line has no end: its process was killed while it wrote."""
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def read_events(folder: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return the whole lines of a run's events from byte `offset` on, and where the next ones begin."""
    try:
        with (folder / EVENTS_FILE).open("rb") as file:
            file.seek(offset)
            data = file.read()
    except OSError:
        return [], offset
    whole = data[: data.rfind(b"\n") + 1]
    events = []
    for line in whole.splitlines():
        with suppress(ValueError, RecursionError):
            event = json.loads(line)
            events += [event] if isinstance(event, dict) else []
    return events, offset + len(whole)


def ask(folder: Path, *, stop: bool = False, pause: bool = False) -> None:
    """Ask the training process of run `folder` to stop, to pause, or (neither) to go on."""
    write_json(folder / CONTROL_FILE, {"stop": stop, "pause": pause})


def is_paused(folder: Path) -> bool:
    """Tell whether the training process of run `folder` is asked to pause."""
    with suppress(OSError, ValueError, AttributeError):
        return read_json(folder / CONTROL_FILE).get("pause") is True
    return False


def forget(folder: Path) -> None:
    """Take back what was asked for; a full disk has room for that."""
    (folder / CONTROL_FILE).unlink(missing_ok=True)


class Control:
    """The training process' side: watches ``control.json`` in a thread, and shows that the process lives.

    Use as a context manager. `checkpoint` is called between batches.

    Parameters
    ----------
    folder : Path
        The run folder.
    on_stop : callable
        Called in the watching thread as soon as a stop is asked for.
    beat : callable
        Called every `HEARTBEAT_SECONDS`.
    """

    def __init__(
        self, folder: Path, on_stop: Callable[[], None] = lambda: None, beat: Callable[[], None] = lambda: None
    ) -> None:
        self._folder = folder
        self.paused_seconds = 0.0
        self._on_stop, self._beat = on_stop, beat
        self._stop, self._pause, self._over = threading.Event(), threading.Event(), threading.Event()
        self._told = False
        self._there = time.monotonic()
        self._looking = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="control", daemon=True)

    def __enter__(self) -> Control:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def stop(self) -> None:
        """Ask for the stop from within, as SIGINT does."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for that nobody has taken yet."""
        return self._stop.is_set()

    @property
    def run_is_gone(self) -> bool:
        """Whether the run folder is no longer there: what is learned could not be kept."""
        return not self._folder.is_dir()

    def take_stop(self) -> bool:
        """Return whether a stop was asked for, and take it as done: from now on, another one counts."""
        with self._looking:
            if not self.stopping:
                return False
            with suppress(OSError):
                forget(self._folder)
            self._stop.clear()
            self._told = False
        return True

    def checkpoint(self) -> bool:
        """Wait while paused; return whether to stop."""
        begun = time.monotonic()
        while self._pause.is_set() and not self._stop.is_set():
            self._stop.wait(_WATCH_SECONDS)
            self.paused_seconds += time.monotonic() - begun
            begun = time.monotonic()
        return self._stop.is_set()

    def _watch(self) -> None:
        last_beat = last_look = time.monotonic()
        while not self._over.wait(_WATCH_SECONDS):
            now = time.monotonic()
            if now - last_look > FROZEN_SECONDS and not self._pause.is_set():
                self.paused_seconds += now - last_look  # SIGSTOP, or a machine that slept: no time to learn in
            last_look = now
            if now - last_beat >= HEARTBEAT_SECONDS:
                self._beat()
                last_beat = now
            with self._looking:
                self._look(now)

    def _look(self, now: float) -> None:
        if not self.run_is_gone:
            self._there = now
        elif now - self._there >= GONE_SECONDS:  # a disk may be away for a moment
            self._stop.set()
        with suppress(OSError, ValueError, AttributeError):
            asked = read_json(self._folder / CONTROL_FILE)
            if asked.get("stop") is True:
                self._stop.set()
            (self._pause.set if asked.get("pause") is True else self._pause.clear)()
        if self.stopping and not self._told:
            self._told = True
            self._on_stop()
