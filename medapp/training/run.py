"""A training run as seen from outside: starts ``medapp train``, follows it, stops and pauses it, finds it again."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.i18n import tell, tr
from medapp.jobs import Job, Partial, Progress
from medapp.processes import own_command
from medapp.training import events

Effort: TypeAlias = Literal["instant", "quick"]
EFFORTS: tuple[Effort, ...] = ("instant", "quick")
POLL_SECONDS = 0.2
START_SECONDS = 60.0


@dataclass(frozen=True)
class RunRequest:
    """What a training is asked to do; the arguments of ``medapp train``.

    Attributes
    ----------
    cases : str
        Folder with a sub-folder per class.
    effort : {"instant", "quick"}
        How much work.
    base : str
        Package id, package folder or ZIP, or weights file; empty: the built-in starting model.
    architecture : str
        Train this network from scratch instead.
    name : str
        What people call the model.
    pattern : str
        Regular expression that finds the patient in the file's name.
    alarm : str
        The class to be found; empty: chosen by its name.
    find_at_least : float
        Share of the alarm class that the operating point must find, 0 to 1.
    prevalence : float or None
        How common the alarm class is where the model is to be used.
    seed : int
        Seed of the split (where the base has none) and of the training.
    device : str
        auto, cpu, cuda or mps.
    modalities : str
        What the model may be asked about, with commas; empty: what the cases are.
    scope : str
        The same in words: body part, view, age.
    about : str
        Markdown file about the cases, for the model card.
    licence : str
        Licence of the model, in a sentence.
    steps : int
        Exactly so many steps of fine-tuning, to repeat a run; 0: as many as the time allows.
    threads : int
        Threads of the network; 0: one a core.
    """

    cases: str
    effort: Effort = "instant"
    base: str = ""
    architecture: str = ""
    name: str = ""
    pattern: str = ""
    alarm: str = ""
    find_at_least: float = 0.9
    prevalence: float | None = None
    seed: int = 0
    device: str = "auto"
    modalities: str = ""
    scope: str = ""
    about: str = ""
    licence: str = ""
    steps: int = 0
    threads: int = 0

    def arguments(self) -> list[str]:
        """Return the command line after ``medapp train``."""
        texts = {
            "--effort": self.effort,
            "--base": self.base,
            "--architecture": self.architecture,
            "--name": self.name,
            "--patient-from": self.pattern,
            "--alarm": self.alarm,
            "--find-at-least": str(self.find_at_least),
            "--prevalence": "" if self.prevalence is None else str(self.prevalence),
            "--seed": str(self.seed),
            "--device": self.device,
            "--modalities": self.modalities,
            "--scope": self.scope,
            "--about": self.about,
            "--licence": self.licence,
            "--steps": str(self.steps or ""),
            "--threads": str(self.threads or ""),
        }
        # = keeps a value that begins with a dash from being taken for an option
        return [*(f"{option}={text}" for option, text in texts.items() if text), "--", self.cases]


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
    """

    phase: str = "starting"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    curve: tuple[dict[str, Any], ...] = ()
    checked: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    end: dict[str, Any] | None = None

    def after(self, event: dict[str, Any]) -> RunState:
        """Return the state after one more event; one that says nothing known changes nothing."""
        match event:
            case {"event": "progress", "phase": str(phase), "done": int(done), "total": int(total)}:
                return replace(self, phase=phase, done=done, total=total, seconds_left=_number(event, "seconds_left"))
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
        command = own_command("train", f"--output={folder}", *request.arguments())
        try:
            folder.mkdir(parents=True)
            write_json(folder / events.REQUEST_FILE, {"schema_version": 1, **asdict(request)})
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=os.name != "nt",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
                | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise MedappError("run.cannot_start", reason=error.strerror or "") from error
        return cls(folder, process)

    @property
    def request(self) -> RunRequest:
        """What was asked for."""
        document = read_json(self.folder / events.REQUEST_FILE)
        return RunRequest(**{name: value for name, value in document.items() if name != "schema_version"})

    @property
    def package(self) -> Path:
        """Where the package is once the run has finished."""
        return self.folder / events.PACKAGE_FOLDER

    @property
    def alive(self) -> bool:
        """Whether the training process runs."""
        if self._process is not None:
            return self._process.poll() is None
        return events.is_alive(self.folder)

    def state(self) -> RunState:
        """Read new events and return the state; a process that ended without a word has failed."""
        alive = self.alive  # asked first: what a process writes before its end is read below
        new, self._offset = events.read_events(self.folder, self._offset)
        for event in new:
            self._state = self._state.after(event)
        if self._state.end is None and not alive and not self._just_started():
            reason = tell(MedappError("run.died"))
            self._state = self._state.after({"event": "failed", "code": "run.died", "reason": reason})
        return self._state

    def _just_started(self) -> bool:
        """Tell whether another program may have started the run a moment ago, so that it shows no sign of life yet."""
        if self._process is not None or self._offset:
            return False
        with suppress(OSError):
            return time.time() - (self.folder / events.REQUEST_FILE).stat().st_mtime < START_SECONDS
        return False

    def follow(self) -> Job[RunState]:
        """Yield `Progress` and, at each pass, note and check, `Partial` with the `RunState`, until the run ends."""
        known: RunState | None = None
        while True:
            state = self.state()
            if state.end is not None:
                self.reap()
                return state
            if known is None or (state.curve, state.notes, state.checked) != (known.curve, known.notes, known.checked):
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


def unfinished(runs: Path) -> list[Run]:
    """Return the runs below `runs` that are still going on, the latest first."""
    return [run for run in _runs_in(runs) if run.state().end is None]


def _runs_in(runs: Path) -> Iterable[Run]:
    if not runs.is_dir():
        return []
    folders = sorted((p for p in runs.iterdir() if (p / events.REQUEST_FILE).is_file()), reverse=True)
    return [Run(folder) for folder in folders]
