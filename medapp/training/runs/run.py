"""A training run as seen from outside: starts ``medapp train``, follows it, stops and pauses it, finds it again."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medapp.errors import MedappError
from medapp.files import write_json
from medapp.i18n import spoken_by_children, tell, tr
from medapp.jobs import Job, Partial, Progress
from medapp.processes import own_command
from medapp.training.runs import events
from medapp.training.runs.heartbeat import announce, is_alive
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run_folder import document_of, read_request

POLL_SECONDS = 0.2
HOPELESS = frozenset({"train.blocked", "train.alarm", "train.base_has_seen", "network.unknown", "train.run_damaged"})


@dataclass(frozen=True)
class RunState:
    """A run's events so far, folded into one value.

    Attributes
    ----------
    phase : str
        Key of what is being done (text: ``train.phase.<phase>``).
    done, total : int
        Steps of that phase.
    seconds_left : float or None
        An estimate for the whole run.
    curve : tuple of dict
        One entry a pass: ``number``, ``train_loss``, ``validation_loss``, ``auc``.
    checked : dict or None
        Summary of the check.
    notes : tuple of str
        Sentences that the run told.
    end : dict or None
        The last event: finished, stopped or failed.
    paused : bool
        Whether it waits for the wish to go on.
    images_per_second, memory_mb : float or None
        How fast it learns, and the most memory that it has taken.
    """

    phase: str = "starting"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    curve: tuple[dict[str, Any], ...] = ()
    checked: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    end: dict[str, Any] | None = None
    paused: bool = False
    images_per_second: float | None = None
    memory_mb: float | None = None

    def after(self, event: dict[str, Any]) -> RunState:
        """Return the state after one more event; one that says nothing known changes nothing."""
        match event:
            case {"event": "progress", "phase": str(phase), "done": int(done), "total": int(total)}:
                return replace(self, phase=phase, done=done, total=total, seconds_left=_number(event, "seconds_left"))
            case {"event": "started"}:
                return replace(self, phase="starting", done=0, total=0, seconds_left=None, end=None)
            case {"event": "resumed", "passes": int(passes)}:
                return replace(self, curve=self.curve[:passes])
            case {"event": "speed"}:
                speed, memory = _number(event, "images_per_second"), _number(event, "memory_mb")
                return replace(self, images_per_second=speed, memory_mb=memory)
            case {"event": "pass"}:
                return replace(self, curve=(*self.curve, event))
            case {"event": "checked"}:
                return replace(self, checked=event)
            case {"event": "note", "text": str(text)}:
                return replace(self, notes=(*self.notes, text))
            case {"event": str(kind)} if kind in events.ENDS:
                return replace(self, end=event)
        return self


def _number(event: dict[str, Any], name: str) -> float | None:
    value = event.get(name)
    return float(value) if isinstance(value, int | float) else None


@dataclass(eq=False)
class Run:
    """One run folder, and the process where this program started it."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _offset: int = field(default=0, repr=False)
    _state: RunState = field(default_factory=RunState, repr=False)

    @classmethod
    def start(cls, runs: Path, request: RunRequest) -> Run:
        """Start a training in a new folder below `runs`; it outlives this program.

        Raises
        ------
        MedappError
            ``run.cannot_start`` where the folder or the process cannot be made.
        """
        folder = runs / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{request.effort}-{secrets.token_hex(2)}"
        run = cls(folder)
        try:
            folder.mkdir(parents=True)
            write_json(folder / events.REQUEST_FILE, document_of(request))
        except OSError as error:
            raise MedappError("run.cannot_start", reason=error.strerror or "") from error
        run._begin(f"--output={folder}", *request.arguments())
        return run

    def go_on(self) -> None:
        """Start a process that goes on where the one that died, failed or was stopped stood.

        Raises
        ------
        MedappError
            ``train.running`` where one is at it, or ``run.cannot_start``.
        """
        if self.alive:
            raise MedappError("train.running", folder=self.folder.name)
        self.state()  # what was told so far is told no more
        self.reap()
        self._begin(f"--resume={self.folder}")
        self._state = self._state.after({"event": "started"})

    def _begin(self, *arguments: str) -> None:
        try:
            announce(self.folder)
            self._process = subprocess.Popen(
                own_command("train", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **spoken_by_children()},
                start_new_session=os.name != "nt",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
                | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise MedappError("run.cannot_start", reason=error.strerror or "") from error

    @property
    def request(self) -> RunRequest:
        """What was asked for."""
        return read_request(self.folder)

    @property
    def package(self) -> Path:
        """Where the package is once the run has finished."""
        return self.folder / events.PACKAGE_FOLDER

    @property
    def alive(self) -> bool:
        """Whether the training process runs."""
        if self._process is not None:
            return self._process.poll() is None
        return is_alive(self.folder)

    def state(self) -> RunState:
        """Read new events and return the state; a process that ended without a word has failed."""
        alive = self.alive  # asked first: what a process writes before its end is read below
        new, self._offset = events.read_events(self.folder, self._offset)
        for event in new:
            self._state = self._state.after(event)
        if self._state.end is None and not alive:
            reason = tell(MedappError("run.died"))
            self._state = self._state.after({"event": "failed", "code": "run.died", "reason": reason})
        self._state = replace(self._state, paused=self._state.end is None and events.is_paused(self.folder))
        return self._state

    @property
    def can_go_on(self) -> bool:
        """Whether the run has ended without a package, and another process may come further."""
        end = self.state().end
        return end is not None and end["event"] != "finished" and end.get("code") not in HOPELESS

    def follow(self) -> Job[RunState]:
        """Yield `Progress` and, at each pass, note and check, `Partial` with the `RunState`, until the run ends."""
        known: RunState | None = None
        while True:
            state = self.state()
            if state.end is not None:
                self.reap()
                return state
            if known is None or _told(state) != _told(known):
                yield Partial(state)
            known = state
            yield Progress(state.done, state.total, tr(f"train.phase.{state.phase}"), state.seconds_left)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask for the end; the best weights so far are kept."""
        events.ask(self.folder, stop=True)

    def pause(self, paused: bool = True) -> None:
        """Ask for a pause, or to go on."""
        events.ask(self.folder, pause=paused)

    def reap(self, timeout: float = 10) -> None:
        """Wait for the process, where this program started it and it has told its end."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)

    def kill(self) -> None:
        """End the process at once, where this program started it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _told(state: RunState) -> object:
    """Return what of a state must reach whoever follows it."""
    return state.curve, state.notes, state.checked, state.paused, state.images_per_second


def unfinished(runs: Path) -> list[Run]:
    """Return the runs below `runs` that are still going on, the latest first."""
    return [run for run in _runs_in(runs) if run.state().end is None]


def _runs_in(runs: Path) -> Iterable[Run]:
    if not runs.is_dir():
        return []
    folders = sorted((p for p in runs.iterdir() if (p / events.REQUEST_FILE).is_file()), reverse=True)
    return [Run(folder) for folder in folders]
