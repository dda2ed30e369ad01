"""The process ``medapp train``: command line, priority, events; the teaching itself is in `course`."""

from __future__ import annotations

import argparse
import ctypes
import errno
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.i18n import tell, tr
from medapp.training import argument_types
from medapp.training.dataset import list_cases
from medapp.training.events import EVENTS_FILE, PACKAGE_FOLDER, Control, EventLog
from medapp.training.narration import Narrator, StoppedEarlyError
from medapp.training.run import EFFORTS, RunRequest
from medapp.training.starting_model import check_wanted

ANSWERED, USAGE, NOTHING_ANSWERED = 0, 2, 3
NICE = 10
BELOW_NORMAL_PRIORITY_CLASS = 0x4000

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Train a model on a folder of labelled cases and return the exit status."""
    logging.basicConfig(level=os.environ.get("MEDAPP_LOG", "ERROR"), format="%(levelname)s %(name)s: %(message)s")
    try:
        args = _parser().parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        folder = _run_folder(args.output)
        events = _open_events(folder, args.json)
    except MedappError as error:
        print(tell(error), file=sys.stderr)
        return NOTHING_ANSWERED
    lower_priority()
    try:
        with Control(folder, lambda: _tell_stopping(events)) as control:
            signal.signal(signal.SIGINT, lambda *_: control.stop())
            return _teach(args, folder, Narrator(events, control))
    finally:
        events.close()


def _open_events(folder: Path, echo: bool) -> EventLog:
    try:
        return EventLog(folder, _print_line if echo else None)
    except OSError as error:
        raise MedappError("train.output", folder=folder.name, reason=error.strerror or "") from error


def _print_line(line: str) -> None:
    """Print an event; who listens no longer does not end the training."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_stopping(events: EventLog) -> None:
    events.write("note", code="train.note.stopping", text=tr("train.note.stopping"))


def _teach(args: argparse.Namespace, folder: Path, narrator: Narrator) -> int:
    """Teach, and turn every end into an event, a sentence and an exit status."""
    start = time.monotonic()
    request = RunRequest(**{name: value for name, value in vars(args).items() if name not in {"json", "output"}})
    narrator.tell("started", effort=request.effort, seed=request.seed, pid=os.getpid())
    try:
        # a wrong folder or name is told before torch is loaded
        list_cases(Path(request.cases))
        check_wanted(request.base, request.architecture, Registry(user_folders()))
        from medapp.training.course import teach

        finished = teach(request, folder, narrator, start, install=args.output is None)
    except StoppedEarlyError:
        stopped = MedappError("train.stopped")
        narrator.tell("stopped", code=stopped.code, reason=tell(stopped))
        print(tell(stopped), file=sys.stderr)
        return NOTHING_ANSWERED
    except MedappError as error:
        return _failed(narrator, error)
    except Exception as error:
        log.debug("unexpected", exc_info=True)
        return _failed(narrator, _told(error))
    narrator.tell("finished", **finished)
    if not args.json:
        sealed = finished["report"]["sealed"]
        print(sealed["in_people"] if sealed else tr("check.proves.nothing"))
        print(tr("train.finished", package=finished["package"]))
    return ANSWERED


def _told(error: Exception) -> MedappError:
    """Turn what nobody expected into a sentence."""
    if isinstance(error, MemoryError) or "out of memory" in str(error):
        return MedappError("train.memory")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return MedappError("train.disk_full")
    return MedappError("unexpected", kind=type(error).__name__)


def _failed(narrator: Narrator, error: MedappError) -> int:
    with suppress(OSError):  # where the disk is full, the sentence on standard error must do
        narrator.tell("failed", code=error.code, reason=tell(error))
    print(tell(error), file=sys.stderr)
    return NOTHING_ANSWERED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="medapp train", description=tr("cli.train"), epilog=tr("research_use"))
    defaults = RunRequest("")
    parser.add_argument("cases", metavar="CASES", help=tr("cli.cases"))
    parser.add_argument("--base", default="", metavar="MODEL", help=tr("cli.train.base"))
    parser.add_argument("--architecture", default="", metavar="NAME", help=tr("cli.train.architecture"))
    parser.add_argument("--effort", choices=EFFORTS, default=defaults.effort, help=tr("cli.train.effort"))
    parser.add_argument("--name", default="", type=argument_types.model_name, metavar="TEXT", help=tr("cli.train.name"))
    parser.add_argument("--output", type=Path, metavar="DIR", help=tr("cli.train.output"))
    parser.add_argument(
        "--patient-from",
        dest="pattern",
        default="",
        type=argument_types.pattern,
        metavar="PATTERN",
        help=tr("cli.patient_from"),
    )
    parser.add_argument("--alarm", default="", metavar="CLASS", help=tr("cli.train.alarm"))
    parser.add_argument(
        "--find-at-least",
        type=argument_types.share,
        metavar="SHARE",
        default=defaults.find_at_least,
        help=tr("cli.train.find"),
    )
    parser.add_argument("--prevalence", type=argument_types.share, metavar="SHARE", help=tr("cli.train.prevalence"))
    parser.add_argument("--modalities", default="", metavar="LIST", help=tr("cli.train.modalities"))
    parser.add_argument("--scope", default="", metavar="TEXT", help=tr("cli.train.scope"))
    parser.add_argument("--about", default="", metavar="FILE", help=tr("cli.train.about"))
    parser.add_argument("--licence", default="", metavar="TEXT", help=tr("cli.train.licence"))
    parser.add_argument("--seed", type=argument_types.whole_number, default=defaults.seed, help=tr("cli.train.seed"))
    parser.add_argument("--steps", type=argument_types.whole_number, default=0, help=tr("cli.train.steps"))
    parser.add_argument("--threads", type=argument_types.whole_number, default=0, help=tr("cli.train.threads"))
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help=tr("cli.train.device"))
    parser.add_argument("--json", action="store_true", help=tr("cli.train.json"))
    return parser


def _run_folder(wanted: Path | None) -> Path:
    """Make the run folder; one that a run has used already is refused, so that no evidence is overwritten."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    folder = wanted or user_folders().runs / name
    if (folder / EVENTS_FILE).exists() or (folder / PACKAGE_FOLDER).exists():
        raise MedappError("train.output_used", folder=folder.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MedappError("train.output", folder=folder.name, reason=error.strerror or "") from error
    return folder.resolve()


def lower_priority() -> None:
    """Let the person's other work go first: nice 10, on Windows the class below normal."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS)
    else:
        with suppress(OSError):
            os.nice(max(0, NICE - os.nice(0)))
