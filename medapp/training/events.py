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

from medapp.files import read_json, write_json

EVENTS_FILE, CONTROL_FILE, HEARTBEAT_FILE, REQUEST_FILE = "events.jsonl", "control.json", "heartbeat", "run.json"
PACKAGE_FOLDER = "package"
ENDS = frozenset({"finished", "stopped", "failed"})
HEARTBEAT_SECONDS = 1.0
SILENT_SECONDS = 20.0
_WATCH_SECONDS = 0.2


class EventLog:
    """Appends events to the run folder, one JSON object a line, flushed; and passes them on.

    Parameters
    ----------
    folder : Path
        The run folder.
    echo : callable, optional
        Called with each event's line, for ``--json``.
    """

    def __init__(self, folder: Path, echo: Callable[[str], None] | None = None) -> None:
        self._file = (folder / EVENTS_FILE).open("a", encoding="utf-8", newline="\n")
        self._echo = echo
        self._lock = threading.Lock()
        self._start = time.monotonic()

    def write(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON values
        """Write one event with the seconds since the start."""
        document = {"event": event, "seconds": round(time.monotonic() - self._start, 2), **fields}
        line = json.dumps(document, ensure_ascii=False, allow_nan=False)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
            if self._echo is not None:
                self._echo(line)

    def close(self) -> None:
        """Close the file, with everything on the disk."""
        with self._lock, suppress(OSError):
            os.fsync(self._file.fileno())
            self._file.close()


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


class Control:
    """The training process' side: watches ``control.json`` in a thread and shows that the process lives.

    Use as a context manager. `checkpoint` is called between batches.

    Parameters
    ----------
    folder : Path
        The run folder.
    on_stop : callable
        Called once, in the watching thread, as soon as the stop is asked for.
    """

    def __init__(self, folder: Path, on_stop: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self.paused_seconds = 0.0
        self._on_stop = on_stop
        self._stop, self._pause, self._over = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="control", daemon=True)

    def __enter__(self) -> Control:
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        with suppress(OSError):
            (self._folder / HEARTBEAT_FILE).unlink()

    def stop(self) -> None:
        """Ask for the stop from within, as SIGINT does."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the stop was asked for."""
        return self._stop.is_set()

    def checkpoint(self) -> bool:
        """Wait while paused; return whether to stop."""
        begun = time.monotonic()
        while self._pause.is_set() and not self._stop.is_set():
            self._stop.wait(_WATCH_SECONDS)
            self.paused_seconds += time.monotonic() - begun
            begun = time.monotonic()
        return self._stop.is_set()

    def _watch(self) -> None:
        last_beat, told = time.monotonic(), False
        while not self._over.wait(_WATCH_SECONDS):
            if time.monotonic() - last_beat >= HEARTBEAT_SECONDS:
                self._beat()
                last_beat = time.monotonic()
            with suppress(OSError, ValueError, AttributeError):
                asked = read_json(self._folder / CONTROL_FILE)
                if asked.get("stop") is True:
                    self._stop.set()
                (self._pause.set if asked.get("pause") is True else self._pause.clear)()
            if self.stopping and not told:
                told = True
                self._on_stop()

    def _beat(self) -> None:
        with suppress(OSError):
            (self._folder / HEARTBEAT_FILE).touch()


def is_alive(folder: Path) -> bool:
    """Tell whether the training process of run `folder` has shown itself lately."""
    with suppress(OSError):
        return time.time() - (folder / HEARTBEAT_FILE).stat().st_mtime < SILENT_SECONDS
    return False
